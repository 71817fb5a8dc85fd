//! Encapsulated responses (RFC 9458, section 4.4): `response_nonce(L) ciphertext tag(16)`, where
//! `L = max(Nn, Nk)`: 16 bytes for AES-128-GCM, 32 for the others.

use alloc::vec::Vec;
use core::fmt;

use sealwire_wipe::WipeBox;

use super::Header;
use crate::{
    crypto::{aead, kdf::Prk},
    error::{Code, Error, Result},
    random::Random,
    secret::Secret,
    suite::{Aead, Suite},
};

/// Opens the one response to a request. Made by sealing the request, used up by opening.
pub struct ResponseOpener(Exchange);

/// Seals the one response to a request. Made by opening the request, used up by sealing.
pub struct ResponseSealer {
    exchange: Exchange,
    key_id: u8,
}

/// What both ends keep of a request until its response.
struct Exchange {
    suite: Suite,
    /// `enc`, which becomes the front of the salt.
    salt: Vec<u8>,
    /// `secret`, of which the first `L` bytes count.
    secret: WipeBox<Secret<MAX_L>>,
}

const MAX_L: usize = 32;

impl ResponseOpener {
    pub(super) fn new(
        suite: Suite,
        enc: &[u8],
        export: impl FnOnce(&mut [u8]) -> Result<()>,
    ) -> Result<Self> {
        Exchange::new(suite, enc, export).map(Self)
    }

    /// Opens an encapsulated response in place, and returns the response, a slice of `message`.
    ///
    /// # Errors
    /// `OpenFailed` if it is not the response to this request, unaltered; the sealed part of
    /// `message` is then zero.
    pub fn open(self, message: &mut [u8]) -> Result<&mut [u8]> {
        let (nonce, sealed) =
            message.split_at_mut_checked(self.0.nonce_len()).ok_or(Error::OPEN)?;
        if sealed.len() < Aead::TAG_LEN {
            sealed.fill(0);
        }
        let (response, tag) = sealed.split_last_chunk_mut().ok_or(Error::OPEN)?;
        let (key, aead_nonce) = self.0.derive(nonce)?;
        let opened = key.open(&aead_nonce, &[], response, tag);
        tag.fill(0);
        opened?;
        Ok(response)
    }
}

impl ResponseSealer {
    pub(super) fn new(
        header: Header,
        enc: &[u8],
        export: impl FnOnce(&mut [u8]) -> Result<()>,
    ) -> Result<Self> {
        let exchange = Exchange::new(header.suite, enc, export)?;
        Ok(Self { exchange, key_id: header.key_id })
    }

    /// How many bytes [`Self::seal`] needs in front of the response: 16 or 32.
    #[must_use]
    pub const fn headroom(&self) -> usize {
        self.exchange.nonce_len()
    }

    /// The id of the key the request was sealed for.
    #[must_use]
    pub const fn key_id(&self) -> u8 {
        self.key_id
    }

    /// The algorithms the request was sealed with.
    #[must_use]
    pub const fn suite(&self) -> Suite {
        self.exchange.suite
    }

    /// The encapsulated key of the request: public, and different for every honest request, so
    /// that a caller who needs it can tell a replayed one. 32 bytes for X25519.
    #[must_use]
    pub fn enc(&self) -> &[u8] {
        self.exchange.enc()
    }

    /// Seals `message` in place. It begins with [`Self::headroom`] bytes of any value, and the
    /// response follows them; it becomes the encapsulated response, 16 bytes longer than it was.
    ///
    /// # Errors
    /// `InvalidInput` if `message` is shorter than the headroom, `RandomFailed`, `TooLarge` beyond
    /// the AEAD's limit. The response behind the headroom is then unchanged.
    pub fn seal(self, message: &mut Vec<u8>, random: &mut dyn Random) -> Result<()> {
        let Some((front, response)) = message.split_at_mut_checked(self.headroom()) else {
            return Err(Error::new(Code::InvalidInput, "the message has no headroom"));
        };
        let mut nonce = [0; MAX_L];
        let nonce = front_of(&mut nonce, front.len())?;
        random.fill(nonce)?;
        let (key, aead_nonce) = self.exchange.derive(nonce)?;
        front.copy_from_slice(nonce);
        let tag = key.seal(&aead_nonce, &[], response)?;
        message.extend_from_slice(&tag);
        Ok(())
    }
}

impl Exchange {
    /// secret = context.Export("message/bhttp response", L), taken while the context is there, so
    /// that the request's key need not be kept for the response.
    fn new(suite: Suite, enc: &[u8], export: impl FnOnce(&mut [u8]) -> Result<()>) -> Result<Self> {
        let length = nonce_len(suite);
        let mut salt = Vec::with_capacity(enc.len().saturating_add(length));
        salt.extend_from_slice(enc);
        let mut secret = WipeBox::new_with(Secret::zeroed);
        export(front_of(secret.expose_mut(), length)?)?;
        Ok(Self { suite, salt, secret })
    }

    const fn nonce_len(&self) -> usize {
        nonce_len(self.suite)
    }

    fn enc(&self) -> &[u8] {
        &self.salt
    }

    /// salt = concat(enc, response_nonce)
    /// prk = Extract(salt, secret)
    /// aead_key = Expand(prk, "key", Nk)
    /// aead_nonce = Expand(prk, "nonce", Nn)
    fn derive(mut self, response_nonce: &[u8]) -> Result<(WipeBox<aead::Key>, aead::Nonce)> {
        let (aead, length) = (self.suite.aead, self.nonce_len());
        self.salt.extend_from_slice(response_nonce);
        let prk = Prk::extract(&self.salt, front_of(self.secret.expose_mut(), length)?);

        let mut key_bytes = Secret::<MAX_L>::zeroed();
        let key_bytes = front_of(key_bytes.expose_mut(), aead.key_len())?;
        prk.expand(b"key", key_bytes)?;
        let mut nonce = [0; Aead::NONCE_LEN];
        prk.expand(b"nonce", &mut nonce)?;

        let key = aead::Key::new(aead, key_bytes)?;
        Ok((WipeBox::new_with(|| key), nonce))
    }
}

/// L = max(Nn, Nk)
const fn nonce_len(suite: Suite) -> usize {
    let (key, nonce) = (suite.aead.key_len(), Aead::NONCE_LEN);
    if key > nonce { key } else { nonce }
}

fn front_of(bytes: &mut [u8; MAX_L], length: usize) -> Result<&mut [u8]> {
    bytes.get_mut(..length).ok_or(Error::new(Code::Internal, "a key is longer than 32 bytes"))
}

impl fmt::Debug for ResponseOpener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseOpener").field("suite", &self.0.suite).finish_non_exhaustive()
    }
}

impl fmt::Debug for ResponseSealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseSealer")
            .field("key_id", &self.key_id)
            .field("suite", &self.exchange.suite)
            .finish_non_exhaustive()
    }
}
