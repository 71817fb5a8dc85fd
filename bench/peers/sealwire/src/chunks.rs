//! A message of 1 MiB in chunks of 16 KiB, and the same chunks by the bare AEAD of core: S7.
//!
//! The AEAD does with its buffers as we do: it seals and opens chunks where they lie, or copies each
//! into a buffer and seals it there.
//!
//! A run is a message. What it needs is made before the clock runs: what seals or opens the chunks,
//! with its key at hand, and for opening a copy of the sealed message, since opening is in place.

use bench_peer::{Op, message};
use ring::aead::{
    AES_128_GCM, AES_256_GCM, Aad, Algorithm, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce,
    Tag, UnboundKey,
};
use sealwire::{
    Aead, Kem, SystemRandom,
    envelope::{
        Labels,
        chunked::{self, ChunkOpener, ChunkSealer},
    },
    keys::{KeyPair, KeyRing, Policy, Recipient, ServerKey},
};

const MESSAGE: usize = 1 << 20;
const CHUNK: usize = ChunkSealer::DEFAULT_CHUNK_LEN;
const SEALED: usize = ChunkSealer::HEADROOM + CHUNK + Aead::TAG_LEN;

pub(crate) fn ops() -> Vec<Op> {
    let aeads = [
        ("aes-128-gcm", Aead::Aes128Gcm, &AES_128_GCM),
        ("aes-256-gcm", Aead::Aes256Gcm, &AES_256_GCM),
        ("chacha20-poly1305", Aead::ChaCha20Poly1305, &CHACHA20_POLY1305),
    ];
    let each = |(name, aead, raw)| {
        [
            seal_in_place(format!("S7-seal-in-place-{name}"), aead),
            seal(format!("S7-seal-{name}"), aead),
            open(format!("S7-open-{name}"), aead),
            raw_seal_in_place(format!("S7-raw-seal-in-place-{name}"), raw),
            raw_seal(format!("S7-raw-seal-{name}"), raw),
            raw_open(format!("S7-raw-open-{name}"), raw),
        ]
    };
    aeads.into_iter().flat_map(each).collect()
}

/// Each chunk lies in the buffer with room around it, and is sealed there.
fn seal_in_place(name: String, aead: Aead) -> Op {
    let (recipient, ring) = keys(aead);
    let sent = message::body(MESSAGE);
    let mut plain = vec![0; SEALED * MESSAGE / CHUNK];
    for (room, chunk) in plain.chunks_mut(SEALED).zip(sent.chunks(CHUNK)) {
        room[ChunkSealer::HEADROOM..][..CHUNK].copy_from_slice(chunk);
    }
    let prepare = move || (start(&recipient), plain.clone());
    Op::prepared(name, prepare, move |((mut sealer, preamble), mut buffer), witness| {
        for chunk in buffer.chunks_mut(SEALED) {
            sealer.seal_in_place(chunk).unwrap();
        }
        let mut end = Vec::new();
        sealer.finish(&[], &mut end).unwrap();
        witness.opens(&buffer, &sent, || {
            let mut opened = Vec::new();
            let mut opener = opener(&ring, &preamble);
            let mut sealed = [&buffer[..], &end].concat();
            open_all(&mut opener, &mut sealed, |chunk| opened.extend_from_slice(chunk));
            opened
        });
    })
}

/// Each chunk is sealed into an empty buffer with room, as if the one before had been sent.
fn seal(name: String, aead: Aead) -> Op {
    let (recipient, ring) = keys(aead);
    let sent = message::body(MESSAGE);
    let mut out = Vec::new();
    let prepare = move || start(&recipient);
    Op::prepared(name, prepare, move |(mut sealer, preamble), witness| {
        let (chunks, last) = sent.split_at(MESSAGE - CHUNK);
        let mut sealed = Vec::new();
        for chunk in chunks.chunks(CHUNK) {
            out.clear();
            sealer.seal(chunk, &mut out).unwrap();
            witness.keeps(&out, &mut sealed);
        }
        out.clear();
        sealer.finish(last, &mut out).unwrap();
        witness.keeps(&out, &mut sealed);
        witness.opens(&sealed, &sent, || {
            let mut opened = Vec::new();
            let mut opener = opener(&ring, &preamble);
            open_all(&mut opener, &mut sealed.clone(), |chunk| opened.extend_from_slice(chunk));
            opened
        });
    })
}

/// All chunks have arrived, and are opened where they lie, but for the final one, which is not
/// known to be whole before the end.
fn open(name: String, aead: Aead) -> Op {
    let (recipient, ring) = keys(aead);
    let sent = message::body(MESSAGE);
    let (sealer, preamble) = start(&recipient);
    let mut sealed = Vec::new();
    sealer.finish(&sent, &mut sealed).unwrap();
    let prepare = move || (opener(&ring, &preamble), sealed.clone());
    Op::prepared(name, prepare, move |(mut opener, mut sealed), witness| {
        let mut sent = sent.chunks(CHUNK);
        open_all(&mut opener, &mut sealed, |chunk| witness.same(chunk, sent.next().unwrap()));
    })
}

fn open_all(opener: &mut ChunkOpener, mut sealed: &mut [u8], mut each: impl FnMut(&[u8])) {
    while let Some(chunk) = opener.next(&mut sealed).unwrap() {
        each(chunk);
    }
    each(opener.finish().unwrap());
}

fn keys(aead: Aead) -> (Recipient, KeyRing) {
    let pair = KeyPair::generate(Kem::X25519HkdfSha256, &mut SystemRandom).unwrap();
    let mut ring = KeyRing::new();
    ring.add(ServerKey::new(1, pair, &[aead]).unwrap()).unwrap();
    (Recipient::choose(&ring.configs().unwrap(), Policy::default()).unwrap(), ring)
}

fn start(recipient: &Recipient) -> (ChunkSealer, Vec<u8>) {
    let (labels, mut preamble) = (Labels::BHTTP_CHUNKED, Vec::new());
    let (sealer, _) =
        chunked::seal_request(recipient, labels, &mut preamble, &mut SystemRandom).unwrap();
    (sealer, preamble)
}

fn opener(ring: &KeyRing, preamble: &[u8]) -> ChunkOpener {
    chunked::open_request(ring, Labels::BHTTP_CHUNKED, preamble).unwrap().0
}

/// The same chunks sealed where they lie, by one key, each under a nonce of its own.
fn raw_seal_in_place(name: String, aead: &'static Algorithm) -> Op {
    let (key, sent) = (raw_key(aead), message::body(MESSAGE));
    let plain = sent.clone();
    let prepare = move || (plain.clone(), Vec::with_capacity(MESSAGE / CHUNK));
    Op::prepared(name, prepare, move |(mut buffer, mut tags), witness| {
        for (nonce, chunk) in (0..).map(nonce).zip(buffer.chunks_mut(CHUNK)) {
            tags.push(key.seal_in_place_separate_tag(nonce, Aad::empty(), chunk).unwrap());
        }
        witness.opens(&buffer, &sent, || raw_opened(&key, &buffer, &tags));
    })
}

/// The same chunks, each copied into an empty buffer, a kibibyte at a time as we do, and sealed
/// there.
fn raw_seal(name: String, aead: &'static Algorithm) -> Op {
    let (key, sent) = (raw_key(aead), message::body(MESSAGE));
    let mut out = Vec::with_capacity(CHUNK + Aead::TAG_LEN);
    let prepare = || Vec::with_capacity(MESSAGE / CHUNK);
    Op::prepared(name, prepare, move |mut tags, witness| {
        let mut sealed = Vec::new();
        for (nonce, chunk) in (0..).map(nonce).zip(sent.chunks(CHUNK)) {
            out.clear();
            chunk.chunks(1024).for_each(|piece| out.extend_from_slice(piece));
            let tag = key.seal_in_place_separate_tag(nonce, Aad::empty(), &mut out).unwrap();
            witness.keeps(&out, &mut sealed);
            out.extend_from_slice(tag.as_ref());
            tags.push(tag);
        }
        witness.opens(&sealed, &sent, || raw_opened(&key, &sealed, &tags));
    })
}

/// The same chunks opened where they lie.
fn raw_open(name: String, aead: &'static Algorithm) -> Op {
    let (key, sent) = (raw_key(aead), message::body(MESSAGE));
    let mut sealed = sent.clone();
    let seal = |(nonce, chunk): (u64, &mut [u8])| {
        key.seal_in_place_separate_tag(self::nonce(nonce), Aad::empty(), chunk).unwrap()
    };
    let tags: Vec<Tag> = (0..).zip(sealed.chunks_mut(CHUNK)).map(seal).collect();
    Op::prepared(
        name,
        move || sealed.clone(),
        move |mut sealed, witness| {
            let mut sent = sent.chunks(CHUNK);
            raw_open_all(&key, &mut sealed, &tags, |chunk| {
                witness.same(chunk, sent.next().unwrap())
            });
        },
    )
}

fn raw_opened(key: &LessSafeKey, sealed: &[u8], tags: &[Tag]) -> Vec<u8> {
    let mut opened = sealed.to_vec();
    raw_open_all(key, &mut opened, tags, |_| ());
    opened
}

fn raw_open_all(key: &LessSafeKey, sealed: &mut [u8], tags: &[Tag], mut each: impl FnMut(&[u8])) {
    for ((nonce, chunk), tag) in (0..).map(nonce).zip(sealed.chunks_mut(CHUNK)).zip(tags) {
        each(key.open_in_place_separate_tag(nonce, Aad::empty(), *tag, chunk, 0..).unwrap());
    }
}

fn raw_key(aead: &'static Algorithm) -> LessSafeKey {
    LessSafeKey::new(UnboundKey::new(aead, &vec![7; aead.key_len()]).unwrap())
}

fn nonce(number: u64) -> Nonce {
    let mut nonce = [0; NONCE_LEN];
    nonce[NONCE_LEN - 8..].copy_from_slice(&number.to_be_bytes());
    Nonce::assume_unique_for_key(nonce)
}
