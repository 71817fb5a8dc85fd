use core::fmt;

use super::encode;
use super::fields::{Fields, text};
use super::strict;
use crate::{Code, Error, Result};

/// The control data of a request (RFC 9292, section 3.4), borrowed.
///
/// `Debug` shows the method; of the rest only lengths.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct RequestLine<'a> {
    /// The method, a token. Methods are case-sensitive.
    pub method: &'a str,
    /// `https` or another scheme; empty for CONNECT only.
    pub scheme: &'a str,
    /// Host and optional port without user information; empty when the request names its host in
    /// a `host` field or not at all.
    pub authority: &'a str,
    /// The path with its query; begins with `/`. It is `*` for OPTIONS of a whole server, and empty
    /// for CONNECT or, if the scheme is neither `http` nor `https`, for a URI without a path.
    pub path: &'a str,
}

/// The control data and the header section of a request, in one buffer.
///
/// `Debug` shows the method; of the rest only lengths.
#[derive(Clone)]
pub struct RequestHead {
    pub(super) control: ControlSpans,
    pub(super) fields: Fields,
}

/// Where the control data ends in the buffer it begins: method, scheme, authority, path.
#[derive(Clone, Copy, Default)]
pub(super) struct ControlSpans {
    pub(super) method: u32,
    pub(super) scheme: u32,
    pub(super) authority: u32,
    pub(super) path: u32,
}

/// The status code and the header section of a final or an informational response.
///
/// `Debug` shows the status and the size of the fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResponseHead {
    pub(super) status: u16,
    pub(super) fields: Fields,
}

impl RequestHead {
    /// A head without fields.
    ///
    /// # Errors
    ///
    /// [`Code::InvalidInput`] when the control data breaks a rule of RFC 9113, section 8.3.1.
    pub fn new(line: RequestLine<'_>) -> Result<Self> {
        strict::request_line(line).map_err(|why| Error::new(Code::InvalidInput, why))?;
        let mut fields = Fields::new();
        let mut append = |part: &str| {
            fields.buf.extend_from_slice(part.as_bytes());
            u32::try_from(fields.buf.len())
                .map_err(|_| Error::new(Code::TooLarge, "the control data is too large"))
        };
        let control = ControlSpans {
            method: append(line.method)?,
            scheme: append(&line.scheme.to_ascii_lowercase())?,
            authority: append(line.authority)?,
            path: append(line.path)?,
        };
        Ok(Self { control, fields })
    }

    /// The method, a token such as `GET`.
    #[must_use]
    pub fn method(&self) -> &str {
        text(&self.fields.buf, 0, self.control.method)
    }

    /// The scheme in lower case; empty for CONNECT only.
    #[must_use]
    pub fn scheme(&self) -> &str {
        text(&self.fields.buf, self.control.method, self.control.scheme)
    }

    /// The authority of the control data; may be empty, see [`host`](Self::host).
    #[must_use]
    pub fn authority(&self) -> &str {
        text(&self.fields.buf, self.control.scheme, self.control.authority)
    }

    /// The path and the query, as sent.
    #[must_use]
    pub fn path(&self) -> &str {
        text(&self.fields.buf, self.control.authority, self.control.path)
    }

    /// Whom the request is for: the authority or, if that is empty, the `host` field (RFC 9110,
    /// section 7.2). Empty when the request names no host.
    #[must_use]
    pub fn host(&self) -> &str {
        let host = self.fields.get("host").and_then(|value| core::str::from_utf8(value).ok());
        match self.authority() {
            "" => host.unwrap_or_default(),
            authority => authority,
        }
    }

    /// The `content-length` that the fields tell, if they do.
    #[must_use]
    pub fn content_length(&self) -> Option<u64> {
        strict::content_length(self.fields.get("content-length")?).ok()
    }

    /// The control data, borrowed, as the encoders take it.
    #[must_use]
    pub fn line(&self) -> RequestLine<'_> {
        RequestLine {
            method: self.method(),
            scheme: self.scheme(),
            authority: self.authority(),
            path: self.path(),
        }
    }

    /// The header section.
    #[must_use]
    pub const fn fields(&self) -> &Fields {
        &self.fields
    }

    // The section itself is not handed out to be changed: the control data lies in its buffer, and
    // would be gone with it.

    /// Appends a field line, as [`Fields::push`] does.
    ///
    /// # Errors
    ///
    /// Those of [`Fields::push`].
    pub fn push(&mut self, name: &str, value: impl AsRef<[u8]>) -> Result<()> {
        self.fields.push(name, value)
    }

    /// Keeps the field lines for which `keep(name, value)` is true.
    pub fn retain(&mut self, keep: impl FnMut(&str, &[u8]) -> bool) {
        self.fields.retain(keep);
    }

    /// Removes all field lines of that name, in whatever case; true if there were any.
    pub fn remove(&mut self, name: &str) -> bool {
        self.fields.remove(name)
    }

    /// The header section by itself.
    #[must_use]
    pub fn into_fields(self) -> Fields {
        self.fields
    }
}

impl ResponseHead {
    /// A head with a status from 100 to 599, but not 101, which switches protocols.
    ///
    /// # Errors
    ///
    /// [`Code::InvalidInput`] for any other status.
    pub fn new(status: u16, fields: Fields) -> Result<Self> {
        match status {
            101 => Err(Error::new(Code::InvalidInput, encode::NO_SWITCH)),
            100..=599 => Ok(Self { status, fields }),
            _ => Err(Error::new(Code::InvalidInput, "a status code is between 100 and 599")),
        }
    }

    /// The status code, 200 to 599, or 100 to 199 but never 101 if informational.
    #[must_use]
    pub const fn status(&self) -> u16 {
        self.status
    }

    /// The header section.
    #[must_use]
    pub const fn fields(&self) -> &Fields {
        &self.fields
    }

    /// The header section, to be changed.
    #[must_use]
    pub const fn fields_mut(&mut self) -> &mut Fields {
        &mut self.fields
    }

    /// The header section by itself.
    #[must_use]
    pub fn into_fields(self) -> Fields {
        self.fields
    }
}

impl PartialEq for RequestHead {
    fn eq(&self, other: &Self) -> bool {
        self.line() == other.line() && self.fields == other.fields
    }
}

impl Eq for RequestHead {}

impl fmt::Debug for RequestLine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestLine")
            .field("method", &self.method)
            .field("authority_len", &self.authority.len())
            .field("path_len", &self.path.len())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for RequestHead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestHead")
            .field("method", &self.method())
            .field("authority_len", &self.authority().len())
            .field("path_len", &self.path().len())
            .field("fields", &self.fields)
            .finish_non_exhaustive()
    }
}
