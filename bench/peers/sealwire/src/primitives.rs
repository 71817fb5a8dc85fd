//! The primitives that one exchange of S1 cannot do without, alone, over the same libraries.

use bench_peer::{Op, message};
use ring::{
    aead::{AES_128_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    rand::{SecureRandom as _, SystemRandom},
};
use sha2::{Digest as _, Sha256, block_api::compress256};
use x25519_dalek::{PublicKey, StaticSecret};

/// SHA-256 blocks of one end: 7 for the shared secret, 11 and 4 for key, nonce and exporter secret,
/// 14 to export the response's secret and derive key and nonce from it. HMAC states of constant
/// keys and the hashes of constant inputs are taken to be at hand.
const BLOCKS: usize = 7 + 11 + 4 + 14;

/// Binary HTTP around a body of the request and of the response, about.
const HEADS: [usize; 2] = [260, 62];

pub(crate) fn ops() -> Vec<Op> {
    vec![base(), agreement(), aead(), sha256(), random()]
}

/// The public half of an ephemeral key.
fn base() -> Op {
    let secret = StaticSecret::from([7; 32]);
    let expected = PublicKey::from(&secret);
    Op::new("S1-base", move |witness| {
        witness.same(PublicKey::from(&secret).as_bytes(), expected.as_bytes());
    })
}

/// One end of a Diffie-Hellman agreement.
fn agreement() -> Op {
    let (mine, theirs) = (StaticSecret::from([7; 32]), StaticSecret::from([8; 32]));
    let expected = theirs.diffie_hellman(&PublicKey::from(&mine));
    let theirs = PublicKey::from(&theirs);
    Op::new("S1-agreement", move |witness| {
        witness.same(mine.diffie_hellman(&theirs).as_bytes(), expected.as_bytes());
    })
}

/// Request and response sealed and opened, each time with a new key.
fn aead() -> Op {
    let sent = HEADS.map(|head| message::body(head + 1024));
    let mut buffers = sent.clone();
    let key = || LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &[7; 16]).unwrap());
    let nonce = || Nonce::assume_unique_for_key([9; NONCE_LEN]);
    Op::new("S1-aead", move |witness| {
        for (buffer, sent) in buffers.iter_mut().zip(&sent) {
            let tag = key().seal_in_place_separate_tag(nonce(), Aad::empty(), buffer).unwrap();
            let opened =
                key().open_in_place_separate_tag(nonce(), Aad::empty(), tag, buffer, 0..).unwrap();
            witness.same(opened, sent);
        }
    })
}

/// The compressions of both ends, one block a call, since each waits for the one before.
fn sha256() -> Op {
    let zeros = 2 * BLOCKS - 1;
    let mut last = [0; 64];
    last[0] = 0x80;
    last[56..].copy_from_slice(&(zeros * 64 * 8).to_be_bytes());
    let expected = Sha256::digest(vec![0; zeros * 64]);
    Op::new("S1-sha256", move |witness| {
        let mut state = IV;
        for _ in 0..zeros {
            compress256(&mut state, &[[0; 64]]);
        }
        compress256(&mut state, &[last]);
        witness.same(state.map(u32::to_be_bytes).as_flattened(), &expected);
    })
}

/// The initial state of SHA-256 (RFC 6234, section 6.1).
const IV: [u32; 8] = [
    0x6a09_e667,
    0xbb67_ae85,
    0x3c6e_f372,
    0xa54f_f53a,
    0x510e_527f,
    0x9b05_688c,
    0x1f83_d9ab,
    0x5be0_cd19,
];

/// The random bytes of an exchange: an ephemeral key and the response's nonce.
fn random() -> Op {
    let source = SystemRandom::new();
    Op::new("S1-random", move |witness| {
        let (mut key, mut nonce) = ([0; 32], [0; 16]);
        source.fill(&mut key).unwrap();
        source.fill(&mut nonce).unwrap();
        witness.same(&key, &key);
        witness.same(&nonce, &nonce);
    })
}
