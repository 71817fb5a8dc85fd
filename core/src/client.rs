//! The client's end of a sealed call.
//!
//! A [`Client`] seals a request and hands out the [`ClientRequest`]; its body goes into the outer
//! POST, and what is left is the [`ClientResponse`], which opens the answer, once.

mod stream;

use alloc::{string::String, vec::Vec};
use core::fmt;

#[cfg(feature = "http")]
use crate::shared;
use crate::{
    bhttp::{self, FieldLines, Limits, RequestLine},
    envelope::{Labels, ResponseOpener, chunked::ChunkOpener, seal_request},
    error::{Code, Error, Result},
    exporter::Exporter,
    keys::Recipient,
    media_type, message_buffer,
    ours::{remove_ours, without_ours},
    padding::Padding,
    random::Random,
    secret::wipe,
};

pub use stream::{PendingResponse, RequestWriter, ResponseReader};

/// Seals calls for one key of a server.
#[derive(Clone, Debug)]
pub struct Client {
    recipient: Recipient,
    limits: Limits,
    chunk_limit: usize,
    padding: Padding,
}

/// A sealed request: the body to send, and what opens the answer to it.
pub struct ClientRequest {
    body: Vec<u8>,
    response: ClientResponse,
}

/// Opens the answer to one request, and is used up by it.
pub struct ClientResponse {
    opener: ResponseOpener,
    method: String,
    limits: Limits,
}

impl Client {
    /// The content of a response in one piece in bytes, unless configured: 16 MiB. One in chunks is
    /// not held here, and has no limit of its own.
    pub const DEFAULT_CONTENT_LIMIT: u64 = 16 * 1024 * 1024;

    /// A client that trusts `recipient` because its caller does. Whoever could have replaced the key
    /// on its way to the app can read every call, so let it come with the app.
    #[must_use]
    pub fn new(recipient: Recipient) -> Self {
        let limits = Limits::default();
        let chunk_limit = ChunkOpener::DEFAULT_LIMIT;
        Self { recipient, limits, chunk_limit, padding: Padding::None }
    }

    /// How much the size of a request tells: nothing is hidden unless this is set.
    #[must_use]
    pub fn with_padding(self, padding: Padding) -> Self {
        Self { padding, ..self }
    }

    /// What a response may hold at most. Where `limits.content` is not set, hence [`u64::MAX`], one in
    /// one piece may have [`Self::DEFAULT_CONTENT_LIMIT`], and one in chunks any amount.
    #[must_use]
    pub fn with_limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// How much the size of a request tells.
    #[must_use]
    pub const fn padding(&self) -> &Padding {
        &self.padding
    }

    /// How many bytes a sealed chunk of a response may have, its tag included:
    /// [`ChunkOpener::DEFAULT_LIMIT`] unless set. So many are held of a response that is streamed. Below
    /// 16,400 the chunks of other people's stacks, and of our own, are refused.
    #[must_use]
    pub fn with_chunk_limit(self, bytes: usize) -> Self {
        Self { chunk_limit: bytes, ..self }
    }

    /// Whom calls are sealed for.
    #[must_use]
    pub const fn recipient(&self) -> &Recipient {
        &self.recipient
    }

    /// Seals one request.
    ///
    /// # Errors
    /// `InvalidInput` if it is not a request that a server would accept, and the errors of
    /// [`seal_request`].
    pub fn seal<'a>(
        &self,
        line: RequestLine<'_>,
        fields: impl FieldLines<'a>,
        content: &[u8],
        random: &mut dyn Random,
    ) -> Result<ClientRequest> {
        let mut body = message_buffer(self.recipient.headroom(), content);
        let fields = without_ours(fields);
        bhttp::encode_request(line, fields, content, core::iter::empty(), &mut body)?;
        let length = body.len().saturating_sub(self.recipient.headroom());
        bhttp::pad(&mut body, self.padding.padded_len(length).saturating_sub(length));
        let opener = seal_request(&self.recipient, Labels::BHTTP, &mut body, random)
            .inspect_err(|_| wipe(&mut body))?;
        let method = line.method.into();
        let content = match self.limits.content {
            u64::MAX => Self::DEFAULT_CONTENT_LIMIT,
            content => content,
        };
        let limits = Limits { content, ..self.limits };
        Ok(ClientRequest { body, response: ClientResponse { opener, method, limits } })
    }

    /// Seals one request of the crate `http`.
    ///
    /// # Errors
    /// As [`Self::seal`].
    #[cfg(feature = "http")]
    pub fn seal_http(
        &self,
        parts: &http::request::Parts,
        content: &[u8],
        random: &mut dyn Random,
    ) -> Result<ClientRequest> {
        let line = RequestLine::from_http(&parts.method, &parts.uri);
        self.seal(line, bhttp::header_lines(&parts.headers), content, random)
    }
}

impl ClientRequest {
    /// The `content-type` of the outer request.
    pub const MEDIA_TYPE: &'static str = media_type::REQUEST;

    /// The body of the outer request, and what opens the answer to it.
    #[must_use]
    pub fn into_parts(self) -> (Vec<u8>, ClientResponse) {
        (self.body, self.response)
    }
}

impl ClientResponse {
    /// What derives further secrets that the server has, too.
    #[must_use]
    pub fn exporter(&self) -> Exporter {
        self.opener.exporter()
    }

    /// Whether an outer answer claims to be a sealed one, so that its body is worth reading: by its
    /// status and its `content-type`. [`Self::open`] asks the same first.
    ///
    /// # Errors
    /// `NotSealed` if it does not.
    pub fn accepts(&self, status: u16, content_type: Option<&[u8]>) -> Result<()> {
        check_outer(status, content_type, media_type::RESPONSE)
    }

    /// Opens the outer answer in place: its status, its `content-type` and its body.
    ///
    /// # Errors
    /// `NotSealed` if the answer is not a sealed one: whoever is between may have written it, and
    /// it proves nothing, not even that the request was not carried out. `OpenFailed` if it claims
    /// to be sealed but is not the answer to this request. `InvalidHttp` or `TooLarge` if what
    /// was sealed is not a response.
    pub fn open<'a>(
        self,
        status: u16,
        content_type: Option<&[u8]>,
        body: &'a mut [u8],
    ) -> Result<bhttp::Response<'a>> {
        check_outer(status, content_type, media_type::RESPONSE)?;
        let response = self.opener.open(body)?;
        decode(&self.method, response, self.limits)
    }

    /// Opens the outer answer as a response of the crate `http` and its trailers. The content is a
    /// slice of the body given, not a copy of it.
    ///
    /// # Errors
    /// As [`Self::open`].
    #[cfg(feature = "http")]
    pub fn open_http(
        self,
        status: u16,
        content_type: Option<&[u8]>,
        mut body: Vec<u8>,
    ) -> Result<(http::Response<bytes::Bytes>, http::HeaderMap)> {
        check_outer(status, content_type, media_type::RESPONSE)?;
        let length = self.opener.open(&mut body)?.len();
        let message = shared::plaintext(body, length);
        let response = decode(&self.method, &message, self.limits)?;
        let content = shared::content(&message, response.content);
        let parts = response.head.into_http()?;
        Ok((http::Response::from_parts(parts, content), response.trailers.into_http()?))
    }
}

/// The response as the app may see it.
fn decode<'a>(method: &str, message: &'a [u8], limits: Limits) -> Result<bhttp::Response<'a>> {
    let mut response = bhttp::decode_response_to(method, message, limits)?;
    response.informational.iter_mut().for_each(|head| remove_ours(head.fields_mut()));
    remove_ours(response.head.fields_mut());
    remove_ours(&mut response.trailers);
    Ok(response)
}

/// Whether an outer answer claims to be a sealed response of that media type.
fn check_outer(status: u16, content_type: Option<&[u8]>, media_type: &str) -> Result<()> {
    if status == 200 && media_type::is(content_type, media_type) {
        return Ok(());
    }
    Err(Error::new(Code::NotSealed, "the answer is not a sealed response"))
}

impl fmt::Debug for ClientRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientRequest").field("body_len", &self.body.len()).finish_non_exhaustive()
    }
}

impl fmt::Debug for ClientResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientResponse").field("opener", &self.opener).finish_non_exhaustive()
    }
}
