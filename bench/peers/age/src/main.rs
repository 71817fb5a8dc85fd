//! The crate age with an X25519 identity: S11. It has neither `info` nor associated data.

use age::x25519::Identity;
use bench_peer::{Op, message, serve};

fn main() {
    let identity = Identity::generate();
    let recipient = identity.to_public();
    let sent = message::body(1024);
    let sealed = age::encrypt(&recipient, &sent).unwrap();
    let (plain, opener) = (sent.clone(), identity.clone());
    serve(vec![
        Op::new("S11-seal", move |witness| {
            let sealed = age::encrypt(&recipient, &plain).unwrap();
            witness.opens(&sealed, &plain, || age::decrypt(&opener, &sealed).unwrap());
        }),
        Op::new("S11-open", move |witness| {
            witness.same(&age::decrypt(&identity, &sealed).unwrap(), &sent);
        }),
    ]);
}
