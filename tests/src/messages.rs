//! Requests in Binary HTTP, of known length, that no encoder of ours would write.

use crate::independent::varint;

/// A POST, with any header section.
#[must_use]
pub fn request(authority: &str, path: &str, section: &[u8], content: &[u8]) -> Vec<u8> {
    let mut message = vec![0];
    for part in ["POST", "https", authority, path] {
        message.extend(prefixed(part.as_bytes()));
    }
    message.extend_from_slice(section);
    message.extend(prefixed(content));
    message
}

/// A section of these fields, with its length before it.
#[must_use]
pub fn section(fields: &[(&str, &str)]) -> Vec<u8> {
    let line = |(name, value): &(&str, &str)| {
        [prefixed(name.as_bytes()), prefixed(value.as_bytes())].concat()
    };
    prefixed(&fields.iter().flat_map(line).collect::<Vec<u8>>())
}

/// Bytes with their length before them.
///
/// # Panics
/// Never: no slice is as long as that.
#[must_use]
pub fn prefixed(bytes: &[u8]) -> Vec<u8> {
    let length = u64::try_from(bytes.len()).expect("usize has at most 64 bits");
    [&varint(length), bytes].concat()
}
