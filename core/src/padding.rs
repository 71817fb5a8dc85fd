//! How much a sealed message tells by its length.
//!
//! Encryption does not hide sizes. Padding, zeros behind a Binary HTTP message (RFC 9292, section
//! 3.8), makes many sizes look like one, at the price of bytes. It is for messages that are sealed
//! whole: of one that is streamed, the size of every piece shows as it is sent.

use alloc::vec::Vec;

use crate::error::{Code, Error, Result};

/// To which length a message is padded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Padding {
    /// To its own: an observer learns the exact size. The default, which costs nothing.
    #[default]
    None,
    /// Padmé: the length is rounded up so that its number of significant bits is at most the
    /// number of bits of its exponent. An observer learns of the order of log log of the size,
    /// for at most 12 % more bytes, less the longer the message is.
    Padme,
    /// To the next of a few fixed lengths.
    Buckets(Buckets),
}

/// Lengths to pad to, in ascending order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Buckets(Vec<usize>);

impl Buckets {
    /// Messages are padded to the shortest of `lengths` that they fit into; longer ones to the next
    /// multiple of the longest.
    ///
    /// # Errors
    /// `InvalidInput` if there is none, one is zero, or they do not ascend.
    pub fn new(lengths: impl Into<Vec<usize>>) -> Result<Self> {
        let lengths = lengths.into();
        let ascend = lengths.is_sorted_by(|earlier, later| earlier < later);
        if lengths.first().is_none_or(|&first| first == 0) || !ascend {
            return Err(Error::new(Code::InvalidInput, "buckets are lengths that ascend from 1"));
        }
        Ok(Self(lengths))
    }

    fn padded_len(&self, length: usize) -> usize {
        let bucket = self.0.iter().copied().find(|&bucket| length <= bucket);
        let longest = self.0.last().copied().unwrap_or(1);
        bucket.or_else(|| length.checked_next_multiple_of(longest)).unwrap_or(length)
    }
}

impl Padding {
    /// The length in bytes, at least `length`, of a padded message that has `length` without.
    #[must_use]
    pub fn padded_len(&self, length: usize) -> usize {
        match self {
            Self::None => length,
            Self::Padme => padme(length),
            Self::Buckets(buckets) => buckets.padded_len(length),
        }
    }
}

/// E = floor(log2(L)); S = floor(log2(E)) + 1; the last E - S bits are rounded up to zero.
///
/// Nikitin et al., "Reducing Metadata Leakage from Encrypted Files and Communication with PURBs",
/// PoPETs 2019, section 4.
fn padme(length: usize) -> usize {
    let Some(exponent) = length.checked_ilog2().filter(|&exponent| exponent > 0) else {
        return length;
    };
    let significant = exponent.ilog2().saturating_add(1);
    let step = 1_usize << exponent.saturating_sub(significant);
    length.checked_next_multiple_of(step).unwrap_or(length)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn padme_known_answers() {
        // Computed by hand from the paper's formula.
        for (length, padded) in [
            (0, 0),
            (1, 1),
            (2, 2),
            (7, 7),
            (8, 8),
            (9, 10),
            (15, 16),
            (16, 16),
            (17, 18),
            (100, 104),
            (1000, 1024),
            (1025, 1088),
            (1 << 20, 1 << 20),
            ((1 << 20) + 1, (1 << 20) + (1 << 15)),
            (usize::MAX, usize::MAX),
        ] {
            assert_eq!(Padding::Padme.padded_len(length), padded, "{length}");
        }
    }

    #[test]
    fn buckets_are_the_next_length_or_a_multiple_of_the_last() {
        let padding = Padding::Buckets(Buckets::new([256, 1024]).unwrap());
        for (length, padded) in [
            (0, 256),
            (256, 256),
            (257, 1024),
            (1024, 1024),
            (1025, 2048),
            (usize::MAX, usize::MAX),
        ] {
            assert_eq!(padding.padded_len(length), padded, "{length}");
        }
        for wrong in [&[][..], &[0], &[2, 2], &[2, 1]] {
            assert_eq!(Buckets::new(wrong).unwrap_err().code(), Code::InvalidInput);
        }
    }

    proptest! {
        #[test]
        fn padding_never_shrinks_is_stable_and_padme_costs_at_most_12_percent(length: u32) {
            let length = length as usize;
            for padding in [Padding::None, Padding::Padme, Padding::Buckets(Buckets::new([100]).unwrap())] {
                let padded = padding.padded_len(length);
                prop_assert!(padded >= length);
                prop_assert_eq!(padding.padded_len(padded), padded.max(padding.padded_len(0)));
            }
            let padded = Padding::Padme.padded_len(length);
            prop_assert!((padded - length) * 100 <= length * 12);
        }
    }
}
