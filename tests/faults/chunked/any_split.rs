//! Any plaintext in chunks of any length, arriving in any pieces, is the same plaintext.

use proptest::{collection::vec, prelude::*};
use sealwire::envelope::chunked::{ChunkSealer, seal_request};
use sealwire_tests::{
    chunks::{LABELS, Opened, answer, open, pieces, seal, start, start_answer},
    random::Deterministic,
    rig::{AEADS, Rig},
};

use super::FRONT;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_plaintext_any_chunk_len_any_split(
        size in prop_oneof![0..300_usize, 16_000..17_000_usize, 65_000..140_000_usize],
        // Short chunks of a long message are only more of the same.
        chunk_len in prop_oneof![1..=100_usize, 16_380..=16_390_usize, 1..=65_536_usize],
        parts in vec(1..70_000_usize, 0..4),
        longest in prop_oneof![1..40_usize, 1..200_000_usize],
        aead in 0..3_usize,
        seed: u64,
    ) {
        let size = size.min(1000 * chunk_len);
        let mut random = Deterministic::new(seed);
        let rig = Rig::new(1, 1, AEADS[aead]);
        let plaintext = random.bytes(size);
        let (mut request, mut response) = (Vec::new(), Vec::new());
        let (sealer, pending) =
            seal_request(&rig.recipient, LABELS, &mut request, &mut random).unwrap();
        fill(sealer.with_chunk_len(chunk_len).unwrap(), &plaintext, &parts, &mut request);

        let (opener, sealer, arriving) = start(&rig.ring, LABELS, &request).unwrap();
        let whole = open(opener, [arriving]);
        let (opener, _, _) = start(&rig.ring, LABELS, &request).unwrap();
        let split = open(opener, pieces(arriving, longest, &mut random));
        check(&whole, &split, &plaintext, chunk_len);

        let sealer = sealer.start(&mut response, &mut random).unwrap();
        fill(sealer.with_chunk_len(chunk_len).unwrap(), &plaintext, &parts, &mut response);
        let (opener, arriving) = start_answer(pending, &response).unwrap();
        let split = open(opener, pieces(arriving, longest, &mut random));
        check(&whole, &split, &plaintext, chunk_len);
    }
}

/// Seals parts of those lengths, and what is left as the end.
fn fill(mut sealer: ChunkSealer, plaintext: &[u8], parts: &[usize], out: &mut Vec<u8>) {
    let mut rest = plaintext;
    for &part in parts {
        let (before, after) = rest.split_at(part.min(rest.len()));
        sealer.seal(before, out).unwrap();
        rest = after;
    }
    sealer.finish(rest, out).unwrap();
}

fn check(whole: &Opened, split: &Opened, plaintext: &[u8], chunk_len: usize) {
    assert!(whole == split);
    assert!(whole.complete() == plaintext);
    assert!(whole.released.iter().all(|chunk| (1..=chunk_len).contains(&chunk.len())));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Two pieces are sealed as if they were one, and padding as if its zeros were there.
    #[test]
    fn pieces_and_padding_are_as_if_joined(
        size in 0..1000_usize,
        cut in 0..1000_usize,
        zeros in 0..1000_usize,
        chunk_len in prop_oneof![1..=100_usize, 900..=1100_usize],
        aead in 0..3_usize,
        seed: u64,
    ) {
        let mut random = Deterministic::new(seed);
        let rig = Rig::new(1, 1, AEADS[aead]);
        let plaintext = random.bytes(size);
        let (first, second) = plaintext.split_at(cut.min(size));
        let begin = |out: &mut Vec<u8>| {
            let mut random = Deterministic::new(seed);
            let (sealer, _) = seal_request(&rig.recipient, LABELS, out, &mut random).unwrap();
            sealer.with_chunk_len(chunk_len).unwrap()
        };
        let (mut joined, mut apart) = (Vec::new(), Vec::new());
        let mut sealer = begin(&mut joined);
        sealer.seal(&plaintext, &mut joined).unwrap();
        sealer.finish(&[&plaintext[..], &vec![0; zeros]].concat(), &mut joined).unwrap();
        let mut sealer = begin(&mut apart);
        sealer.seal_parts([first, second], &mut apart).unwrap();
        sealer.finish_padded(&plaintext, zeros, &mut apart).unwrap();
        assert!(joined == apart);
        let (opener, _, arriving) = start(&rig.ring, LABELS, &apart).unwrap();
        let opened = open(opener, [arriving]).complete();
        assert!(opened == [&plaintext[..], &plaintext, &vec![0; zeros]].concat());
    }
}

/// A chunk that is in the input as a whole is opened there; one that is not is put together
/// elsewhere. Both are the same chunk, and one way may follow the other.
#[test]
fn in_place_and_put_together() {
    let (mut in_place, mut elsewhere) = (0, 0);
    for aead in AEADS {
        let (rig, mut random) = (Rig::new(1, 1, aead), Deterministic::new(1));
        let plaintexts = [100, 1, 70, 200, 3, 0].map(|length| random.bytes(length));
        let (mut request, pending) =
            seal(&rig.recipient, LABELS, &plaintexts, &mut random).unwrap();
        let (_, sealer, _) = start(&rig.ring, LABELS, &request).unwrap();
        let mut response = answer(sealer, &plaintexts, &mut random);
        let (opener, _, _) = start(&rig.ring, LABELS, &request).unwrap();
        let nonce = response[..aead.key_len()].to_vec();
        let responding = pending.start(&nonce).unwrap();
        for (mut opener, chunks) in
            [(opener, &mut request[FRONT..]), (responding, &mut response[nonce.len()..])]
        {
            // Cut within the second chunk's length or body, the third and the fourth.
            let ends: Vec<_> = plaintexts
                .iter()
                .scan(0, |end, plaintext| {
                    let length = plaintext.len() + 16;
                    *end += length + if length < 64 { 1 } else { 2 };
                    Some(*end)
                })
                .collect();
            let cuts = [ends[0] + 5, ends[2] - 1, ends[2] + 1];
            let mut rest = chunks;
            let mut taken = 0;
            let mut number = 0;
            for cut in cuts.into_iter().chain([ends[5]]) {
                let (piece, after) = rest.split_at_mut(cut - taken);
                (rest, taken) = (after, cut);
                let range = piece.as_ptr_range();
                let mut input = piece;
                while let Some(chunk) = opener.next(&mut input).unwrap() {
                    assert_eq!(chunk, plaintexts[number]);
                    if range.contains(&chunk.as_ptr()) {
                        in_place += 1;
                    } else {
                        elsewhere += 1;
                    }
                    number += 1;
                }
            }
            assert_eq!(opener.finish().unwrap(), plaintexts[5]);
            assert_eq!(number, 5);
        }
    }
    // The second chunk's body was cut, and the third's; of the fourth only the length.
    assert_eq!((in_place, elsewhere), (6 * 3, 6 * 2));
}
