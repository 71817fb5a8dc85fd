//! Chunks sealed where they lie: what independent code seals, under a length of four bytes.

use sealwire::{
    Aead, Code,
    envelope::chunked::{ChunkSealer, seal_request},
};
use sealwire_tests::{
    chunks::{LABELS, open_whole},
    independent::varint_of,
    random::{Deterministic, Scripted},
    rig::AEADS,
};

use super::{Exchange, FRONT};

const HEADROOM: usize = ChunkSealer::HEADROOM;

/// Room that is not zero, since it does not matter, around `plaintext`.
fn with_room(plaintext: &[u8]) -> Vec<u8> {
    [&[0xAA; HEADROOM], plaintext, &[0xBB; Aead::TAG_LEN]].concat()
}

fn sealer(exchange: &Exchange, wire: &mut Vec<u8>) -> ChunkSealer {
    let mut random = Scripted::new(&exchange.ephemeral);
    seal_request(&exchange.rig.recipient, LABELS, wire, &mut random).unwrap().0
}

#[test]
fn in_place_is_what_independent_code_seals() {
    let mut opened = 0;
    for aead in AEADS {
        let exchange = Exchange::usual(aead);
        let mut random = Deterministic::new(7);
        let plaintexts = [1, 47, 48, 16_000, 16_367, 16_368, 16_384].map(|n| random.bytes(n));
        let mut wire = Vec::new();
        let mut sealer = sealer(&exchange, &mut wire);
        for (number, plaintext) in (0..).zip(&plaintexts) {
            let mut buffer = with_room(plaintext);
            sealer.seal_in_place(&mut buffer).unwrap();
            let sealed = exchange.request_keys.sealed(number, &[], plaintext);
            assert!(buffer == [varint_of(sealed.len() as u64, 4), sealed].concat());
            wire.extend_from_slice(&buffer);
        }
        sealer.finish(b"the end", &mut wire).unwrap();
        assert_eq!(wire[..FRONT], exchange.request.front[..]);
        let (whole, _) = open_whole(&exchange.rig.ring, LABELS, &wire).unwrap();
        assert!(whole.released == plaintexts);
        assert_eq!(whole.end.unwrap(), b"the end");
        opened += plaintexts.len();
    }
    assert_eq!(opened, 3 * 7);
}

/// No room, no plaintext, or one byte too much: nothing is left of it, and the message has no end.
#[test]
fn what_is_no_chunk_breaks_the_message_off() {
    let mut refused = 0;
    let room = HEADROOM + Aead::TAG_LEN;
    for aead in AEADS {
        for (chunk_len, length) in [(10, 0), (10, 1), (10, room - 1), (10, room), (10, room + 11)]
            .into_iter()
            .chain([(ChunkSealer::DEFAULT_CHUNK_LEN, room + 16_385)])
        {
            let mut wire = Vec::new();
            let sealer = sealer(&Exchange::usual(aead), &mut wire);
            let mut sealer = sealer.with_chunk_len(chunk_len).unwrap();
            let mut buffer = vec![7; length];
            let error = sealer.seal_in_place(&mut buffer).unwrap_err();
            assert_eq!(error.code(), Code::InvalidInput);
            assert!(buffer.iter().all(|&byte| byte == 0) && buffer.len() == length);

            let mut fits = with_room(&[7; 10]);
            assert_eq!(sealer.seal_in_place(&mut fits), Err(error));
            assert_eq!(fits, vec![0; room + 10]);
            assert_eq!(sealer.seal(b"more", &mut wire), Err(error));
            assert_eq!(sealer.finish(b"", &mut wire), Err(error));
            assert_eq!(wire.len(), FRONT);
            refused += 1;
        }
    }
    assert_eq!(refused, 3 * 6);
}
