//! The sealed box of the crate crypto_box (X25519, XSalsa20-Poly1305): S11. It has neither `info`
//! nor associated data.

use bench_peer::{Op, message, serve};
use crypto_box::{SecretKey, aead::OsRng};

fn main() {
    let private = SecretKey::generate(&mut OsRng);
    let public = private.public_key();
    let sent = message::body(1024);
    let sealed = public.seal(&mut OsRng, &sent).unwrap();
    let (plain, opener) = (sent.clone(), private.clone());
    serve(vec![
        Op::new("S11-seal", move |witness| {
            let sealed = public.seal(&mut OsRng, &plain).unwrap();
            witness.opens(&sealed, &plain, || opener.unseal(&sealed).unwrap());
        }),
        Op::new("S11-open", move |witness| {
            witness.same(&private.unseal(&sealed).unwrap(), &sent);
        }),
    ]);
}
