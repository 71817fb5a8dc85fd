//! What the contestants that stream sealed share: the client, and what opens calls at the server.

use bench_http::{Caller, Content, Order, PATH, STREAMS};
use bench_peer::message::AUTHORITY;
use reqwest::Body;
use sealwire::{
    Aead, Kem, Server,
    keys::{KeyPair, KeyRing, Policy, Recipient, ServerKey},
    server::{GATEWAY_PATH, Route},
};
use sealwire_reqwest::Client;

/// Calls a server, sealed.
#[derive(Debug)]
pub struct Sealed(Client);

impl Sealed {
    /// For the server at that address.
    ///
    /// # Panics
    /// If it cannot be called.
    #[must_use]
    pub fn new(address: &str) -> Self {
        let recipient = Recipient::choose(&ring().configs().unwrap(), Policy::default()).unwrap();
        let gateway = format!("http://{address}{GATEWAY_PATH}").parse().unwrap();
        Self(Client::builder(recipient).allow_http_on_loopback().gateway(gateway).build().unwrap())
    }
}

/// Opens calls, as they arrive where streams go.
///
/// # Panics
/// If it has no key.
#[must_use]
pub fn server() -> Server {
    let server = Server::new(ring(), [AUTHORITY]).unwrap();
    server.with_route(STREAMS, Route::new().streaming(true)).unwrap()
}

/// Both ends make the same key, so that it need not be handed over. Of the AEADs one that may seal
/// more than a gibibyte in a message.
fn ring() -> KeyRing {
    let pair = KeyPair::derive(Kem::X25519HkdfSha256, &[1; 32]).unwrap();
    let mut ring = KeyRing::new();
    ring.add(ServerKey::new(1, pair, &[Aead::ChaCha20Poly1305]).unwrap()).unwrap();
    ring
}

impl Caller for Sealed {
    async fn call(&self, order: &Order) -> Order {
        let url = format!("https://{AUTHORITY}{PATH}");
        let answer = self.0.post(url).json(order).send().await.unwrap();
        answer.json().await.unwrap()
    }

    async fn up(&self, bytes: u64) -> bool {
        let url = format!("https://{AUTHORITY}{STREAMS}/{bytes}");
        let body = Body::wrap_stream(Content::new(bytes));
        let answer = self.0.post(url).body(body).send().await.unwrap();
        answer.text().await.unwrap() == "true"
    }

    async fn down(&self, bytes: u64) -> bool {
        let url = format!("https://{AUTHORITY}{STREAMS}/{bytes}");
        let mut answer = self.0.get(url).send().await.unwrap();
        let mut content = Content::new(bytes);
        while let Some(chunk) = answer.chunk().await.unwrap() {
            content.expect(&chunk);
        }
        content.is_complete()
    }
}
