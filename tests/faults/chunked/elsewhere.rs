//! Fault 25: chunks under another label, or of another protocol with the same key.

use sealwire::{
    Suite,
    envelope::{Labels, chunked::open_request},
    hpke,
};
use sealwire_tests::{
    chunks::{LABELS, answer, open_answer, open_whole, seal},
    random::Deterministic,
    rig::{AEADS, Rig, key_pair},
};

use super::FRONT;
use crate::{count, report};

#[test]
fn fault_25_chunks_under_another_label_or_protocol() {
    let mut random = Deterministic::new(26);
    let pair = key_pair(1);
    let named = [
        "message/bhttp request",
        "message/bhttp chunked response",
        "message/bhttp chunked reques",
        "message/bhttp chunked request ",
        "message/bhttp chunked request\0",
        "Message/bhttp chunked request",
        "message/sealwire-session request",
        "",
    ];
    let mut tried = 0;
    while tried < count(10_000, 600) {
        let aead = AEADS[tried % 3];
        let rig = Rig::new(7, 1, aead);
        let suite = Suite::x25519(aead);
        let message = [&b"one"[..], b"two"];
        let (wire, _) = seal(&rig.recipient, LABELS, &message, &mut random).unwrap();
        let label = match named.get(tried / 6) {
            Some(label) => (*label).to_owned(),
            None => {
                let mut label = LABELS.request.to_owned().into_bytes();
                let at = random.below(label.len());
                label[at] ^= 1 + u8::try_from(random.below(127)).unwrap();
                String::from_utf8(label).unwrap()
            }
        };
        let other = Labels { request: &label, response: LABELS.response };

        // In either direction.
        let mut refuse = |labels, wire: &[u8]| {
            let (opened, _) = open_whole(&rig.ring, labels, wire).unwrap();
            assert!(opened.released.is_empty());
            assert!(opened.end.unwrap_err().is_open_failed());
            tried += 1;
        };
        refuse(other, &wire);
        let (foreign, _) = seal(&rig.recipient, other, &message, &mut random).unwrap();
        refuse(LABELS, &foreign);

        // As plain HPKE with the same key: without info, with the header alone, and with the
        // associated data of others.
        let (front, chunks) = wire.split_at(FRONT);
        let (header, enc) = front.split_at(7);
        let first = &chunks[1..1 + 3 + 16];
        let info = [LABELS.request.as_bytes(), &[0], header].concat();
        let base = |info: &[u8]| hpke::setup_receiver(suite, enc, &pair, info).unwrap();
        assert!(base(b"").open(b"", first).unwrap_err().is_open_failed());
        assert!(base(header).open(b"", first).unwrap_err().is_open_failed());
        assert!(base(&info).open(header, first).unwrap_err().is_open_failed());
        assert!(base(&info).open(b"final", first).unwrap_err().is_open_failed());
        assert_eq!(base(&info).open(b"", first).unwrap(), b"one", "and with all of it right");
        tried += 4;
    }
    assert!(tried / 6 > named.len(), "every label of the list had its turn");
    report("fault_25 in chunks", tried);
}

#[test]
fn fault_25_other_label_of_the_chunked_response() {
    let mut refused = 0;
    for aead in AEADS {
        let (rig, mut random) = (Rig::new(1, 1, aead), Deterministic::new(3));
        for response in ["message/bhttp response", "message/bhttp chunked request", ""] {
            let (wire, opener) = seal(&rig.recipient, LABELS, &[b""], &mut random).unwrap();
            let other = Labels { response, ..LABELS };
            let (opened, sealer) = open_whole(&rig.ring, other, &wire).unwrap();
            assert_eq!(opened.complete(), b"", "that label has no part in the request");
            let opened = open_answer(opener, &answer(sealer, &[b"response"], &mut random));
            assert!(opened.released.is_empty());
            assert!(opened.end.unwrap_err().is_open_failed());
            refused += 1;
        }
    }
    assert_eq!(refused, 9);
}

/// The header is bound: another key id of the same key, or another of its suites.
#[test]
fn the_header_of_a_chunked_request_is_bound() {
    let mut refused = 0;
    for aead in AEADS {
        let (rig, mut random) = (Rig::new(1, 1, aead), Deterministic::new(4));
        let (wire, _) = seal(&rig.recipient, LABELS, &[b"request"], &mut random).unwrap();
        for other in AEADS.into_iter().filter(|&other| other != aead) {
            let mut wire = wire.clone();
            wire[5..7].copy_from_slice(&other.id().to_be_bytes());
            let (opened, sealer) = open_whole(&rig.ring, LABELS, &wire).unwrap();
            assert!(opened.end.unwrap_err().is_open_failed());
            assert_eq!(sealer.suite().aead, other);
            refused += 1;
        }
        let same_key = Rig::new(2, 1, aead);
        let mut wire = wire;
        wire[0] = 2;
        let (mut opener, sealer) = open_request(&same_key.ring, LABELS, &wire[..FRONT]).unwrap();
        assert_eq!(sealer.key_id(), 2);
        assert!(opener.next(&mut &mut wire[FRONT..]).unwrap().is_none());
        assert!(opener.finish().unwrap_err().is_open_failed());
        refused += 1;
    }
    assert_eq!(refused, 9);
}
