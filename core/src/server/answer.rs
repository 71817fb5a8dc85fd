//! Outer answers: what anyone on the path may read.

use alloc::{format, string::String, vec::Vec};
use core::iter;

use crate::{
    bhttp::encode_response,
    error::{Code, Error, Result},
    media_type,
};

/// An outer response, to be sent as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    status: u16,
    content_type: &'static str,
    body: Vec<u8>,
}

impl Answer {
    pub(super) const fn sealed(body: Vec<u8>) -> Self {
        Self { status: 200, content_type: media_type::RESPONSE, body }
    }

    pub(super) const fn sealed_in_chunks(body: Vec<u8>) -> Self {
        Self { status: 200, content_type: media_type::CHUNKED_RESPONSE, body }
    }

    pub(super) const fn keys(body: Vec<u8>) -> Self {
        Self { status: 200, content_type: media_type::KEYS, body }
    }

    pub(super) fn plain(problem: Problem) -> Self {
        let body = problem.body().into_bytes();
        Self { status: problem.status, content_type: media_type::PROBLEM, body }
    }

    /// The answer when nothing could be sealed, because the random source failed.
    #[must_use]
    pub fn internal_error() -> Self {
        Self::plain(Problem::INTERNAL)
    }

    /// The status code. A sealed answer always has 200, whatever is inside.
    #[must_use]
    pub const fn status(&self) -> u16 {
        self.status
    }

    /// The header fields to send with it, besides those that frame the body.
    pub fn fields(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        let allow = (self.status == 405).then_some(("allow", "GET, HEAD, POST"));
        // Whoever stored, recoded or rewrote a sealed body would break it, and keys are too
        // valuable for a cache to have a say in them.
        [("content-type", self.content_type), ("cache-control", "no-store, no-transform")]
            .into_iter()
            .chain(allow)
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
        let status = http::StatusCode::from_u16(self.status);
        let fields: Vec<_> = self.fields().collect();
        let mut response = http::Response::new(self.body.into());
        *response.status_mut() = status.unwrap_or(http::StatusCode::INTERNAL_SERVER_ERROR);
        for (name, value) in fields {
            let name = http::HeaderName::from_static(name);
            response.headers_mut().insert(name, http::HeaderValue::from_static(value));
        }
        response
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
    pub(super) const BODY_TOO_LARGE: Self =
        Self::new(413, "about:blank", "the sealed message is too large");
    pub(super) const MEDIA_TYPE: Self =
        Self::new(415, "about:blank", "a sealed call has the type message/ohttp-req");
    pub(super) const INTERNAL: Self =
        Self::new(500, "about:blank", "the answer could not be sealed");

    // Sealed, hence seen by the client only.
    pub(super) const AUTHORITY: Self = Self::new(
        421,
        "https://sealwire.dev/problems#authority",
        "this server does not answer for the request's authority",
    );
    pub(super) const INVALID: Self = Self::new(
        400,
        "https://sealwire.dev/problems#invalid-request",
        "the message holds no acceptable HTTP request",
    );
    const TOO_LARGE: Self = Self::new(
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
impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error.code() {
            Code::TooLarge => Self::TOO_LARGE,
            _ => Self::INVALID,
        }
    }
}
