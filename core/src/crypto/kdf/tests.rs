use alloc::{vec, vec::Vec};

use super::*;
use crate::crypto::wycheproof;

fn unhex(text: &str) -> Vec<u8> {
    hex::decode(text).unwrap()
}

fn hkdf(salt: &[u8], ikm: &[u8], info: &[u8], length: usize) -> Result<Vec<u8>> {
    let mut okm = vec![0; length];
    Prk::extract(salt, ikm).expand(info, &mut okm)?;
    Ok(okm)
}

/// RFC 5869, appendices A.1 and A.3.
#[test]
fn hkdf_gives_the_rfc_s_answers() {
    let ikm = [0x0b; 22];
    let salt: Vec<u8> = (0x00..=0x0c).collect();
    let info: Vec<u8> = (0xf0..=0xf9).collect();
    assert_eq!(
        hkdf(&salt, &ikm, &info, 42).unwrap(),
        unhex(
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf\
             34007208d5b887185865"
        )
    );
    assert_eq!(
        hkdf(&[], &ikm, &[], 42).unwrap(),
        unhex(
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d\
             9d201395faa4b61a96c8"
        )
    );
}

#[test]
fn hkdf_passes_wycheproof() {
    let Some(file) = wycheproof::file("hkdf_sha256_test.json", 51) else {
        return;
    };
    let (mut valid, mut invalid) = (0, 0);
    for (_, test) in wycheproof::tests(&file) {
        let length = usize::try_from(test["size"].as_u64().unwrap()).unwrap();
        let get = |name| wycheproof::bytes(test, name);
        let okm = hkdf(&get("salt"), &get("ikm"), &get("info"), length);
        if test["result"] == "valid" {
            assert_eq!(okm.unwrap(), get("okm"), "test {}", test["tcId"]);
            valid += 1;
        } else {
            assert_eq!(okm.unwrap_err().code(), Code::InvalidInput, "test {}", test["tcId"]);
            invalid += 1;
        }
    }
    assert_eq!((valid, invalid), (48, 3));
}

#[test]
fn an_expansion_ends_at_255_blocks() {
    let prk = Prk::extract(b"salt", b"secret");
    let mut out = vec![0; MAX_EXPAND_LEN + 1];
    assert!(prk.expand(b"", &mut out[..MAX_EXPAND_LEN]).is_ok());
    assert!(prk.labeled_expand(b"id", "label", b"", &mut out[..MAX_EXPAND_LEN]).is_ok());
    assert!(prk.expand(b"", &mut out).is_err());
    assert!(prk.labeled_expand(b"id", "label", b"", &mut out).is_err());
    let mut beyond_16_bits = vec![0; 0x1_0001];
    assert!(prk.labeled_expand(b"id", "label", b"", &mut beyond_16_bits).is_err());
}

#[test]
fn a_kept_secret_expands_as_it_did_before() {
    // PRK of RFC 5869, appendix A.1.
    let prk = unhex("077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5");
    let prk_bytes = prk.try_into().unwrap();
    let info: Vec<u8> = (0xf0..=0xf9).collect();
    let mut okm = [0; 8];
    Prk::from_secret(&prk_bytes).unwrap().expand(&info, &mut okm).unwrap();
    assert_eq!(okm.to_vec(), unhex("3cb25f25faacd57a"));
}

/// The key schedule of RFC 9180, appendix A.1.1, step by step.
#[test]
fn labeled_functions_give_the_rfc_s_answers() {
    let suite_id = b"HPKE\x00\x20\x00\x01\x00\x01";
    let info = unhex("4f6465206f6e2061204772656369616e2055726e");
    let context = unhex(
        "00725611c9d98c07c03f60095cd32d400d8347d45ed67097bbad50fc56da742d07\
         cb6cffde367bb0565ba28bb02c90744a20f5ef37f30523526106f637abb05449",
    );
    assert_eq!(labeled_digest(suite_id, "psk_id_hash", b"").unwrap()[..], context[1..33]);
    assert_eq!(labeled_digest(suite_id, "info_hash", &info).unwrap()[..], context[33..]);

    let shared_secret = unhex("fe0e18c9f024ce43799ae393c7e8fe8fce9d218875e8227b0187c04e7d2ea1fc");
    let secret = Prk::labeled_extract(&shared_secret, suite_id, "secret", b"");
    for (label, expected) in [
        ("key", "4531685d41d65f03dc48f6b8302c05b0"),
        ("base_nonce", "56d890e5accaaf011cff4b7d"),
        ("exp", "45ff1c2e220db587171952c0592d5f5ebe103f1561a2614e38f2ffd47e99e3f8"),
    ] {
        let expected = unhex(expected);
        let mut out = vec![0; expected.len()];
        secret.labeled_expand(suite_id, label, &context, &mut out).unwrap();
        assert_eq!(out, expected, "{label}");
    }
}

/// The derivation of another product that uses this form of response (EHBP): the one of RFC 9458
/// under AES-256-GCM.
#[test]
fn a_response_s_keys_are_those_that_ehbp_derives() {
    let secret: Vec<u8> = (0x00..=0x1f).collect();
    let enc_and_nonce: Vec<u8> = (0x20..=0x3f).chain(0x40..=0x5f).collect();
    let prk = Prk::extract(&enc_and_nonce, &secret);
    let (mut key, mut nonce) = ([0; 32], [0; 12]);
    prk.expand(b"key", &mut key).unwrap();
    prk.expand(b"nonce", &mut nonce).unwrap();
    let expected = "40ec528847cd4e928449f2ed1a70a7d1e8ee317d5e900424fc1dd5b0475b97f7";
    assert_eq!(key.to_vec(), unhex(expected));
    assert_eq!(nonce.to_vec(), unhex("f8b0ce9466f27aa6243c65f9"));
}
