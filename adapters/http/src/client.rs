//! One sealed call of a client: a request is sealed into an outer one, and the answer to that is
//! opened. Whatever sends the outer request must not follow redirects, and not send it twice.

mod destination;

use std::fmt;

use bytes::Bytes;
use http::{
    HeaderName, HeaderValue, Method, Request, Response, StatusCode, Uri, header::CONTENT_TYPE,
    request,
};
use http_body::Body;
use sealwire::{
    Aead, Client, Code, Exporter, Padding, SystemRandom,
    bhttp::{RequestLine, header_lines},
    client::{ClientRequest, ClientResponse, PendingResponse},
    envelope::chunked::ChunkSealer,
};

use crate::{
    BodyError, BoxError, Incomplete, OpenedBody, Sealed, SealedBody, collect, open_response,
    ready::{Ready, Then, ready_now},
};
pub use destination::Destination;

/// Opens the answer to one sealed request, and is used up by it.
#[derive(Debug)]
pub struct Pending {
    form: Form,
    sealed: Sealed,
}

enum Form {
    Chunked(PendingResponse),
    OneShot(ClientResponse, usize),
}

/// Seals a request whose content is streamed: the outer request is a POST to `gateway`. Its answer
/// is streamed, too.
///
/// Neither extensions nor the HTTP version of the request are in the outer one. A request without
/// content is sealed as by [`seal`]; and if the client pads, so is one whose content is there without
/// waiting, up to 64 KiB and without trailers: a stream cannot be padded.
///
/// # Errors
/// Nothing is to be sent then: the request is not one that a server would accept, or too long for
/// its AEAD, or its content failed at once.
pub fn seal_stream<B>(
    client: &Client,
    request: Request<B>,
    gateway: Uri,
) -> Result<(Request<SealedBody<B>>, Pending), CallError>
where
    B: Body<Data = Bytes>,
    B::Error: Into<BoxError>,
{
    let (parts, body) = request.into_parts();
    let mut body = Box::pin(body);
    if body.is_end_stream() {
        return seal(client, Request::from_parts(parts, Bytes::new()), gateway);
    }
    let is_short = client.recipient().suite().aead == Aead::Aes128Gcm;
    if is_short && body.size_hint().lower() > ChunkSealer::AES_128_GCM_LIMIT {
        return Err(CallError(Kind::TooLong));
    }
    let Ready { content, then } = match client.padding() {
        Padding::None => Ready { content: Bytes::new(), then: Then::More },
        _ => ready_now(body.as_mut()),
    };
    let trailers = match then {
        Then::End(trailers) if trailers.is_empty() => {
            return seal(client, Request::from_parts(parts, content), gateway);
        }
        Then::End(trailers) => Some(trailers),
        Then::More => None,
        Then::Failed(error) => return Err(CallError(Kind::Content(BodyError::underneath(error)))),
    };
    let mut first = Vec::new();
    let (mut writer, pending) = client
        .start(line(&parts), header_lines(&parts.headers), &mut first, &mut SystemRandom)
        .map_err(CallError::sealing_failed)?;
    let body = match trailers {
        None => SealedBody::request(first, writer, content, body),
        // It has ended, and is not asked again.
        Some(trailers) => {
            let sealed = writer.content(&content, &mut first);
            let sealed = sealed.and_then(|()| writer.finish(header_lines(&trailers), &mut first));
            sealed.map_err(CallError::sealing_failed)?;
            SealedBody::whole(first.into())
        }
    };
    Ok((outer(gateway, CHUNKED, body), Pending::chunked(client, pending)))
}

/// Seals a request whose content is there, in as few chunks as hold it: the outer request is a POST
/// to `gateway`. Its answer is streamed.
///
/// # Errors
/// As [`seal_stream`].
pub fn seal<B>(
    client: &Client,
    request: Request<Bytes>,
    gateway: Uri,
) -> Result<(Request<SealedBody<B>>, Pending), CallError> {
    let (parts, content) = request.into_parts();
    let (body, pending) = client
        .seal_chunked(line(&parts), header_lines(&parts.headers), &content, &mut SystemRandom)
        .map_err(CallError::sealing_failed)?;
    let body = SealedBody::whole(body.into());
    Ok((outer(gateway, CHUNKED, body), Pending::chunked(client, pending)))
}

/// Seals a request in one piece, for a server that knows RFC 9458 only: the outer request is a POST
/// to `gateway`. Its answer is held in memory, of `limit` bytes at most.
///
/// # Errors
/// As [`seal_stream`].
pub fn seal_one_shot<B>(
    client: &Client,
    request: Request<Bytes>,
    gateway: Uri,
    limit: usize,
) -> Result<(Request<SealedBody<B>>, Pending), CallError> {
    let (parts, content) = request.into_parts();
    let sealed =
        client.seal_http(&parts, &content, &mut SystemRandom).map_err(CallError::sealing_failed)?;
    let (body, pending) = sealed.into_parts();
    let body = SealedBody::whole(body.into());
    let request = outer(gateway, ClientRequest::MEDIA_TYPE, body);
    let sealed = handle(client, pending.exporter());
    Ok((request, Pending { form: Form::OneShot(pending, limit), sealed }))
}

const CHUNKED: &str = Client::CHUNKED_MEDIA_TYPE;
/// Asks whoever is between not to collect a body before they pass it on (RFC 10036).
const INCREMENTAL: HeaderName = HeaderName::from_static("incremental");

fn line(parts: &request::Parts) -> RequestLine<'_> {
    RequestLine::from_http(&parts.method, &parts.uri)
}

fn outer<B>(gateway: Uri, media_type: &'static str, body: SealedBody<B>) -> Request<SealedBody<B>> {
    let mut request = Request::new(body);
    *request.method_mut() = Method::POST;
    *request.uri_mut() = gateway;
    let headers = request.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    if media_type == CHUNKED {
        headers.insert(INCREMENTAL, HeaderValue::from_static("?1"));
    }
    request
}

fn handle(client: &Client, exporter: Exporter) -> Sealed {
    Sealed::new(client.recipient().key_id(), client.recipient().suite(), exporter)
}

impl Pending {
    fn chunked(client: &Client, pending: PendingResponse) -> Self {
        let sealed = handle(client, pending.exporter());
        Self { form: Form::Chunked(pending), sealed }
    }

    /// Opens the outer answer: as soon as the head is there if it is streamed, and as a whole if
    /// not. Of the outer head nothing is in the response; [`Sealed`] is among its extensions.
    ///
    /// # Errors
    /// See [`CallError`]. Redirects of the outer request are answers that are not sealed.
    pub async fn open<B>(self, answer: Response<B>) -> Result<Response<OpenedBody<B>>, CallError>
    where
        B: Body<Data = Bytes>,
        B::Error: Into<BoxError>,
    {
        let (outer, body) = answer.into_parts();
        let status = outer.status;
        let content_type = outer.headers.get(CONTENT_TYPE).map(HeaderValue::as_bytes);
        let failed = |error| CallError::answer(error, status);
        let mut response = match self.form {
            Form::Chunked(pending) => {
                let reader = pending.open(status.as_u16(), content_type).map_err(failed)?;
                let opened = open_response(body, reader).await;
                let (parts, body) = opened.map_err(|error| CallError(Kind::Body(error)))?;
                Response::from_parts(parts, body)
            }
            Form::OneShot(pending, limit) => {
                pending.accepts(status.as_u16(), content_type).map_err(failed)?;
                let (body, _) = collect(body, limit).await.map_err(CallError::incomplete)?;
                let (response, trailers) =
                    pending.open_http(status.as_u16(), content_type, body).map_err(failed)?;
                response.map(|content| OpenedBody::whole(content, trailers))
            }
        };
        response.extensions_mut().insert(self.sealed);
        Ok(response)
    }
}

/// Why a call has no response. It holds nothing of a message or a key.
#[derive(Debug)]
pub struct CallError(Kind);

#[derive(Debug)]
enum Kind {
    // Nothing was sent.
    Insecure(&'static str),
    Target(&'static str),
    Sealing(sealwire::Error),
    TooLong,
    Content(BodyError),
    // Something was.
    NotSealed(StatusCode),
    TooLarge,
    Body(BodyError),
    Opening(sealwire::Error),
}

impl CallError {
    const fn insecure(why: &'static str) -> Self {
        Self(Kind::Insecure(why))
    }

    const fn target(why: &'static str) -> Self {
        Self(Kind::Target(why))
    }

    const fn sealing_failed(error: sealwire::Error) -> Self {
        Self(Kind::Sealing(error))
    }

    fn answer(error: sealwire::Error, status: StatusCode) -> Self {
        Self(match error.code() {
            Code::NotSealed => Kind::NotSealed(status),
            _ => Kind::Opening(error),
        })
    }

    fn incomplete(error: Incomplete<impl Into<BoxError>>) -> Self {
        Self(match error {
            Incomplete::TooLarge => Kind::TooLarge,
            Incomplete::BrokenOff(error) => Kind::Body(BodyError::underneath(error)),
        })
    }

    /// The request was refused here, so there is nothing to send.
    #[must_use]
    pub const fn is_not_sent(&self) -> bool {
        match self.0 {
            Kind::Insecure(_)
            | Kind::Target(_)
            | Kind::Sealing(_)
            | Kind::TooLong
            | Kind::Content(_) => true,
            Kind::NotSealed(_) | Kind::TooLarge | Kind::Body(_) | Kind::Opening(_) => false,
        }
    }

    /// The server answered this very call, but not with a response that is accepted here: what
    /// opened is no HTTP response, or exceeds a limit.
    #[must_use]
    pub fn is_answered(&self) -> bool {
        // Nothing else is told of an answer that did not open.
        let opened =
            |error: &sealwire::Error| matches!(error.code(), Code::InvalidHttp | Code::TooLarge);
        !self.is_not_sent() && self.sealing().is_some_and(opened)
    }

    /// Nothing was sent, since it would not have been safe to.
    #[must_use]
    pub const fn is_insecure(&self) -> bool {
        matches!(self.0, Kind::Insecure(_))
    }

    /// Something answered, but not with a sealed response. It proves nothing about whether the call
    /// was carried out.
    #[must_use]
    pub const fn is_not_sealed(&self) -> bool {
        matches!(self.0, Kind::NotSealed(_))
    }

    /// The status of an answer that was not sealed.
    #[must_use]
    pub const fn outer_status(&self) -> Option<StatusCode> {
        match self.0 {
            Kind::NotSealed(status) => Some(status),
            _ => None,
        }
    }

    /// The answer has more bytes than the limit that the call was made with. Whoever is between can
    /// have made it so.
    #[must_use]
    pub const fn is_too_large(&self) -> bool {
        matches!(self.0, Kind::TooLarge)
    }

    /// The error of the core, if it is one.
    #[must_use]
    pub const fn sealing(&self) -> Option<&sealwire::Error> {
        match &self.0 {
            Kind::Sealing(error) | Kind::Opening(error) => Some(error),
            Kind::Body(error) | Kind::Content(error) => error.sealing(),
            Kind::Insecure(_)
            | Kind::Target(_)
            | Kind::TooLong
            | Kind::NotSealed(_)
            | Kind::TooLarge => None,
        }
    }

    /// The error of the body of the answer, if it is one.
    #[must_use]
    pub const fn body(&self) -> Option<&BodyError> {
        match &self.0 {
            Kind::Body(error) => Some(error),
            _ => None,
        }
    }

    /// The error of the body of the answer, if it is one.
    #[must_use]
    pub fn into_body(self) -> Option<BodyError> {
        match self.0 {
            Kind::Body(error) => Some(error),
            _ => None,
        }
    }
}

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Insecure(why) | Kind::Target(why) => write!(f, "not sent: {why}"),
            Kind::Sealing(error) => write!(f, "not sent: {error}"),
            Kind::TooLong => {
                f.write_str("not sent: with AES-128-GCM a message has 2^30 bytes at most")
            }
            Kind::NotSealed(status) => write!(f, "the answer, {status}, is not sealed"),
            Kind::TooLarge => f.write_str("the answer exceeds the response limit"),
            Kind::Content(_) => f.write_str("not sent: the content of the request failed"),
            Kind::Body(_) => f.write_str("the answer did not arrive"),
            Kind::Opening(error) => write!(f, "the answer was not accepted: {error}"),
        }
    }
}

impl std::error::Error for CallError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.0 {
            Kind::Body(error) | Kind::Content(error) => Some(error),
            _ => None,
        }
    }
}

impl fmt::Debug for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Chunked(_) => "Chunked",
            Self::OneShot(..) => "OneShot",
        })
    }
}
