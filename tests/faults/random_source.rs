//! Fault 30: the source of randomness fails.

use sealwire::{
    Code, Fault, Kem, Random, Suite,
    envelope::{Labels, seal_request},
    hpke::{Psk, seal, setup_sender, setup_sender_psk},
    keys::KeyPair,
};
use sealwire_tests::{
    random::{Broken, Deterministic, Scripted},
    rig::{AEADS, Rig, failure, key_pair},
};

/// Sources that fail: at once, with half of the bytes written, or one byte short.
fn failing() -> [Box<dyn Random>; 3] {
    [Box::new(Scripted::new(&[])), Box::new(Broken), Box::new(Scripted::new(&[1; 15]))]
}

#[test]
fn fault_30_random_source_fails() {
    let mut failures = 0;
    for aead in AEADS {
        let (rig, suite) = (Rig::new(1, 1, aead), Suite::x25519(aead));
        let pair = key_pair(1);
        for mut random in failing() {
            let random = random.as_mut();
            let psk = Psk::new(&[1; 32], b"name").unwrap();
            let key = pair.public_key();
            let errors = [
                failure(KeyPair::generate(Kem::X25519HkdfSha256, random)),
                failure(setup_sender(suite, key, b"", random)),
                failure(setup_sender_psk(suite, key, b"", psk, random)),
                failure(seal(suite, key, b"", b"", b"plaintext", random)),
            ];
            for error in errors {
                assert_eq!((error.code(), error.fault()), (Code::RandomFailed, Fault::Environment));
                failures += 1;
            }

            // A request: what the caller wrote behind the headroom is there as it was, no byte was
            // added, and no ephemeral key stands in front of it.
            let mut message = vec![0xAA; rig.recipient.headroom()];
            message.extend_from_slice(b"a request");
            let error = failure(seal_request(&rig.recipient, Labels::BHTTP, &mut message, random));
            assert_eq!(error.code(), Code::RandomFailed);
            assert_eq!(message[7..39], [0xAA; 32]);
            assert_eq!(&message[39..], b"a request");
            failures += 1;

            // A response: the same; the headroom may hold what the source wrote before it failed.
            let (request, _) = rig.seal(b"request", &mut Deterministic::new(1));
            let (_, sealer) = rig.open(&request).unwrap();
            let headroom = sealer.headroom();
            let mut message = vec![0xAA; headroom];
            message.extend_from_slice(b"a response");
            let error = failure(sealer.seal(&mut message, random));
            assert_eq!(error.code(), Code::RandomFailed);
            assert_eq!(&message[headroom..], b"a response");
            failures += 1;
        }
    }
    assert_eq!(failures, 3 * 3 * 6);
    crate::report("fault_30", failures);
}

/// Nothing but its key is random about a request, and nothing but its nonce about a response.
#[test]
fn as_much_is_asked_of_the_source_as_is_needed() {
    for aead in AEADS {
        let rig = Rig::new(1, 1, aead);
        let mut random = Scripted::new(&[3; 32]);
        let (request, _) = rig.seal(b"request", &mut random);
        assert!(random.is_used_up());
        let (_, sealer) = rig.open(&request).unwrap();
        let mut random = Scripted::new(&vec![4; aead.key_len()]);
        let response = sealwire_tests::rig::answer(sealer, b"response", &mut random);
        assert!(random.is_used_up());
        assert_eq!(response[..aead.key_len()], vec![4; aead.key_len()]);
    }
}

/// A caller who left no room gets an error before the source is asked, and the message back.
#[test]
fn no_headroom_is_an_error_before_any_output() {
    let mut refused = 0;
    for aead in AEADS {
        let rig = Rig::new(1, 1, aead);
        for length in 0..rig.recipient.headroom() {
            let mut message = vec![0xAA; length];
            let error =
                failure(seal_request(&rig.recipient, Labels::BHTTP, &mut message, &mut Broken));
            assert_eq!((error.code(), error.fault()), (Code::InvalidInput, Fault::Caller));
            assert_eq!(message, vec![0xAA; length]);
            refused += 1;
        }
        let (request, _) = rig.seal(b"request", &mut Deterministic::new(1));
        for length in 0..aead.key_len() {
            let (_, sealer) = rig.open(&request).unwrap();
            let mut message = vec![0xAA; length];
            let error = failure(sealer.seal(&mut message, &mut Broken));
            assert_eq!((error.code(), error.fault()), (Code::InvalidInput, Fault::Caller));
            assert_eq!(message, vec![0xAA; length]);
            refused += 1;
        }
    }
    assert_eq!(refused, 3 * 39 + 16 + 32 + 32);
}
