//! Sources of randomness that a test can foretell.

use std::collections::VecDeque;

use sealwire::{Random, RandomError};

/// Gives out the bytes it was made of, in order, and fails when they have run out.
#[derive(Debug)]
pub struct Scripted(VecDeque<u8>);

impl Scripted {
    /// A source of exactly these bytes.
    #[must_use]
    pub fn new(bytes: &[u8]) -> Self {
        Self(bytes.iter().copied().collect())
    }

    /// Whether every byte was asked for.
    #[must_use]
    pub fn is_used_up(&self) -> bool {
        self.0.is_empty()
    }
}

impl Random for Scripted {
    fn fill(&mut self, out: &mut [u8]) -> Result<(), RandomError> {
        if out.len() > self.0.len() {
            return Err(RandomError);
        }
        for byte in out {
            *byte = self.0.pop_front().ok_or(RandomError)?;
        }
        Ok(())
    }
}

/// SplitMix64: the same bytes in every run, spread well enough to choose test cases by.
#[derive(Debug, Clone)]
pub struct Deterministic(u64);

impl Deterministic {
    /// A source that the seed determines.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 64 bits.
    pub const fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `limit`, which is not zero.
    ///
    /// # Panics
    /// If `limit` is zero.
    pub fn below(&mut self, limit: usize) -> usize {
        let limit = u64::try_from(limit).expect("usize has at most 64 bits");
        usize::try_from(self.next_u64() % limit).expect("less than a usize")
    }

    /// That many bytes.
    #[must_use]
    pub fn bytes(&mut self, length: usize) -> Vec<u8> {
        let words = std::iter::repeat_with(|| self.next_u64().to_le_bytes());
        words.flatten().take(length).collect()
    }
}

impl Random for Deterministic {
    fn fill(&mut self, out: &mut [u8]) -> Result<(), RandomError> {
        let bytes = self.bytes(out.len());
        out.copy_from_slice(&bytes);
        Ok(())
    }
}

/// Fails, having written something first: what a half-finished read of a device leaves.
#[derive(Debug)]
pub struct Broken;

impl Random for Broken {
    fn fill(&mut self, out: &mut [u8]) -> Result<(), RandomError> {
        let half = out.len() / 2;
        out[..half].fill(0xEE);
        Err(RandomError)
    }
}
