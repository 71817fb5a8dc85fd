use alloc::vec::Vec;
use core::{fmt, mem, slice};

use super::strict;
use crate::{Code, Error, Result};

/// One header or trailer section: field lines in order, in one buffer.
///
/// Names are lower-case tokens, values are free of control bytes (RFC 9110, sections 5.1 and 5.5).
/// `Debug` tells the number of lines and bytes, never a name or a value.
#[derive(Clone, Default)]
pub struct Fields {
    /// Names and values; in a request's header section the control data stands before them.
    pub(super) buf: Vec<u8>,
    spans: Vec<Span>,
}

/// Where a field line lies in the buffer: the name, and right behind it the value.
#[derive(Clone, Copy)]
pub(super) struct Span {
    name: u32,
    value: u32,
    end: u32,
}

impl Fields {
    /// An empty section.
    #[must_use]
    pub const fn new() -> Self {
        Self { buf: Vec::new(), spans: Vec::new() }
    }

    /// Appends a field line. The name is lowered; spaces and tabs around the value, which are not
    /// part of it (RFC 9110, section 5.5), are left out.
    ///
    /// # Errors
    ///
    /// [`Code::InvalidInput`] when the name is not a token or the value holds a control byte;
    /// [`Code::TooLarge`] when the section would pass 4 GiB.
    pub fn push(&mut self, name: &str, value: impl AsRef<[u8]>) -> Result<()> {
        let value = strict::trim(value.as_ref());
        strict::name(name.as_bytes())
            .and_then(|()| strict::value(value))
            .map_err(|why| Error::new(Code::InvalidInput, why))?;
        let start = self.buf.len();
        let split = start.saturating_add(name.len());
        let span = Span::new(start, split, split.saturating_add(value.len()))?;
        self.buf.extend(name.bytes().map(|byte| byte.to_ascii_lowercase()));
        self.buf.extend_from_slice(value);
        self.spans.push(span);
        Ok(())
    }

    /// The field lines in order, names in lower case.
    #[must_use]
    pub fn iter(&self) -> Iter<'_> {
        Iter { buf: &self.buf, spans: self.spans.iter() }
    }

    /// The field lines as the encoders take them.
    pub fn lines(&self) -> impl Iterator<Item = (&[u8], &[u8])> + Clone {
        self.iter().map(|(name, value)| (name.as_bytes(), value))
    }

    /// The value of the first line of that name, in whatever case.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&[u8]> {
        self.iter().find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// The values of all lines of that name, in whatever case and in order.
    pub fn get_all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> + Clone {
        self.iter().filter(move |(found, _)| found.eq_ignore_ascii_case(name)).map(|line| line.1)
    }

    /// Keeps the lines for which `keep(name, value)` is true.
    pub fn retain(&mut self, mut keep: impl FnMut(&str, &[u8]) -> bool) {
        let buf = &self.buf;
        self.spans.retain(|span| {
            let (name, value) = span.line(buf);
            keep(name, value)
        });
    }

    /// Removes all lines of that name, in whatever case; true if there were any.
    pub fn remove(&mut self, name: &str) -> bool {
        let before = self.len();
        self.retain(|found, _| !found.eq_ignore_ascii_case(name));
        self.len() < before
    }

    /// The number of field lines.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.spans.len()
    }

    /// Whether there is no field line.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }

    /// Removes all lines of that name but the first.
    pub(super) fn keep_first(&mut self, name: &str) {
        let mut found = false;
        self.retain(|other, _| other != name || !mem::replace(&mut found, true));
    }

    /// Makes one line of all lines of that name.
    #[cfg(feature = "http")]
    pub(super) fn join(&mut self, name: &str, separator: &[u8]) -> Result<()> {
        if self.get_all(name).nth(1).is_none() {
            return Ok(());
        }
        let mut joined = Vec::new();
        for value in self.get_all(name).filter(|value| !value.is_empty()) {
            if !joined.is_empty() {
                joined.extend_from_slice(separator);
            }
            joined.extend_from_slice(value);
        }
        self.remove(name);
        self.push(name, joined)
    }

    /// Takes up a line whose bytes a section reader has written to the buffer.
    pub(super) fn add_span(&mut self, span: Span) {
        self.spans.push(span);
    }

    /// The buffer and where the lines lie in it.
    #[cfg(feature = "http")]
    pub(super) fn into_raw(self) -> (Vec<u8>, Vec<Span>) {
        (self.buf, self.spans)
    }
}

impl Span {
    /// A line from its three offsets; a buffer past 4 GiB is refused.
    pub(super) fn new(name: usize, value: usize, end: usize) -> Result<Self> {
        let offset = |at| {
            u32::try_from(at)
                .map_err(|_| Error::new(Code::TooLarge, "the field section is too large"))
        };
        Ok(Self { name: offset(name)?, value: offset(value)?, end: offset(end)? })
    }

    pub(super) fn line<'a>(&self, buf: &'a [u8]) -> (&'a str, &'a [u8]) {
        (text(buf, self.name, self.value), bytes(buf, self.value, self.end))
    }

    #[cfg(feature = "http")]
    pub(super) fn value_range(&self) -> core::ops::Range<usize> {
        self.value as usize..self.end as usize
    }
}

/// A part of the buffer. Offsets always lie inside it; an empty slice stands for the impossible.
pub(super) fn bytes(buf: &[u8], from: u32, to: u32) -> &[u8] {
    buf.get(from as usize..to as usize).unwrap_or_default()
}

/// A part of the buffer that was checked to be ASCII when it was stored.
pub(super) fn text(buf: &[u8], from: u32, to: u32) -> &str {
    core::str::from_utf8(bytes(buf, from, to)).unwrap_or_default()
}

/// The lines of [`Fields`]: names in lower case, and values.
#[derive(Clone)]
pub struct Iter<'a> {
    buf: &'a [u8],
    spans: slice::Iter<'a, Span>,
}

impl<'a> Iterator for Iter<'a> {
    type Item = (&'a str, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        self.spans.next().map(|span| span.line(self.buf))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.spans.size_hint()
    }
}

impl ExactSizeIterator for Iter<'_> {}

impl<'a> IntoIterator for &'a Fields {
    type Item = (&'a str, &'a [u8]);
    type IntoIter = Iter<'a>;

    fn into_iter(self) -> Iter<'a> {
        self.iter()
    }
}

impl PartialEq for Fields {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for Fields {}

impl fmt::Debug for Fields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let size: usize = self.iter().map(|(name, value)| name.len() + value.len()).sum();
        f.debug_struct("Fields").field("lines", &self.len()).field("bytes", &size).finish()
    }
}

impl fmt::Debug for Iter<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Iter").field("lines", &self.len()).finish()
    }
}
