use alloc::vec::Vec;
use core::fmt;

use sealwire_wipe::WipeBox;

use super::FINAL;
use crate::{
    error::{Code, Error, Result},
    hpke::{MessageKey, SenderContext},
    suite::Aead,
    varint,
};

/// Seals one message, chunk by chunk.
pub struct ChunkSealer {
    key: Key,
    chunk_len: usize,
    /// Bytes that this key may still seal.
    left: u64,
}

enum Key {
    Request(SenderContext),
    Response(WipeBox<MessageKey>),
}

impl ChunkSealer {
    /// The plaintext of a chunk in bytes at most, unless configured: what every peer accepts.
    pub const DEFAULT_CHUNK_LEN: usize = 16 * 1024;
    /// The plaintext of a chunk in bytes at most: what a Sealwire peer accepts.
    pub const MAX_CHUNK_LEN: usize = 64 * 1024;
    /// The plaintext of one message in bytes at most with AES-128-GCM.
    pub const AES_128_GCM_LIMIT: u64 = 1 << 30;

    pub(super) const fn request(context: SenderContext, aead: Aead) -> Self {
        Self::new(Key::Request(context), aead)
    }

    pub(super) const fn response(key: WipeBox<MessageKey>, aead: Aead) -> Self {
        Self::new(Key::Response(key), aead)
    }

    const fn new(key: Key, aead: Aead) -> Self {
        let left = match aead {
            Aead::Aes128Gcm => Self::AES_128_GCM_LIMIT,
            Aead::Aes256Gcm | Aead::ChaCha20Poly1305 => u64::MAX,
        };
        Self { key, chunk_len: Self::DEFAULT_CHUNK_LEN, left }
    }

    /// Seals up to `chunk_len` bytes in a chunk.
    ///
    /// # Errors
    /// `InvalidInput` unless it is between 1 and [`Self::MAX_CHUNK_LEN`].
    pub fn with_chunk_len(mut self, chunk_len: usize) -> Result<Self> {
        if !(1..=Self::MAX_CHUNK_LEN).contains(&chunk_len) {
            return Err(Error::new(Code::InvalidInput, "a chunk has 1 to 65536 bytes"));
        }
        self.chunk_len = chunk_len;
        Ok(self)
    }

    /// Appends `plaintext` to `out` in as few sealed chunks as hold it, none if it is empty: it is
    /// copied there once, and sealed in place.
    ///
    /// # Errors
    /// `TooLarge` beyond [`Self::AES_128_GCM_LIMIT`], `SequenceExhausted` after 2^64 - 1 chunks.
    /// The message is then broken off, and nothing of `plaintext` is left in `out`.
    pub fn seal(&mut self, plaintext: &[u8], out: &mut Vec<u8>) -> Result<()> {
        self.charge(plaintext)?;
        let chunks = plaintext.len().div_ceil(self.chunk_len);
        out.reserve(plaintext.len().saturating_add(chunks.saturating_mul(OVERHEAD)));
        for chunk in plaintext.chunks(self.chunk_len) {
            self.append(chunk, &[], chunk.len().saturating_add(Aead::TAG_LEN), out)?;
        }
        Ok(())
    }

    /// Appends the final chunk, after others if `plaintext` does not fit into one. It may be empty.
    ///
    /// # Errors
    /// As [`Self::seal`].
    pub fn finish(mut self, plaintext: &[u8], out: &mut Vec<u8>) -> Result<()> {
        let before = plaintext.len().saturating_sub(1) / self.chunk_len * self.chunk_len;
        let (before, last) = plaintext.split_at_checked(before).unwrap_or((&[], plaintext));
        self.seal(before, out)?;
        self.charge(last)?;
        self.append(last, FINAL, 0, out)
    }

    fn charge(&mut self, plaintext: &[u8]) -> Result<()> {
        self.left = self.left.checked_sub(plaintext.len() as u64).ok_or(Error::new(
            Code::TooLarge,
            "a message sealed with AES-128-GCM has at most 2^30 bytes",
        ))?;
        Ok(())
    }

    /// Non-Final Chunk { Chunk Length (i), Sealed Chunk }, Final Chunk { 0 (i), Sealed Chunk }
    fn append(&mut self, chunk: &[u8], aad: &[u8], length: usize, out: &mut Vec<u8>) -> Result<()> {
        let start = out.len();
        varint::put(out, length as u64);
        let at = out.len();
        out.extend_from_slice(chunk);
        let sealed = out.get_mut(at..).unwrap_or_default();
        match self.key.messages().seal(aad, sealed) {
            Ok(tag) => {
                out.extend_from_slice(&tag);
                Ok(())
            }
            Err(error) => {
                sealed.fill(0);
                out.truncate(start);
                Err(error)
            }
        }
    }
}

/// Bytes around the plaintext of a chunk: its length and its tag.
const OVERHEAD: usize = 4 + Aead::TAG_LEN;

impl Key {
    fn messages(&mut self) -> &mut MessageKey {
        match self {
            Self::Request(context) => context.messages(),
            Self::Response(key) => key,
        }
    }
}

impl fmt::Debug for ChunkSealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChunkSealer").field("chunk_len", &self.chunk_len).finish_non_exhaustive()
    }
}
