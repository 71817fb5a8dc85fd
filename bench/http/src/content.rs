//! A body of any length, made and compared piece by piece.

use std::{
    pin::Pin,
    sync::OnceLock,
    task::{Context, Poll},
};

use axum::body::Bytes;
use bench_peer::message;
use futures_core::Stream;

/// Bytes of a piece, which has nothing to do with where chunks end.
const PIECE: u64 = 10_000;
/// The content repeats after so many random bytes, a prime, so that no two pieces or chunks that
/// follow each other are equal.
const PERIOD: u64 = 65_521;

/// The content from some offset to its end.
#[derive(Debug)]
pub struct Content {
    at: u64,
    end: u64,
}

impl Content {
    /// That many bytes.
    #[must_use]
    pub const fn new(bytes: u64) -> Self {
        Self { at: 0, end: bytes }
    }

    /// Compares what has arrived with what comes next.
    ///
    /// # Panics
    /// If it is not that.
    pub fn expect(&mut self, mut arrived: &[u8]) {
        while !arrived.is_empty() {
            let expected = self.piece(arrived.len() as u64).expect("no more than was sent");
            let (front, rest) = arrived.split_at(expected.len());
            assert!(front == expected, "what was sent at {}", self.at);
            arrived = rest;
        }
    }

    /// Whether all of it has come.
    #[must_use]
    pub const fn is_complete(&self) -> bool {
        self.at == self.end
    }

    /// What comes next, at most that many bytes of it.
    fn piece(&mut self, at_most: u64) -> Option<Bytes> {
        static PATTERN: OnceLock<Bytes> = OnceLock::new();
        let pattern = PATTERN.get_or_init(|| message::body(PERIOD as usize).into());
        let start = self.at % PERIOD;
        let length = at_most.min(self.end - self.at).min(PERIOD - start);
        self.at += length;
        (length > 0).then(|| pattern.slice(start as usize..(start + length) as usize))
    }
}

impl Stream for Content {
    type Item = std::io::Result<Bytes>;

    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Poll::Ready(self.get_mut().piece(PIECE).map(Ok))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arrive(pieces: &[Bytes], bytes: u64) -> bool {
        let mut content = Content::new(bytes);
        pieces.iter().for_each(|piece| content.expect(piece));
        content.is_complete()
    }

    fn pieces() -> Vec<Bytes> {
        let mut content = Content::new(200_000);
        std::iter::from_fn(|| content.piece(PIECE)).collect()
    }

    #[test]
    fn what_is_made_is_expected() {
        let pieces = pieces();
        assert!(arrive(&pieces, 200_000));
        assert!(!arrive(&pieces, 200_001));
        assert!(arrive(&[pieces.concat().into()], 200_000));
    }

    #[test]
    #[should_panic(expected = "no more than was sent")]
    fn more_than_was_sent() {
        arrive(&pieces(), 199_999);
    }

    #[test]
    #[should_panic(expected = "what was sent")]
    fn a_piece_that_is_missing() {
        arrive(&pieces()[1..], 200_000);
    }
}
