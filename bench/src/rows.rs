//! The rows: what is measured, against whom, and what is to be reached.

use crate::program::Program;

/// A row of the table of targets.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) what: &'static str,
    pub(crate) kind: Kind,
    /// The operations of the row, as our own program names them.
    pub(crate) ops: &'static [&'static str],
    /// The first is the one that the row's line is about, unless that is about the fastest.
    pub(crate) peers: &'static [Peer],
    /// How many times faster than the fastest peer to be, for each operation.
    pub(crate) fastest: Option<&'static [f64]>,
    pub(crate) primitives: Option<Primitives>,
}

/// How a row is measured, and how it is judged.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    /// CPU time of operations. A ratio tells how many times longer the peer takes, and a target what
    /// it should be at least.
    Batches,
    /// CPU time of that end of a call over HTTP. The first peer is the call without any protection,
    /// a ratio tells how many times its time a call takes, and a target what it should be at most.
    Calls(End),
    /// How much the memory of each end grows while a lot is streamed, in MiB. There are no ratios:
    /// `ours` is at most so much, and the peers are there to compare with.
    Streams { ours: Program, at_most: f64 },
}

/// An end of a call.
#[derive(Clone, Copy, Debug)]
pub(crate) enum End {
    Server,
    Client,
}

/// A contestant in a row.
#[derive(Debug)]
pub(crate) struct Peer {
    pub(crate) label: &'static str,
    pub(crate) program: Program,
    /// The operations, in the order of the row's.
    pub(crate) ops: &'static [&'static str],
    /// The ratio to reach, where a target says so.
    pub(crate) target: Option<f64>,
}

/// What an exchange is made of, and how much more it may cost.
#[derive(Debug)]
pub(crate) struct Primitives {
    /// How often, what, and the operation that measures it.
    pub(crate) parts: &'static [(u32, &'static str, &'static str)],
    /// Measured too, but not counted.
    pub(crate) beside: (&'static str, &'static str),
    pub(crate) at_most: f64,
}

impl Row {
    /// Our own program in this row.
    pub(crate) const fn ours(&self) -> Program {
        match self.kind {
            Kind::Batches => OURS,
            Kind::Calls(_) => OURS_OVER_HTTP,
            Kind::Streams { ours, .. } => ours,
        }
    }

    /// The unit of its figures.
    pub(crate) const fn unit(&self) -> &'static str {
        match self.kind {
            Kind::Batches | Kind::Calls(_) => "us",
            Kind::Streams { .. } => "MiB",
        }
    }

    /// All programs of this row.
    pub(crate) fn programs(&self) -> Vec<Program> {
        self.peers.iter().map(|peer| peer.program).chain([self.ours()]).collect()
    }
}

pub(crate) const OURS: Program = Program::new("sealwire");
const OHTTP: Program = Program::new("ohttp");
const ALOHA: Program = Program::new("aloha");
const HPKE_HTTP: Program = Program::new("hpke-http");
const HPKE: Program = Program::new("hpke");
const HPKE_RS: Program = Program::new("hpke-rs");
const OURS_OVER_HTTP: Program = Program::new("http-sealwire");
const OURS_STREAMING: Program = Program::new("http-sealwire-stream");
const HPKE_HTTP_OVER_HTTP: Program = Program::new("http-hpke-http");
const PLAIN: Program = Program::new("http-plain");
const OURS_BY_ACTIX: Program = Program::new("http-sealwire-actix");
const PLAIN_ACTIX: Program = Program::new("http-plain-actix");

const fn peer(
    label: &'static str,
    program: Program,
    ops: &'static [&'static str],
    target: Option<f64>,
) -> Peer {
    Peer { label, program, ops, target }
}

/// Of S7, by each AEAD: sealed where the chunk lies, sealed into another buffer, opened.
const CHUNKS: &[&str] = &[
    "S7-seal-in-place-aes-128-gcm",
    "S7-seal-aes-128-gcm",
    "S7-open-aes-128-gcm",
    "S7-seal-in-place-aes-256-gcm",
    "S7-seal-aes-256-gcm",
    "S7-open-aes-256-gcm",
    "S7-seal-in-place-chacha20-poly1305",
    "S7-seal-chacha20-poly1305",
    "S7-open-chacha20-poly1305",
];
/// The AEAD alone, which copies where we do.
const RAW_CHUNKS: &[&str] = &[
    "S7-raw-seal-in-place-aes-128-gcm",
    "S7-raw-seal-aes-128-gcm",
    "S7-raw-open-aes-128-gcm",
    "S7-raw-seal-in-place-aes-256-gcm",
    "S7-raw-seal-aes-256-gcm",
    "S7-raw-open-aes-256-gcm",
    "S7-raw-seal-in-place-chacha20-poly1305",
    "S7-raw-seal-chacha20-poly1305",
    "S7-raw-open-chacha20-poly1305",
];
/// The AEAD alone, which never copies.
const IN_PLACE_CHUNKS: &[&str] = &[
    "S7-raw-seal-in-place-aes-128-gcm",
    "S7-raw-seal-in-place-aes-128-gcm",
    "S7-raw-open-aes-128-gcm",
    "S7-raw-seal-in-place-aes-256-gcm",
    "S7-raw-seal-in-place-aes-256-gcm",
    "S7-raw-open-aes-256-gcm",
    "S7-raw-seal-in-place-chacha20-poly1305",
    "S7-raw-seal-in-place-chacha20-poly1305",
    "S7-raw-open-chacha20-poly1305",
];
const STREAMS: &[&str] = &["up, server", "up, client", "down, server", "down, client"];
const SINGLE_SHOT: &[&str] = &["S11-seal", "S11-open"];

/// All rows.
pub(crate) const ROWS: &[Row] = &[
    Row {
        name: "S1",
        what: "an exchange, 1 KiB each way, X25519, AES-128-GCM",
        kind: Kind::Batches,
        ops: &["S1"],
        peers: &[
            peer("ohttp-0.8", OHTTP, &["S1"], Some(3.3)),
            peer("ohttp-0.8+tables", OHTTP.with_tables(), &["S1"], Some(2.5)),
            peer("aloha-0.3", ALOHA, &["S1"], None),
        ],
        fastest: None,
        primitives: Some(Primitives {
            parts: &[
                (1, "base", "S1-base"),
                (2, "agreement", "S1-agreement"),
                (1, "4 AEAD calls", "S1-aead"),
                (1, "72 SHA-256 blocks", "S1-sha256"),
            ],
            beside: ("48 random bytes", "S1-random"),
            at_most: 1.10,
        }),
    },
    Row {
        name: "S2",
        what: "an exchange, 1 KiB each way, X25519, ChaCha20-Poly1305",
        kind: Kind::Batches,
        ops: &["S2"],
        peers: &[
            peer("ohttp-0.8", OHTTP, &["S2"], Some(3.3)),
            peer("ohttp-0.8+tables", OHTTP.with_tables(), &["S2"], Some(2.6)),
            peer("hpke-http-4.0", HPKE_HTTP, &["S2"], Some(4.3)),
            peer("hpke-http-4.0+tables", HPKE_HTTP.with_tables(), &["S2"], Some(3.7)),
            peer("aloha-0.3", ALOHA, &["S2"], None),
        ],
        fastest: None,
        primitives: None,
    },
    Row {
        name: "S5",
        what: "an exchange, 64 KiB each way, X25519, AES-128-GCM",
        kind: Kind::Batches,
        ops: &["S5"],
        peers: &[
            peer("ohttp-0.8", OHTTP, &["S5"], Some(3.5)),
            peer("ohttp-0.8+tables", OHTTP.with_tables(), &["S5"], None),
            peer("aloha-0.3", ALOHA, &["S5"], None),
        ],
        fastest: None,
        primitives: None,
    },
    Row {
        name: "S6",
        what: "an exchange, 1 MiB each way, X25519, AES-128-GCM",
        kind: Kind::Batches,
        ops: &["S6"],
        peers: &[
            peer("ohttp-0.8", OHTTP, &["S6"], Some(3.5)),
            peer("ohttp-0.8+tables", OHTTP.with_tables(), &["S6"], None),
            peer("aloha-0.3", ALOHA, &["S6"], None),
        ],
        fastest: None,
        primitives: None,
    },
    Row {
        name: "S7",
        what: "1 MiB sealed/opened in chunks of 16 KiB, beside the AEAD alone",
        kind: Kind::Batches,
        ops: CHUNKS,
        peers: &[
            peer("ring-0.17", OURS, RAW_CHUNKS, Some(0.90)),
            peer("ring-0.17-in-place", OURS, IN_PLACE_CHUNKS, None),
        ],
        fastest: None,
        primitives: None,
    },
    Row {
        name: "S8",
        what: "CPU time of an axum server a call, 1 KiB of JSON in and out, 16 connections",
        kind: Kind::Calls(End::Server),
        ops: &["call"],
        peers: &[
            peer("axum", PLAIN, &["call"], Some(2.4)),
            peer("hpke-http-4.0", HPKE_HTTP_OVER_HTTP, &["call"], None),
        ],
        fastest: None,
        primitives: None,
    },
    Row {
        name: "S9",
        what: "CPU time of a reqwest client a call, otherwise as S8",
        kind: Kind::Calls(End::Client),
        ops: &["call"],
        peers: &[
            peer("reqwest", PLAIN, &["call"], Some(3.3)),
            peer("hpke-http-4.0", HPKE_HTTP_OVER_HTTP, &["call"], None),
        ],
        fastest: None,
        primitives: None,
    },
    Row {
        name: "S10",
        what: "growth of resident memory, 1 GiB streamed up/down, axum server/reqwest client",
        kind: Kind::Streams { ours: OURS_STREAMING, at_most: 8.0 },
        ops: STREAMS,
        peers: &[peer("plain", PLAIN, STREAMS, None)],
        fastest: None,
        primitives: None,
    },
    Row {
        name: "S10-ACTIX",
        what: "as S10, actix-web server/reqwest client",
        kind: Kind::Streams { ours: OURS_BY_ACTIX, at_most: 8.0 },
        ops: STREAMS,
        peers: &[peer("plain", PLAIN_ACTIX, STREAMS, None)],
        fastest: None,
        primitives: None,
    },
    Row {
        name: "S11",
        what: "HPKE seal/open, 1 KiB, X25519, ChaCha20-Poly1305",
        kind: Kind::Batches,
        ops: SINGLE_SHOT,
        peers: &[
            peer("hpke-0.15", HPKE, SINGLE_SHOT, None),
            peer("hpke-0.15+tables", HPKE.with_tables(), SINGLE_SHOT, None),
            peer("hpke-rs-0.8-libcrux", HPKE_RS, &["S11-seal-libcrux", "S11-open-libcrux"], None),
            peer(
                "hpke-rs-0.8-rustcrypto",
                HPKE_RS,
                &["S11-seal-rustcrypto", "S11-open-rustcrypto"],
                None,
            ),
            peer("age-0.12", Program::new("age"), SINGLE_SHOT, None),
            peer("crypto_box-0.9", Program::new("crypto-box"), SINGLE_SHOT, None),
        ],
        fastest: Some(&[2.2, 2.6]),
        primitives: None,
    },
];
