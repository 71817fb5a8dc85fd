//! QUIC variable-length integers (RFC 9000, section 16): 1, 2, 4 or 8 bytes, the two highest bits
//! of the first byte telling which, the rest the value in network byte order.

use alloc::vec::Vec;

/// The largest value that has an encoding.
pub(crate) const MAX: u64 = (1 << 62) - 1;

/// The number of bytes of the shortest encoding: 1, 2, 4 or 8.
pub(crate) const fn len(value: u64) -> usize {
    match value {
        0..=0x3f => 1,
        0x40..=0x3fff => 2,
        0x4000..=0x3fff_ffff => 4,
        _ => 8,
    }
}

/// Appends the shortest encoding of `value`, which is at most [`MAX`].
pub(crate) fn put(out: &mut Vec<u8>, value: u64) {
    out.extend_from_slice(&Encoded::new(value));
}

/// The encoding of a length below 2^30 in 4 bytes, whatever would be the shortest.
pub(crate) const fn four_bytes(length: usize) -> [u8; 4] {
    debug_assert!(length < 1 << 30, "a chunk is far shorter");
    let [.., a, b, c, d] = (length as u64 | 0x8000_0000).to_be_bytes();
    [a, b, c, d]
}

/// The shortest encoding of one integer.
pub(crate) struct Encoded {
    bytes: [u8; 8],
    len: usize,
}

impl Encoded {
    /// The encoding of `value`, which is at most [`MAX`].
    pub(crate) fn new(value: u64) -> Self {
        debug_assert!(value <= MAX, "the lengths of slices and every id stay far below 2^62");
        let len = len(value);
        // The two highest bits: 0 for one byte, 1 for two, 2 for four, 3 for eight.
        let class = (len.ilog2() as u64) << (8 * len - 2);
        let mut bytes = (value | class).to_be_bytes();
        bytes.rotate_left(8 - len);
        Self { bytes, len }
    }
}

impl core::ops::Deref for Encoded {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }
}

/// Reads one integer after the other from input that arrives in pieces.
///
/// Encodings longer than necessary are accepted: RFC 9000 only forbids them for frame types, and
/// RFC 9292 and RFC 9458 do not forbid them at all.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Reader {
    value: u64,
    missing: u8,
}

impl Reader {
    /// A reader that has not begun an integer.
    pub(crate) const fn new() -> Self {
        Self { value: 0, missing: 0 }
    }

    /// Takes bytes from the front of `input`; `None` when it ended within the integer.
    pub(crate) fn read(&mut self, input: &mut &[u8]) -> Option<u64> {
        if self.missing == 0 {
            let first = take_byte(input)?;
            self.value = u64::from(first & 0x3f);
            self.missing = (1 << (first >> 6)) - 1;
        }
        while self.missing > 0 {
            self.value = self.value << 8 | u64::from(take_byte(input)?);
            self.missing -= 1;
        }
        Some(self.value)
    }

    /// How many more bytes are known to belong to the integer, at least 1; all of them once its
    /// first byte was read.
    pub(crate) const fn wanted(&self) -> usize {
        match self.missing {
            0 => 1,
            missing => missing as usize,
        }
    }

    /// Whether no integer has been begun, so that the input may end here.
    pub(crate) const fn is_idle(&self) -> bool {
        self.missing == 0
    }
}

fn take_byte(input: &mut &[u8]) -> Option<u8> {
    let (&first, rest) = input.split_first()?;
    *input = rest;
    Some(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The examples of RFC 9000, appendix A.1.
    const KNOWN: [(u64, &[u8]); 4] = [
        (151_288_809_941_952_652, &[0xc2, 0x19, 0x7c, 0x5e, 0xff, 0x14, 0xe8, 0x8c]),
        (494_878_333, &[0x9d, 0x7f, 0x3e, 0x7d]),
        (15_293, &[0x7b, 0xbd]),
        (37, &[0x25]),
    ];

    #[test]
    fn known_answers_in_both_directions_and_at_every_split() {
        for (value, bytes) in KNOWN {
            let mut out = Vec::new();
            put(&mut out, value);
            assert_eq!((out.as_slice(), len(value)), (bytes, bytes.len()));
            for cut in 0..bytes.len() {
                let (mut head, mut tail) = bytes.split_at(cut);
                let mut reader = Reader::default();
                assert_eq!(reader.read(&mut head), None);
                assert_eq!(reader.wanted(), if cut == 0 { 1 } else { bytes.len() - cut });
                assert_eq!(reader.is_idle(), cut == 0);
                assert_eq!(reader.read(&mut tail), Some(value));
                assert!(reader.is_idle() && tail.is_empty());
            }
        }
    }

    #[test]
    fn lengths_change_where_the_rfc_says() {
        let edges = [0, 63, 64, 16_383, 16_384, (1 << 30) - 1, 1 << 30, MAX];
        assert_eq!(edges.map(len), [1, 1, 2, 2, 4, 4, 8, 8]);
        for value in edges {
            let mut out = Vec::new();
            put(&mut out, value);
            assert_eq!(Reader::default().read(&mut out.as_slice()), Some(value));
        }
    }

    #[test]
    fn needlessly_long_encodings_are_read() {
        for mut bytes in [&[0x40, 0x25][..], &[0x80, 0, 0, 0x25], &[0xc0, 0, 0, 0, 0, 0, 0, 0x25]] {
            assert_eq!(Reader::default().read(&mut bytes), Some(37));
        }
    }
}
