//! A client whose frames, cuts and timing are in the hands of the test.

use std::net::SocketAddr;

use bytes::Bytes;
use futures::{
    StreamExt as _,
    channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded},
    stream,
};
use http::{HeaderMap, HeaderValue, Request, Response, Uri, header::HOST, request, response};
use http_body::{Body, Frame};
use http_body_util::{BodyExt as _, Full, StreamBody, combinators::UnsyncBoxBody};
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use sealwire::{keys::Recipient, server::GATEWAY_PATH};
use sealwire_http::{
    BodyError, BoxError, OpenedBody, Sealed, SealedBody,
    client::{self, CallError, Pending},
};
use tokio::net::TcpStream;

use crate::AUTHORITY;

/// How a request is sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// In one piece (RFC 9458).
    OneShot,
    /// In chunks, all of them there from the beginning.
    Chunked,
    /// In chunks, as the content comes.
    Streamed,
}

pub(super) const FORMS: [Form; 3] = [Form::OneShot, Form::Chunked, Form::Streamed];

pub(super) type OuterBody = UnsyncBoxBody<Bytes, BoxError>;
pub(super) type Item = Result<Frame<Bytes>, BoxError>;

/// Calls one server, each time on a connection of its own.
pub(super) struct Caller {
    address: SocketAddr,
    pub(super) client: sealwire::Client,
}

/// A response that arrived whole, and was sealed.
#[derive(Debug)]
pub(super) struct Got {
    pub(super) status: u16,
    pub(super) fields: HeaderMap,
    pub(super) content: Bytes,
    pub(super) trailers: HeaderMap,
    pub(super) sealed: Sealed,
    /// The head around it.
    pub(super) outer: HeaderMap,
}

/// A response that was not sealed.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Plain {
    pub(super) status: u16,
    pub(super) fields: HeaderMap,
    pub(super) body: Bytes,
}

impl Caller {
    pub(super) fn new(address: SocketAddr, recipient: Recipient) -> Self {
        Self { address, client: sealwire::Client::new(recipient) }
    }

    /// Where outer requests go.
    pub(super) fn gateway(&self) -> Uri {
        self.at(GATEWAY_PATH)
    }

    pub(super) fn at(&self, path: &str) -> Uri {
        format!("http://{}{path}", self.address).parse().unwrap()
    }

    /// Seals a request for the gateway.
    pub(super) fn seal(
        &self,
        form: Form,
        request: Request<Bytes>,
    ) -> (Request<SealedBody<Full<Bytes>>>, Pending) {
        let gateway = self.gateway();
        match form {
            Form::OneShot => client::seal_one_shot(&self.client, request, gateway, usize::MAX),
            Form::Chunked => client::seal(&self.client, request, gateway),
            Form::Streamed => client::seal_stream(&self.client, request.map(Full::new), gateway),
        }
        .unwrap()
    }

    /// The bytes of a sealed request, and what opens its answer.
    pub(super) async fn sealed(
        &self,
        form: Form,
        request: Request<Bytes>,
    ) -> (request::Parts, Bytes, Pending) {
        let (outer, pending) = self.seal(form, request);
        let (parts, body) = outer.into_parts();
        (parts, body.collect().await.unwrap().to_bytes(), pending)
    }

    /// A sealed call whose answer has to arrive.
    pub(super) async fn call(&self, form: Form, request: Request<Bytes>) -> Got {
        let (outer, pending) = self.seal(form, request);
        self.finish(outer, pending).await
    }

    /// Sends a sealed request whose answer has to arrive.
    pub(super) async fn finish<B>(&self, outer: Request<B>, pending: Pending) -> Got
    where
        B: Body<Data = Bytes, Error: Into<BoxError>> + Send + 'static,
    {
        let answer = self.send(outer).await.unwrap();
        let outer = answer.headers().clone();
        read(pending.open(answer).await.unwrap(), outer).await.unwrap()
    }

    /// A sealed call whose content is streamed: the head of its answer, as soon as that is there.
    pub(super) async fn stream<B>(
        &self,
        request: Request<B>,
    ) -> Result<Response<OpenedBody<Incoming>>, CallError>
    where
        B: Body<Data = Bytes, Error: Into<BoxError>> + Send + 'static,
    {
        let (outer, pending) = client::seal_stream(&self.client, request, self.gateway()).unwrap();
        pending.open(self.send(outer).await.unwrap()).await
    }

    /// Sends a request as it is, on a new connection.
    pub(super) async fn send<B>(&self, request: Request<B>) -> hyper::Result<Response<Incoming>>
    where
        B: Body<Data = Bytes, Error: Into<BoxError>> + Send + 'static,
    {
        let stream = TcpStream::connect(self.address).await.unwrap();
        let (mut sender, connection) =
            hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        let (mut parts, body) = request.into_parts();
        let host = HeaderValue::try_from(self.address.to_string()).unwrap();
        parts.headers.entry(HOST).or_insert(host);
        parts.uri = parts.uri.path_and_query().unwrap().as_str().parse().unwrap();
        sender.send_request(Request::from_parts(parts, body)).await
    }

    /// Sends a request as it is, whose answer has to arrive and is not sealed.
    pub(super) async fn plain(&self, request: Request<Bytes>) -> Plain {
        let answer = self.send(request.map(Full::new)).await.unwrap();
        Plain::read(answer).await
    }

    /// Sends these bytes as the body of a sealed request.
    pub(super) async fn raw(&self, form: Form, body: impl Into<Bytes>) -> Plain {
        let request = Request::post(self.gateway()).header("content-type", form.media_type());
        self.plain(request.body(body.into()).unwrap()).await
    }
}

/// All of a response.
pub(super) async fn read(
    response: Response<OpenedBody<Incoming>>,
    outer: HeaderMap,
) -> Result<Got, BodyError> {
    let (response::Parts { status, headers, extensions, .. }, body) = response.into_parts();
    let body = body.collect().await?;
    let trailers = body.trailers().cloned().unwrap_or_default();
    let sealed = extensions.get::<Sealed>().unwrap().clone();
    let (status, content) = (status.as_u16(), body.to_bytes());
    Ok(Got { status, fields: headers, content, trailers, sealed, outer })
}

impl Form {
    pub(super) const fn media_type(self) -> &'static str {
        match self {
            Self::OneShot => "message/ohttp-req",
            Self::Chunked | Self::Streamed => "message/ohttp-chunked-req",
        }
    }
}

impl Plain {
    pub(super) async fn read(answer: Response<Incoming>) -> Self {
        let (parts, body) = answer.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        Self { status: parts.status.as_u16(), fields: parts.headers, body }
    }

    /// It is this problem (RFC 9457).
    #[track_caller]
    pub(super) fn is_problem(&self, status: u16, kind: &str) {
        assert_eq!(self.status, status, "{self:?}");
        problem(&self.fields, &self.body, status, kind);
        assert_eq!(self.fields["cache-control"], "no-store, no-transform");
    }
}

impl Got {
    /// It is this problem (RFC 9457).
    #[track_caller]
    pub(super) fn is_problem(&self, status: u16, kind: &str) {
        assert_eq!(self.status, status, "{self:?}");
        problem(&self.fields, &self.content, status, kind);
    }
}

#[track_caller]
fn problem(fields: &HeaderMap, body: &[u8], status: u16, kind: &str) {
    assert_eq!(fields["content-type"], "application/problem+json");
    let problem: serde_json::Value = serde_json::from_slice(body).unwrap();
    assert_eq!((&problem["status"], &problem["type"]), (&status.into(), &kind.into()));
}

/// A request for the app.
pub(super) fn request(method: &str, path: &str, content: impl Into<Bytes>) -> Request<Bytes> {
    let uri = format!("https://{AUTHORITY}{path}");
    Request::builder().method(method).uri(uri).body(content.into()).unwrap()
}

/// A body that is fed by hand.
pub(super) fn channel() -> (UnboundedSender<Item>, StreamBody<UnboundedReceiver<Item>>) {
    let (sender, receiver) = unbounded();
    (sender, StreamBody::new(receiver))
}

pub(super) fn data(bytes: impl Into<Bytes>) -> Item {
    Ok(Frame::data(bytes.into()))
}

/// A body of one frame, that then ends or fails: once the frame is on its way, since whoever sends
/// it drops with a body that failed what was not sent yet.
pub(super) fn cut(bytes: Bytes, end: End) -> OuterBody {
    let failure = stream::once(async {
        tokio::task::yield_now().await;
        Item::Err("the wire was cut".into())
    });
    let failures = usize::from(end == End::BreaksOff);
    boxed(StreamBody::new(stream::iter([data(bytes)]).chain(failure.take(failures))))
}

pub(super) fn boxed(body: impl Body<Data = Bytes, Error = BoxError> + Send + 'static) -> OuterBody {
    body.boxed_unsync()
}

/// How a body ends that is not complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// As if it were complete.
    Cleanly,
    /// With its connection.
    BreaksOff,
}
