//! AEAD by RustCrypto: plain Rust, for browsers and bare metal, and wherever ring does not go.
#![cfg_attr(all(feature = "std", not(target_family = "wasm"), not(test)), allow(dead_code))]

use aes_gcm::{Aes128Gcm, Aes256Gcm, aead::AeadInOut};
use chacha20poly1305::{ChaCha20Poly1305, KeyInit};

use super::{KEY_LENGTH, Nonce, Rejected, TOO_LONG, Tag};
use crate::{error::Result, suite::Aead};

pub(super) enum Key {
    Aes128Gcm(Aes128Gcm),
    Aes256Gcm(Aes256Gcm),
    ChaCha20Poly1305(ChaCha20Poly1305),
}

impl Key {
    #[inline]
    pub(super) fn new(aead: Aead, key: &[u8]) -> Result<Self> {
        fn expand<K: KeyInit>(key: &[u8]) -> Result<K> {
            K::new_from_slice(key).map_err(|_| KEY_LENGTH)
        }
        Ok(match aead {
            Aead::Aes128Gcm => Self::Aes128Gcm(expand(key)?),
            Aead::Aes256Gcm => Self::Aes256Gcm(expand(key)?),
            Aead::ChaCha20Poly1305 => Self::ChaCha20Poly1305(expand(key)?),
        })
    }

    #[inline]
    pub(super) fn seal(&self, nonce: &Nonce, aad: &[u8], buffer: &mut [u8]) -> Result<Tag> {
        let (nonce, buffer) = (nonce.into(), buffer.into());
        match self {
            Self::Aes128Gcm(key) => key.encrypt_inout_detached(nonce, aad, buffer),
            Self::Aes256Gcm(key) => key.encrypt_inout_detached(nonce, aad, buffer),
            Self::ChaCha20Poly1305(key) => key.encrypt_inout_detached(nonce, aad, buffer),
        }
        .map(Into::into)
        .map_err(|_| TOO_LONG)
    }

    #[inline]
    pub(super) fn open(
        &self,
        nonce: &Nonce,
        aad: &[u8],
        buffer: &mut [u8],
        tag: &Tag,
    ) -> Result<(), Rejected> {
        let (nonce, buffer, tag) = (nonce.into(), buffer.into(), tag.into());
        match self {
            Self::Aes128Gcm(key) => key.decrypt_inout_detached(nonce, aad, buffer, tag),
            Self::Aes256Gcm(key) => key.decrypt_inout_detached(nonce, aad, buffer, tag),
            Self::ChaCha20Poly1305(key) => key.decrypt_inout_detached(nonce, aad, buffer, tag),
        }
        .map_err(|_| Rejected)
    }
}
