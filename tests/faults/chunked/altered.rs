//! Faults 1, 2 and 21, and part of 24: chunks that were altered, cut, emptied or relabeled.

use sealwire::{Code, Error, envelope::chunked::preamble_len};
use sealwire_tests::{
    chunks::{LABELS, Opened, answer, open, open_whole, pieces, seal},
    independent::{framed, varint_of},
    random::Deterministic,
    rig::{self, AEADS, failure},
};

use super::{Exchange, FRONT, SIDES, Side};
use crate::{count, report};

/// How many chunks end at or before `at`, a place behind what precedes them.
fn whole_chunks(chunks: &[Vec<u8>], at: usize) -> usize {
    let ends = chunks.iter().scan(0, |end, chunk| {
        *end += chunk.len();
        Some(*end)
    });
    ends.take_while(|&end| end <= at).count()
}

/// Opens a message with one bit flipped: what is released are the chunks before it. Tells whether
/// the header alone decided.
fn flip(exchange: &Exchange, side: Side, bit: usize) -> bool {
    let message = exchange.message(side);
    let mut wire = message.wire();
    wire[bit / 8] ^= 1 << (bit % 8);
    match exchange.open_wire(side, &wire) {
        Ok(opened) => {
            let before = (bit / 8)
                .checked_sub(message.front.len())
                .map_or(0, |at| whole_chunks(&message.chunks, at));
            exchange.refused(side, &opened, before);
            false
        }
        Err(error) => {
            assert!(side == Side::Request && bit / 8 < FRONT);
            match error.code() {
                Code::UnknownKey => assert!(bit / 8 < 7),
                // A flip in the encapsulated key may make it a point of low order, but none did.
                code => panic!("{code:?}"),
            }
            true
        }
    }
}

#[test]
fn fault_01_single_bit_flips_in_chunks() {
    let mut done = 0;
    let mut unknown_key = 0;
    for aead in AEADS {
        let exchange = Exchange::usual(aead);
        for side in SIDES {
            for bit in 0..8 * exchange.message(side).wire().len() {
                unknown_key += usize::from(flip(&exchange, side, bit));
                done += 1;
            }
        }
    }
    // Chunks of 1, 11, 70 and 9 bytes, each with 1 or 2 bytes of length and a tag.
    let chunks = (1 + 11 + 70 + 9) + (1 + 1 + 2 + 1) + 4 * 16;
    assert_eq!(done, 8 * (3 * (FRONT + chunks) + (16 + 32 + 32) + 3 * chunks));
    // Less the four flips that turn one AEAD into another that the key accepts too.
    assert_eq!(unknown_key, 3 * 56 - 4);
    let mut random = Deterministic::new(0xF1);
    while done < count(1_000_000, 12_000) {
        let exchange = Exchange::random(AEADS[done % 3], &mut random);
        for _ in 0..20 {
            let side = SIDES[random.below(2)];
            let bit = random.below(8 * exchange.message(side).wire().len());
            flip(&exchange, side, bit);
            done += 1;
        }
    }
    report("fault_01 in chunks", done);
}

#[test]
fn fault_02_chunks_cut_at_every_byte() {
    let mut random = Deterministic::new(2);
    let (mut cuts, mut released) = (0, 0);
    for aead in AEADS {
        let exchange = Exchange::usual(aead);
        for side in SIDES {
            let message = exchange.message(side);
            let wire = message.wire();
            let front = message.front.len();
            for length in 0..wire.len() {
                cuts += 1;
                let cut = &wire[..length];
                let Some(behind) = length.checked_sub(front) else {
                    let error = exchange.open_wire(side, cut).unwrap_err();
                    assert!(error.is_open_failed());
                    continue;
                };
                let opened = exchange.open_wire(side, cut).unwrap();
                let whole = whole_chunks(&message.chunks, behind);
                exchange.refused(side, &opened, whole);
                assert!(opened.end.as_ref().unwrap_err().is_open_failed());
                released += whole;
                // In whatever pieces it arrives.
                let parts = pieces(&cut[front..], 1 + length % 30, &mut random);
                assert_eq!(open(exchange.opener(side), parts), opened);
            }
            let opened = exchange.open_wire(side, &[&wire[..], &[0]].concat()).unwrap();
            exchange.refused(side, &opened, 3);
            cuts += 1;
        }
    }
    let chunks = (1 + 11 + 70 + 9) + (1 + 1 + 2 + 1) + 4 * 16;
    assert_eq!(cuts, 3 * FRONT + (16 + 32 + 32) + 6 * (chunks + 1));
    // In every message the first chunk is released by all cuts from its end on, and so on.
    assert_eq!(released, 6 * ((chunks - 18) + (chunks - 18 - 28) + (chunks - 18 - 28 - 88)));
    report("fault_02 in chunks", cuts);
}

/// Where there is a whole request but too little of its front, nothing of a key is touched.
#[test]
fn what_precedes_the_chunks_has_one_length() {
    let exchange = Exchange::usual(AEADS[2]);
    let wire = exchange.request.wire();
    let mut asked = 0;
    for length in 0..=wire.len() {
        let expected = (length >= 7).then_some(FRONT);
        assert_eq!(preamble_len(&wire[..length]).unwrap(), expected);
        asked += 1;
    }
    let mut refused = 0;
    for length in (0..=wire.len()).filter(|&length| length != FRONT) {
        let opened =
            sealwire::envelope::chunked::open_request(&exchange.rig.ring, LABELS, &wire[..length]);
        assert!(failure(opened).is_open_failed());
        refused += 1;
    }
    assert_eq!((asked, refused), (wire.len() + 1, wire.len()));
}

/// A chunk without plaintext opens under its key, and is refused for what it is: wherever it
/// stands, and together with every length that is too short for one byte.
#[test]
fn fault_21_one_empty_chunk() {
    let mut refused = 0;
    for aead in AEADS {
        let exchange = Exchange::usual(aead);
        for side in SIDES {
            let (message, keys) = (exchange.message(side), exchange.keys(side));
            for at in 0..message.chunks.len() {
                let number = u64::try_from(at).unwrap();
                let before = &message.chunks[..at];
                let after = keys.last(number + 1, b"the end");
                let empty = [before.concat(), keys.chunk(number, b""), after].concat();
                let opened = exchange.open(side, &empty);
                exchange.refused(side, &opened, at);
                assert!(opened.end.unwrap_err().is_open_failed());
                refused += 1;
            }
            for length in 1..=16 {
                let sealed = keys.sealed(0, b"", b"");
                let short = framed(&sealed[..length]);
                for input in [&short[..], &short[..1], &[&short[..], &[0; 99]].concat()] {
                    let opened = exchange.open(side, input);
                    exchange.refused(side, &opened, 0);
                    assert!(opened.end.unwrap_err().is_open_failed());
                    refused += 1;
                }
            }
        }
    }
    assert_eq!(refused, 3 * 2 * (4 + 16 * 3));
    report("fault_21, empty chunks", refused);
}

/// The final chunk may be empty, and may be the only one; a message needs it.
#[test]
fn a_final_chunk_may_be_empty_and_alone_but_not_missing() {
    let mut opened = 0;
    for aead in AEADS {
        for last in [&b""[..], b"all there is"] {
            let message = || vec![last.to_vec()];
            let exchange = Exchange::new(aead, message(), message(), &[5; 32]);
            for side in SIDES {
                let chunks = &exchange.message(side).chunks;
                assert_eq!((chunks.len(), chunks[0].len()), (1, 1 + last.len() + 16));
                assert_eq!(exchange.open(side, &chunks[0]).complete(), last);
                let nothing = exchange.open(side, b"");
                assert!(nothing.end.unwrap_err().is_open_failed());
                opened += 1;
            }
        }
    }
    assert_eq!(opened, 3 * 2 * 2);
}

/// A truncation that looks like an end: an attacker who may rewrite lengths makes every chunk the
/// final one, and every final chunk one of the others. And what only an end could seal: a chunk
/// with the other's associated data.
#[test]
fn fault_24_final_stripped_and_added() {
    let mut refused = 0;
    for aead in AEADS {
        let exchange = Exchange::usual(aead);
        for side in SIDES {
            let (message, keys) = (exchange.message(side), exchange.keys(side));
            for (at, plaintext) in message.plaintexts.iter().enumerate() {
                let number = u64::try_from(at).unwrap();
                let before = message.chunks[..at].concat();
                let attempts = [
                    // Sealed as one of the chunks, sent as the final one.
                    [&[0][..], &keys.sealed(number, b"", plaintext)].concat(),
                    // Sealed as the final one, sent as one of the chunks.
                    framed(&keys.sealed(number, b"final", plaintext)),
                    // With associated data that neither has.
                    [&[0][..], &keys.sealed(number, b"Final", plaintext)].concat(),
                    framed(&keys.sealed(number, b"chunk", plaintext)),
                ];
                for attempt in attempts {
                    let after = keys.last(number + 1, b"");
                    for tail in [&b""[..], &after] {
                        let opened = exchange.open(side, &[&before[..], &attempt, tail].concat());
                        exchange.refused(side, &opened, at);
                        assert!(opened.end.unwrap_err().is_open_failed());
                        refused += 1;
                    }
                }
            }
        }
    }
    assert_eq!(refused, 3 * 2 * 4 * 4 * 2);
    report("fault_24, final", refused);
}

/// One shot for chunks and chunks for one shot, under the labels of either.
#[test]
fn fault_24_one_shot_and_chunked_are_not_each_other() {
    let one_shot = sealwire::envelope::Labels::BHTTP;
    let mut refused = 0;
    for aead in AEADS {
        let exchange = Exchange::usual(aead);
        let (rig, mut random) = (&exchange.rig, Deterministic::new(24));
        for labels in [one_shot, LABELS] {
            // Requests. A one-shot one that looks like a chunk: its first byte is where a length
            // would be, so many are tried.
            for _ in 0..20 {
                let (wire, _) =
                    rig::seal(&rig.recipient, labels, b"one shot", &mut random).unwrap();
                for framing in [&[][..], &[0], &[24]] {
                    let wire = [&wire[..FRONT], framing, &wire[FRONT..]].concat();
                    for opened_as in [one_shot, LABELS] {
                        let (opened, _) = open_whole(&rig.ring, opened_as, &wire).unwrap();
                        let is_sealed_chunk = framing == [24] && labels == opened_as;
                        // With the same label and a length put before it, it is a chunk: which is
                        // why there are labels. There is no end to it in any case.
                        assert_eq!(opened.released.len(), usize::from(is_sealed_chunk));
                        assert!(opened.end.is_err());
                        refused += 1;
                    }
                }
            }
            let (wire, _) = seal(&rig.recipient, labels, &[b"only"], &mut random).unwrap();
            for from in [FRONT, FRONT + 1] {
                for opened_as in [one_shot, LABELS] {
                    let wire = [&wire[..FRONT], &wire[from..]].concat();
                    let error = failure(rig::open(&rig.ring, opened_as, &wire));
                    assert!(error.is_open_failed());
                    refused += 1;
                }
            }

            // Responses.
            let (wire, pending) = seal(&rig.recipient, labels, &[b"only"], &mut random).unwrap();
            let (mut whole, sealer) =
                rig::seal(&rig.recipient, labels, b"one shot", &mut random).unwrap();
            let (_, answering) = open_whole(&rig.ring, labels, &wire).unwrap();
            let (_, answering_whole) =
                sealwire::envelope::open_request(&rig.ring, labels, &mut whole).unwrap();
            let chunked = answer(answering, &[b"only"], &mut random);
            let in_one = rig::answer(answering_whole, b"one shot", &mut random);
            assert!(failure(rig::open_answer(sealer, &chunked)).is_open_failed());
            let opened = sealwire_tests::chunks::open_answer(pending, &in_one);
            assert!(opened.end.is_err() && opened.released.is_empty());
            refused += 2;
        }
    }
    assert_eq!(refused, 3 * 2 * (20 * 3 * 2 + 4 + 2));
    report("fault_24, one shot and chunked", refused);
}

/// RFC 9000 lets a length have more bytes than it needs, and so do we, the final chunk's 0 too.
#[test]
fn lengths_in_more_bytes_than_they_need_are_read() {
    let mut opened = 0;
    for aead in AEADS {
        let exchange = Exchange::usual(aead);
        for side in SIDES {
            let (message, keys) = (exchange.message(side), exchange.keys(side));
            for of_chunk in [2, 4, 8] {
                for of_last in [1, 2, 4, 8] {
                    let (last, before) = message.plaintexts.split_last().unwrap();
                    let mut wire = Vec::new();
                    for (number, plaintext) in (0..).zip(before) {
                        let sealed = keys.sealed(number, b"", plaintext);
                        wire.extend(varint_of(sealed.len().try_into().unwrap(), of_chunk));
                        wire.extend(sealed);
                    }
                    wire.extend(varint_of(0, of_last));
                    wire.extend(keys.sealed(3, b"final", last));
                    assert_eq!(exchange.open(side, &wire).chunks(), message.plaintexts);
                    let bytes = wire.chunks(1);
                    let split = open(exchange.opener(side), bytes);
                    assert_eq!(split.chunks(), message.plaintexts);
                    opened += 1;
                }
            }
        }
    }
    assert_eq!(opened, 3 * 2 * 3 * 4);
}

/// Input that ends within a length, of which there may be up to seven bytes.
#[test]
fn a_length_that_is_cut_is_no_end() {
    let exchange = Exchange::usual(AEADS[2]);
    let mut refused = 0;
    for side in SIDES {
        let chunks = &exchange.message(side).chunks;
        for whole in 0..chunks.len() {
            for length in [2, 4, 8] {
                for cut in 1..length {
                    for value in [0, 17] {
                        let begun = &varint_of(value, length)[..cut];
                        let opened =
                            exchange.open(side, &[&chunks[..whole].concat(), begun].concat());
                        exchange.refused(side, &opened, whole);
                        assert!(opened.end.unwrap_err().is_open_failed());
                        refused += 1;
                    }
                }
            }
        }
    }
    assert_eq!(refused, 2 * 4 * (1 + 3 + 7) * 2);
}

/// After an error nothing opens any more, not even what would have been the next chunk; and what
/// failed in the caller's memory is zero.
#[test]
fn an_error_is_final_and_leaves_zeros() {
    let mut failed = 0;
    for aead in AEADS {
        let exchange = Exchange::usual(aead);
        for side in SIDES {
            let chunks = &exchange.message(side).chunks;
            let mut forged = chunks[0].clone();
            *forged.last_mut().unwrap() ^= 1;
            let mut opener = exchange.opener(side);
            let mut wire = [&forged[..], &chunks.concat()].concat();
            let error = opener.next(&mut &mut wire[..]).unwrap_err();
            assert!(error.is_open_failed());
            assert_eq!(wire[0], forged[0]);
            assert!(wire[1..forged.len()].iter().all(|&byte| byte == 0));
            assert_eq!(wire[forged.len()..], chunks.concat(), "the rest was not touched");
            for _ in 0..3 {
                let mut good = chunks.concat();
                assert_eq!(opener.next(&mut &mut good[..]).unwrap_err(), error);
                assert_eq!(good, chunks.concat());
                assert_eq!(opener.finish().unwrap_err(), error);
            }
            failed += 1;
        }
    }
    assert_eq!(failed, 6);
}

/// `finish` is the end, whatever it said; the message is not released a second time.
#[test]
fn finished_twice() {
    let again = |opener: &mut sealwire::envelope::chunked::ChunkOpener, expected: Error| {
        for _ in 0..2 {
            assert_eq!(opener.finish().unwrap_err(), expected);
            assert_eq!(opener.next(&mut &mut [1, 2, 3][..]).unwrap_err(), expected);
            assert_eq!(opener.next(&mut &mut [][..]).unwrap_err(), expected);
        }
    };
    let mut ended = 0;
    for aead in AEADS {
        let exchange = Exchange::usual(aead);
        for side in SIDES {
            let mut wire = exchange.message(side).chunks.concat();
            let mut opener = exchange.opener(side);
            let mut input = &mut wire[..];
            while opener.next(&mut input).unwrap().is_some() {}
            assert_eq!(opener.finish().unwrap(), exchange.message(side).plaintexts[3]);
            let error = opener.finish().unwrap_err();
            assert_eq!(error.code(), Code::InvalidInput);
            again(&mut opener, error);

            // Too early.
            let mut opener = exchange.opener(side);
            let error = opener.finish().unwrap_err();
            assert!(error.is_open_failed());
            again(&mut opener, error);
            ended += 2;
        }
    }
    assert_eq!(ended, 12);
}

/// No bytes are a message, none make anything panic.
#[test]
fn arbitrary_chunks_do_not_open() {
    let mut random = Deterministic::new(0xAC);
    let exchange = Exchange::usual(AEADS[0]);
    let done = count(100_000, 3_000);
    for _ in 0..done {
        let length = random.below(300);
        let wire = random.bytes(length);
        let parts = pieces(&wire, 100, &mut random);
        let opened: Opened = open(exchange.opener(Side::Request), parts);
        exchange.refused(Side::Request, &opened, 0);
    }
    report("arbitrary chunks", done);
}
