//! The crate hpke-rs over each of its providers: S11.

use bench_peer::{
    Op,
    message::{self, AAD, INFO},
    serve,
};
use hpke_rs::{Hpke, HpkePrivateKey, HpkePublicKey, Mode};
use hpke_rs_crypto::{
    HpkeDefaultPrng,
    types::{AeadAlgorithm, KdfAlgorithm, KemAlgorithm},
};
use hpke_rs_libcrux::HpkeLibcrux;
use hpke_rs_rust_crypto::HpkeRustCrypto;

fn main() {
    let (libcrux, rust_crypto) =
        (ops::<HpkeLibcrux>("libcrux"), ops::<HpkeRustCrypto>("rustcrypto"));
    serve(libcrux.into_iter().chain(rust_crypto).collect());
}

fn ops<P: HpkeDefaultPrng + 'static>(provider: &str) -> Vec<Op> {
    // A private key cannot be cloned.
    let keys = || hpke::<P>().derive_key_pair(&[7; 32]).unwrap().into_keys();
    let ((private, public), (opener, _)) = (keys(), keys());
    let sent = message::body(1024);
    let (enc, sealed) = seal(&mut hpke::<P>(), &public, &sent);
    let (plain, mut sender) = (sent.clone(), hpke::<P>());
    let receiver = hpke::<P>();
    vec![
        Op::new(format!("S11-seal-{provider}"), move |witness| {
            let (enc, sealed) = seal(&mut sender, &public, &plain);
            let open = || open(&hpke::<P>(), &enc, &opener, &sealed);
            witness.opens(&sealed, &plain, open);
        }),
        Op::new(format!("S11-open-{provider}"), move |witness| {
            witness.same(&open(&receiver, &enc, &private, &sealed), &sent);
        }),
    ]
}

fn hpke<P: HpkeDefaultPrng>() -> Hpke<P> {
    Hpke::new(
        Mode::Base,
        KemAlgorithm::DhKem25519,
        KdfAlgorithm::HkdfSha256,
        AeadAlgorithm::ChaCha20Poly1305,
    )
}

fn seal<P: HpkeDefaultPrng>(
    sender: &mut Hpke<P>,
    public: &HpkePublicKey,
    plain: &[u8],
) -> (Vec<u8>, Vec<u8>) {
    sender.seal(public, INFO, AAD, plain, None, None, None).unwrap()
}

fn open<P: HpkeDefaultPrng>(
    receiver: &Hpke<P>,
    enc: &[u8],
    private: &HpkePrivateKey,
    sealed: &[u8],
) -> Vec<u8> {
    receiver.open(enc, private, INFO, AAD, sealed, None, None, None).unwrap()
}
