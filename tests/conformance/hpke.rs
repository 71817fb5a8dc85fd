//! The vectors of RFC 9180 for X25519 and HKDF-SHA256.

use sealwire::{
    Aead, Code, Error, Kdf, Kem, Suite,
    hpke::{
        Enc, Psk, PublicKey, ReceiverContext, SenderContext, open, seal, setup_receiver,
        setup_receiver_psk, setup_sender, setup_sender_psk,
    },
    keys::KeyPair,
};
use sealwire_tests::{
    random::Scripted,
    rig::{AEADS, failure, key_pair, key_pair_of},
    vectors::{bytes, id, list, text, theirs},
};
use serde_json::Value;

const FILE: &str = "hpke/rfc9180-x25519.json";
const CASES: usize = 16;

/// The suite of a case, if its identifiers are on the allow-list.
pub(crate) fn suite(case: &Value) -> Option<Suite> {
    let kem = Kem::from_id(id(case, "kem_id"))?;
    let kdf = Kdf::from_id(id(case, "kdf_id"))?;
    let aead = Aead::from_id(id(case, "aead_id"))?;
    Some(Suite { kem, kdf, aead })
}

/// Both ends of one case: mode psk if the case has a pre-shared key.
pub(crate) fn set_up(case: &Value, suite: Suite) -> (Enc, SenderContext, ReceiverContext) {
    let recipient = key_pair_of(&bytes(case, "skRm"));
    let public = PublicKey::from_bytes(suite.kem, &bytes(case, "pkRm")).unwrap();
    let (info, enc) = (bytes(case, "info"), bytes(case, "enc"));
    let mut random = Scripted::new(&bytes(case, "skEm"));
    let (sender, receiver) = if case["mode"] == 1 {
        let (psk, psk_id) = (bytes(case, "psk"), bytes(case, "psk_id"));
        let psk = Psk::new(&psk, &psk_id).unwrap();
        (
            setup_sender_psk(suite, &public, &info, psk, &mut random),
            setup_receiver_psk(suite, &enc, &recipient, &info, psk),
        )
    } else {
        (
            setup_sender(suite, &public, &info, &mut random),
            setup_receiver(suite, &enc, &recipient, &info),
        )
    };
    assert!(random.is_used_up(), "one ephemeral key, and nothing else, is random");
    let (enc, sender) = sender.unwrap();
    (enc, sender, receiver.unwrap())
}

/// Runs one case in both roles; how many messages and exports it had.
pub(crate) fn run(case: &Value, suite: Suite) -> [usize; 2] {
    let (enc, mut sender, mut receiver) = set_up(case, suite);
    assert_eq!(enc.as_ref(), bytes(case, "enc"));
    let messages = list(&case["encryptions"]);
    for (number, message) in messages.iter().enumerate() {
        // The files list the first messages of a context, without a gap: the counter of the
        // associated data is the sequence number.
        let (aad, plaintext) = (bytes(message, "aad"), bytes(message, "pt"));
        assert_eq!(aad, format!("Count-{number}").as_bytes());
        let sealed = sender.seal(&aad, &plaintext).unwrap();
        assert_eq!(hex::encode(&sealed), text(message, "ct"), "message {number}");
        assert_eq!(receiver.open(&aad, &sealed).unwrap(), plaintext, "message {number}");
    }
    let exports = list(&case["exports"]);
    for export in exports {
        let expected = bytes(export, "exported_value");
        assert_eq!(export["L"], expected.len());
        let context = bytes(export, "exporter_context");
        let (mut ours, mut theirs) = (vec![0; expected.len()], vec![0; expected.len()]);
        sender.export(&context, &mut ours).unwrap();
        receiver.export(&context, &mut theirs).unwrap();
        assert!(ours == expected && theirs == expected);
    }
    [messages.len(), exports.len()]
}

#[test]
fn rfc_9180_modes_base_and_psk() {
    let Some(file) = theirs(FILE, CASES) else {
        return;
    };
    let (mut taken, mut refused) = ([0; 2], 0);
    let (mut messages, mut exports) = (0, 0);
    for case in list(&file) {
        let Some(suite) = suite(case) else {
            // HKDF-SHA512, or no AEAD at all.
            assert!(id(case, "kdf_id") == 3 || id(case, "aead_id") == 0xffff);
            refused += 1;
            continue;
        };
        let [sealed, exported] = run(case, suite);
        messages += sealed;
        exports += exported;
        taken[usize::from(case["mode"] == 1)] += 1;
    }
    assert_eq!((taken, refused), ([3, 3], 10));
    assert_eq!((messages, exports), (6 * 8, 6 * 3));
}

#[test]
fn rfc_9180_keys_are_derived_from_ikm() {
    let Some(file) = theirs(FILE, CASES) else {
        return;
    };
    let mut derived = 0;
    for case in list(&file) {
        for (ikm, private, public) in [("ikmR", "skRm", "pkRm"), ("ikmE", "skEm", "pkEm")] {
            let pair = KeyPair::derive(Kem::X25519HkdfSha256, &bytes(case, ikm)).unwrap();
            assert_eq!(pair.expose_private_key(), bytes(case, private));
            assert_eq!(pair.public_key().as_bytes(), bytes(case, public));
            derived += 1;
        }
    }
    assert_eq!(derived, 2 * CASES);
}

#[test]
fn a_receiver_with_another_mode_key_name_or_info_opens_nothing() {
    let Some(file) = theirs(FILE, CASES) else {
        return;
    };
    let mut refused = 0;
    for case in list(&file).iter().filter(|case| case["mode"] == 1) {
        let Some(suite) = suite(case) else { continue };
        let (enc, info) = (bytes(case, "enc"), bytes(case, "info"));
        let (psk, psk_id) = (bytes(case, "psk"), bytes(case, "psk_id"));
        let pair = key_pair_of(&bytes(case, "skRm"));
        let sealed = bytes(&case["encryptions"][0], "ct");
        let aad = bytes(&case["encryptions"][0], "aad");
        let mut wrong_psk = psk.clone();
        wrong_psk[0] ^= 1;
        let with = |psk: &[u8], id: &[u8], info: &[u8]| {
            let psk = Psk::new(psk, id).unwrap();
            setup_receiver_psk(suite, &enc, &pair, info, psk).unwrap()
        };
        for mut receiver in [
            setup_receiver(suite, &enc, &pair, &info).unwrap(),
            with(&wrong_psk, &psk_id, &info),
            with(&psk, b"another name", &info),
            with(&psk, &psk_id, b"another info"),
        ] {
            let error: Error = receiver.open(&aad, &sealed).unwrap_err();
            assert!(error.is_open_failed());
            refused += 1;
        }
        assert!(with(&psk, &psk_id, &info).open(&aad, &sealed).is_ok());
    }
    assert_eq!(refused, 3 * 4);
}

#[test]
fn an_export_has_at_most_8160_bytes() {
    for aead in AEADS {
        let (suite, pair) = (Suite::x25519(aead), key_pair(1));
        let mut random = Scripted::new(&[2; 32]);
        let (enc, sender) = setup_sender(suite, pair.public_key(), b"", &mut random).unwrap();
        let receiver = setup_receiver(suite, enc.as_ref(), &pair, b"").unwrap();
        for length in [0, 1, 8160] {
            let (mut ours, mut theirs) = (vec![0; length], vec![1; length]);
            sender.export(b"context", &mut ours).unwrap();
            receiver.export(b"context", &mut theirs).unwrap();
            assert_eq!(ours, theirs);
        }
        // The length is bound: a shorter export is not the front of a longer one.
        let (mut short, mut long) = ([0; 32], [0; 64]);
        sender.export(b"context", &mut short).unwrap();
        sender.export(b"context", &mut long).unwrap();
        assert_ne!(short, long[..32]);
        for length in [8161, 0xffff, 0x1_0000, 0x1_0020] {
            let mut out = vec![0x55; length];
            assert_eq!(failure(sender.export(b"", &mut out)).code(), Code::InvalidInput);
            assert_eq!(failure(receiver.export(b"", &mut out)).code(), Code::InvalidInput);
            assert!(out.iter().all(|&byte| byte == 0x55));
        }
    }
}

#[test]
fn keys_of_another_length_are_refused() {
    let kem = Kem::X25519HkdfSha256;
    let mut refused = 0;
    for length in (0..=66).filter(|&length| length != 32) {
        let bytes = vec![7; length];
        let private = failure(KeyPair::from_private_key(kem, &bytes));
        let public = failure(PublicKey::from_bytes(kem, &bytes));
        assert_eq!((private.code(), public.code()), (Code::InvalidKey, Code::InvalidKey));
        let enc = failure(setup_receiver(Suite::x25519(AEADS[0]), &bytes, &key_pair(1), b""));
        assert_eq!(enc.code(), Code::OpenFailed);
        refused += 1;
    }
    for length in 0..32 {
        let bytes = vec![7; length];
        assert_eq!(failure(KeyPair::derive(kem, &bytes)).code(), Code::InvalidInput);
        assert_eq!(failure(Psk::new(&bytes, b"name")).code(), Code::InvalidInput);
        refused += 1;
    }
    assert_eq!(failure(Psk::new(&[7; 32], b"")).code(), Code::InvalidInput);
    assert!(Psk::new(&[7; 32], b"n").is_ok() && KeyPair::derive(kem, &[7; 32]).is_ok());
    assert_eq!(refused, 66 + 32);
}

/// The one-shot forms are the first message of a context, and open only as a whole.
#[test]
fn seal_and_open_in_one_call() {
    for aead in AEADS {
        let (suite, pair) = (Suite::x25519(aead), key_pair(1));
        let mut random = Scripted::new(&[2; 64]);
        let (enc, sealed) =
            seal(suite, pair.public_key(), b"info", b"aad", b"plaintext", &mut random).unwrap();
        let (again, mut sender) =
            setup_sender(suite, pair.public_key(), b"info", &mut random).unwrap();
        assert_eq!(
            (again, sender.seal(b"aad", b"plaintext").unwrap()),
            (enc.clone(), sealed.clone())
        );
        let open = |info, aad| open(suite, enc.as_ref(), &pair, info, aad, &sealed);
        assert_eq!(open(b"info", b"aad").unwrap(), b"plaintext");
        assert!(failure(open(b"inf", b"aad")).is_open_failed());
        assert!(failure(open(b"info", b"aaa")).is_open_failed());
    }
}
