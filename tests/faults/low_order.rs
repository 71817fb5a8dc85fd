//! Fault 26: points of low order, and encodings that no honest implementation writes.

use sealwire::{
    Aead, Code, Kem, Suite,
    envelope::{Labels, open_request, seal_request},
    hpke::{PublicKey, setup_receiver, setup_sender},
};
use sealwire_tests::{
    independent,
    random::{Deterministic, Scripted},
    rig::{AEADS, Rig, failure, key_pair, recipient},
};

/// The u-coordinates of order 1, 2, 4 and 8 on the curve and its twist, and p and p + 1, which
/// stand for 0 and 1: least significant byte first. X25519 ignores the highest bit, so each has a
/// second encoding.
const LOW_ORDER: [&str; 7] = [
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
    "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
];

fn with_both_high_bits(point: [u8; 32]) -> [[u8; 32]; 2] {
    let mut high = point;
    high[31] ^= 0x80;
    [point, high]
}

fn low_order_encodings() -> Vec<[u8; 32]> {
    let decode = |text: &&str| hex::decode(text).unwrap().try_into().unwrap();
    let encodings: Vec<_> = LOW_ORDER.iter().map(decode).flat_map(with_both_high_bits).collect();
    assert_eq!(encodings.len(), 14);
    encodings
}

/// p + 2 to 2^255 - 1, with either highest bit, and the small numbers with the highest bit: not of
/// low order, but the same points as 2 to 18 and themselves.
fn non_canonical_encodings() -> Vec<([u8; 32], u8)> {
    let reducible = (0xef..=0xff).map(|last| {
        let mut point = [0xff; 32];
        (point[0], point[31]) = (last, 0x7f);
        (point, last - 0xed)
    });
    let mut encodings: Vec<_> = reducible
        .flat_map(|(point, value)| with_both_high_bits(point).map(|point| (point, value)))
        .collect();
    for value in 2..=18 {
        let mut point = [0; 32];
        (point[0], point[31]) = (value, 0x80);
        encodings.push((point, value));
    }
    assert_eq!(encodings.len(), 17 * 3);
    encodings
}

#[test]
fn fault_26_low_order_points() {
    let mut refused = 0;
    for point in low_order_encodings() {
        for aead in AEADS {
            let suite = Suite::x25519(aead);
            let rig = Rig::new(1, 1, aead);
            for pair in [key_pair(1), key_pair(2)] {
                assert_eq!(independent::dh(pair.expose_private_key(), &point), [0; 32]);
                // As enc, to HPKE.
                let error = failure(setup_receiver(suite, &point, &pair, b"info"));
                assert_eq!(error.code(), Code::OpenFailed);
                refused += 1;
            }

            // As enc, in an encapsulated request sealed under the keys that follow from it.
            let header = independent::header(1, aead.id());
            let public = key_pair(1).public_key().as_bytes().to_vec();
            let shared = independent::shared_secret(&[0; 32], &point, &public);
            let info = independent::info(Labels::BHTTP.request, &header);
            let schedule = independent::schedule(aead.id(), &shared, &info, None);
            let sealed = schedule.seal(0, b"", b"a request that everyone can seal");
            let mut message = [&header[..], &point, &sealed].concat();
            let error = failure(open_request(&rig.ring, Labels::BHTTP, &mut message));
            assert_eq!(error.code(), Code::OpenFailed);
            assert!(message[39..].iter().all(|&byte| byte == 0));
            refused += 1;

            // As public key: it has the right form, but nothing is encapsulated to it.
            let key = PublicKey::from_bytes(Kem::X25519HkdfSha256, &point).unwrap();
            let error = failure(setup_sender(suite, &key, b"info", &mut Deterministic::new(1)));
            assert_eq!(error.code(), Code::InvalidKey);
            let to = recipient(1, &point, aead);
            let mut message = vec![0; to.headroom()];
            message.extend_from_slice(b"secret");
            let mut random = Deterministic::new(1);
            let error = failure(seal_request(&to, Labels::BHTTP, &mut message, &mut random));
            assert_eq!(error.code(), Code::InvalidKeyConfig);
            assert_eq!(&message[39..], b"secret", "nothing was sealed");
            assert_eq!(message[7..39], [0; 32], "and no ephemeral key got out");
            refused += 2;
        }
    }
    assert_eq!(refused, 14 * 3 * 5);
    crate::report("fault_26", refused);
}

/// RFC 7748 lets every encoding in, and RFC 9180 hashes `enc` and the public key as they are
/// written. So an honest sender's `enc` under another name of the same point does not open, while
/// a sender who used that name from the start is understood.
#[test]
fn fault_26_non_canonical_encodings_are_other_names() {
    let suite = Suite::x25519(Aead::ChaCha20Poly1305);
    let pair = key_pair(1);
    let mut checked = 0;
    for (point, value) in non_canonical_encodings() {
        let mut canonical = [0; 32];
        canonical[0] = value;
        let private = pair.expose_private_key();
        let dh = independent::dh(private, &canonical);
        assert_eq!(independent::dh(private, &point), dh, "the same point");
        let export = |enc: &[u8]| {
            let receiver = setup_receiver(suite, enc, &pair, b"").unwrap();
            let mut out = [0; 32];
            receiver.export(b"", &mut out).unwrap();
            out
        };
        assert_ne!(export(&point), export(&canonical));
        let shared = independent::shared_secret(&dh, &point, pair.public_key().as_bytes());
        let expected = independent::schedule(suite.aead.id(), &shared, b"", None).export(b"", 32);
        assert_eq!(export(&point)[..], expected);

        // As a public key: sealed to the name as it is written.
        let key = PublicKey::from_bytes(suite.kem, &point).unwrap();
        assert_eq!(key.as_bytes(), point);
        let (enc, sender) = setup_sender(suite, &key, b"", &mut Scripted::new(&[7; 32])).unwrap();
        let dh = independent::dh(&[7; 32], &point);
        let shared = independent::shared_secret(&dh, enc.as_ref(), &point);
        let expected = independent::schedule(suite.aead.id(), &shared, b"", None).export(b"", 32);
        let mut out = [0; 32];
        sender.export(b"", &mut out).unwrap();
        assert_eq!(out[..], expected);
        checked += 1;
    }
    assert_eq!(checked, 51);
}

/// The highest bit of an honest `enc`, which X25519 ignores, is bound all the same.
#[test]
fn fault_26_the_ignored_bit_of_enc_counts() {
    for aead in AEADS {
        let rig = Rig::new(1, 1, aead);
        let (mut request, _) = rig.seal(b"request", &mut Deterministic::new(2));
        request[38] ^= 0x80;
        assert!(failure(rig.open(&request)).is_open_failed());
        request[38] ^= 0x80;
        assert!(rig.open(&request).is_ok());
    }
}
