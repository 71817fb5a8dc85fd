//! The nonces of one key: never one twice.

use crate::{
    crypto::aead::Nonce,
    error::{Code, Error, Result},
    suite::Aead,
};

/// `base_nonce` and a message counter (RFC 9180, section 5.2).
///
/// The counter has 64 bits, not the 96 that the RFC allows: it ends sooner than it must.
pub(crate) struct NonceSequence {
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
