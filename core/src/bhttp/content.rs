//! How much content a message may and must have.

use super::strict;
use super::strict::Check;

/// What the fields and the status say about the length of the content.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Declared {
    /// `content-length`, unless the message may carry that of content it does not have.
    length: Option<u64>,
    /// Whether there must be none at all.
    empty: bool,
}

impl Declared {
    /// A request, or a response that may have content.
    ///
    /// RFC 9110, section 8.6: lines that agree count as one; lines that do not are an error.
    pub(super) fn from_fields<'a>(
        lines: impl Iterator<Item = (&'a [u8], &'a [u8])>,
    ) -> Result<Self, &'static str> {
        let mut length = None;
        for (_, value) in lines.filter(|line| line.0.eq_ignore_ascii_case(b"content-length")) {
            let found = strict::content_length(strict::trim(value))?;
            if length.is_some_and(|length| length != found) {
                return Err("two content-length fields disagree");
            }
            length = Some(found);
        }
        Ok(Self { length, empty: false })
    }

    /// The same for a response (RFC 9113, section 8.1.1; RFC 9110, sections 6.4.1 and 8.6).
    ///
    /// A response to HEAD and a 304 have no content, and their `content-length` is that of another
    /// response. A 204 has neither. Binary HTTP could frame content for all of them, but written
    /// as HTTP/1.1 it would become the beginning of the next response.
    pub(super) fn for_response(self, status: u16, to_head: bool) -> Self {
        match (to_head, status) {
            (true, _) | (_, 304) => Self { length: None, empty: true },
            (_, 204) => Self { empty: true, ..self },
            _ => self,
        }
    }

    /// Whether there can be no content, whatever the sender has.
    pub(super) const fn is_empty(&self) -> bool {
        self.empty
    }

    /// The `content-length` that binds the content, if there is one.
    pub(super) const fn len(&self) -> Option<u64> {
        self.length
    }

    /// Whether there is a `content-length` that binds the content.
    pub(super) const fn is_given(&self) -> bool {
        self.length.is_some()
    }

    /// Whether the content may have grown to `total` bytes.
    pub(super) fn admit(&self, total: u64) -> Check {
        match self.length {
            _ if self.empty && total > 0 => Err("this response cannot have content"),
            Some(length) if total > length => Err(LIE),
            _ => Ok(()),
        }
    }

    /// Whether the content may end after `total` bytes.
    pub(super) fn end(&self, total: u64) -> Check {
        self.admit(total)?;
        match self.length {
            Some(length) if length != total => Err(LIE),
            _ => Ok(()),
        }
    }
}

const LIE: &str = "the content-length is not the length of the content";
