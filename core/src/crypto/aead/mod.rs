//! AEAD (RFC 5116) over ring on native targets with `std`, over RustCrypto elsewhere.
//!
//! Both are always compiled and held to the same vectors; which one [`Key`] is, is decided here.

mod portable;
#[cfg(all(feature = "std", not(target_family = "wasm")))]
mod ring;

#[cfg(not(all(feature = "std", not(target_family = "wasm"))))]
use self::portable as backend;
#[cfg(all(feature = "std", not(target_family = "wasm")))]
use self::ring as backend;

use crate::{
    error::{Code, Error, Result},
    suite::Aead,
};

pub(crate) type Nonce = [u8; Aead::NONCE_LEN];
pub(crate) type Tag = [u8; Aead::TAG_LEN];

/// An expanded key. Neither library's key can be trusted to wipe itself, so whoever keeps one
/// keeps it in a `WipeBox`.
pub(crate) struct Key(backend::Key);

impl Key {
    /// Expands `key`, of exactly [`Aead::key_len`] bytes.
    #[inline]
    pub(crate) fn new(aead: Aead, key: &[u8]) -> Result<Self> {
        backend::Key::new(aead, key).map(Self)
    }

    /// Encrypts `buffer` in place and returns the tag.
    #[inline]
    pub(crate) fn seal(&self, nonce: &Nonce, aad: &[u8], buffer: &mut [u8]) -> Result<Tag> {
        self.0.seal(nonce, aad, buffer)
    }

    /// Decrypts `buffer` in place if `tag` is right; fills it with zeros if not.
    #[inline]
    pub(crate) fn open(
        &self,
        nonce: &Nonce,
        aad: &[u8],
        buffer: &mut [u8],
        tag: &Tag,
    ) -> Result<()> {
        self.0.open(nonce, aad, buffer, tag).map_err(|Rejected| {
            buffer.fill(0);
            Error::OPEN
        })
    }
}

/// A tag that did not match. The buffer may hold anything.
struct Rejected;

const KEY_LENGTH: Error = Error::new(Code::Internal, "an AEAD key has the wrong length");
const TOO_LONG: Error =
    Error::new(Code::InvalidInput, "the message is longer than the AEAD allows");

#[cfg(test)]
mod tests;
