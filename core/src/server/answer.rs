//! Outer answers: what anyone on the path may read.

use alloc::{boxed::Box, format, string::String, vec::Vec};
use core::iter;

use crate::{
    bhttp::encode_response,
    error::{Code, Error, Result},
    media_type,
};

/// An outer response, to be sent as it is. Of one that is streamed it is the beginning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    kind: Kind,
    status: u16,
    /// The origin of a page that may see it.
    origin: Option<Box<str>>,
    body: Vec<u8>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Sealed,
    SealedInChunks,
    Keys,
    Preflight,
    Problem,
    /// A problem with the methods that are allowed.
    Method(&'static str),
}

impl Answer {
    pub(super) const fn sealed(body: Vec<u8>) -> Self {
        Self::new(Kind::Sealed, 200, body)
    }

    pub(super) const fn sealed_in_chunks(body: Vec<u8>) -> Self {
        Self::new(Kind::SealedInChunks, 200, body)
    }

    pub(super) const fn keys(body: Vec<u8>) -> Self {
        Self::new(Kind::Keys, 200, body)
    }

    pub(super) const fn preflight() -> Self {
        Self::new(Kind::Preflight, 204, Vec::new())
    }

    pub(super) fn plain(problem: Problem) -> Self {
        Self::new(Kind::Problem, problem.status, problem.body().into_bytes())
    }

    /// The answer to a message that did not open.
    pub(super) fn refusal(error: Error) -> Self {
        Self::plain(match error.code() {
            Code::UnknownKey => Problem::UNKNOWN_KEY,
            _ => Problem::NOT_OPENED,
        })
    }

    /// The answer to any other method on the path of the keys, to which calls go too, or not.
    pub(super) fn method_not_allowed(calls_go_here: bool) -> Self {
        let (problem, methods) = match calls_go_here {
            true => (Problem::METHOD, "GET, HEAD, POST"),
            false => (Problem::METHOD_FOR_KEYS, "GET, HEAD"),
        };
        Self { kind: Kind::Method(methods), ..Self::plain(problem) }
    }

    const fn new(kind: Kind, status: u16, body: Vec<u8>) -> Self {
        Self { kind, status, origin: None, body }
    }

    /// Lets pages of this origin see it.
    pub(super) fn allow_origin(self, origin: Option<Box<str>>) -> Self {
        Self { origin, ..self }
    }

    /// The answer when nothing could be sealed, because the random source failed.
    #[must_use]
    pub fn internal_error() -> Self {
        Self::plain(Problem::INTERNAL)
    }

    /// The answer to a body that did not arrive whole: the same as to any other that cannot be
    /// opened.
    #[must_use]
    pub fn not_opened() -> Self {
        Self::plain(Problem::NOT_OPENED)
    }

    /// The answer to a request that did not come sealed, from whoever takes sealed ones only: a 403.
    #[must_use]
    pub fn not_sealed() -> Self {
        Self::plain(Problem::NOT_SEALED)
    }

    /// The status code. A sealed answer always has 200, whatever is inside.
    #[must_use]
    pub const fn status(&self) -> u16 {
        self.status
    }

    /// The header fields to send with it, besides those that frame the body.
    pub fn fields(&self) -> impl Iterator<Item = (&'static str, &str)> {
        // Whoever stored, recoded or rewrote a sealed body would break it, and keys are too
        // valuable for a cache to have a say in them.
        let always = [("cache-control", "no-store, no-transform")];
        let content_type = match self.kind {
            Kind::Sealed => Some(media_type::RESPONSE),
            Kind::SealedInChunks => Some(media_type::CHUNKED_RESPONSE),
            Kind::Keys => Some(media_type::KEYS),
            Kind::Problem | Kind::Method(_) => Some(media_type::PROBLEM),
            Kind::Preflight => None,
        };
        let allow = match self.kind {
            Kind::Method(methods) => Some(("allow", methods)),
            _ => None,
        };
        let retry = [("retry-after", "1")];
        // Whoever forwards it should not wait for its end (RFC 10036).
        let incremental = [("incremental", "?1")];
        content_type
            .map(|content_type| ("content-type", content_type))
            .into_iter()
            .chain(always)
            .chain(allow)
            .chain(retry.into_iter().filter(|_| self.status == 503))
            .chain(incremental.into_iter().filter(|_| self.kind == Kind::SealedInChunks))
            .chain(self.cors())
    }

    /// What a browser asks for before it lets a page have the answer, or call at all.
    fn cors(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let origin = self.origin.as_deref();
        let with_origin = origin
            .into_iter()
            .flat_map(|origin| [("access-control-allow-origin", origin), ("vary", "origin")]);
        let leave = [
            ("access-control-allow-methods", "GET, POST"),
            ("access-control-allow-headers", "content-type, incremental"),
            ("access-control-max-age", "7200"),
        ];
        with_origin.chain(leave.into_iter().filter(|_| self.kind == Kind::Preflight))
    }

    /// The body, to be sent unaltered.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// The body without the rest.
    #[must_use]
    pub fn into_body(self) -> Vec<u8> {
        self.body
    }

    /// The answer as a response of the crate `http`.
    #[cfg(feature = "http")]
    #[must_use]
    pub fn into_http(self) -> http::Response<bytes::Bytes> {
        let (parts, body) = self.into_http_parts();
        http::Response::from_parts(parts, body.into())
    }

    /// The head of that response, and the body.
    #[cfg(feature = "http")]
    #[must_use]
    pub fn into_http_parts(self) -> (http::response::Parts, Vec<u8>) {
        let (mut parts, ()) = http::Response::new(()).into_parts();
        let status = http::StatusCode::from_u16(self.status);
        parts.status = status.unwrap_or(http::StatusCode::INTERNAL_SERVER_ERROR);
        parts.headers.reserve(8);
        for (name, value) in self.fields() {
            // All are ours but the origin, which was checked to be one that is allowed.
            if let Ok(value) = http::HeaderValue::from_str(value) {
                parts.headers.insert(http::HeaderName::from_static(name), value);
            }
        }
        (parts, self.body)
    }
}

/// Problem details (RFC 9457): a type, a title, a status, and never anything about the message.
#[derive(Clone, Copy, Debug)]
pub(super) struct Problem {
    pub(super) status: u16,
    kind: &'static str,
    title: &'static str,
}

impl Problem {
    /// RFC 9458, section 5.3.
    pub(super) const UNKNOWN_KEY: Self = Self::new(
        400,
        "https://iana.org/assignments/http-problem-types#ohttp-key",
        "the key or its algorithms are not accepted",
    );
    pub(super) const NOT_OPENED: Self =
        Self::new(400, "https://sealwire.dev/problems#not-opened", "the message was not opened");
    pub(super) const METHOD: Self =
        Self::new(405, "about:blank", "sealed calls are made with POST, keys fetched with GET");
    pub(super) const METHOD_FOR_KEYS: Self =
        Self::new(405, "about:blank", "keys are fetched with GET, calls made to their own paths");
    pub(super) const BODY_TOO_LARGE: Self =
        Self::new(413, "about:blank", "the sealed message is too large");
    pub(super) const MEDIA_TYPE: Self =
        Self::new(415, "about:blank", "a sealed call has the type message/ohttp-chunked-req");
    pub(super) const NOT_SEALED: Self = Self::new(
        403,
        "https://sealwire.dev/problems#not-sealed",
        "this route takes sealed calls only",
    );
    pub(super) const BUSY: Self =
        Self::new(503, "about:blank", "too many sealed calls are being opened");
    pub(super) const INTERNAL: Self =
        Self::new(500, "about:blank", "the answer could not be sealed");

    // Sealed, hence seen by the client only.
    pub(super) const AUTHORITY: Self = Self::new(
        421,
        "https://sealwire.dev/problems#authority",
        "this server does not answer for the request's authority",
    );
    pub(super) const PATH: Self = Self::new(
        400,
        "https://sealwire.dev/problems#path",
        "the path is not canonical, or not the one that the call was sent to",
    );
    pub(super) const INVALID: Self = Self::new(
        400,
        "https://sealwire.dev/problems#invalid-request",
        "the message holds no acceptable HTTP request",
    );
    pub(super) const TOO_LARGE: Self = Self::new(
        413,
        "https://sealwire.dev/problems#too-large",
        "the request exceeds a limit of the server",
    );

    pub(super) const INVALID_RESPONSE: Self = Self::new(
        500,
        "https://sealwire.dev/problems#invalid-response",
        "the handler's response is not one that can be sent",
    );
    pub(super) const HANDLER_FAILED: Self = Self::new(
        500,
        "https://sealwire.dev/problems#handler-failed",
        "the handler gave no complete response",
    );

    const fn new(status: u16, kind: &'static str, title: &'static str) -> Self {
        Self { status, kind, title }
    }

    /// Appends the response that tells it, to be sealed.
    pub(super) fn encode(self, to_head: bool, out: &mut Vec<u8>) -> Result<()> {
        let content_type: (&[u8], &[u8]) = (b"content-type", media_type::PROBLEM.as_bytes());
        let body = self.body();
        let content = if to_head { &[] } else { body.as_bytes() };
        let none = iter::empty();
        encode_response(&[], self.status, iter::once(content_type), content, none, out)
    }

    /// JSON, written by hand since it holds constants only, none of which needs escaping.
    pub(super) fn body(self) -> String {
        let Self { status, kind, title } = self;
        format!(r#"{{"type":"{kind}","title":"{title}","status":{status}}}"#)
    }
}

/// The sealed answer to an inner request that could not be decoded.
impl From<Code> for Problem {
    fn from(code: Code) -> Self {
        match code {
            Code::TooLarge => Self::TOO_LARGE,
            _ => Self::INVALID,
        }
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        error.code().into()
    }
}
