//! From client to handler and back: the sans-IO ends, the tower layer, and reqwest against a server
//! on a loopback port.

mod actix;
mod attacks;
mod axum;
mod bodies;
mod bombs;
mod clients;
mod downgrade;
mod extensions;
mod outside;
mod readiness;
mod ready;
mod reqwest;
mod sans_io;
mod sorting;
mod streams;
mod suite;
mod tonic;
mod too_long;
mod tower;
mod tower_client;

use sealwire::{
    Aead, Client, Kem, Server,
    keys::{KeyConfigList, KeyPair, KeyRing, Policy, Recipient, ServerKey},
};

const AUTHORITY: &str = "api.example.com";

/// A server, and the public keys that a client of it was shipped with.
fn server() -> (Server, Vec<u8>) {
    let pair = KeyPair::derive(Kem::X25519HkdfSha256, &[7; 32]).unwrap();
    let mut ring = KeyRing::new();
    ring.add(ServerKey::new(9, pair, &[Aead::ChaCha20Poly1305, Aead::Aes128Gcm]).unwrap()).unwrap();
    let pinned = ring.configs().unwrap().encode();
    (Server::new(ring, [AUTHORITY, "localhost:8080"]).unwrap(), pinned)
}

fn recipient(pinned: &[u8]) -> Recipient {
    Recipient::choose(&KeyConfigList::decode(pinned).unwrap(), Policy::default()).unwrap()
}

fn client(pinned: &[u8]) -> Client {
    Client::new(recipient(pinned))
}
