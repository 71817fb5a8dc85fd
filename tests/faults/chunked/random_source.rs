//! Fault 30: the source of randomness fails before the first chunk.

use sealwire::{
    Code, Fault, Random,
    envelope::chunked::{open_request, seal_request},
};
use sealwire_tests::{
    chunks::LABELS,
    random::{Broken, Deterministic, Scripted},
    rig::{AEADS, Rig, failure, recipient},
};

use super::FRONT;

#[test]
fn fault_30_random_source_fails_before_the_chunks() {
    let mut failures = 0;
    for aead in AEADS {
        let rig = Rig::new(1, 1, aead);
        let failing: [Box<dyn Random>; 3] =
            [Box::new(Scripted::new(&[])), Box::new(Broken), Box::new(Scripted::new(&[1; 15]))];
        for mut random in failing {
            for before in [&b""[..], b"what others wrote"] {
                let mut out = before.to_vec();
                let error =
                    failure(seal_request(&rig.recipient, LABELS, &mut out, random.as_mut()));
                assert_eq!((error.code(), error.fault()), (Code::RandomFailed, Fault::Environment));
                assert_eq!(out, before);

                let mut wire = Vec::new();
                let mut working = Deterministic::new(1);
                drop(seal_request(&rig.recipient, LABELS, &mut wire, &mut working).unwrap());
                let (_, sealer) = open_request(&rig.ring, LABELS, &wire).unwrap();
                let error = failure(sealer.start(&mut out, random.as_mut()));
                assert_eq!((error.code(), error.fault()), (Code::RandomFailed, Fault::Environment));
                assert_eq!(out, before);
                failures += 2;
            }
        }
    }
    assert_eq!(failures, 3 * 3 * 2 * 2);
    crate::report("fault_30 in chunks", failures);
}

/// Nor does a key of low order leave anything.
#[test]
fn fault_26_a_chunked_request_to_a_low_order_key() {
    for aead in AEADS {
        let to = recipient(1, &[0; 32], aead);
        let mut out = b"before".to_vec();
        let error = failure(seal_request(&to, LABELS, &mut out, &mut Deterministic::new(1)));
        assert_eq!((error.code(), &out[..]), (Code::InvalidKeyConfig, &b"before"[..]));
    }
}

/// A request takes 32 bytes of the source and a response a nonce; the chunks take nothing.
#[test]
fn chunks_need_no_randomness() {
    for aead in AEADS {
        let rig = Rig::new(1, 1, aead);
        let mut random = Scripted::new(&[3; 32]);
        let mut wire = b"before".to_vec();
        let (sealer, _) = seal_request(&rig.recipient, LABELS, &mut wire, &mut random).unwrap();
        assert!(random.is_used_up() && wire.starts_with(b"before"));
        assert_eq!(wire.len(), 6 + FRONT);
        sealer.finish(b"", &mut wire).unwrap();
        let (_, sealer) = open_request(&rig.ring, LABELS, &wire[6..6 + FRONT]).unwrap();
        let mut random = Scripted::new(&vec![4; aead.key_len()]);
        let mut out = b"before".to_vec();
        sealer.start(&mut out, &mut random).unwrap().finish(b"", &mut out).unwrap();
        assert!(random.is_used_up());
        assert_eq!(out[6..6 + aead.key_len()], vec![4; aead.key_len()]);
        assert_eq!(out.len(), 6 + aead.key_len() + 1 + 16);
    }
}
