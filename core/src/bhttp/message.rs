//! Whole messages, decoded in one call.

use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::fmt;

use super::decode::{Decoder, Event};
use super::fields::Fields;
use super::head::{RequestHead, ResponseHead};
use super::limits::Limits;
use crate::{Code, Error, Result};

/// A complete request. `Debug` shows the method and sizes only.
#[derive(Clone, PartialEq, Eq)]
pub struct Request<'a> {
    /// Control data and header section.
    pub head: RequestHead,
    /// The content, borrowed from the message if it lies there in one piece.
    pub content: Cow<'a, [u8]>,
    /// The trailer section, often empty.
    pub trailers: Fields,
}

/// A complete response. `Debug` shows the status and sizes only.
#[derive(Clone, PartialEq, Eq)]
pub struct Response<'a> {
    /// The informational responses before the final one, often none.
    pub informational: Vec<ResponseHead>,
    /// Status and header section.
    pub head: ResponseHead,
    /// The content, borrowed from the message if it lies there in one piece.
    pub content: Cow<'a, [u8]>,
    /// The trailer section, often empty.
    pub trailers: Fields,
}

/// Decodes a whole request of either framing.
///
/// # Errors
///
/// Those of [`Decoder::next`] and [`Decoder::finish`].
pub fn decode_request(message: &[u8], limits: Limits) -> Result<Request<'_>> {
    let parts = Parts::decode(Decoder::request(limits), message)?;
    let head = parts.request.ok_or(NO_HEAD)?;
    Ok(Request { head, content: parts.content, trailers: parts.trailers })
}

/// Decodes a whole response, of either framing, to a request with any method but HEAD.
///
/// # Errors
///
/// Those of [`Decoder::next`] and [`Decoder::finish`].
pub fn decode_response(message: &[u8], limits: Limits) -> Result<Response<'_>> {
    Parts::decode(Decoder::response(limits), message)?.into_response()
}

/// Decodes a whole response, of either framing, to a request with that method.
///
/// # Errors
///
/// Those of [`Decoder::next`] and [`Decoder::finish`].
pub fn decode_response_to<'a>(
    method: &str,
    message: &'a [u8],
    limits: Limits,
) -> Result<Response<'a>> {
    Parts::decode(Decoder::response_to(method, limits), message)?.into_response()
}

#[derive(Default)]
struct Parts<'a> {
    request: Option<RequestHead>,
    informational: Vec<ResponseHead>,
    response: Option<ResponseHead>,
    content: Cow<'a, [u8]>,
    trailers: Fields,
}

impl<'a> Parts<'a> {
    fn decode(mut decoder: Decoder, mut message: &'a [u8]) -> Result<Self> {
        let mut parts = Self::default();
        while let Some(event) = decoder.next(&mut message)? {
            parts.add(event);
        }
        while let Some(event) = decoder.finish()? {
            parts.add(event);
        }
        Ok(parts)
    }

    fn add(&mut self, event: Event<'a>) {
        match event {
            Event::Request(head) => self.request = Some(head),
            Event::Informational(head) => self.informational.push(head),
            Event::Response(head) => self.response = Some(head),
            Event::Content(piece) if self.content.is_empty() => self.content = piece.into(),
            Event::Content(piece) => self.content.to_mut().extend_from_slice(piece),
            Event::Trailers(fields) => self.trailers = fields,
        }
    }

    fn into_response(self) -> Result<Response<'a>> {
        let Self { informational, response, content, trailers, .. } = self;
        Ok(Response { informational, head: response.ok_or(NO_HEAD)?, content, trailers })
    }
}

/// A decoder that finishes has given out a head.
const NO_HEAD: Error = Error::new(Code::Internal, "a complete message has no head");

impl fmt::Debug for Request<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("head", &self.head)
            .field("content_len", &self.content.len())
            .field("trailers", &self.trailers)
            .finish()
    }
}

impl fmt::Debug for Response<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("informational", &self.informational.len())
            .field("head", &self.head)
            .field("content_len", &self.content.len())
            .field("trailers", &self.trailers)
            .finish()
    }
}
