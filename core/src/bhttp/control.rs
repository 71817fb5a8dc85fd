use alloc::vec::Vec;

use super::head::{ControlSpans, RequestLine};
use super::limits::Limits;
use super::section::{check, refused, split};
use super::strict;
use crate::{Code, Error, Result, varint};

/// Whether a message begins as a HEAD request does. Asked before it is decoded: the answer to one
/// that cannot be decoded must have no content either.
pub(crate) fn is_head(mut message: &[u8]) -> bool {
    let mut reader = varint::Reader::default();
    let mut next = || reader.read(&mut message);
    matches!((next(), next()), (Some(0 | 2), Some(4))) && message.starts_with(b"HEAD")
}

/// Reads the control data of a request, which may arrive in pieces, into the head's buffer.
#[derive(Default)]
pub(super) struct ControlReader {
    spans: ControlSpans,
    part: Part,
    /// Bytes of the part that have not been read; `None` before its length is known.
    missing: Option<u64>,
    varint: varint::Reader,
}

#[derive(Clone, Copy, Default)]
enum Part {
    #[default]
    Method,
    Scheme,
    Authority,
    Path,
}

impl ControlReader {
    /// Reads from the front of `input`; tells where the parts lie when all are there.
    //
    // Request Control Data { Method Length (i), Method, Scheme Length (i), Scheme,
    //   Authority Length (i), Authority, Path Length (i), Path }
    pub(super) fn read(
        &mut self,
        limits: &Limits,
        input: &mut &[u8],
        buf: &mut Vec<u8>,
    ) -> Result<Option<ControlSpans>> {
        loop {
            let missing = match self.missing {
                Some(missing) => missing,
                None => match self.varint.read(input) {
                    Some(length) => self.admit(length, limits)?,
                    None => return Ok(None),
                },
            };
            let (piece, rest) = split(input, missing);
            buf.extend_from_slice(piece);
            *input = rest;
            self.missing = Some(missing - piece.len() as u64);
            if self.missing != Some(0) {
                return Ok(None);
            }
            self.missing = None;
            if self.end_part(buf)? {
                check(strict::request_line(self.line(buf)?))?;
                return Ok(Some(self.spans));
            }
        }
    }

    /// Whether the part may have that length, asked before anything of it is stored.
    fn admit(&self, length: u64, limits: &Limits) -> Result<u64> {
        let target = limits.target as u64;
        let authority = u64::from(self.spans.authority.saturating_sub(self.spans.scheme));
        let (limit, why) = match self.part {
            Part::Method => (limits.method as u64, "the method is too long"),
            Part::Scheme => (limits.scheme as u64, "the scheme is too long"),
            Part::Authority => (target, "the authority is too long"),
            Part::Path => (target.saturating_sub(authority), "the path is too long"),
        };
        match length > limit {
            true => Err(Error::new(Code::TooLarge, why)),
            false => Ok(length),
        }
    }

    /// Notes where the part ends, and turns to the next; true after the last.
    fn end_part(&mut self, buf: &mut [u8]) -> Result<bool> {
        let end = u32::try_from(buf.len())
            .map_err(|_| Error::new(Code::TooLarge, "the control data is too long"))?;
        let (span, next) = match self.part {
            Part::Method => (&mut self.spans.method, Part::Scheme),
            Part::Scheme => {
                let scheme = buf.get_mut(self.spans.method as usize..).unwrap_or_default();
                scheme.make_ascii_lowercase();
                (&mut self.spans.scheme, Part::Authority)
            }
            Part::Authority => (&mut self.spans.authority, Part::Path),
            Part::Path => {
                self.spans.path = end;
                return Ok(true);
            }
        };
        *span = end;
        self.part = next;
        Ok(false)
    }

    /// The control data, which nobody has looked at before.
    fn line<'a>(&self, buf: &'a [u8]) -> Result<RequestLine<'a>> {
        const NOT_ASCII: Error = refused("the control data is not ASCII");
        let text = core::str::from_utf8(buf).map_err(|_| NOT_ASCII)?;
        let part = |from: u32, to: u32| text.get(from as usize..to as usize).ok_or(NOT_ASCII);
        let ControlSpans { method, scheme, authority, path } = self.spans;
        Ok(RequestLine {
            method: part(0, method)?,
            scheme: part(method, scheme)?,
            authority: part(scheme, authority)?,
            path: part(authority, path)?,
        })
    }
}
