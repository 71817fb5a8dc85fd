//! End-to-end encrypted API calls, from the app's memory to the handler's.

#![cfg_attr(not(feature = "std"), no_std)]
#![forbid(unsafe_code)]
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

extern crate alloc;

pub mod bhttp;
mod crypto;
pub mod envelope;
mod error;
pub mod hpke;
pub mod keys;
mod random;
mod secret;
mod suite;
mod varint;

pub use error::{Code, Error, Fault, Result};
#[cfg(all(feature = "std", not(target_family = "wasm")))]
pub use random::SystemRandom;
pub use random::{Random, RandomError};
pub use suite::{Aead, Kdf, Kem, Suite};
