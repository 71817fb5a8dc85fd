//! Keys: what a server holds, what it publishes, and what a client makes of that.
//!
//! A server holds a [`KeyRing`] of [`ServerKey`]s, each a key pair under a one-byte key id, and
//! publishes their [`KeyConfig`]s as one `application/ohttp-keys` body. A client decodes that body
//! into a [`KeyConfigList`] and picks a [`Recipient`] from it: one key and one suite to seal for.

mod config;
mod pem;
mod recipient;
mod ring;

pub use crate::hpke::{KeyPair, PublicKey};
pub use config::{KeyConfig, KeyConfigList, SymmetricAlgorithms};
pub use recipient::{Policy, Recipient};
pub use ring::{KeyRing, ServerKey};
