//! The fields named `Sealwire-…`, by which the two ends talk to each other: no app and no handler
//! gets to see or to set one.

use crate::bhttp::{FieldLines, Fields};

const PREFIX: &str = "sealwire-";

/// Whether a field is one of them, in whatever spelling CGI takes for the same.
pub(crate) fn is_ours(name: &[u8]) -> bool {
    name.get(..PREFIX.len()).is_some_and(|start| start.iter().copied().map(fold).eq(PREFIX.bytes()))
}

/// The other field lines, to be sealed.
pub(crate) fn without_ours<'a>(lines: impl FieldLines<'a>) -> impl FieldLines<'a> {
    lines.filter(|(name, _)| !is_ours(name))
}

/// Leaves the other fields of what was opened.
pub(crate) fn remove_ours(fields: &mut Fields) {
    fields.retain(|name, _| !is_ours(name.as_bytes()));
}

/// What CGI makes of a name, but for case: a hyphen for every sign but letters and digits.
pub(crate) const fn fold(byte: u8) -> u8 {
    if byte.is_ascii_alphanumeric() { byte.to_ascii_lowercase() } else { b'-' }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ours_are_known_in_every_spelling() {
        for name in
            ["sealwire-call", "Sealwire-Session", "sealwire_call", "SEALWIRE.X", "sealwire-"]
        {
            assert!(is_ours(name.as_bytes()), "{name}");
        }
        for name in ["sealwire", "x-sealwire-call", "sealwires", "seal-wire-call", ""] {
            assert!(!is_ours(name.as_bytes()), "{name}");
        }
    }
}
