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
    /// Why the message can have no end, if something of it was not sealed.
    broken: Option<Error>,
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
    /// Bytes in front of a chunk that is sealed in place: 4, for its length.
    pub const HEADROOM: usize = 4;
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
        Self { key, chunk_len: Self::DEFAULT_CHUNK_LEN, left, broken: None }
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
    /// `InvalidInput` beyond [`Self::AES_128_GCM_LIMIT`], `SequenceExhausted` after 2^64 - 1 chunks.
    /// The message is then broken off: nothing unsealed is left in `out`, and every further call
    /// returns the same error.
    pub fn seal(&mut self, plaintext: &[u8], out: &mut Vec<u8>) -> Result<()> {
        self.seal_parts([plaintext, &[]], out)
    }

    /// Like [`Self::seal`] for two pieces that follow each other, say a length and what it is the
    /// length of, without joining them first.
    ///
    /// # Errors
    /// As [`Self::seal`].
    pub fn seal_parts(&mut self, parts: [&[u8]; 2], out: &mut Vec<u8>) -> Result<()> {
        let length = parts.iter().fold(0_usize, |sum, part| sum.saturating_add(part.len()));
        self.charge(length)?;
        self.make_room(length, out);
        let [mut first, mut second] = parts;
        while !first.is_empty() || !second.is_empty() {
            let front = take(&mut first, self.chunk_len);
            let back = take(&mut second, self.chunk_len.saturating_sub(front.len()));
            let length = front.len().saturating_add(back.len()).saturating_add(Aead::TAG_LEN);
            self.append([front, back], 0, &[], length, out)?;
        }
        Ok(())
    }

    /// Seals one chunk where it lies, without a copy: `buffer` is [`Self::HEADROOM`] bytes, the
    /// plaintext, and [`Aead::TAG_LEN`] bytes, and becomes what goes onto the wire. What is in the
    /// room around the plaintext does not matter.
    ///
    /// # Errors
    /// `InvalidInput` if the plaintext is empty or longer than a chunk; otherwise as
    /// [`Self::seal`]. The message is then broken off as there, and all of `buffer` is zero.
    pub fn seal_in_place(&mut self, buffer: &mut [u8]) -> Result<()> {
        let sealed = self.seal_between(buffer);
        if sealed.is_err() {
            buffer.fill(0);
        }
        sealed
    }

    fn seal_between(&mut self, buffer: &mut [u8]) -> Result<()> {
        const CHUNK: Error = Error::new(
            Code::InvalidInput,
            "a chunk sealed in place has room around it, and 1 byte up to the configured length",
        );
        let split = buffer.split_first_chunk_mut::<{ Self::HEADROOM }>();
        let split = split.and_then(|(room, rest)| Some((room, rest.split_last_chunk_mut()?)));
        let Some((length, (plaintext, tag))) = split else { return self.fail(CHUNK) };
        if !(1..=self.chunk_len).contains(&plaintext.len()) {
            return self.fail(CHUNK);
        }
        self.charge(plaintext.len())?;
        *length = varint::four_bytes(plaintext.len().saturating_add(Aead::TAG_LEN));
        match self.key.messages().seal(&[], plaintext) {
            Ok(sealed) => *tag = sealed,
            Err(error) => return self.fail(error),
        }
        Ok(())
    }

    /// Appends the final chunk, after others if `plaintext` does not fit into one. It may be empty.
    ///
    /// # Errors
    /// As [`Self::seal`].
    pub fn finish(self, plaintext: &[u8], out: &mut Vec<u8>) -> Result<()> {
        self.finish_padded(plaintext, 0, out)
    }

    /// Like [`Self::finish`], with `padding` zeros behind `plaintext`. Chunks are cut without regard
    /// to where the one ends and the other begins, so their lengths do not tell.
    ///
    /// # Errors
    /// As [`Self::seal`].
    pub fn finish_padded(
        mut self,
        mut plaintext: &[u8],
        mut padding: usize,
        out: &mut Vec<u8>,
    ) -> Result<()> {
        let mut left = plaintext.len().saturating_add(padding);
        self.charge(left)?;
        self.make_room(left, out);
        loop {
            let front = take(&mut plaintext, self.chunk_len);
            let zeros = padding.min(self.chunk_len.saturating_sub(front.len()));
            let length = front.len().saturating_add(zeros);
            padding = padding.saturating_sub(zeros);
            left = left.saturating_sub(length);
            let (aad, sealed) = match left {
                0 => (FINAL, 0),
                _ => (&[][..], length.saturating_add(Aead::TAG_LEN)),
            };
            self.append([front, &[]], zeros, aad, sealed, out)?;
            if left == 0 {
                return Ok(());
            }
        }
    }

    /// Counts `length` bytes of plaintext.
    fn charge(&mut self, length: usize) -> Result<()> {
        const TOO_LONG: Error = Error::new(
            Code::InvalidInput,
            "a message sealed with AES-128-GCM has at most 2^30 bytes",
        );
        if let Some(error) = self.broken {
            return Err(error);
        }
        match self.left.checked_sub(length as u64) {
            Some(left) => self.left = left,
            None => return self.fail(TOO_LONG),
        }
        Ok(())
    }

    /// Reserves what `length` bytes of plaintext and the final chunk will need, so that no plaintext
    /// is moved, and left behind, before it is sealed.
    fn make_room(&self, length: usize, out: &mut Vec<u8>) {
        let chunks = length.div_ceil(self.chunk_len).saturating_add(1);
        out.reserve(length.saturating_add(chunks.saturating_mul(OVERHEAD)));
    }

    /// A message with a hole in it must not be ended as if it were whole.
    fn fail(&mut self, error: Error) -> Result<()> {
        self.broken = Some(error);
        Err(error)
    }

    /// Sets how many bytes may still be sealed, and the number of the next chunk, where no test
    /// could get otherwise.
    #[cfg(test)]
    pub(super) fn skip_to(&mut self, left: u64, next: u64) {
        self.left = left;
        self.key.messages().skip_to(next);
    }

    /// How many bytes may still be sealed.
    #[cfg(test)]
    pub(super) const fn left(&self) -> u64 {
        self.left
    }

    /// Non-Final Chunk { Chunk Length (i), Sealed Chunk }, Final Chunk { 0 (i), Sealed Chunk }
    fn append(
        &mut self,
        chunk: [&[u8]; 2],
        zeros: usize,
        aad: &[u8],
        length: usize,
        out: &mut Vec<u8>,
    ) -> Result<()> {
        let start = out.len();
        varint::put(out, length as u64);
        let at = out.len();
        let pieces = chunk.iter().flat_map(|part| part.chunks(PIECE));
        pieces.for_each(|piece| out.extend_from_slice(piece));
        out.resize(out.len().saturating_add(zeros), 0);
        let sealed = out.get_mut(at..).unwrap_or_default();
        match self.key.messages().seal(aad, sealed) {
            Ok(tag) => {
                out.extend_from_slice(&tag);
                Ok(())
            }
            Err(error) => {
                sealed.fill(0);
                out.truncate(start);
                self.fail(error)
            }
        }
    }
}

/// The first `length` bytes of `bytes`, or all of them, taken away from it.
fn take<'a>(bytes: &mut &'a [u8], length: usize) -> &'a [u8] {
    let (front, rest) = bytes.split_at_checked(length).unwrap_or((bytes, &[]));
    *bytes = rest;
    front
}

/// Plaintext is copied so many bytes at a time. For 2 KiB and more glibc uses `rep movsb`, which some
/// processors (AMD Zen 4 for one) do ten times slower if source and target happen to lie at nearly the
/// same offset in their pages: sealing 16 KiB by AES-128-GCM then takes four times as long.
const PIECE: usize = 1024;

/// Bytes around the plaintext of a chunk: its length and its tag.
const OVERHEAD: usize = ChunkSealer::HEADROOM + Aead::TAG_LEN;

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
