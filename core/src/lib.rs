//! End-to-end encrypted API calls, from the app's memory to the handler's.

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
pub mod hpke;
pub mod keys;
mod media_type;
mod random;
mod secret;
pub mod server;
#[cfg(feature = "http")]
mod shared;
mod suite;
mod varint;

pub use client::Client;
pub use error::{Code, Error, Fault, Result};
#[cfg(all(feature = "std", not(target_family = "wasm")))]
pub use random::SystemRandom;
pub use random::{Random, RandomError};
pub use server::Server;
pub use suite::{Aead, Kdf, Kem, Suite};

/// Zeros for what will precede `content` in a message, and room for all that will follow: a head
/// of usual size and a tag. A buffer that has to grow later copies what it holds, and leaves a
/// copy of it behind.
fn message_buffer(headroom: usize, content: &[u8]) -> Vec<u8> {
    const HEAD: usize = 1024;
    let capacity = headroom.saturating_add(content.len()).saturating_add(HEAD);
    let mut buffer = Vec::with_capacity(capacity);
    buffer.resize(headroom, 0);
    buffer
}
