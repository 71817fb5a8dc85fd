//! AEAD by ring: assembly chosen at run time, constant time on every processor.

use ring::aead::{self, Aad, LessSafeKey, UnboundKey};

use super::{KEY_LENGTH, Nonce, Rejected, TOO_LONG, Tag};
use crate::{
    error::{Code, Error, Result},
    suite::Aead,
};

const TAG_LENGTH: Error = Error::new(Code::Internal, "an AEAD tag has the wrong length");

pub(super) struct Key(LessSafeKey);

impl Key {
    #[inline]
    pub(super) fn new(aead: Aead, key: &[u8]) -> Result<Self> {
        let algorithm = match aead {
            Aead::Aes128Gcm => &aead::AES_128_GCM,
            Aead::Aes256Gcm => &aead::AES_256_GCM,
            Aead::ChaCha20Poly1305 => &aead::CHACHA20_POLY1305,
        };
        let key = UnboundKey::new(algorithm, key).map_err(|_| KEY_LENGTH)?;
        Ok(Self(LessSafeKey::new(key)))
    }

    #[inline]
    pub(super) fn seal(&self, nonce: &Nonce, aad: &[u8], buffer: &mut [u8]) -> Result<Tag> {
        let nonce = aead::Nonce::assume_unique_for_key(*nonce);
        let tag = self
            .0
            .seal_in_place_separate_tag(nonce, Aad::from(aad), buffer)
            .map_err(|_| TOO_LONG)?;
        tag.as_ref().try_into().map_err(|_| TAG_LENGTH)
    }

    #[inline]
    pub(super) fn open(
        &self,
        nonce: &Nonce,
        aad: &[u8],
        buffer: &mut [u8],
        tag: &Tag,
    ) -> Result<(), Rejected> {
        let nonce = aead::Nonce::assume_unique_for_key(*nonce);
        self.0
            .open_in_place_separate_tag(nonce, Aad::from(aad), (*tag).into(), buffer, 0..)
            .map(|_| ())
            .map_err(|_| Rejected)
    }
}
