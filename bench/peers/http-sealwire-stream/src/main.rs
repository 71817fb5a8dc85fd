//! Streams up and down through `SealwireLayer` and `sealwire_reqwest::Client`: S10.

use axum::Router;
use bench_http::{Caller, Content, Order, PATH, STREAMS, router, run};
use bench_peer::message::AUTHORITY;
use reqwest::Body;
use sealwire::{
    Aead, Kem, Server,
    keys::{KeyPair, KeyRing, Policy, Recipient, ServerKey},
    server::{GATEWAY_PATH, Route},
};
use sealwire_reqwest::Client;
use sealwire_tower::SealwireLayer;
use tower_layer::Layer as _;

struct Sealed(Client);

fn main() {
    run(app, |address| Sealed(client(address)));
}

/// A new router around the layer, since `axum::serve` wants axum's own body.
fn app() -> Router {
    let server = Server::new(ring(), [AUTHORITY]).unwrap();
    let server = server.with_route(STREAMS, Route::new().streaming(true)).unwrap();
    Router::new().fallback_service(SealwireLayer::new(server).layer(router()))
}

fn client(address: &str) -> Client {
    let recipient = Recipient::choose(&ring().configs().unwrap(), Policy::default()).unwrap();
    let gateway = format!("http://{address}{GATEWAY_PATH}").parse().unwrap();
    Client::builder(recipient).allow_http_on_loopback().gateway(gateway).build().unwrap()
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
