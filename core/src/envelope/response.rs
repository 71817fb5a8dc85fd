//! Encapsulated responses (RFC 9458, section 4.4): `response_nonce(L) ciphertext tag(16)`, where
//! `L = max(Nn, Nk)`: 16 bytes for AES-128-GCM, 32 for the others.

use alloc::vec::Vec;
use core::fmt;

use super::exchange::Exchange;
use crate::{
    crypto::scrub_stack,
    error::{Code, Error, Result},
    exporter::Exporter,
    random::Random,
    suite::Suite,
};

/// Opens the one response to a request. Made by sealing the request, used up by opening.
pub struct ResponseOpener(Exchange);

/// Seals the one response to a request. Made by opening the request, used up by sealing.
pub struct ResponseSealer {
    exchange: Exchange,
    key_id: u8,
}

impl ResponseOpener {
    pub(super) const fn new(exchange: Exchange) -> Self {
        Self(exchange)
    }

    /// Exports secrets of this exchange, the same as on the other side.
    #[must_use]
    pub fn exporter(&self) -> Exporter {
        self.0.exporter().clone()
    }

    /// Opens an encapsulated response in place, and returns the response, a slice of `message`.
    ///
    /// # Errors
    /// `OpenFailed` if it is not the response to this request, unaltered; the sealed part of
    /// `message` is then zero.
    pub fn open(self, message: &mut [u8]) -> Result<&mut [u8]> {
        let (nonce, sealed) =
            message.split_at_mut_checked(self.0.nonce_len()).ok_or(Error::OPEN)?;
        let response = self.0.derive(nonce)?.open(&[], sealed);
        scrub_stack();
        response
    }
}

impl ResponseSealer {
    pub(super) const fn new(key_id: u8, exchange: Exchange) -> Self {
        Self { exchange, key_id }
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
        self.exchange.suite()
    }

    /// The encapsulated key of the request: public, and different for every honest request, so
    /// that a caller who needs it can tell a replayed one. 32 bytes for X25519.
    #[must_use]
    pub fn enc(&self) -> &[u8] {
        self.exchange.enc()
    }

    /// Exports secrets of this exchange, the same as on the other side.
    #[must_use]
    pub fn exporter(&self) -> Exporter {
        self.exchange.exporter().clone()
    }

    /// Seals `message` in place. It begins with [`Self::headroom`] bytes of any value, and the
    /// response follows them; it becomes the encapsulated response, 16 bytes longer than it was.
    ///
    /// # Errors
    /// `InvalidInput` if `message` is shorter than the headroom, `RandomFailed`, `InvalidInput`
    /// too beyond the AEAD's limit. The response behind the headroom is then unchanged.
    pub fn seal(self, message: &mut Vec<u8>, random: &mut dyn Random) -> Result<()> {
        let Some((front, response)) = message.split_at_mut_checked(self.headroom()) else {
            return Err(Error::new(Code::InvalidInput, "the message has no headroom"));
        };
        let (nonce, mut key) = self.exchange.start(random)?;
        let tag = key.seal(&[], response)?;
        scrub_stack();
        front.copy_from_slice(&nonce);
        message.extend_from_slice(&tag);
        Ok(())
    }
}

impl fmt::Debug for ResponseOpener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseOpener").field("suite", &self.0.suite()).finish_non_exhaustive()
    }
}

impl fmt::Debug for ResponseSealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseSealer")
            .field("key_id", &self.key_id)
            .field("suite", &self.exchange.suite())
            .finish_non_exhaustive()
    }
}
