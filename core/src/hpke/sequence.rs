//! One key and its nonces: never one twice.

use crate::{
    crypto::aead::{self, Nonce, Tag},
    error::{Code, Error, Result},
    suite::Aead,
};

/// A key that seals or opens a sequence of messages. It belongs into a `WipeBox`.
pub(crate) struct MessageKey {
    key: aead::Key,
    pub(super) nonces: NonceSequence,
}

impl MessageKey {
    #[inline]
    pub(crate) const fn new(key: aead::Key, base_nonce: Nonce) -> Self {
        Self { key, nonces: NonceSequence::new(base_nonce) }
    }

    /// Seals the next message: `buffer` becomes its ciphertext, the tag is returned.
    ///
    /// The nonce is spent first, so that nothing that happens below can make it serve twice.
    pub(crate) fn seal(&mut self, aad: &[u8], buffer: &mut [u8]) -> Result<Tag> {
        let nonce = self.nonces.current()?;
        self.nonces.advance();
        self.key.seal(&nonce, aad, buffer)
    }

    /// Opens the next message, which is ciphertext and tag: returns the plaintext, the front of it.
    /// If it is not the next message, `sealed` is all zero, and the same message still expected.
    pub(crate) fn open<'a>(&mut self, aad: &[u8], sealed: &'a mut [u8]) -> Result<&'a mut [u8]> {
        let nonce = self.nonces.current()?;
        if sealed.len() < Aead::TAG_LEN {
            sealed.fill(0);
        }
        let (buffer, tag) = sealed.split_last_chunk_mut().ok_or(Error::OPEN)?;
        let opened = self.key.open(&nonce, aad, buffer, tag);
        tag.fill(0);
        opened?;
        self.nonces.advance();
        Ok(buffer)
    }

    /// Puts the counter where no test could count to.
    #[cfg(test)]
    pub(crate) const fn skip_to(&mut self, next: u64) {
        self.nonces.skip_to(next);
    }
}

/// `base_nonce` and a message counter (RFC 9180, section 5.2).
///
/// The counter has 64 bits, not the 96 that the RFC allows: it ends sooner than it must.
pub(super) struct NonceSequence {
    base: Nonce,
    next: u64,
}

impl NonceSequence {
    pub(crate) const fn new(base: Nonce) -> Self {
        Self { base, next: 0 }
    }

    /// def ComputeNonce(seq):
    ///   return xor(base_nonce, I2OSP(seq, Nn))
    pub(crate) fn current(&self) -> Result<Nonce> {
        if self.next == u64::MAX {
            return Err(Error::new(
                Code::SequenceExhausted,
                "this context has used up its nonces; set up a new one",
            ));
        }
        let mut counter = [0; Aead::NONCE_LEN];
        let (_, low) = counter.split_at_mut(Aead::NONCE_LEN - size_of::<u64>());
        low.copy_from_slice(&self.next.to_be_bytes());
        let mut nonce = self.base;
        for (byte, counter) in nonce.iter_mut().zip(counter) {
            *byte ^= counter;
        }
        Ok(nonce)
    }

    /// def IncrementSeq(): the message limit was checked when the nonce was computed.
    pub(crate) const fn advance(&mut self) {
        self.next = self.next.saturating_add(1);
    }

    /// Puts the counter where no test could count to.
    #[cfg(test)]
    pub(crate) const fn skip_to(&mut self, next: u64) {
        self.next = next;
    }
}
