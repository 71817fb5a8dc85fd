//! End-to-end encrypted API calls, from the app's memory to the handler's.
//!
//! This is the protocol without I/O: bytes go in, bytes come out, and time, randomness and the
//! network are the caller's. The adapters (`sealwire-reqwest`, `sealwire-tower`, `sealwire-actix`) put
//! it into HTTP libraries; whoever needs it elsewhere calls it directly:
//!
//! ```
//! use sealwire::bhttp::{Fields, RequestLine};
//! use sealwire::keys::{KeyConfigList, KeyPair, KeyRing, Policy, Recipient, ServerKey};
//! use sealwire::{Aead, Client, Kem, Server, SystemRandom};
//!
//! // The server has a key, and publishes its public half.
//! let pair = KeyPair::generate(Kem::X25519HkdfSha256, &mut SystemRandom)?;
//! let mut ring = KeyRing::new();
//! ring.add(ServerKey::new(1, pair, &[Aead::ChaCha20Poly1305])?)?;
//! let published = ring.configs()?.encode();
//! let server = Server::new(ring, ["api.example.com"])?;
//!
//! // The client was shipped with what the server publishes. It seals a request ...
//! let keys = KeyConfigList::decode(&published)?;
//! let client = Client::new(Recipient::choose(&keys, Policy::default())?);
//! let line = RequestLine {
//!     method: "POST",
//!     scheme: "https",
//!     authority: "api.example.com",
//!     path: "/v1/orders",
//! };
//! let (none, content) = (Fields::new(), b"two tons of tea");
//! let request = client.seal(line, none.lines(), content, &mut SystemRandom)?;
//! let (mut body, pending) = request.into_parts();
//!
//! // ... which the server opens, and answers ...
//! let content_type = Some(&b"message/ohttp-req"[..]);
//! let request = server.open(content_type, &mut body, &mut SystemRandom).expect("a good call");
//! assert_eq!((request.head.path(), &*request.content), ("/v1/orders", &content[..]));
//! let answer =
//!     request.response.seal(201, none.lines(), b"done", none.lines(), &mut SystemRandom)?;
//!
//! // ... and the client opens the answer.
//! let (status, mut body) = (answer.status(), answer.into_body());
//! let response = pending.open(status, Some(b"message/ohttp-res"), &mut body)?;
//! assert_eq!((response.head.status(), &*response.content), (201, &b"done"[..]));
//! # Ok::<(), sealwire::Error>(())
//! ```
//!
//! # Layers
//!
//! | module | what it is | standard |
//! |---|---|---|
//! | [`client`], [`server`] | the two ends of a sealed call | RFC 9458 |
//! | [`payload`] | the same for what is not HTTP | RFC 9458, section 4.6 |
//! | [`envelope`] | sealing any bytes for a key, and the answer back, whole or in chunks | RFC 9458, Chunked OHTTP |
//! | [`bhttp`] | HTTP messages as bytes, strictly decoded | RFC 9292 |
//! | [`keys`] | key pairs, what is published of them, what is chosen from that | RFC 9458, RFC 5958 |
//! | [`hpke`] | the encryption below | RFC 9180 |
//!
//! # Errors
//!
//! There is one type, [`Error`], with a stable [`Code`] and a [`Fault`] that says whose it is. No
//! error and no `Debug` output holds anything of a message or of a key.
//!
//! # Not protected against replay
//!
//! A sealed request that is presented twice opens twice. Until the server remembers what it has
//! seen, use this for calls that may be carried out twice.
//!
//! # Memory
//!
//! Secrets are wiped when they are no longer needed, and the stack where libraries leave copies of
//! them is overwritten at the end of every call that begins or ends a message. The threat model in
//! the repository says what remains.

#![cfg_attr(not(feature = "std"), no_std)]
#![forbid(unsafe_code)]
#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

extern crate alloc;

use alloc::vec::Vec;

pub mod bhttp;
pub mod client;
mod crypto;
pub mod envelope;
mod error;
mod exporter;
pub mod hpke;
#[cfg(feature = "dangerous-key-log")]
pub mod key_log;
pub mod keys;
mod media_type;
mod ours;
mod padding;
pub mod payload;
mod random;
mod secret;
pub mod server;
#[cfg(feature = "http")]
mod shared;
mod stream;
mod suite;
mod target;
mod varint;

pub use client::Client;
pub use error::{Code, Error, Fault, Result};
pub use exporter::Exporter;
pub use padding::{Buckets, Padding};
#[cfg(all(feature = "std", not(target_family = "wasm")))]
pub use random::SystemRandom;
pub use random::{Random, RandomError};
pub use server::Server;
pub use suite::{Aead, Kdf, Kem, Suite};
pub use target::{Target, is_canonical};

/// Zeros for what will precede `content` in a message, and room for all that will follow: a head
/// of usual size and a tag, so that one allocation is enough for most messages.
fn message_buffer(headroom: usize, content: &[u8]) -> Vec<u8> {
    const HEAD: usize = 1024;
    let capacity = headroom.saturating_add(content.len()).saturating_add(HEAD);
    let mut buffer = Vec::with_capacity(capacity);
    buffer.resize(headroom, 0);
    buffer
}
