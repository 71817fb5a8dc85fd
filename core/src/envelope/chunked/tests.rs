//! What no test from outside could reach: the ends of a key and of a counter.

use alloc::vec::Vec;

use super::*;
use crate::{
    envelope::Labels,
    error::{Code, Error},
    keys::{KeyPair, KeyRing, Policy, Recipient, ServerKey},
    random::{Random, RandomError},
    suite::{Aead, Kem},
};

const AEADS: [Aead; 3] = [Aead::Aes128Gcm, Aead::Aes256Gcm, Aead::ChaCha20Poly1305];
const LABELS: Labels<'static> = Labels::BHTTP_CHUNKED;

/// The last number a chunk can have: the counter itself must stay below 2^64 - 1.
const LAST: u64 = u64::MAX - 1;

/// Bytes around the plaintext of a chunk that is sealed in place.
const IN_PLACE: usize = ChunkSealer::HEADROOM + Aead::TAG_LEN;

struct Constant(u8);

impl Random for Constant {
    fn fill(&mut self, out: &mut [u8]) -> Result<(), RandomError> {
        out.fill(self.0);
        Ok(())
    }
}

/// Both ends of a request and both of a response.
fn ends(aead: Aead) -> [(ChunkSealer, ChunkOpener); 2] {
    let mut ring = KeyRing::new();
    let pair = KeyPair::derive(Kem::X25519HkdfSha256, &[1; 32]).unwrap();
    ring.add(ServerKey::new(1, pair, &[aead]).unwrap()).unwrap();
    let recipient = Recipient::choose(&ring.configs().unwrap(), Policy::default()).unwrap();
    let (mut request, mut response) = (Vec::new(), Vec::new());
    let (asking, pending) =
        seal_request(&recipient, LABELS, &mut request, &mut Constant(2)).unwrap();
    let (asked, answering) = open_request(&ring, LABELS, &request).unwrap();
    let answering = answering.start(&mut response, &mut Constant(3)).unwrap();
    [(asking, asked), (answering, pending.start(&response).unwrap())]
}

fn code<T>(result: Result<T, Error>) -> Code {
    result.map(|_| ()).unwrap_err().code()
}

/// Nothing is sealed of what does not fit, in one chunk or in several, and at the end neither.
#[test]
fn aes_128_gcm_seals_no_byte_over_its_limit() {
    let mut refused = 0;
    for plaintext in [&[7; 21][..], &[7; 100_000]] {
        for (mut sealer, _) in ends(Aead::Aes128Gcm) {
            sealer.skip_to(20, 2);
            let mut wire = b"before".to_vec();
            assert_eq!(code(sealer.seal(plaintext, &mut wire)), Code::InvalidInput);
            assert_eq!(code(sealer.seal(plaintext, &mut wire)), Code::InvalidInput);
            assert_eq!(code(sealer.finish(plaintext, &mut wire)), Code::InvalidInput);
            assert_eq!(wire, b"before");
            refused += 3;
        }
        for (mut sealer, _) in ends(Aead::Aes128Gcm) {
            sealer.skip_to(20, 2);
            let mut wire = b"before".to_vec();
            let parts = plaintext.split_at(1).into();
            assert_eq!(code(sealer.seal_parts(parts, &mut wire)), Code::InvalidInput);
            assert_eq!(code(sealer.finish_padded(&[7], 20, &mut wire)), Code::InvalidInput);
            assert_eq!(wire, b"before");
            refused += 2;
        }
    }
    assert_eq!(refused, 2 * 2 * 5);
}

#[test]
fn aes_128_gcm_seals_no_byte_over_its_limit_in_place() {
    let mut refused = 0;
    for (mut sealer, _) in ends(Aead::Aes128Gcm) {
        sealer.skip_to(20, 2);
        let mut buffer = [7; 21 + IN_PLACE];
        for buffer in [&mut buffer[..], &mut [7; 1 + IN_PLACE]] {
            assert_eq!(code(sealer.seal_in_place(buffer)), Code::InvalidInput);
            assert!(buffer.iter().all(|&byte| byte == 0));
            refused += 1;
        }
    }
    assert_eq!(refused, 4);
}

/// What was not sealed is missing, so there is no end that would say that nothing is.
#[test]
fn a_message_that_was_broken_off_cannot_be_ended() {
    let mut refused = 0;
    for end in [&b""[..], b"back"] {
        for (mut sealer, mut opener) in ends(Aead::Aes128Gcm) {
            let mut wire = Vec::new();
            sealer.seal(b"front", &mut wire).unwrap();
            sealer.skip_to(20, 1);
            assert_eq!(code(sealer.seal(&[7; 21], &mut wire)), Code::InvalidInput);
            assert_eq!(code(sealer.seal(b"more", &mut wire)), Code::InvalidInput);
            assert_eq!(code(sealer.finish(end, &mut wire)), Code::InvalidInput);
            let mut input = &mut wire[..];
            assert_eq!(opener.next(&mut input).unwrap().unwrap(), b"front");
            assert!(opener.next(&mut input).unwrap().is_none());
            assert_eq!(code(opener.finish()), Code::OpenFailed);
            refused += 1;
        }
    }
    assert_eq!(refused, 4);
}

/// Whatever is announced, and however it arrives.
#[test]
fn no_more_than_the_limit_is_held() {
    let mut held = 0;
    for piece in [1, 1000, 40_000, 65_000] {
        for last in [false, true] {
            for (mut sealer, opener) in ends(Aead::ChaCha20Poly1305) {
                sealer = sealer.with_chunk_len(64 * 1024).unwrap();
                let (mut wire, mut opener) = (Vec::new(), opener);
                match last {
                    true => sealer.finish(&[7; 64 * 1024], &mut wire).unwrap(),
                    false => sealer.seal(&[7; 64 * 1024], &mut wire).unwrap(),
                }
                for piece in wire.chunks_mut(piece) {
                    let mut piece = piece;
                    opener.next(&mut piece).unwrap();
                    assert!(opener.capacity() <= ChunkOpener::DEFAULT_LIMIT);
                }
                held += 1;
            }
        }
    }
    assert_eq!(held, 16);
}

#[test]
fn aes_128_gcm_seals_up_to_its_limit() {
    let mut ended = 0;
    for (mut sealer, mut opener) in ends(Aead::Aes128Gcm) {
        let mut wire = Vec::new();
        sealer.seal(&[7; 10], &mut wire).unwrap();
        // As if 2^30 - 30 bytes had been sealed in the chunk that has number 1.
        sealer.skip_to(20, 2);
        sealer.seal(&[8; 15], &mut wire).unwrap();
        // And nothing is always possible.
        sealer.seal(&[], &mut wire).unwrap();
        sealer.finish(&[9; 5], &mut wire).unwrap();

        let mut input = &mut wire[..];
        assert_eq!(opener.next(&mut input).unwrap().unwrap(), [7; 10]);
        opener.skip_to(2);
        assert_eq!(opener.next(&mut input).unwrap().unwrap(), [8; 15]);
        assert!(opener.next(&mut input).unwrap().is_none());
        assert_eq!(opener.finish().unwrap(), [9; 5]);
        ended += 1;
    }
    assert_eq!(ended, 2);
}

#[test]
fn only_aes_128_gcm_has_that_limit() {
    for aead in [Aead::Aes256Gcm, Aead::ChaCha20Poly1305] {
        for (mut sealer, _) in ends(aead) {
            assert_eq!(sealer.left(), u64::MAX);
            sealer.seal(&[7], &mut Vec::new()).unwrap();
            assert_eq!(sealer.left(), u64::MAX - 1);
        }
    }
}

/// Fault 22: the last chunk that has a number works, and the next errs for good.
#[test]
fn fault_22_chunks_at_the_end_of_the_counter() {
    let mut ended = 0;
    for aead in AEADS {
        for (mut sealer, mut opener) in ends(aead) {
            let left = ChunkSealer::AES_128_GCM_LIMIT;
            sealer.skip_to(left, LAST - 1);
            opener.skip_to(LAST - 1);
            let mut wire = Vec::new();
            sealer.seal(b"the last but one", &mut wire).unwrap();
            sealer.seal(b"the last", &mut wire).unwrap();
            let before = wire.clone();
            for _ in 0..3 {
                assert_eq!(code(sealer.seal(b"one more", &mut wire)), Code::SequenceExhausted);
                assert_eq!(wire, before);
                let mut buffer = [7; 8 + IN_PLACE];
                assert_eq!(code(sealer.seal_in_place(&mut buffer)), Code::SequenceExhausted);
                assert_eq!(buffer, [0; 8 + IN_PLACE]);
            }
            assert_eq!(code(sealer.finish(b"an end", &mut wire)), Code::SequenceExhausted);
            assert_eq!(wire, before);

            // What should have come next, if there were a next.
            wire.push(20);
            wire.extend_from_slice(&[0; 20]);
            let mut input = &mut wire[..];
            assert_eq!(opener.next(&mut input).unwrap().unwrap(), b"the last but one");
            assert_eq!(opener.next(&mut input).unwrap().unwrap(), b"the last");
            for _ in 0..3 {
                assert_eq!(code(opener.next(&mut input)), Code::SequenceExhausted);
                assert_eq!(code(opener.finish()), Code::SequenceExhausted);
            }
            ended += 1;
        }
    }
    assert_eq!(ended, 6);
}

/// The final chunk may have the last number.
#[test]
fn fault_22_a_final_chunk_at_the_end_of_the_counter() {
    let mut ended = 0;
    for aead in AEADS {
        for (mut sealer, mut opener) in ends(aead) {
            sealer.skip_to(ChunkSealer::AES_128_GCM_LIMIT, LAST);
            opener.skip_to(LAST);
            let mut wire = Vec::new();
            sealer.finish(b"the end", &mut wire).unwrap();
            assert!(opener.next(&mut &mut wire[..]).unwrap().is_none());
            assert_eq!(opener.finish().unwrap(), b"the end");
            ended += 1;
        }
    }
    assert_eq!(ended, 6);
}

/// Of a plaintext of several chunks those that had a number stay, sealed; the rest is not there.
#[test]
fn what_was_sealed_before_the_counter_ended_stays() {
    for aead in AEADS {
        for (sealer, _) in ends(aead) {
            let mut sealer = sealer.with_chunk_len(4).unwrap();
            sealer.skip_to(ChunkSealer::AES_128_GCM_LIMIT, LAST);
            let mut wire = b"before".to_vec();
            assert_eq!(code(sealer.seal(b"eeeeeeee", &mut wire)), Code::SequenceExhausted);
            assert_eq!((wire.len(), &wire[..7]), (6 + 1 + 4 + 16, &b"before\x14"[..]));
        }
    }
}
