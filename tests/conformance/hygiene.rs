//! What secrets must not do: be printed, be copied, be used twice.

use sealwire::{
    Aead, Code, Kem, Suite, SystemRandom,
    envelope::{Labels, ResponseOpener, ResponseSealer, chunked},
    hpke::{Psk, ReceiverContext, SenderContext, setup_receiver, setup_sender},
    keys::{KeyConfig, KeyConfigList, KeyPair, KeyRing, Recipient, ServerKey},
};
use sealwire_tests::{
    random::Deterministic,
    rig::{AEADS, Rig, key_pair},
};

const SUITE: &str = "Suite { kem: X25519HkdfSha256, kdf: HkdfSha256, aead: ChaCha20Poly1305 }";
const PUBLIC: &str = "PublicKey(X25519HkdfSha256, 41852320ff367495..)";

#[test]
fn debug_output_is_this_and_holds_no_secret() {
    let mut random = Deterministic::new(7);
    let pair = key_pair(1);
    let private = pair.expose_private_key().to_vec();
    let rig = Rig::new(3, 1, Aead::ChaCha20Poly1305);
    let (sealed, opener) = rig.seal(b"secret request", &mut random);
    let (_, sealer) = rig.open(&sealed).unwrap();
    let suite = rig.recipient.suite();
    let (enc, sender) = setup_sender(suite, pair.public_key(), b"", &mut random).unwrap();
    let receiver = setup_receiver(suite, enc.as_ref(), &pair, b"").unwrap();
    let psk_bytes = [0x5e; 32];
    let psk = Psk::new(&psk_bytes, b"name").unwrap();
    let config = KeyConfig::new(3, pair.public_key().clone(), &[Aead::ChaCha20Poly1305]).unwrap();
    let list = KeyConfigList::new(vec![config.clone()]).unwrap();
    let server_key = ServerKey::new(3, key_pair(1), &[Aead::ChaCha20Poly1305]).unwrap();
    let mut ring = KeyRing::new();
    ring.add(ServerKey::new(3, key_pair(1), &[Aead::ChaCha20Poly1305]).unwrap()).unwrap();

    let pairs = "[SymmetricAlgorithms { kdf_id: 1, aead_id: 3 }]";
    let config_text =
        format!("KeyConfig {{ key_id: 3, public_key: {PUBLIC}, symmetric: {pairs} }}");
    let pair_text = format!("KeyPair {{ public: {PUBLIC}, .. }}");
    let key_text = format!("ServerKey {{ key_pair: {pair_text}, config: {config_text} }}");
    let printed = [
        (format!("{:?}", pair.public_key()), PUBLIC.to_owned()),
        (format!("{pair:?}"), pair_text),
        (format!("{server_key:?}"), key_text.clone()),
        (format!("{ring:?}"), format!("KeyRing([{key_text}])")),
        (format!("{config:?}"), config_text.clone()),
        (format!("{list:?}"), format!("KeyConfigList([{config_text}])")),
        (
            format!("{:?}", rig.recipient),
            format!(
                "Recipient {{ header: Header {{ key_id: 3, suite: {SUITE} }}, \
                 public_key: {PUBLIC} }}"
            ),
        ),
        (format!("{opener:?}"), format!("ResponseOpener {{ suite: {SUITE}, .. }}")),
        (format!("{sealer:?}"), format!("ResponseSealer {{ key_id: 3, suite: {SUITE}, .. }}")),
        (format!("{sender:?}"), format!("SenderContext {{ suite: {SUITE}, .. }}")),
        (format!("{receiver:?}"), format!("ReceiverContext {{ suite: {SUITE}, .. }}")),
        (format!("{:?}", opener.exporter()), format!("Exporter {{ suite: {SUITE}, .. }}")),
        (format!("{psk:?}"), "Psk(..)".to_owned()),
        (format!("{enc:?}"), "Enc(32 bytes)".to_owned()),
        (format!("{SystemRandom:?}"), "SystemRandom".to_owned()),
    ];
    for (got, expected) in &printed {
        assert_eq!(got, expected);
        let shown = |secret: &[u8]| {
            secret.windows(4).any(|window| {
                let decimal = format!("{window:?}");
                got.contains(&hex::encode(window)) || got.contains(decimal.trim_matches(['[', ']']))
            })
        };
        assert!(!shown(&private) && !shown(&psk_bytes), "{got}");
    }
    assert_eq!(printed.len(), 15);
}

#[test]
fn debug_output_of_chunked_envelopes_is_this_and_holds_no_secret() {
    let mut random = Deterministic::new(7);
    let rig = Rig::new(3, 1, Aead::ChaCha20Poly1305);
    let mut wire = Vec::new();
    let labels = Labels::BHTTP_CHUNKED;
    let (mut sealer, pending) =
        chunked::seal_request(&rig.recipient, labels, &mut wire, &mut random).unwrap();
    sealer.seal(b"secret request", &mut wire).unwrap();
    let (preamble, mut chunks) = wire.split_at_mut(39);
    let (mut opener, answering) = chunked::open_request(&rig.ring, labels, preamble).unwrap();
    assert_eq!(opener.next(&mut chunks).unwrap().unwrap(), b"secret request");
    let limited = opener.with_limit(100);
    let smaller = sealer.with_chunk_len(7).unwrap();
    let printed = [
        (format!("{pending:?}"), format!("ResponseOpener {{ suite: {SUITE}, .. }}")),
        (format!("{answering:?}"), format!("ResponseSealer {{ key_id: 3, suite: {SUITE}, .. }}")),
        (format!("{limited:?}"), "ChunkOpener { limit: 100, .. }".to_owned()),
        (format!("{smaller:?}"), "ChunkSealer { chunk_len: 7, .. }".to_owned()),
    ];
    for (got, expected) in &printed {
        assert_eq!(got, expected);
    }
    // Those of a response are the same types, and begin with the same limits.
    let mut nonce = Vec::new();
    let sealer = answering.start(&mut nonce, &mut random).unwrap();
    let opener = pending.start(&nonce).unwrap();
    assert_eq!(format!("{sealer:?}"), "ChunkSealer { chunk_len: 16384, .. }");
    assert_eq!(format!("{opener:?}"), "ChunkOpener { limit: 65552, .. }");
}

#[test]
fn errors_are_these_words() {
    let rig = Rig::new(3, 1, Aead::Aes128Gcm);
    let (mut sealed, _) = rig.seal(b"request", &mut Deterministic::new(1));
    sealed[60] ^= 1;
    let error = rig.open(&sealed).unwrap_err();
    assert_eq!(error.to_string(), "the message could not be opened");
    assert_eq!(format!("{error:?}"), "Error(open_failed: the message could not be opened)");
    assert_eq!((error.code(), error.code().as_str()), (Code::OpenFailed, "open_failed"));
}

/// Whether a type has a trait: an inherent constant hides the trait's where its bound holds.
macro_rules! implements {
    ($type:ty, $bound:path) => {{
        #[allow(dead_code)]
        trait Otherwise {
            const YES: bool = false;
        }
        impl<T> Otherwise for T {}
        struct Probe<T>(core::marker::PhantomData<T>);
        #[allow(dead_code)]
        impl<T: $bound> Probe<T> {
            const YES: bool = true;
        }
        <Probe<$type>>::YES
    }};
}

const fn secret_types_are_not_copied() {
    macro_rules! check {
        ($($secret:ty),* $(,)?) => {
            $(
                assert!(!implements!($secret, Clone));
                assert!(!implements!($secret, Copy));
                assert!(!implements!($secret, PartialEq), "a comparison that takes its time");
                assert!(!implements!($secret, core::fmt::Display));
                assert!(implements!($secret, Send));
                assert!(implements!($secret, Sync));
            )*
        };
    }
    check!(KeyPair, ServerKey, KeyRing, SenderContext, ReceiverContext);
    check!(ResponseOpener, ResponseSealer);
    check!(chunked::ResponseOpener, chunked::ResponseSealer);
    check!(chunked::ChunkOpener, chunked::ChunkSealer);
    // Whatever the features.
    assert!(implements!(Recipient, core::panic::UnwindSafe));
    assert!(implements!(Recipient, core::panic::RefUnwindSafe));
    assert!(implements!(KeyRing, core::panic::RefUnwindSafe));
    // The probe itself works.
    assert!(implements!(Recipient, Clone));
    assert!(implements!(Labels<'static>, Copy) && implements!(Suite, Copy));
}

const _: () = secret_types_are_not_copied();

#[test]
fn a_key_pair_s_private_half_is_not_its_public_half() {
    for aead in AEADS {
        let suite = Suite::x25519(aead);
        let pair = KeyPair::generate(suite.kem, &mut Deterministic::new(1)).unwrap();
        assert_eq!(pair.kem(), Kem::X25519HkdfSha256);
        assert_ne!(pair.expose_private_key(), pair.public_key().as_bytes());
    }
}
