//! X25519 against Wycheproof, through key encapsulation: the public interface has no bare key
//! agreement. From the shared point a test gives, independent code derives what HPKE makes of it,
//! and both ends of ours must export the same.

use sealwire::{
    Aead, Code, Suite,
    hpke::{PublicKey, setup_receiver, setup_sender},
    keys::KeyPair,
};
use sealwire_tests::{
    independent,
    random::Scripted,
    rig::{failure, key_pair_of},
    vectors::{bytes, list, text, theirs, wycheproof},
};
use serde_json::Value;

const SUITE: Suite = Suite::x25519(Aead::ChaCha20Poly1305);

/// As the recipient: `private` opens what was encapsulated by `public`.
fn receives(pair: &KeyPair, public: &[u8], shared: &[u8]) {
    let receiver = setup_receiver(SUITE, public, pair, b"").unwrap();
    let mut exported = [0; 32];
    receiver.export(b"", &mut exported).unwrap();
    let recipient = pair.public_key().as_bytes();
    assert_eq!(exported[..], export_of(shared, public, recipient));
}

/// As the sender: `private` is the ephemeral key, `public` the recipient's.
fn sends(pair: &KeyPair, public: &[u8], shared: &[u8]) {
    let recipient = PublicKey::from_bytes(SUITE.kem, public).unwrap();
    let mut random = Scripted::new(pair.expose_private_key());
    let (enc, sender) = setup_sender(SUITE, &recipient, b"", &mut random).unwrap();
    let mut exported = [0; 32];
    sender.export(b"", &mut exported).unwrap();
    assert_eq!(enc.as_ref(), pair.public_key().as_bytes());
    assert_eq!(exported[..], export_of(shared, enc.as_ref(), public));
}

fn export_of(shared: &[u8], enc: &[u8], recipient: &[u8]) -> Vec<u8> {
    let secret = independent::shared_secret(shared, enc, recipient);
    independent::schedule(SUITE.aead.id(), &secret, b"", None).export(b"", 32)
}

/// RFC 9180, section 7.1.4: an all-zero result is refused, as `enc` and as public key.
fn is_refused(pair: &KeyPair, public: &[u8]) {
    let as_enc = failure(setup_receiver(SUITE, public, pair, b""));
    assert_eq!(as_enc.code(), Code::OpenFailed);
    let recipient = PublicKey::from_bytes(SUITE.kem, public).unwrap();
    let mut random = Scripted::new(pair.expose_private_key());
    let as_key = failure(setup_sender(SUITE, &recipient, b"", &mut random));
    assert_eq!(as_key.code(), Code::InvalidKey);
}

/// How many cases agreed, and how many were refused as of low order.
fn run(file: &Value, read: impl Fn(&Value) -> (KeyPair, Vec<u8>)) -> [usize; 2] {
    let mut counts = [0; 2];
    for (_, test) in wycheproof(file) {
        let (pair, public) = read(test);
        let shared = bytes(test, "shared");
        let low_order = list(&test["flags"]).iter().any(|flag| flag == "ZeroSharedSecret");
        assert_eq!(low_order, shared == [0; 32], "test {}", test["tcId"]);
        assert_eq!(independent::dh(pair.expose_private_key(), &public), shared);
        if low_order {
            is_refused(&pair, &public);
        } else {
            receives(&pair, &public, &shared);
            sends(&pair, &public, &shared);
        }
        counts[usize::from(low_order)] += 1;
    }
    counts
}

#[test]
fn x25519() {
    let Some(file) = theirs("wycheproof/x25519_test.json", 270) else {
        return;
    };
    let counts = run(&file, |test| (key_pair_of(&bytes(test, "private")), bytes(test, "public")));
    assert_eq!(counts, [253, 17]);
}

#[test]
fn x25519_pem() {
    let Some(file) = theirs("wycheproof/x25519_pem_test.json", 253) else {
        return;
    };
    let counts = run(&file, |test| {
        let pair = KeyPair::from_pem(text(test, "private")).unwrap();
        let private = spki_tail(text(test, "private"));
        assert_eq!(pair.expose_private_key(), private);
        assert_eq!(pair.public_key().as_bytes(), independent::public_key(&private));
        assert!(KeyPair::from_pem(text(test, "public")).is_err(), "a public key is no pair");
        (pair, spki_tail(text(test, "public")))
    });
    assert_eq!(counts, [241, 12]);
}

/// The last 32 bytes of a PEM document: the key, for the forms of RFC 8410 without attributes.
fn spki_tail(pem: &str) -> Vec<u8> {
    let base64: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
    let der = crate::pem::from_base64(&base64);
    der[der.len() - 32..].to_vec()
}

/// Without anyone's files: both test vectors of RFC 7748, section 5.2. The second one's public key
/// has the highest bit set, which X25519 ignores and HPKE, which hashes `enc`, does not.
#[test]
fn x25519_of_rfc_7748() {
    let vectors = [
        [
            "a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4",
            "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c",
            "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552",
        ],
        [
            "4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d",
            "e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493",
            "95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957",
        ],
    ];
    for vector in vectors {
        let [private, public, shared] = vector.map(|text| hex::decode(text).unwrap());
        assert_eq!(independent::dh(&private, &public), shared);
        receives(&key_pair_of(&private), &public, &shared);
        sends(&key_pair_of(&private), &public, &shared);
    }
}
