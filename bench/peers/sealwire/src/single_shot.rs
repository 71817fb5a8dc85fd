//! HPKE without any HTTP: S11.

use bench_peer::{
    Op,
    message::{self, AAD, INFO},
};
use sealwire::{
    Aead, Kem, Suite, SystemRandom,
    hpke::{self, Enc, KeyPair, PublicKey},
};

pub(crate) fn ops() -> Vec<Op> {
    let pair = KeyPair::generate(Kem::X25519HkdfSha256, &mut SystemRandom).unwrap();
    let same_pair = KeyPair::from_private_key(pair.kem(), pair.expose_private_key()).unwrap();
    let sent = message::body(1024);
    let (enc, sealed) = seal(pair.public_key(), &sent);
    let plain = sent.clone();
    vec![
        Op::new("S11-seal", move |witness| {
            let (enc, sealed) = seal(same_pair.public_key(), &plain);
            witness.opens(&sealed, &plain, || open(&enc, &same_pair, &sealed));
        }),
        Op::new("S11-open", move |witness| {
            witness.same(&open(&enc, &pair, &sealed), &sent);
        }),
    ]
}

fn suite() -> Suite {
    Suite::x25519(Aead::ChaCha20Poly1305)
}

fn seal(public: &PublicKey, plain: &[u8]) -> (Enc, Vec<u8>) {
    hpke::seal(suite(), public, INFO, AAD, plain, &mut SystemRandom).unwrap()
}

fn open(enc: &Enc, pair: &KeyPair, sealed: &[u8]) -> Vec<u8> {
    hpke::open(suite(), enc.as_ref(), pair, INFO, AAD, sealed).unwrap()
}
