use std::{collections::VecDeque, mem};

use bytes::{Buf as _, Bytes, BytesMut};
use http::HeaderMap;
use sealwire::Result;

/// What was opened and not handed out yet: content of one chunk, and the trailers.
#[derive(Default)]
pub(crate) struct Pieces {
    /// The chunk, opened where it lay.
    chunk: BytesMut,
    /// Where content lies in `chunk`.
    spans: VecDeque<Span>,
    /// Content behind that, which did not lie in `chunk`.
    copied: BytesMut,
    trailers: Option<HeaderMap>,
}

/// So many bytes that are not content, then so many that are.
struct Span {
    gap: usize,
    length: usize,
}

/// Takes down what is found in `input` while that is being opened.
pub(crate) struct Gatherer<'p> {
    pieces: &'p mut Pieces,
    /// The address at which the rest of the input begins, and how many bytes it has.
    at: usize,
    left: usize,
}

/// A chunk has one or two pieces of content. Of one that was made of thousands the others are put
/// together, so that what is noted about them stays small.
const MOST_SPANS: usize = 16;

impl Pieces {
    /// For what lies in `input`, or elsewhere.
    pub(crate) fn gather(&mut self, input: &[u8]) -> Gatherer<'_> {
        Gatherer { pieces: self, at: input.as_ptr().addr(), left: input.len() }
    }

    /// Takes the `length` bytes that were opened off the front of `input`, and keeps them if there
    /// is content in them.
    pub(crate) fn take(&mut self, input: &mut BytesMut, length: usize) {
        if self.spans.is_empty() {
            wipe(input.get_mut(..length).unwrap_or_default());
            input.advance(length);
        } else {
            self.chunk = input.split_to(length);
        }
    }

    /// The bytes of content that are there.
    pub(crate) fn len(&self) -> usize {
        self.copied.len() + self.spans.iter().map(|span| span.length).sum::<usize>()
    }

    pub(crate) fn has_content(&self) -> bool {
        !self.spans.is_empty() || !self.copied.is_empty()
    }

    pub(crate) fn has_trailers(&self) -> bool {
        self.trailers.is_some()
    }

    /// The next piece of content, as a part of the memory it was opened in.
    pub(crate) fn next_content(&mut self) -> Option<Bytes> {
        let Some(span) = self.spans.pop_front() else {
            return Some(mem::take(&mut self.copied).freeze()).filter(|copied| !copied.is_empty());
        };
        // What is between contents, such as the head, has been handed out in another form.
        wipe(&mut self.chunk.split_to(span.gap));
        let content = self.chunk.split_to(span.length).freeze();
        if self.spans.is_empty() {
            wipe(&mut mem::take(&mut self.chunk));
        }
        Some(content)
    }

    pub(crate) fn take_trailers(&mut self) -> Option<HeaderMap> {
        self.trailers.take()
    }

    /// Forgets what was not handed out.
    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }
}

impl Gatherer<'_> {
    /// Some content. If it lies in the input, only where is noted.
    pub(crate) fn content(&mut self, content: &[u8]) {
        // Nothing else can lie at the addresses of the input, which is borrowed all the while.
        let gap = content.as_ptr().addr().checked_sub(self.at);
        let end = gap.and_then(|gap| gap.checked_add(content.len()));
        let pieces = &mut *self.pieces;
        match (gap, end) {
            (Some(gap), Some(end))
                if end <= self.left
                    && pieces.copied.is_empty()
                    && pieces.spans.len() < MOST_SPANS =>
            {
                pieces.spans.push_back(Span { gap, length: content.len() });
                self.at += end;
                self.left -= end;
            }
            _ => pieces.copied.extend_from_slice(content),
        }
    }

    pub(crate) fn trailers(&mut self, trailers: sealwire::bhttp::Fields) -> Result<()> {
        self.pieces.trailers = Some(trailers.into_http()?);
        Ok(())
    }
}

/// Overwrites what is plaintext, and nobody will read.
pub(crate) fn wipe(bytes: &mut [u8]) {
    bytes.fill(0);
    zeroize::optimization_barrier(bytes);
}

impl Drop for Pieces {
    fn drop(&mut self) {
        wipe(&mut self.chunk);
        wipe(&mut self.copied);
    }
}
