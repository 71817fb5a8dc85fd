//! Contexts: seal or open a sequence of messages, export secrets (RFC 9180, sections 5.2 and 5.3).

use alloc::vec::Vec;
use core::fmt;

use sealwire_wipe::WipeBox;
use zeroize::Zeroize;

use super::MessageKey;
use crate::{
    crypto::kdf,
    error::{Code, Error, Result},
    exporter::Exporter,
    suite::{Aead, Suite},
};

/// What the key schedule produced. It lives in one allocation that is wiped as a whole, since an
/// expanded AEAD key cannot be wiped through its library.
pub(super) struct Context {
    pub(super) suite: Suite,
    pub(super) messages: MessageKey,
    pub(super) exporter_secret: [u8; kdf::HASH_LEN],
}

/// The sender's end of an encapsulation. Seals messages that the other end must open in order.
pub struct SenderContext(WipeBox<Context>);

/// The recipient's end of an encapsulation. Opens messages in the order they were sealed.
pub struct ReceiverContext(WipeBox<Context>);

impl SenderContext {
    pub(super) const fn new(context: WipeBox<Context>) -> Self {
        Self(context)
    }

    /// The key, for chunks.
    pub(crate) fn messages(&mut self) -> &mut MessageKey {
        &mut self.0.messages
    }

    /// `Context.Seal(aad, pt)` in place: `buffer` becomes the ciphertext of the same length, and
    /// the 16-byte tag is returned.
    ///
    /// # Errors
    /// `SequenceExhausted` after 2^64 - 1 messages, and ever after; `InvalidInput` beyond the AEAD's
    /// limit of at least 2^36 - 32 bytes. `buffer` is then unchanged.
    pub fn seal_in_place(&mut self, aad: &[u8], buffer: &mut [u8]) -> Result<[u8; Aead::TAG_LEN]> {
        self.0.messages.seal(aad, buffer)
    }

    /// `Context.Seal(aad, pt)`: a new buffer with ciphertext and tag.
    ///
    /// # Errors
    /// As [`Self::seal_in_place`].
    pub fn seal(&mut self, aad: &[u8], plaintext: &[u8]) -> Result<Vec<u8>> {
        let mut sealed = Vec::with_capacity(plaintext.len().saturating_add(Aead::TAG_LEN));
        sealed.extend_from_slice(plaintext);
        match self.seal_in_place(aad, &mut sealed) {
            Ok(tag) => sealed.extend_from_slice(&tag),
            Err(error) => {
                sealed.zeroize();
                return Err(error);
            }
        }
        Ok(sealed)
    }

    /// `Context.Export(exporter_context, L)`: fills `out`, of at most 8160 bytes.
    ///
    /// # Errors
    /// `InvalidInput` if `out` is longer.
    pub fn export(&self, exporter_context: &[u8], out: &mut [u8]) -> Result<()> {
        self.0.export(exporter_context, out)
    }

    /// What exports when this context is gone.
    pub(crate) fn exporter(&self) -> Result<Exporter> {
        self.0.exporter()
    }

    /// The algorithms this context was set up with.
    #[must_use]
    pub fn suite(&self) -> Suite {
        self.0.suite
    }
}

impl ReceiverContext {
    pub(super) const fn new(context: WipeBox<Context>) -> Self {
        Self(context)
    }

    /// The key, for chunks.
    pub(crate) fn messages(&mut self) -> &mut MessageKey {
        &mut self.0.messages
    }

    /// `Context.Open(aad, ct)` in place: `sealed` is ciphertext and tag; the plaintext, 16 bytes
    /// shorter, is returned as the front part of it.
    ///
    /// # Errors
    /// `OpenFailed` if the message is not the next one of this context: all of `sealed` is then
    /// zero, and the context still expects the same message. `SequenceExhausted` after 2^64 - 1
    /// messages, and ever after.
    pub fn open_in_place<'a>(&mut self, aad: &[u8], sealed: &'a mut [u8]) -> Result<&'a mut [u8]> {
        self.0.messages.open(aad, sealed)
    }

    /// `Context.Open(aad, ct)`: a new buffer with the plaintext.
    ///
    /// # Errors
    /// As [`Self::open_in_place`].
    pub fn open(&mut self, aad: &[u8], sealed: &[u8]) -> Result<Vec<u8>> {
        let mut buffer = sealed.to_vec();
        let length = self.open_in_place(aad, &mut buffer)?.len();
        buffer.truncate(length);
        Ok(buffer)
    }

    /// `Context.Export(exporter_context, L)`: fills `out`, of at most 8160 bytes.
    ///
    /// # Errors
    /// `InvalidInput` if `out` is longer.
    pub fn export(&self, exporter_context: &[u8], out: &mut [u8]) -> Result<()> {
        self.0.export(exporter_context, out)
    }

    /// What exports when this context is gone.
    pub(crate) fn exporter(&self) -> Result<Exporter> {
        self.0.exporter()
    }

    /// The algorithms this context was set up with.
    #[must_use]
    pub fn suite(&self) -> Suite {
        self.0.suite
    }
}

impl Context {
    fn export(&self, exporter_context: &[u8], out: &mut [u8]) -> Result<()> {
        export(self.suite, &self.exporter_secret, exporter_context, out)
    }

    fn exporter(&self) -> Result<Exporter> {
        Exporter::new(self.suite, &self.exporter_secret)
    }
}

/// def Context.Export(exporter_context, L):
///   return LabeledExpand(self.exporter_secret, "sec", exporter_context, L)
pub(crate) fn export(
    suite: Suite,
    exporter_secret: &[u8; kdf::HASH_LEN],
    exporter_context: &[u8],
    out: &mut [u8],
) -> Result<()> {
    if out.len() > kdf::MAX_EXPAND_LEN {
        return Err(Error::new(Code::InvalidInput, "an export is limited to 8160 bytes"));
    }
    kdf::Prk::from_secret(exporter_secret)?.labeled_expand(
        &super::schedule::suite_id(suite),
        "sec",
        exporter_context,
        out,
    )
}

impl fmt::Debug for SenderContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SenderContext").field("suite", &self.0.suite).finish_non_exhaustive()
    }
}

impl fmt::Debug for ReceiverContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReceiverContext").field("suite", &self.0.suite).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
