//! The crate hpke: S11.

use bench_peer::{
    Op,
    message::{self, AAD, INFO},
    serve,
};
use hpke::{
    OpModeR, OpModeS, aead::ChaCha20Poly1305, kdf::HkdfSha256, kem::Kem, kem::X25519HkdfSha256,
    single_shot_open, single_shot_seal,
};

type PublicKey = <X25519HkdfSha256 as Kem>::PublicKey;
type PrivateKey = <X25519HkdfSha256 as Kem>::PrivateKey;
type Enc = <X25519HkdfSha256 as Kem>::EncappedKey;

fn main() {
    let (private, public) = X25519HkdfSha256::gen_keypair();
    let sent = message::body(1024);
    let (enc, sealed) = seal(&public, &sent);
    let (plain, opener) = (sent.clone(), private.clone());
    serve(vec![
        Op::new("S11-seal", move |witness| {
            let (enc, sealed) = seal(&public, &plain);
            witness.opens(&sealed, &plain, || open(&enc, &opener, &sealed));
        }),
        Op::new("S11-open", move |witness| {
            witness.same(&open(&enc, &private, &sealed), &sent);
        }),
    ]);
}

fn seal(public: &PublicKey, plain: &[u8]) -> (Enc, Vec<u8>) {
    single_shot_seal::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(
        &OpModeS::Base,
        public,
        INFO,
        plain,
        AAD,
    )
    .unwrap()
}

fn open(enc: &Enc, private: &PrivateKey, sealed: &[u8]) -> Vec<u8> {
    single_shot_open::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(
        &OpModeR::Base,
        private,
        enc,
        INFO,
        sealed,
        AAD,
    )
    .unwrap()
}
