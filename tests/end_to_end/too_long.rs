//! Messages too long for their key, and chunks too long for their recipient.

use std::sync::Arc;

use sealwire::{
    Aead, Code, Kem, Server, SystemRandom,
    bhttp::Fields,
    keys::{KeyPair, KeyRing, ServerKey},
    server::{GATEWAY_PATH, Outer, Sorted},
};

use super::{
    AUTHORITY, client, server,
    streams::{LINE, RESPONSE, one, open, read, sealed},
};

/// What is known to exceed what AES-128-GCM may seal fails before anything is sealed.
#[test]
fn more_than_a_key_may_seal_is_refused_at_the_head() {
    let limit: u64 = 1 << 30;
    let length = |length: u64| one("content-length", &length.to_string());
    let configs = |aead| {
        let pair = KeyPair::derive(Kem::X25519HkdfSha256, &[7; 32]).unwrap();
        let mut ring = KeyRing::new();
        ring.add(ServerKey::new(9, pair, &[aead]).unwrap()).unwrap();
        (Arc::new(Server::new(ring, [AUTHORITY]).unwrap()), aead)
    };
    let mut refused = 0;
    for (server, aead) in [Aead::Aes128Gcm, Aead::Aes256Gcm, Aead::ChaCha20Poly1305].map(configs) {
        let pinned =
            match server.sort(Outer { method: "GET", path: GATEWAY_PATH, fields: &|_, _| {} }) {
                Sorted::Answer(answer) => answer.into_body(),
                other => panic!("{other:?}"),
            };
        let client = client(&pinned);
        for (announced, fits) in [(limit, true), (limit + 1, aead != Aead::Aes128Gcm)] {
            let mut wire = b"before".to_vec();
            let fields = length(announced);
            let started = client.start(LINE, fields.lines(), &mut wire, &mut SystemRandom);
            assert_eq!(started.is_ok(), fits, "{aead:?} {announced}");
            if let Err(error) = started {
                assert_eq!((error.code(), &wire[..]), (Code::InvalidInput, &b"before"[..]));
                refused += 1;
            }

            let (wire, pending) = sealed(&client, LINE, &[]);
            let (got, end) = read(&server, &wire, usize::MAX);
            end.unwrap();
            let (_, starter) = got.head.unwrap();
            let (answer, mut writer) =
                starter.start(200, fields.lines(), &mut SystemRandom).unwrap();
            if fits {
                // Nothing of it is there, so it has no end.
                assert!(writer.finish(Fields::new().lines(), &mut Vec::new()).is_err());
                continue;
            }
            let mut body = answer.into_body();
            writer.content(b"left out", &mut body).unwrap();
            writer.finish(Fields::new().lines(), &mut body).unwrap();
            assert_eq!(open(pending, &body, usize::MAX).0, 500);
            refused += 1;
        }
    }
    assert_eq!(refused, 2);
}

#[test]
fn chunks_have_the_length_that_the_recipient_says() {
    let (ours, pinned) = server();
    let server = Arc::new(ours.with_chunk_limit(100));
    // A head, and content of so many bytes with its length in front: 2 bytes, and a tag of 16.
    for (length, fits) in [(82, true), (83, false)] {
        let (wire, _) = sealed(&client(&pinned), LINE, &[&vec![0; length]]);
        assert_eq!(read(&server, &wire, usize::MAX).1.is_ok(), fits, "{length}");
    }

    let (ours, pinned) = super::server();
    let (server, client) = (Arc::new(ours), client(&pinned).with_chunk_limit(100));
    for (length, code) in [(82, None), (83, Some(Code::TooLarge))] {
        let (wire, pending) = sealed(&client, LINE, &[]);
        let (_, starter) = read(&server, &wire, usize::MAX).0.head.unwrap();
        let none = Fields::new();
        let (answer, mut writer) = starter.start(200, none.lines(), &mut SystemRandom).unwrap();
        let mut body = answer.into_body();
        writer.content(&vec![0; length], &mut body).unwrap();
        let mut reader = pending.open(200, RESPONSE).unwrap();
        let pushed = reader.push(&mut body, &mut |_| Ok(()));
        assert_eq!(pushed.err().map(|error| error.code()), code, "{length}");
    }
}
