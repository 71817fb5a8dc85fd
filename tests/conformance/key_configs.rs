//! Key configurations and lists of them (RFC 9458, section 3).

use proptest::{collection::vec, prelude::*};
use sealwire::{
    Aead, Code, Kem,
    keys::{KeyConfig, KeyConfigList, KeyRing, Policy, PublicKey, Recipient, ServerKey},
};
use sealwire_tests::{
    rig::{AEADS, failure, key_pair},
    vectors::{bytes, list, text, theirs},
};

/// quiche's cases and their verdicts. Half of them lack the lengths that RFC 9458 puts in front of
/// each configuration, which quiche takes for old peers' sake; we refuse those, as each says.
#[test]
fn quiche_s_lists_get_their_verdicts() {
    let Some(file) = theirs("ohttp/quiche-key-configs.json", 12) else {
        return;
    };
    let (mut accepted, mut rejected, mut without_lengths) = (0, 0, 0);
    for case in list(&file["cases"]) {
        let name = text(case, "test");
        let decoded = KeyConfigList::decode(&bytes(case, "bytes"));
        if text(case, "format").starts_with("bare concatenation") {
            assert_eq!(decoded.unwrap_err().code(), Code::InvalidKeyConfig, "{name}");
            without_lengths += 1;
        } else if case["must"] == "accept" {
            assert!(!decoded.unwrap().configs().is_empty(), "{name}");
            accepted += 1;
        } else {
            assert_eq!(decoded.unwrap_err().code(), Code::NoUsableKey, "{name}");
            rejected += 1;
        }
    }
    assert_eq!((accepted, rejected, without_lengths), (4, 2, 6));
}

/// Those of quiche's bare cases that hold one configuration are right as one configuration.
#[test]
fn quiche_s_single_configurations_decode_alone() {
    let Some(file) = theirs("ohttp/quiche-key-configs.json", 12) else {
        return;
    };
    let (mut alone, mut several) = (0, 0);
    for case in list(&file["cases"]) {
        if !text(case, "format").starts_with("bare concatenation") {
            continue;
        }
        let encoded = bytes(case, "bytes");
        match KeyConfig::decode(&encoded) {
            Ok(config) => {
                assert_eq!(config.encode(), encoded);
                alone += 1;
            }
            Err(error) => {
                assert_eq!(error.code(), Code::InvalidKeyConfig);
                several += 1;
            }
        }
    }
    assert_eq!((alone, several), (3, 3));
}

fn encoded(key_id: u8, kem: u16, key: &[u8], pairs: &[(u16, u16)]) -> Vec<u8> {
    let mut out = vec![key_id];
    out.extend_from_slice(&kem.to_be_bytes());
    out.extend_from_slice(key);
    out.extend_from_slice(&u16::try_from(pairs.len() * 4).unwrap().to_be_bytes());
    for (kdf, aead) in pairs {
        out.extend_from_slice(&kdf.to_be_bytes());
        out.extend_from_slice(&aead.to_be_bytes());
    }
    out
}

fn with_lengths(configs: &[Vec<u8>]) -> Vec<u8> {
    let prefixed = |config: &Vec<u8>| {
        [&u16::try_from(config.len()).unwrap().to_be_bytes()[..], config].concat()
    };
    configs.iter().flat_map(prefixed).collect()
}

/// Every malformed list is refused whole, also where a good configuration stands in front.
#[test]
fn malformed_lists_are_refused_whole() {
    let good = encoded(1, 0x20, &[9; 32], &[(1, 3)]);
    let list = with_lengths(std::slice::from_ref(&good));
    assert!(KeyConfigList::decode(&list).is_ok());

    let mut hostile: Vec<(String, Vec<u8>)> = Vec::new();
    for cut in 1..list.len() {
        hostile.push((format!("cut at {cut}"), list[..cut].to_vec()));
        hostile.push((format!("a second one cut at {cut}"), [&list, &list[..cut]].concat()));
    }
    for (name, config) in [
        ("an empty configuration", vec![]),
        ("a key id alone", vec![1]),
        ("half a KEM", vec![1, 0]),
        ("no algorithms", encoded(2, 0x20, &[9; 32], &[])),
        ("a trailing byte", [&good[..], &[0]].concat()),
        ("a key one byte short", encoded(2, 0x20, &[9; 31], &[(1, 3)])),
        ("a key one byte long", encoded(2, 0x20, &[9; 33], &[(1, 3)])),
    ] {
        hostile.push((name.into(), [list.clone(), with_lengths(&[config])].concat()));
    }
    for odd in [1, 2, 3, 5] {
        let mut config = encoded(2, 0x20, &[9; 32], &[(1, 3), (1, 1)]);
        config[36] = odd;
        config.truncate(37 + usize::from(odd));
        hostile.push((format!("{odd} bytes of pairs"), with_lengths(&[good.clone(), config])));
    }
    hostile.push(("one id twice".into(), with_lengths(&[good.clone(), good])));
    for (name, bytes) in &hostile {
        let error = failure(KeyConfigList::decode(bytes));
        assert_eq!(error.code(), Code::InvalidKeyConfig, "{name}");
    }
    assert_eq!(hostile.len(), 2 * 42 + 7 + 4 + 1);
}

#[test]
fn what_is_unknown_is_skipped_by_its_length() {
    let unknown_kem = encoded(1, 0x647a, &[9; 1216], &[(1, 1)]);
    let unknown_pairs = encoded(1, 0x20, &[9; 32], &[(1, 0xffff), (2, 1)]);
    let good = encoded(1, 0x20, &[7; 32], &[(0xdead, 1), (1, 2), (1, 0xbeef), (1, 1)]);
    let only_unknown = with_lengths(&[unknown_kem.clone(), unknown_pairs.clone()]);
    assert_eq!(failure(KeyConfigList::decode(&only_unknown)).code(), Code::NoUsableKey);
    assert_eq!(failure(KeyConfigList::decode(&[])).code(), Code::NoUsableKey);
    assert_eq!(failure(KeyConfig::decode(&unknown_kem)).code(), Code::NoUsableKey);

    // The id is the same in all three: those skipped take none.
    let decoded =
        KeyConfigList::decode(&with_lengths(&[unknown_kem, unknown_pairs, good.clone()])).unwrap();
    assert_eq!(decoded.configs().len(), 1);
    assert_eq!(decoded.encode(), with_lengths(&[good]), "what we do not know we pass on");
    let suites: Vec<_> = decoded.configs()[0].suites().map(|suite| suite.aead).collect();
    assert_eq!(suites, [Aead::Aes256Gcm, Aead::Aes128Gcm]);
    let strict = Policy::default().require_256_bit();
    let recipient = Recipient::choose(&decoded, strict).unwrap();
    assert_eq!(recipient.suite().aead, Aead::Aes256Gcm);
}

#[test]
fn the_first_that_the_policy_allows_is_chosen() {
    let strict = Policy::default().require_256_bit();
    let key = |seed| key_pair(seed).public_key().clone();
    let only_128 = KeyConfig::new(1, key(1), &[Aead::Aes128Gcm]).unwrap();
    let both = KeyConfig::new(2, key(2), &[Aead::Aes128Gcm, Aead::ChaCha20Poly1305]).unwrap();
    let list = KeyConfigList::new(vec![only_128.clone(), both]).unwrap();
    let chosen = Recipient::choose(&list, Policy::default()).unwrap();
    assert_eq!((chosen.key_id(), chosen.suite().aead), (1, Aead::Aes128Gcm));
    let chosen = Recipient::choose(&list, strict).unwrap();
    assert_eq!((chosen.key_id(), chosen.suite().aead), (2, Aead::ChaCha20Poly1305));
    let list = KeyConfigList::new(vec![only_128]).unwrap();
    assert_eq!(failure(Recipient::choose(&list, strict)).code(), Code::NoUsableKey);
}

#[test]
fn a_streaming_policy_prefers_256_bits_over_the_server_s_order() {
    let key = |seed| key_pair(seed).public_key().clone();
    let config = |id, aeads: &[Aead]| KeyConfig::new(id, key(id), aeads).unwrap();
    let chosen = |policy, configs: &[&KeyConfig]| {
        let list = KeyConfigList::new(configs.iter().copied().cloned().collect()).unwrap();
        Recipient::choose(&list, policy).map(|chosen| (chosen.key_id(), chosen.suite().aead))
    };
    let (short, stream) = (Aead::Aes128Gcm, Policy::streaming());
    let only_128 = config(1, &[short]);
    let all = config(2, &[short, Aead::ChaCha20Poly1305, Aead::Aes256Gcm]);
    let only_256 = config(3, &[Aead::Aes256Gcm]);

    // Within a key the first of them, and across keys before any other.
    assert_eq!(chosen(stream, &[&all, &only_256]), Ok((2, Aead::ChaCha20Poly1305)));
    assert_eq!(chosen(stream, &[&only_128, &only_256, &all]), Ok((3, Aead::Aes256Gcm)));
    assert_eq!(chosen(Policy::default(), &[&only_128, &only_256]), Ok((1, short)));
    // It is a preference: a server without them can still be called, unless that is refused.
    assert_eq!(chosen(stream, &[&only_128]), Ok((1, short)));
    let strict = stream.require_256_bit();
    assert_eq!(chosen(strict, &[&only_128, &all]), Ok((2, Aead::ChaCha20Poly1305)));
    assert_eq!(failure(chosen(strict, &[&only_128])).code(), Code::NoUsableKey);
}

#[test]
fn what_a_caller_must_not_build_is_refused() {
    let key = key_pair(1).public_key().clone();
    let invalid = |error: sealwire::Error| assert_eq!(error.code(), Code::InvalidInput);
    invalid(failure(KeyConfig::new(1, key.clone(), &[])));
    invalid(failure(KeyConfig::new(1, key.clone(), &[AEADS[0], AEADS[1], AEADS[0]])));
    invalid(failure(KeyConfigList::new(vec![])));
    let config = KeyConfig::new(1, key, &AEADS).unwrap();
    invalid(failure(KeyConfigList::new(vec![config.clone(), config])));
    invalid(failure(ServerKey::new(1, key_pair(1), &[])));
    invalid(failure(KeyRing::new().configs()));
    let mut ring = KeyRing::new();
    ring.add(ServerKey::new(1, key_pair(1), &AEADS).unwrap()).unwrap();
    invalid(failure(ring.add(ServerKey::new(1, key_pair(2), &AEADS).unwrap())));
    assert_eq!(ring.configs().unwrap().configs().len(), 1, "the refused key is not in");
    for length in (0..=64).filter(|&length| length != 32) {
        let error = failure(PublicKey::from_bytes(Kem::X25519HkdfSha256, &vec![9; length]));
        assert_eq!(error.code(), Code::InvalidKey);
    }
}

fn any_config() -> impl Strategy<Value = (u8, [u8; 32], Vec<Aead>)> {
    let aeads = Just(AEADS.to_vec()).prop_shuffle();
    (any::<u8>(), any::<[u8; 32]>(), aeads, 1..=3_usize).prop_map(|(id, key, mut aeads, keep)| {
        aeads.truncate(keep);
        (id, key, aeads)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..<_>::default() })]

    #[test]
    fn a_list_decodes_to_what_was_encoded(configs in vec(any_config(), 1..12)) {
        let mut list: Vec<KeyConfig> = Vec::new();
        for (key_id, key, aeads) in configs {
            let key = PublicKey::from_bytes(Kem::X25519HkdfSha256, &key).unwrap();
            if list.iter().all(|config| config.key_id() != key_id) {
                list.push(KeyConfig::new(key_id, key, &aeads).unwrap());
            }
        }
        for config in &list {
            prop_assert_eq!(&KeyConfig::decode(&config.encode()).unwrap(), config);
        }
        let list = KeyConfigList::new(list).unwrap();
        prop_assert_eq!(&KeyConfigList::decode(&list.encode()).unwrap(), &list);
    }

    #[test]
    fn no_bytes_make_the_decoder_panic(bytes in vec(any::<u8>(), 0..200)) {
        let _ = KeyConfig::decode(&bytes);
        if let Ok(list) = KeyConfigList::decode(&bytes) {
            prop_assert_eq!(&KeyConfigList::decode(&list.encode()).unwrap(), &list);
        }
    }

    /// Bytes close to a good list, which random ones never are.
    #[test]
    fn what_decodes_encodes_to_the_same_bytes(
        key in any::<[u8; 32]>(),
        pairs in vec((0..5_u16, 0..5_u16), 0..6),
        changes in vec((0..80_usize, any::<u8>()), 0..3),
        tail in vec(any::<u8>(), 0..3),
    ) {
        let mut bytes = with_lengths(&[encoded(1, 0x20, &key, &pairs)]);
        for (at, value) in changes {
            if let Some(byte) = bytes.get_mut(at) {
                *byte = value;
            }
        }
        bytes.extend_from_slice(&tail);
        if let Ok(config) = KeyConfig::decode(&bytes[2..]) {
            prop_assert_eq!(config.encode(), &bytes[2..]);
        }
        if let Ok(list) = KeyConfigList::decode(&bytes) {
            // One configuration at most fits, so nothing was skipped.
            prop_assert_eq!(list.encode(), bytes);
        }
    }
}

/// A list gives the length of each configuration in two bytes.
#[test]
fn a_configuration_that_no_list_can_hold_is_refused() {
    let with_pairs = |count: u16| {
        let head = [&[1, 0x00, 0x20][..], key_pair(1).public_key().as_bytes()].concat();
        let length = (count * 4).to_be_bytes();
        [&head[..], &length, &[0, 1, 0, 1].repeat(count.into())].concat()
    };
    // 37 bytes precede the pairs.
    let longest = KeyConfig::decode(&with_pairs(16374)).unwrap();
    assert_eq!(longest.encode().len(), 65533);
    let list = KeyConfigList::new(vec![longest]).unwrap();
    assert_eq!(KeyConfigList::decode(&list.encode()).unwrap(), list);
    for count in [16375, 16383] {
        let error = KeyConfig::decode(&with_pairs(count)).unwrap_err();
        assert_eq!(error.code(), Code::InvalidKeyConfig);
    }
}

#[test]
fn a_list_is_not_made_of_what_its_decoder_would_skip() {
    let head = [&[1, 0x00, 0x20][..], key_pair(1).public_key().as_bytes()].concat();
    let unknown = [&head[..], &[0, 4, 0, 1, 0xff, 0xff]].concat();
    let config = KeyConfig::decode(&unknown).unwrap();
    assert_eq!(config.suites().count(), 0);
    let error = KeyConfigList::new(vec![config]).unwrap_err();
    assert_eq!(error.code(), Code::InvalidInput);
}
