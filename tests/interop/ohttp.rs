//! The crate ohttp 0.8: AES-128-GCM and ChaCha20-Poly1305. It refuses AES-256-GCM, for which the
//! other end is in [`crate::hpke`].

use std::panic::{AssertUnwindSafe, catch_unwind};

use ::ohttp::{
    ClientRequest, KeyConfig as PeerConfig, Server, SymmetricSuite,
    hpke::{Aead as PeerAead, Kdf as PeerKdf, Kem as PeerKem},
};
use sealwire::{
    Aead, Kem,
    envelope::Labels,
    keys::{KeyConfig, KeyConfigList, KeyPair, Policy, Recipient},
};
use sealwire_tests::{
    random::Deterministic,
    rig::{Rig, SIZES, answer, key_pair, open_answer, seal},
};

const AEADS: [(Aead, PeerAead); 2] =
    [(Aead::Aes128Gcm, PeerAead::Aes128Gcm), (Aead::ChaCha20Poly1305, PeerAead::ChaCha20Poly1305)];

/// Their server with the key pair derived from 32 times `seed`.
pub(crate) fn server(key_id: u8, seed: u8, aeads: &[PeerAead]) -> Server {
    let suites = aeads.iter().map(|&aead| SymmetricSuite::new(PeerKdf::HkdfSha256, aead));
    let suites = suites.collect();
    Server::new(PeerConfig::derive(key_id, PeerKem::X25519Sha256, suites, &[seed; 32]).unwrap())
        .unwrap()
}

#[test]
fn our_client_and_their_server() {
    let mut exchanges = 0;
    for (aead, peer_aead) in AEADS {
        for size in SIZES {
            let mut random = Deterministic::new(1);
            let (request, response) = (random.bytes(size), random.bytes(size));
            let theirs = server(0x21, 4, &[peer_aead]);
            let published = PeerConfig::encode_list(&[theirs.config()]).unwrap();
            let list = KeyConfigList::decode(&published).unwrap();
            let recipient = Recipient::choose(&list, Policy::default()).unwrap();
            assert_eq!(recipient.suite().aead, aead);

            let (sealed, opener) = seal(&recipient, Labels::BHTTP, &request, &mut random).unwrap();
            let (opened, answering) = theirs.decapsulate(&sealed).unwrap();
            assert!(opened == request, "{aead:?}, {size} bytes");
            let sealed = answering.encapsulate(&response).unwrap();
            assert!(open_answer(opener, &sealed).unwrap() == response, "{aead:?}, {size} bytes");
            exchanges += 1;
        }
    }
    assert_eq!(exchanges, 2 * 6);
}

#[test]
fn their_client_and_our_server() {
    let mut exchanges = 0;
    for (aead, _) in AEADS {
        for size in SIZES {
            let mut random = Deterministic::new(2);
            let (request, response) = (random.bytes(size), random.bytes(size));
            let rig = Rig::new(0x22, 4, aead);
            let config = KeyConfig::new(0x22, key_pair(4).public_key().clone(), &[aead]).unwrap();
            let published = KeyConfigList::new(vec![config]).unwrap().encode();

            let client = ClientRequest::from_encoded_config_list(&published).unwrap();
            let (sealed, opening) = client.encapsulate(&request).unwrap();
            let (opened, sealer) = rig.open(&sealed).unwrap();
            assert!(opened == request, "{aead:?}, {size} bytes");
            let sealed = answer(sealer, &response, &mut random);
            assert!(opening.decapsulate(&sealed).unwrap() == response, "{aead:?}, {size} bytes");
            exchanges += 1;
        }
    }
    assert_eq!(exchanges, 2 * 6);
}

#[test]
fn key_pairs_and_configurations_are_the_same_on_both_ends() {
    let theirs = server(7, 9, &[PeerAead::Aes128Gcm, PeerAead::ChaCha20Poly1305]);
    let pair = KeyPair::derive(Kem::X25519HkdfSha256, &[9; 32]).unwrap();
    let ours =
        KeyConfig::new(7, pair.public_key().clone(), &[Aead::Aes128Gcm, Aead::ChaCha20Poly1305])
            .unwrap();
    assert_eq!(theirs.config().encode().unwrap(), ours.encode());
    assert_eq!(KeyConfig::decode(&theirs.config().encode().unwrap()).unwrap(), ours);
    let list = KeyConfigList::new(vec![ours]).unwrap();
    assert_eq!(PeerConfig::encode_list(&[theirs.config()]).unwrap(), list.encode());
    assert_eq!(PeerConfig::decode_list(&list.encode()).unwrap().len(), 1);
}

/// ohttp 0.8 takes the last of a list where RFC 9458 puts the preferred first. A server of ours
/// has to be ready for a client that does so: every key published is accepted.
#[test]
fn their_client_takes_the_last_key_of_a_list() {
    let config = |id, seed| {
        let public = key_pair(seed).public_key().clone();
        KeyConfig::new(id, public, &[Aead::ChaCha20Poly1305]).unwrap()
    };
    let list = KeyConfigList::new(vec![config(1, 1), config(2, 2)]).unwrap();
    let client = ClientRequest::from_encoded_config_list(&list.encode()).unwrap();
    let (sealed, _) = client.encapsulate(b"request").unwrap();
    assert_eq!(sealed[0], 2);
    assert_eq!(Recipient::choose(&list, Policy::default()).unwrap().key_id(), 1);
}

/// ohttp 0.8 drops a whole configuration for one pair of algorithms it does not know, though
/// RFC 9458, section 3.1, has a client choose among those it supports. So a server that wants its
/// clients must not publish pairs from outside the registry.
#[test]
fn their_client_drops_a_key_for_one_unknown_pair() {
    let public = key_pair(1).public_key().clone();
    let mut config = KeyConfig::new(1, public, &[Aead::ChaCha20Poly1305]).unwrap().encode();
    config[35..37].copy_from_slice(&8_u16.to_be_bytes());
    config.extend_from_slice(&[0, 1, 0xbe, 0xef]);
    let list = [&u16::try_from(config.len()).unwrap().to_be_bytes()[..], &config].concat();
    assert!(PeerConfig::decode_list(&list).unwrap().is_empty());
    assert_eq!(KeyConfigList::decode(&list).unwrap().configs().len(), 1);
}

/// ohttp 0.8 knows the number of AES-256-GCM and does not speak it: such a pair is stripped, and a
/// client of a key with nothing else panics.
#[test]
fn their_client_panics_on_a_key_with_aes_256_gcm_only() {
    let config = |aeads: &[Aead]| {
        let config = KeyConfig::new(1, key_pair(1).public_key().clone(), aeads).unwrap();
        KeyConfigList::new(vec![config]).unwrap().encode()
    };
    let only = config(&[Aead::Aes256Gcm]);
    let client = AssertUnwindSafe(|| ClientRequest::from_encoded_config_list(&only).is_ok());
    assert!(catch_unwind(client).is_err());

    let first_of_two = config(&[Aead::Aes256Gcm, Aead::Aes128Gcm]);
    let client = ClientRequest::from_encoded_config_list(&first_of_two).unwrap();
    let (sealed, _) = client.encapsulate(b"request").unwrap();
    assert_eq!(sealed[5..7], Aead::Aes128Gcm.id().to_be_bytes());
    assert!(Rig::new(1, 1, Aead::Aes128Gcm).open(&sealed).is_ok());
}
