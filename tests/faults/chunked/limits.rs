//! Chunks at the limits of what is sent and accepted, and the rest of fault 21: very many of them.

use sealwire::{
    Code, Fault,
    envelope::chunked::{ChunkOpener, ChunkSealer, ResponseSealer, seal_request},
};
use sealwire_tests::{
    chunks::{LABELS, open, start},
    independent::varint_of,
    random::Deterministic,
    rig::{AEADS, Rig},
};

use super::{Exchange, SIDES, Side};
use crate::count;

const TAG: usize = 16;

/// A chunk of limit - 1, limit and limit + 1 bytes, the final one too, with the limit as it is
/// unless configured and with others.
#[test]
fn chunks_up_to_the_limit_open_and_longer_ones_do_not() {
    let (mut opened, mut refused) = (0, 0);
    for aead in AEADS {
        let exchange = Exchange::usual(aead);
        for side in SIDES {
            let keys = exchange.keys(side);
            for limit in [ChunkOpener::DEFAULT_LIMIT, 18, 300, 100_000] {
                for length in [limit - 1, limit, limit + 1] {
                    let opener = || match limit {
                        ChunkOpener::DEFAULT_LIMIT => exchange.opener(side),
                        _ => exchange.opener(side).with_limit(limit),
                    };
                    let plaintext = vec![0x5a; length - TAG];
                    let as_chunk = [keys.chunk(0, &plaintext), keys.last(1, b"")].concat();
                    let as_last = keys.last(0, &plaintext);
                    for wire in [as_chunk, as_last] {
                        for piece in [wire.len(), 1000] {
                            let got = open(opener(), wire.chunks(piece));
                            if length <= limit {
                                assert!(got.complete() == plaintext);
                                opened += 1;
                            } else {
                                let error = got.end.unwrap_err();
                                assert_eq!(error.code(), Code::TooLarge);
                                assert_eq!(error.fault(), Fault::Peer);
                                assert!(got.released.is_empty());
                                refused += 1;
                            }
                        }
                    }
                }
            }
        }
    }
    assert_eq!((opened, refused), (3 * 2 * 4 * 2 * 2 * 2, 3 * 2 * 4 * 2 * 2));
}

/// The length alone decides, before anything of the chunk is waited for.
#[test]
fn a_length_over_the_limit_is_refused_where_it_stands() {
    let limit = u64::try_from(ChunkOpener::DEFAULT_LIMIT).unwrap();
    let lengths = [limit + 1, (1 << 30) - 1, 1 << 30, 1 << 32, (1 << 32) + 17, (1 << 62) - 1];
    let mut refused = 0;
    for aead in AEADS {
        let exchange = Exchange::usual(aead);
        for side in SIDES {
            let chunks = &exchange.message(side).chunks;
            for length in lengths {
                let encoded = varint_of(length, 8);
                for whole in 0..chunks.len() {
                    let wire = [&chunks[..whole].concat(), &encoded[..]].concat();
                    let opened = exchange.open(side, &wire);
                    exchange.refused(side, &opened, whole);
                    assert_eq!(opened.end.unwrap_err().code(), Code::TooLarge);
                    refused += 1;
                }
                // Byte by byte, it is the last of the length that does it.
                let mut opener = exchange.opener(side);
                for &byte in &encoded[..7] {
                    assert!(opener.next(&mut &mut [byte][..]).unwrap().is_none());
                }
                let error = opener.next(&mut &mut [encoded[7]][..]).unwrap_err();
                assert_eq!(error.code(), Code::TooLarge);
                refused += 1;
            }
        }
    }
    assert_eq!(refused, 3 * 2 * 6 * 5);
}

/// Over the limit of a final chunk nothing is stored, however it arrives.
#[test]
fn an_endless_final_chunk_is_refused_at_the_limit() {
    let exchange = Exchange::usual(AEADS[2]);
    let mut opener = exchange.opener(Side::Request);
    assert!(opener.next(&mut &mut [0][..]).unwrap().is_none());
    let mut taken = 0;
    let error = loop {
        match opener.next(&mut &mut [7; 1000][..]) {
            Ok(chunk) => assert!(chunk.is_none()),
            Err(error) => break error,
        }
        taken += 1000;
    };
    assert_eq!((error.code(), taken), (Code::TooLarge, 65_000));
    assert_eq!(opener.finish().unwrap_err(), error);
}

#[test]
fn a_chunk_len_is_between_1_and_64_kib() {
    let rig = Rig::new(1, 1, AEADS[0]);
    let sealer = || {
        let mut wire = Vec::new();
        seal_request(&rig.recipient, LABELS, &mut wire, &mut Deterministic::new(1)).unwrap().0
    };
    for length in [0, ChunkSealer::MAX_CHUNK_LEN + 1, usize::MAX] {
        let error = sealer().with_chunk_len(length).unwrap_err();
        assert_eq!((error.code(), error.fault()), (Code::InvalidInput, Fault::Caller));
    }
    for length in [1, ChunkSealer::DEFAULT_CHUNK_LEN, ChunkSealer::MAX_CHUNK_LEN] {
        assert!(sealer().with_chunk_len(length).is_ok());
    }
    assert_eq!(ChunkSealer::MAX_CHUNK_LEN + TAG, ChunkOpener::DEFAULT_LIMIT);
    assert_eq!(ChunkSealer::DEFAULT_CHUNK_LEN, 1 << 14);
    assert_eq!(ChunkSealer::AES_128_GCM_LIMIT, 1 << 30);
}

/// How many chunks a plaintext becomes: as few as hold it, and never an empty one but the last.
#[test]
fn as_few_chunks_as_hold_the_plaintext() {
    const LENGTH: usize = 100;
    let exchange = Exchange::usual(AEADS[1]);
    let mut checked = 0;
    for size in [0, 1, 99, 100, 101, 199, 200, 201, 1000] {
        let plaintext = vec![1; size];
        let chunks = |finish: bool| {
            let mut wire = Vec::new();
            let sealer = answering(&exchange).start(&mut wire, &mut Deterministic::new(1));
            let mut sealer = sealer.unwrap().with_chunk_len(LENGTH).unwrap();
            if finish {
                sealer.finish(&plaintext, &mut wire).unwrap();
            } else {
                let nonce = wire.len();
                sealer.seal(&plaintext, &mut wire).unwrap();
                assert_eq!(wire.len() == nonce, size == 0, "nothing is sealed for nothing");
                sealer.finish(b"", &mut wire).unwrap();
            }
            let opened = exchange.open_wire(Side::Response, &wire).unwrap().chunks();
            assert_eq!(opened.concat(), plaintext);
            opened.iter().map(Vec::len).collect::<Vec<_>>()
        };
        let mut whole = vec![LENGTH; size / LENGTH];
        if size % LENGTH > 0 {
            whole.push(size % LENGTH);
        }
        let last = if size == 0 { vec![0] } else { whole.clone() };
        assert_eq!(chunks(true), last, "{size} bytes at the end");
        whole.push(0);
        assert_eq!(chunks(false), whole, "{size} bytes before the end");
        checked += 2;
    }
    assert_eq!(checked, 18);
}

/// One that is known to exceed what AES-128-GCM may seal fails before its first chunk. The memory is
/// asked for and never touched; what is sealed up to the limit is for the tests in the core.
#[test]
fn a_plaintext_over_the_limit_of_aes_128_gcm_is_refused_before_its_first_chunk() {
    let exchange = Exchange::usual(AEADS[0]);
    let limit = usize::try_from(ChunkSealer::AES_128_GCM_LIMIT).unwrap();
    let huge = vec![0; limit + 1];
    let mut refused = 0;
    for before in [&b""[..], b"a"] {
        let sealer = |out: &mut Vec<u8>| {
            let mut sealer = answering(&exchange).start(out, &mut Deterministic::new(1)).unwrap();
            sealer.seal(before, out).unwrap();
            (sealer, out.clone())
        };
        let too_much = &huge[before.len()..];
        let mut out = Vec::new();
        let (mut sealing, there) = sealer(&mut out);
        let errors = [
            sealing.seal(too_much, &mut out),
            sealing.seal_parts([&[1], &too_much[1..]], &mut out),
            sealer(&mut Vec::new()).0.finish(too_much, &mut out),
            sealer(&mut Vec::new()).0.finish_padded(&too_much[..3], too_much.len() - 3, &mut out),
            sealer(&mut Vec::new()).0.finish_padded(&too_much[..3], usize::MAX, &mut out),
        ];
        for error in errors.map(Result::unwrap_err) {
            assert_eq!(error.code(), Code::InvalidInput);
            refused += 1;
        }
        assert_eq!(out, there);
        assert!(out.capacity() < 1000, "nothing was even reserved");
    }
    assert_eq!(refused, 10);
}

fn answering(exchange: &Exchange) -> ResponseSealer {
    start(&exchange.rig.ring, LABELS, &exchange.request.front).unwrap().1
}

/// A million chunks of a byte each. They are sealed as they are opened, so that the memory of this
/// test is that of the two ends, and each chunk arrives in two pieces, so that it is put together.
#[test]
fn fault_21_very_many_one_byte_chunks() {
    let full = count(1_000_000, 20_000);
    let mut opened = 0;
    for aead in AEADS {
        let exchange = Exchange::usual(aead);
        let mut wire = Vec::new();
        let mut sealer = answering(&exchange).start(&mut wire, &mut Deterministic::new(1)).unwrap();
        let mut opener = exchange.pending().start(&wire).unwrap();
        for number in 0..full {
            wire.clear();
            let [byte, ..] = number.to_le_bytes();
            sealer.seal(&[byte], &mut wire).unwrap();
            assert_eq!(wire.len(), 1 + 1 + TAG);
            let (mut head, mut tail) = wire.split_at_mut(number % 19);
            let chunk = match opener.next(&mut head).unwrap() {
                Some(chunk) => chunk.to_vec(),
                None => opener.next(&mut tail).unwrap().unwrap().to_vec(),
            };
            assert_eq!(chunk, [byte]);
            opened += 1;
        }
        wire.clear();
        sealer.finish(b"", &mut wire).unwrap();
        assert!(opener.next(&mut &mut wire[..]).unwrap().is_none());
        assert!(opener.finish().unwrap().is_empty());
    }
    assert_eq!(opened, 3 * full);
    let line = format!("fault_21, chunks of one byte: {opened} opened\n");
    std::io::Write::write_all(&mut std::io::stderr(), line.as_bytes()).unwrap();
}
