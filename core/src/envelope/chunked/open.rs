use alloc::vec::Vec;
use core::{fmt, mem};

use sealwire_wipe::WipeBox;

use super::FINAL;
use crate::{
    error::{Code, Error, Result},
    hpke::{MessageKey, ReceiverContext},
    secret::wipe,
    suite::Aead,
    varint,
};

/// Opens one message, chunk by chunk, as it arrives.
pub struct ChunkOpener {
    key: Key,
    /// Bytes of a sealed chunk at most.
    limit: usize,
    state: State,
    length: varint::Reader,
    /// What has arrived of a chunk that is not complete, or the chunk opened last.
    buffer: Vec<u8>,
}

enum Key {
    Request(ReceiverContext),
    Response(WipeBox<MessageKey>),
}

#[derive(Clone, Copy)]
enum State {
    Length,
    /// A chunk of that many sealed bytes.
    Chunk(usize),
    /// The final chunk, which runs to the end of the input.
    Final,
    Failed(Error),
}

impl ChunkOpener {
    /// A sealed chunk in bytes at most, unless configured: 64 KiB and a tag.
    pub const DEFAULT_LIMIT: usize = 64 * 1024 + Aead::TAG_LEN;

    pub(super) const fn request(context: ReceiverContext) -> Self {
        Self::new(Key::Request(context))
    }

    pub(super) const fn response(key: WipeBox<MessageKey>) -> Self {
        Self::new(Key::Response(key))
    }

    const fn new(key: Key) -> Self {
        Self {
            key,
            limit: Self::DEFAULT_LIMIT,
            state: State::Length,
            length: varint::Reader::new(),
            buffer: Vec::new(),
        }
    }

    /// Accepts sealed chunks of up to `limit` bytes, tag included, the final one too. So many bytes
    /// are held at a time.
    #[must_use]
    pub fn with_limit(mut self, limit: usize) -> Self {
        self.limit = limit;
        self
    }

    /// How many more bytes complete what comes next: a byte of a length, what follows it of the
    /// length, or a chunk. A chunk is opened where it lies if [`Self::next`] gets exactly these bytes
    /// in one piece, or more. Nothing in the final chunk, which runs to the end of the input, and
    /// after an error.
    #[must_use]
    pub fn wanted(&self) -> Option<usize> {
        match self.state {
            State::Length => Some(self.length.wanted()),
            State::Chunk(length) => Some(length.saturating_sub(self.buffer.len())),
            State::Final | State::Failed(_) => None,
        }
    }

    /// Takes bytes from the front of `input` and returns the next chunk that they complete, never
    /// an empty one; nothing when all of `input` was taken and more is wanted. A chunk that lies in
    /// `input` as a whole is opened there, any other is put together first.
    ///
    /// # Errors
    /// `TooLarge` for a chunk over the limit, `OpenFailed` for one that is not the next of this
    /// message. The error is final: nothing more is released, and every call returns it again.
    pub fn next<'s, 'i: 's>(
        &'s mut self,
        input: &mut &'i mut [u8],
    ) -> Result<Option<&'s mut [u8]>> {
        loop {
            match self.state {
                State::Length => {
                    let mut rest = &**input;
                    let length = self.length.read(&mut rest);
                    let taken = input.len().saturating_sub(rest.len());
                    take(input, taken);
                    let Some(length) = length else { return Ok(None) };
                    self.state = self.admit(length)?;
                    self.empty_buffer();
                }
                State::Chunk(length) if self.buffer.is_empty() && input.len() >= length => {
                    self.state = State::Length;
                    let chunk = take(input, length);
                    return match self.key.messages().open(&[], chunk) {
                        Ok(plaintext) => Ok(Some(plaintext)),
                        Err(error) => self.fail(error),
                    };
                }
                State::Chunk(length) => {
                    let missing = length.saturating_sub(self.buffer.len()).min(input.len());
                    grow(&mut self.buffer, missing, length);
                    self.buffer.extend_from_slice(take(input, missing));
                    if self.buffer.len() < length {
                        return Ok(None);
                    }
                    self.state = State::Length;
                    return self.open_buffer(&[]).map(Some);
                }
                State::Final if input.len() > self.limit.saturating_sub(self.buffer.len()) => {
                    return self.fail(TOO_LARGE);
                }
                State::Final => {
                    let length = input.len();
                    grow(&mut self.buffer, length, self.limit);
                    self.buffer.extend_from_slice(take(input, length));
                    return Ok(None);
                }
                State::Failed(error) => return Err(error),
            }
        }
    }

    /// Tells that the input has ended, and returns what the final chunk held, which may be nothing.
    /// Only this says that the message is complete.
    ///
    /// # Errors
    /// `OpenFailed` if the input ended anywhere but in a final chunk, or that does not open.
    pub fn finish(&mut self) -> Result<&mut [u8]> {
        match self.state {
            State::Final => {
                self.state = State::Failed(FINISHED);
                self.open_buffer(FINAL)
            }
            State::Failed(error) => Err(error),
            State::Length | State::Chunk(_) => self.fail(Error::OPEN),
        }
    }

    /// What a chunk of that length leads to; decided before anything of it is stored.
    fn admit(&mut self, length: u64) -> Result<State> {
        match usize::try_from(length) {
            Ok(0) => Ok(State::Final),
            // Only the final chunk may be empty.
            Ok(length) if length <= Aead::TAG_LEN => self.fail(Error::OPEN),
            Ok(length) if length <= self.limit => Ok(State::Chunk(length)),
            _ => self.fail(TOO_LARGE),
        }
    }

    fn open_buffer(&mut self, aad: &[u8]) -> Result<&mut [u8]> {
        let opened = self.key.messages().open(aad, &mut self.buffer);
        match opened.map(|plaintext| plaintext.len()) {
            Ok(length) => Ok(self.buffer.get_mut(..length).unwrap_or_default()),
            Err(error) => self.fail(error),
        }
    }

    /// Makes room for a chunk. What the one before it left stays until it is overwritten, unless
    /// the buffer has to grow, and would leave it behind.
    fn empty_buffer(&mut self) {
        match self.state {
            State::Chunk(length) if length <= self.buffer.capacity() => self.buffer.clear(),
            _ => wipe(&mut self.buffer),
        }
    }

    /// Puts the number of the next chunk where no test could count to.
    #[cfg(test)]
    pub(super) fn skip_to(&mut self, next: u64) {
        self.key.messages().skip_to(next);
    }

    /// Bytes that are held.
    #[cfg(test)]
    pub(super) fn capacity(&self) -> usize {
        self.buffer.capacity()
    }

    fn fail<T>(&mut self, error: Error) -> Result<T> {
        self.state = State::Failed(error);
        wipe(&mut self.buffer);
        Err(error)
    }
}

const TOO_LARGE: Error = Error::new(Code::TooLarge, "a chunk exceeds the limit");
const FINISHED: Error = Error::new(Code::InvalidInput, "the message was finished before");

/// Makes room for `more` bytes: doubling as it grows, since what was announced may never arrive,
/// but never beyond `bound`.
fn grow(buffer: &mut Vec<u8>, more: usize, bound: usize) {
    let needed = buffer.len().saturating_add(more);
    if needed > buffer.capacity() {
        let goal = buffer.capacity().saturating_mul(2).clamp(needed, bound.max(needed));
        buffer.reserve_exact(goal.saturating_sub(buffer.len()));
    }
}

/// The first `length` bytes of `input`, which has at least so many.
fn take<'i>(input: &mut &'i mut [u8], length: usize) -> &'i mut [u8] {
    let (taken, rest) = mem::take(input).split_at_mut_checked(length).unwrap_or_default();
    *input = rest;
    taken
}

impl Key {
    fn messages(&mut self) -> &mut MessageKey {
        match self {
            Self::Request(context) => context.messages(),
            Self::Response(key) => key,
        }
    }
}

impl Drop for ChunkOpener {
    /// The buffer holds plaintext of the chunks that were put together in it.
    fn drop(&mut self) {
        wipe(&mut self.buffer);
    }
}

impl fmt::Debug for ChunkOpener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChunkOpener").field("limit", &self.limit).finish_non_exhaustive()
    }
}
