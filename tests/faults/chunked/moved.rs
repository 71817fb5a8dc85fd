//! Faults 3, 4 and 5: chunks that are genuine, in the wrong place.

use sealwire_tests::{
    chunks::{LABELS, answer, open_whole, seal, start_answer},
    independent::{Chunks, framed},
    random::Deterministic,
    rig::{AEADS, Rig},
};

use super::{Exchange, SIDES, Side, common};
use crate::{count, report};

#[test]
fn fault_03_chunks_swapped_doubled_dropped_inserted() {
    let mut random = Deterministic::new(3);
    let mut done = [0; 4];
    let full = count(100_000, 3_000);
    while done.iter().sum::<usize>() < full {
        let exchange = Exchange::random(AEADS[random.below(3)], &mut random);
        for side in SIDES {
            for (what, done) in done.iter_mut().enumerate() {
                let good = &exchange.message(side).chunks;
                let mut chunks = good.clone();
                // At least one chunk and the final one.
                let at = random.below(chunks.len());
                let other = (at + 1 + random.below(chunks.len() - 1)) % chunks.len();
                match what {
                    0 => chunks.swap(at, other),
                    1 => chunks.insert(random.below(chunks.len() + 1), good[at].clone()),
                    2 => drop(chunks.remove(at)),
                    _ => {
                        let forged = forged(exchange.keys(side), good, &mut random);
                        chunks.insert(random.below(good.len() + 1), forged);
                    }
                }
                let opened = exchange.open(side, &chunks.concat());
                // Behind the final chunk nothing is told from it: all of it is its end.
                exchange.refused(side, &opened, common(&chunks, good));
                assert!(opened.end.unwrap_err().is_open_failed());
                *done += 1;
            }
        }
    }
    assert!(done.iter().all(|&done| done >= full / 4));
    report("fault_03", done.iter().sum());
}

/// A chunk that nobody sealed for that place: random, sealed under another key, or under the right
/// key by counting on.
fn forged(keys: &Chunks, good: &[Vec<u8>], random: &mut Deterministic) -> Vec<u8> {
    let length = 1 + random.below(40);
    let plaintext = random.bytes(length);
    match random.below(3) {
        0 => {
            let length = 17 + random.below(40);
            framed(&random.bytes(length))
        }
        1 => {
            let other = Chunks { key: random.bytes(keys.key.len()), ..keys.clone() };
            other.chunk(0, &plaintext)
        }
        _ => keys.chunk(u64::try_from(good.len() + 1 + random.below(9)).unwrap(), &plaintext),
    }
}

/// Exchanges under one key of the server, with chunks of the same lengths and even the same words.
fn exchanges(random: &mut Deterministic) -> Vec<Exchange> {
    let aead = AEADS[random.below(3)];
    let count = 2 + random.below(4);
    let chunks: Vec<_> = (0..count)
        .map(|_| {
            let length = 1 + random.below(60);
            random.bytes(length)
        })
        .collect();
    let exchange = |_| Exchange::new(aead, chunks.clone(), chunks.clone(), &random.bytes(32));
    (0..4).map(exchange).collect()
}

#[test]
fn fault_04_a_chunk_moved_to_another_message() {
    let mut random = Deterministic::new(4);
    let [mut between, mut across] = [0; 2];
    let full = count(100_000, 3_000);
    while between + across < full {
        let exchanges = exchanges(&mut random);
        for _ in 0..5 {
            let (from, to) = (random.below(4), random.below(4));
            let (from_side, to_side) = (SIDES[random.below(2)], SIDES[random.below(2)]);
            if (from, from_side) == (to, to_side) {
                continue;
            }
            let good = &exchanges[to].message(to_side).chunks;
            let moved = &exchanges[from].message(from_side).chunks;
            // To the same place, where its nonce would be the right one, and with all that follow.
            let at = random.below(good.len());
            let mut chunks = good.clone();
            let up_to = if random.below(2) == 0 { at + 1 } else { good.len() };
            chunks[at..up_to].clone_from_slice(&moved[at..up_to]);
            let opened = exchanges[to].open(to_side, &chunks.concat());
            exchanges[to].refused(to_side, &opened, at);
            assert!(opened.end.unwrap_err().is_open_failed());
            if from_side == to_side { between += 1 } else { across += 1 }
        }
    }
    assert!(between > full / 4 && across > full / 4);
    report("fault_04", between + across);
}

#[test]
fn fault_05_chunked_responses_swapped_between_requests() {
    let mut random = Deterministic::new(5);
    let mut swapped = 0;
    let full = count(100_000, 600);
    while swapped < full {
        let rig = Rig::new(1, 1, AEADS[swapped % 3]);
        let message = [&b"the same"[..], b"words"];
        let exchanges = (0..10).map(|_| {
            let (wire, opener) = seal(&rig.recipient, LABELS, &message, &mut random).unwrap();
            let (_, sealer) = open_whole(&rig.ring, LABELS, &wire).unwrap();
            (opener, answer(sealer, &message, &mut random))
        });
        let (openers, responses): (Vec<_>, Vec<_>) = exchanges.unzip();
        let shift = 1 + random.below(9);
        for (at, opener) in openers.into_iter().enumerate() {
            let response = &responses[(at + shift) % 10];
            let (opener, chunks) = start_answer(opener, response).unwrap();
            let opened = sealwire_tests::chunks::open(opener, [chunks]);
            assert!(opened.released.is_empty());
            assert!(opened.end.unwrap_err().is_open_failed());
            swapped += 1;
        }
    }
    report("fault_05 in chunks", swapped);
}

/// A request opens as often as it is sent, and each time gives a response of its own: chunks of one
/// do not continue the other.
#[test]
fn two_responses_to_one_request_do_not_mix() {
    let mut refused = 0;
    for aead in AEADS {
        let exchange = Exchange::usual(aead);
        let mut random = Deterministic::new(7);
        let mut respond = || {
            let (_, sealer) =
                open_whole(&exchange.rig.ring, LABELS, &exchange.request.wire()).unwrap();
            let wire = answer(sealer, &[&b"one"[..], b"two"], &mut random);
            let (nonce, chunks) = wire.split_at(aead.key_len());
            let (first, last) = chunks.split_at(1 + 3 + 16);
            [nonce, first, last].map(<[u8]>::to_vec)
        };
        let (one, other) = (respond(), respond());
        assert_ne!(one[0], other[0]);
        let open = |wire: Vec<u8>| exchange.open_wire(Side::Response, &wire).unwrap();
        assert_eq!(open(one.concat()).complete(), b"onetwo");
        assert_eq!(open(other.concat()).complete(), b"onetwo");
        let mixed = open([&one[0][..], &one[1], &other[2]].concat());
        assert_eq!(mixed.released, [b"one"]);
        assert!(mixed.end.unwrap_err().is_open_failed());
        let mixed = open([&one[0][..], &other[1], &other[2]].concat());
        assert!(mixed.released.is_empty() && mixed.end.is_err());
        refused += 2;
    }
    assert_eq!(refused, 6);
}
