//! The types of the crate `http`, on both sides, without copying fields twice.

use alloc::vec::Vec;
use core::{fmt, ops::Range};

use bytes::Bytes;
use http::header::{AUTHORIZATION, COOKIE, HeaderMap, HeaderName, HeaderValue};
use http::header::{PROXY_AUTHORIZATION, SET_COOKIE};
use http::uri::{Authority, PathAndQuery, Scheme, Uri};
use http::{Method, StatusCode, request, response};

use super::encode::{encode_request, encode_response};
use super::fields::{Fields, Span};
use super::head::{RequestHead, RequestLine, ResponseHead};
use super::section::refused;
use crate::{Code, Error, Result};

/// The lines of a [`HeaderMap`] as the encoders take them, nothing being copied.
#[must_use]
pub fn header_lines(map: &HeaderMap) -> HeaderLines<'_> {
    HeaderLines { map, lines: map.iter(), taken: 0 }
}

/// What [`header_lines`] answers. The map's own iterator cannot be cloned.
pub struct HeaderLines<'a> {
    map: &'a HeaderMap,
    lines: http::header::Iter<'a, HeaderValue>,
    taken: usize,
}

impl<'a> Iterator for HeaderLines<'a> {
    type Item = (&'a [u8], &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let (name, value) = self.lines.next()?;
        self.taken += 1;
        Some((name.as_str().as_bytes(), value.as_bytes()))
    }
}

impl Clone for HeaderLines<'_> {
    /// Begins anew and skips; the encoders clone only what has not been begun.
    fn clone(&self) -> Self {
        let mut clone = header_lines(self.map);
        clone.by_ref().take(self.taken).for_each(drop);
        clone
    }
}

/// [`encode_request`] for the types of the crate `http`.
///
/// # Errors
///
/// Those of [`encode_request`].
pub fn encode_http_request(
    parts: &request::Parts,
    content: &[u8],
    trailers: &HeaderMap,
    out: &mut Vec<u8>,
) -> Result<()> {
    let line = RequestLine::from_http(&parts.method, &parts.uri);
    encode_request(line, header_lines(&parts.headers), content, header_lines(trailers), out)
}

/// [`encode_response`] without informational responses for the types of the crate `http`.
///
/// # Errors
///
/// Those of [`encode_response`].
pub fn encode_http_response(
    parts: &response::Parts,
    content: &[u8],
    trailers: &HeaderMap,
    out: &mut Vec<u8>,
) -> Result<()> {
    let (status, fields) = (parts.status.as_u16(), header_lines(&parts.headers));
    encode_response(&[], status, fields, content, header_lines(trailers), out)
}

impl fmt::Debug for HeaderLines<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HeaderLines").field("lines", &self.map.len()).finish()
    }
}

impl<'a> RequestLine<'a> {
    /// The control data of a request of the crate `http`.
    ///
    /// A URI without authority leaves it empty, which is right where the fields hold a `host`; a
    /// URI without scheme counts as `https`.
    #[must_use]
    pub fn from_http(method: &'a Method, uri: &'a Uri) -> Self {
        let authority = uri.authority().map_or("", Authority::as_str);
        let (scheme, path) = match *method {
            Method::CONNECT => ("", ""),
            _ => (
                uri.scheme_str().unwrap_or("https"),
                uri.path_and_query().map_or("/", PathAndQuery::as_str),
            ),
        };
        Self { method: method.as_str(), scheme, authority, path }
    }
}

impl RequestHead {
    /// The head as the crate `http` has it; header values and the path share one buffer.
    ///
    /// The URI is absolute if the request names its host, in the authority or in a `host` field
    /// (see [`host`](Self::host)), the path alone if not, and the authority alone for CONNECT. For
    /// `OPTIONS *` it is `*` alone, and a `host` field is added if there is none, since [`Uri`]
    /// would write the two without anything between.
    ///
    /// Several `cookie` lines become one, joined with `"; "` (RFC 9292, section 3.6; RFC 9113,
    /// section 8.2.3): applications look at one only. Other fields stay as they are.
    ///
    /// # Errors
    ///
    /// [`Code::InvalidHttp`] for what [`Uri`] does not take, in particular a fragment in the path,
    /// which it would silently cut off.
    pub fn into_http(mut self) -> Result<request::Parts> {
        self.fields.join("cookie", b"; ")?;
        let method = Method::from_bytes(self.method().as_bytes())
            .map_err(|_| refused("the method is not one for the crate http"))?;
        let scheme = match self.scheme() {
            "" => None,
            scheme => Some(Scheme::try_from(scheme).map_err(|_| BAD_URI)?),
        };
        let mut authority = match self.host() {
            "" => None,
            host => Some(Authority::try_from(host).map_err(|_| BAD_URI)?),
        };
        if self.path() == "*" {
            let host = authority.take().filter(|_| self.fields.get("host").is_none());
            host.map_or(Ok(()), |host| self.fields.push("host", host.as_str()))?;
        }
        let path = self.control.authority as usize..self.control.path as usize;
        let (buf, spans) = self.fields.into_raw();
        let buf = Bytes::from(buf);
        let uri = uri(&method, scheme, authority, slice(&buf, path)?)?;
        let (mut parts, ()) = ::http::Request::new(()).into_parts();
        (parts.method, parts.uri) = (method, uri);
        parts.headers = header_map(&buf, &spans)?;
        Ok(parts)
    }
}

impl ResponseHead {
    /// The head as the crate `http` has it; header values share one buffer.
    ///
    /// # Errors
    ///
    /// [`Code::TooLarge`] for more names than a [`HeaderMap`] can hold.
    pub fn into_http(self) -> Result<response::Parts> {
        let (mut parts, ()) = ::http::Response::new(()).into_parts();
        parts.status = StatusCode::from_u16(self.status)
            .map_err(|_| refused("the status code is not between 100 and 599"))?;
        parts.headers = self.fields.into_http()?;
        Ok(parts)
    }
}

impl Fields {
    /// The section as the crate `http` has it; values share one buffer. Those that hold secrets
    /// by definition (`authorization`, `cookie` and the like) are marked as sensitive.
    ///
    /// # Errors
    ///
    /// [`Code::TooLarge`] for more names than a [`HeaderMap`] can hold.
    pub fn into_http(self) -> Result<HeaderMap> {
        let (buf, spans) = self.into_raw();
        header_map(&Bytes::from(buf), &spans)
    }
}

fn uri(
    method: &Method,
    scheme: Option<Scheme>,
    authority: Option<Authority>,
    path: Bytes,
) -> Result<Uri> {
    let mut parts = ::http::uri::Parts::default();
    parts.authority = authority;
    if method != Method::CONNECT {
        parts.scheme = scheme.filter(|_| parts.authority.is_some());
        parts.path_and_query = Some(path_and_query(path)?);
    }
    Uri::from_parts(parts).map_err(|_| BAD_URI)
}

fn path_and_query(path: Bytes) -> Result<PathAndQuery> {
    match path.contains(&b'#') {
        true => Err(refused("the path holds a fragment")),
        false => PathAndQuery::from_maybe_shared(path).map_err(|_| BAD_URI),
    }
}

/// A part of the buffer, which always lies inside it; `Bytes` would panic if it did not.
fn slice(buf: &Bytes, range: Range<usize>) -> Result<Bytes> {
    match buf.get(range.clone()) {
        Some(_) => Ok(buf.slice(range)),
        None => Err(Error::new(Code::Internal, "a part of a section lies outside of it")),
    }
}

fn header_map(buf: &Bytes, spans: &[Span]) -> Result<HeaderMap> {
    let mut map = HeaderMap::try_with_capacity(spans.len()).map_err(|_| TOO_MANY)?;
    for span in spans {
        let name = HeaderName::from_bytes(span.line(buf).0.as_bytes())
            .map_err(|_| refused("a field name is not one for the crate http"))?;
        let mut value = HeaderValue::from_maybe_shared(slice(buf, span.value_range())?)
            .map_err(|_| refused("a field value is not one for the crate http"))?;
        value.set_sensitive(SECRET.contains(&name));
        map.try_append(name, value).map_err(|_| TOO_MANY)?;
    }
    Ok(map)
}

const SECRET: [HeaderName; 4] = [AUTHORIZATION, PROXY_AUTHORIZATION, COOKIE, SET_COOKIE];
const BAD_URI: Error = refused("the request's target is not a URI for the crate http");
const TOO_MANY: Error = Error::new(Code::TooLarge, "there are more fields than HeaderMap holds");
