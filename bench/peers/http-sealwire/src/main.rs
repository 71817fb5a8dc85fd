//! The same handler behind `SealwireLayer`, called by `sealwire_reqwest::Client`: S8, S9.

use axum::Router;
use bench_http::{Caller, Order, PATH, router, run};
use bench_peer::message::AUTHORITY;
use sealwire::{
    Aead, Kem, Server,
    keys::{KeyPair, KeyRing, Policy, Recipient, ServerKey},
    server::GATEWAY_PATH,
};
use sealwire_reqwest::Client;
use sealwire_tower::SealwireLayer;
use tower_layer::Layer as _;

struct Sealed {
    client: Client,
    url: String,
}

fn main() {
    run(app, |address| Sealed {
        client: client(address),
        url: format!("https://{AUTHORITY}{PATH}"),
    });
}

/// A new router around the layer, since `axum::serve` wants axum's own body.
fn app() -> Router {
    let layer = SealwireLayer::new(Server::new(ring(), [AUTHORITY]).unwrap());
    Router::new().fallback_service(layer.layer(router()))
}

fn client(address: &str) -> Client {
    let recipient = Recipient::choose(&ring().configs().unwrap(), Policy::default()).unwrap();
    let gateway = format!("http://{address}{GATEWAY_PATH}").parse().unwrap();
    Client::builder(recipient).allow_http_on_loopback().gateway(gateway).build().unwrap()
}

/// Both ends make the same key, so that it need not be handed over.
fn ring() -> KeyRing {
    let pair = KeyPair::derive(Kem::X25519HkdfSha256, &[1; 32]).unwrap();
    let mut ring = KeyRing::new();
    ring.add(ServerKey::new(1, pair, &[Aead::Aes128Gcm]).unwrap()).unwrap();
    ring
}

impl Caller for Sealed {
    async fn call(&self, order: &Order) -> Order {
        let answer = self.client.post(&self.url).json(order).send().await.unwrap();
        answer.json().await.unwrap()
    }
}
