//! The crate aloha 0.3: all three AEADs.

use ::aloha::{
    Config, Keys,
    id::{AeadId, KdfId, KemId},
};
use sealwire::{
    Aead, Kem,
    envelope::Labels,
    keys::{KeyConfig, KeyConfigList, KeyPair, Policy, Recipient},
};
use sealwire_tests::{
    random::Deterministic,
    rig::{AEADS, Rig, SIZES, answer, key_pair, open_answer, seal},
};

use crate::hpke::PeerRandom;

fn peer_id(aead: Aead) -> AeadId {
    match aead {
        Aead::Aes128Gcm => AeadId::AESGCM128,
        Aead::Aes256Gcm => AeadId::AESGCM256,
        _ => AeadId::CHACHA20POLY1305,
    }
}

/// Their server with the key pair derived from 32 times `seed`.
fn server(key_id: u8, seed: u8, aeads: &[Aead]) -> Config {
    let builder = Config::builder().with_id(key_id);
    let builder = builder.gen_keypair_with(KemId::X25519HKDFSHA256, &[seed; 32]);
    let push =
        |builder: aloha::ConfigBuilder, &aead| builder.push_alg(KdfId::HKDFSHA256, peer_id(aead));
    aeads.iter().fold(builder, push).build().unwrap()
}

fn published(configs: Vec<Config>) -> Vec<u8> {
    let mut out = Vec::new();
    Keys::from(configs).compose(&mut out).unwrap();
    out
}

#[test]
fn our_client_and_their_server() {
    let mut exchanges = 0;
    for aead in AEADS {
        for size in SIZES {
            let mut random = Deterministic::new(3);
            let (request, response) = (random.bytes(size), random.bytes(size));
            let theirs = server(0x31, 4, &[aead]);
            let list = KeyConfigList::decode(&published(vec![theirs.clone()])).unwrap();
            let recipient = Recipient::choose(&list, Policy::default()).unwrap();
            assert_eq!(recipient.suite().aead, aead);

            let (sealed, opener) = seal(&recipient, Labels::BHTTP, &request, &mut random).unwrap();
            let (opened, answering) = theirs.decrypt_req(&sealed).unwrap();
            assert!(opened == request, "{aead:?}, {size} bytes");
            let sealed = answering.encrypt_res(&response, &mut PeerRandom(random)).unwrap();
            assert!(open_answer(opener, &sealed).unwrap() == response, "{aead:?}, {size} bytes");
            exchanges += 1;
        }
    }
    assert_eq!(exchanges, 3 * 6);
}

#[test]
fn their_client_and_our_server() {
    let mut exchanges = 0;
    for aead in AEADS {
        for size in SIZES {
            let mut random = Deterministic::new(4);
            let (request, response) = (random.bytes(size), random.bytes(size));
            let rig = Rig::new(0x32, 4, aead);
            let encoded = rig.ring.configs().unwrap().encode();
            let keys = Keys::parse(&mut &encoded[..]).unwrap();
            assert_eq!(keys.len(), 1);
            let index = AEADS.iter().position(|&other| other == aead).unwrap();

            let mut peer_random = PeerRandom(random.clone());
            let (sealed, opening) = keys[0].encrypt_req(index, &request, &mut peer_random).unwrap();
            let (opened, sealer) = rig.open(&sealed).unwrap();
            assert_eq!(sealer.suite().aead, aead);
            assert!(opened == request, "{aead:?}, {size} bytes");
            let sealed = answer(sealer, &response, &mut random);
            assert!(opening.decrypt_res(&sealed).unwrap() == response, "{aead:?}, {size} bytes");
            exchanges += 1;
        }
    }
    assert_eq!(exchanges, 3 * 6);
}

#[test]
fn key_pairs_and_configurations_are_the_same_on_both_ends() {
    let pair = |seed| KeyPair::derive(Kem::X25519HkdfSha256, &[seed; 32]).unwrap();
    let config = |id, seed, aeads: &[Aead]| {
        KeyConfig::new(id, pair(seed).public_key().clone(), aeads).unwrap()
    };
    let ours =
        KeyConfigList::new(vec![config(9, 1, &AEADS), config(3, 2, &[Aead::Aes256Gcm])]).unwrap();
    let theirs = published(vec![server(9, 1, &AEADS), server(3, 2, &[Aead::Aes256Gcm])]);
    assert_eq!(theirs, ours.encode());
    assert_eq!(KeyConfigList::decode(&theirs).unwrap(), ours);
    assert_eq!(published(Keys::parse(&mut &theirs[..]).unwrap().into_iter().collect()), theirs);
}

/// aloha 0.3 refuses a whole list for one key of a KEM it does not know, where RFC 9458, section
/// 3.2, has clients pass over it by its length. A list that holds X-Wing is therefore not for it.
#[test]
fn their_client_refuses_a_list_with_an_unknown_kem() {
    let known = KeyConfig::new(1, key_pair(1).public_key().clone(), &AEADS).unwrap();
    let known = KeyConfigList::new(vec![known]).unwrap().encode();
    let x_wing = [&[2, 0x64, 0x7a][..], &[5; 1216], &[0, 4, 0, 1, 0, 1]].concat();
    let length = u16::try_from(x_wing.len()).unwrap().to_be_bytes();
    let list = [&known[..], &length, &x_wing].concat();
    assert!(Keys::parse(&mut &list[..]).is_err());
    assert_eq!(KeyConfigList::decode(&list).unwrap().encode(), known);
}
