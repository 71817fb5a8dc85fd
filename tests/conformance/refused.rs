//! Vectors of suites that are not on the allow-list.

use sealwire::{Code, Kem, Suite, keys::KeyPair};
use sealwire_tests::{
    rig::{Rig, failure, key_pair_of},
    vectors::{bytes, id, list, theirs},
};

use crate::hpke::suite;

/// X-Wing is not spoken yet, and the others never will be.
#[test]
fn every_suite_of_the_post_quantum_vectors_is_refused() {
    let Some(file) = theirs("hpke/hpke-pq-test-vectors.json", 13) else {
        return;
    };
    let mut refused = 0;
    let mut x_wing = 0;
    for case in list(&file) {
        assert!(suite(case).is_none());
        let ids = ["kem_id", "kdf_id", "aead_id"].map(|name| id(case, name).to_be_bytes());
        assert!(Suite::from_bytes(ids.concat().try_into().unwrap()).is_none());
        refused += 1;
        x_wing += usize::from(id(case, "kem_id") == 0x647a);
    }
    assert_eq!((refused, x_wing), (13, 2));
}

/// Of all 2^48 suites three are spoken, so of all identifiers of a kind one to three are.
#[test]
fn the_allow_list_is_this_short() {
    let known = |is_known: fn(u16) -> bool| -> Vec<u16> {
        (0..=u16::MAX).filter(|&id| is_known(id)).collect()
    };
    assert_eq!(known(|id| Kem::from_id(id).is_some()), [0x0020]);
    assert_eq!(known(|id| sealwire::Kdf::from_id(id).is_some()), [0x0001]);
    assert_eq!(known(|id| sealwire::Aead::from_id(id).is_some()), [0x0001, 0x0002, 0x0003]);
    let mut spoken = 0;
    for aead in sealwire_tests::rig::AEADS {
        let suite = Suite::x25519(aead);
        assert_eq!(Suite::from_bytes(suite.to_bytes()), Some(suite));
        assert_eq!(sealwire::Aead::from_id(aead.id()), Some(aead));
        spoken += 1;
    }
    assert_eq!(spoken, 3);
}

/// A chunked request is never taken for a one-shot request.
#[test]
fn chunked_requests_do_not_open_in_one_piece() {
    let Some(made) = theirs("ohttp/gen-chunked-ohttp-rs-0.8.0.json", 21) else {
        return;
    };
    let Some(draft) = theirs("ohttp/chunked-ohttp-08-appendix-a.json", 1) else {
        return;
    };
    let (mut refused, mut x_wing) = (0, 0);
    for case in list(&made["cases"]) {
        let request = bytes(case, "encapsulated_request");
        let pair = match Kem::from_id(id(case, "kem_id")) {
            Some(kem) => KeyPair::derive(kem, &bytes(case, "ikm")).unwrap(),
            None => {
                x_wing += 1;
                continue;
            }
        };
        let aead = sealwire::Aead::from_id(id(case, "aead_id")).unwrap();
        let rig = Rig::of_pair(request[0], pair, aead);
        assert_eq!(failure(rig.open(&request)).code(), Code::OpenFailed);
        refused += 1;
    }
    let parts = list(&draft["encapsulated_request"]).iter();
    let request: Vec<u8> =
        parts.flat_map(|part| hex::decode(part.as_str().unwrap()).unwrap()).collect();
    let rig = Rig::of_pair(1, key_pair_of(&bytes(&draft, "skR")), sealwire::Aead::Aes128Gcm);
    assert_eq!(request[..7], [1, 0, 0x20, 0, 1, 0, 1]);
    assert_eq!(failure(rig.open(&request)).code(), Code::OpenFailed);
    refused += 1;
    assert_eq!((refused, x_wing), (11, 11));
}
