//! The project's own known answers, in `tests/vectors`: they make the tests mean something where
//! no files of others are, and give a second implementer every intermediate value.
//!
//! [`generate`] computes them by code that shares nothing with ours, and the crate hpke confirms
//! what it can. `SEALWIRE_WRITE_VECTORS=1 cargo test -p sealwire-tests --test conformance` writes
//! the files anew; without it, a file that differs from what is generated fails.

mod generate;

use std::{env, fs};

use ::hpke::{
    Deserializable as _, Kem as _, OpModeR, OpModeS, PskBundle, Serializable as _,
    aead::{Aead as PeerAead, AesGcm128, AesGcm256, ChaCha20Poly1305},
    kdf::HkdfSha256,
    kem::X25519HkdfSha256,
};
use sealwire::{
    Aead, Kem,
    envelope::Labels,
    keys::{KeyConfigList, KeyPair},
};
use sealwire_tests::{
    random::Scripted,
    rig::{answer, key_pair_of, open, open_answer, recipient, seal},
    vectors::{bytes, id, list, our_path, ours, text},
};
use serde_json::Value;

use crate::hpke::{run, suite};

#[test]
fn the_committed_files_are_what_the_generator_gives() {
    let files = generate::files();
    for (name, content) in &files {
        let mut generated = serde_json::to_string_pretty(content).unwrap();
        generated.push('\n');
        if env::var_os("SEALWIRE_WRITE_VECTORS").is_some() {
            fs::write(our_path(name), &generated).unwrap();
        }
        let committed = fs::read_to_string(our_path(name)).unwrap();
        assert!(committed == generated, "{name} is out of date: see the head of this file");
    }
    assert_eq!(files.len(), 5);
}

#[test]
fn hpke_in_both_modes_under_every_aead() {
    let file = ours("hpke.json");
    let (mut cases, mut messages, mut exports) = (0, 0, 0);
    for case in list(&file["cases"]) {
        let [sealed, exported] = run(case, suite(case).unwrap());
        cases += 1;
        messages += sealed;
        exports += exported;
    }
    assert_eq!((cases, messages, exports), (6, 6 * 5, 6 * 4));
}

/// The crate hpke derives its ephemeral key from random bytes, so those are what it is given.
#[test]
fn the_crate_hpke_confirms_the_vectors() {
    fn confirm<A: PeerAead>(case: &Value) {
        let get = |name| bytes(case, name);
        let (info, psk, psk_id) = (get("info"), get("psk"), get("psk_id"));
        let bundle = || PskBundle::new(&psk, &psk_id).unwrap();
        let (private, public) = X25519HkdfSha256::derive_keypair(&get("ikmR"));
        assert_eq!(private.to_bytes().to_vec(), clamped(get("skRm")));
        assert_eq!(public.to_bytes().to_vec(), get("pkRm"));

        let (mode_s, mode_r) = if case["mode"] == 1 {
            (OpModeS::Psk(bundle()), OpModeR::Psk(bundle()))
        } else {
            (OpModeS::Base, OpModeR::Base)
        };
        let mut random = Replay(get("ikmE"));
        let (enc, mut sender) = ::hpke::setup_sender_with_rng::<A, HkdfSha256, X25519HkdfSha256>(
            &mode_s,
            &public,
            &info,
            &mut random,
        )
        .unwrap();
        assert_eq!(enc.to_bytes().to_vec(), get("enc"));
        let enc = <X25519HkdfSha256 as ::hpke::Kem>::EncappedKey::from_bytes(&get("enc")).unwrap();
        let mut receiver = ::hpke::setup_receiver::<A, HkdfSha256, X25519HkdfSha256>(
            &mode_r, &private, &enc, &info,
        )
        .unwrap();
        for message in list(&case["encryptions"]) {
            let (aad, plaintext) = (bytes(message, "aad"), bytes(message, "pt"));
            assert_eq!(sender.seal(&plaintext, &aad).unwrap(), bytes(message, "ct"));
            assert_eq!(receiver.open(&bytes(message, "ct"), &aad).unwrap(), plaintext);
        }
        for export in list(&case["exports"]) {
            let expected = bytes(export, "exported_value");
            let mut value = vec![0; expected.len()];
            sender.export(&bytes(export, "exporter_context"), &mut value).unwrap();
            assert_eq!(value, expected);
        }
    }

    let mut confirmed = 0;
    for case in list(&ours("hpke.json")["cases"]) {
        match id(case, "aead_id") {
            1 => confirm::<AesGcm128>(case),
            2 => confirm::<AesGcm256>(case),
            _ => confirm::<ChaCha20Poly1305>(case),
        }
        confirmed += 1;
    }
    assert_eq!(confirmed, 6);
}

#[test]
fn one_shot_exchanges_under_every_aead() {
    let mut exchanges = 0;
    for case in list(&ours("one-shot.json")["cases"]) {
        let get = |name| bytes(case, name);
        let aead = Aead::from_id(id(case, "aead_id")).unwrap();
        let key_id = u8::try_from(id(case, "key_id")).unwrap();
        let labels =
            Labels { request: text(case, "request_label"), response: text(case, "response_label") };
        let pair = key_pair_of(&get("skR"));
        assert_eq!(pair.public_key().as_bytes(), get("pkR"));
        let to = recipient(key_id, &get("pkR"), aead);

        let mut random = Scripted::new(&get("skE"));
        let (sealed, opener) = seal(&to, labels, &get("request"), &mut random).unwrap();
        assert_eq!(hex::encode(&sealed), text(case, "encapsulated_request"));

        let rig = sealwire_tests::rig::Rig::of_pair(key_id, pair, aead);
        let (request, sealer) = open(&rig.ring, labels, &sealed).unwrap();
        assert_eq!(request, get("request"));
        assert_eq!(sealer.enc(), get("enc"));

        let mut random = Scripted::new(&get("response_nonce"));
        let sealed = answer(sealer, &get("response"), &mut random);
        assert_eq!(hex::encode(&sealed), text(case, "encapsulated_response"));
        assert_eq!(open_answer(opener, &sealed).unwrap(), get("response"));
        exchanges += 1;
    }
    assert_eq!(exchanges, 4);
}

#[test]
fn key_configurations_encode_and_decode() {
    let (mut accepted, mut refused) = (0, 0);
    for case in list(&ours("key-configs.json")["cases"]) {
        let encoded = bytes(case, "list");
        let decoded = KeyConfigList::decode(&encoded);
        if let Some(code) = case["error"].as_str() {
            assert_eq!(decoded.unwrap_err().code().as_str(), code, "{}", text(case, "name"));
            refused += 1;
            continue;
        }
        let decoded = decoded.unwrap();
        let kept = list(&case["kept"]);
        assert_eq!(decoded.configs().len(), kept.len());
        for (config, expected) in decoded.configs().iter().zip(kept) {
            assert_eq!(u16::from(config.key_id()), id(expected, "key_id"));
            assert_eq!(config.public_key().as_bytes(), bytes(expected, "public_key"));
            let aeads: Vec<u16> = config.suites().map(|suite| suite.aead.id()).collect();
            assert_eq!(serde_json::json!(aeads), expected["aead_ids"]);
        }
        accepted += 1;
    }
    assert_eq!((accepted, refused), (4, 3));
}

#[test]
fn pem_reads_and_writes() {
    let mut keys = 0;
    for case in list(&ours("pem.json")["cases"]) {
        let pair = KeyPair::from_pem(text(case, "pem")).unwrap();
        assert_eq!(pair.kem(), Kem::X25519HkdfSha256);
        assert_eq!(hex::encode(pair.expose_private_key()), text(case, "private_key"));
        assert_eq!(hex::encode(pair.public_key().as_bytes()), text(case, "public_key"));
        if case["written_by_us"] == true {
            assert_eq!(*pair.to_pem().unwrap(), text(case, "pem"));
        }
        keys += 1;
    }
    assert_eq!(keys, 5);
}

/// RFC 9180, section 7.1.2, wants a private key clamped when it is written, and the crate hpke does
/// that; the RFC's own vectors are not clamped, and neither are ours. It is the same key.
fn clamped(mut private: Vec<u8>) -> Vec<u8> {
    private[0] &= 0b1111_1000;
    private[31] = private[31] & 0b0111_1111 | 0b0100_0000;
    private
}

/// Gives the crate hpke the bytes of a vector for random ones.
struct Replay(Vec<u8>);

impl ::hpke::rand_core::TryRng for Replay {
    type Error = core::convert::Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
        unreachable!("the crate hpke asks for bytes")
    }

    fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
        unreachable!("the crate hpke asks for bytes")
    }

    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Self::Error> {
        out.copy_from_slice(&self.0.split_off(self.0.len() - out.len()));
        Ok(())
    }
}

impl ::hpke::rand_core::TryCryptoRng for Replay {}
