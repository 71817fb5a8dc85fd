//! The bodies that adapters share, without a network: outer bytes in any frames, cut, altered,
//! broken off, and one piece after the other.

mod calls;
mod faults;
mod streams;

use std::{
    pin::pin,
    sync::Arc,
    task::{Context, Poll},
};

use bytes::Bytes;
use futures::{
    channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded},
    executor::block_on,
    future::poll_fn,
    stream,
    task::noop_waker_ref,
};
use http::{HeaderMap, HeaderValue, Request, Response, Uri};
use http_body::{Body, Frame};
use http_body_util::StreamBody;
use sealwire::{
    Client, Server, SystemRandom,
    bhttp::{Limits, RequestHead, header_lines},
    server::{Answer, RequestReader, ResponseStarter},
};
use sealwire_http::{
    BodyError, BoxError, Breaker, OpenedBody, SealedBody,
    client::{self, Pending},
    open_request,
};

type Polled<D, E> = Poll<Option<Result<Frame<D>, E>>>;
type Item = Result<Frame<Bytes>, BoxError>;
type Frames = StreamBody<stream::Iter<std::vec::IntoIter<Item>>>;
type Channel = StreamBody<UnboundedReceiver<Item>>;

/// A body of these frames.
fn body(items: Vec<Item>) -> Frames {
    StreamBody::new(stream::iter(items))
}

/// A body that is fed by hand.
fn channel() -> (UnboundedSender<Item>, Channel) {
    let (sender, receiver) = unbounded();
    (sender, StreamBody::new(receiver))
}

fn data(bytes: impl Into<Bytes>) -> Item {
    Ok(Frame::data(bytes.into()))
}

fn failure() -> Item {
    Err("the wire was cut".into())
}

fn trailers() -> HeaderMap {
    HeaderMap::from_iter([(http::HeaderName::from_static("x-sum"), HeaderValue::from_static("2"))])
}

fn rig() -> (Arc<Server>, Client) {
    let (server, pinned) = super::server();
    (Arc::new(server), super::client(&pinned))
}

fn gateway() -> Uri {
    Uri::from_static("https://api.example.com/.well-known/ohttp-gateway")
}

fn request<B>(body: B) -> Request<B> {
    Request::post("https://api.example.com/upload").header("x-id", "1").body(body).unwrap()
}

fn reader(server: &Arc<Server>) -> RequestReader {
    let media_type = Some(Client::CHUNKED_MEDIA_TYPE.as_bytes());
    server.reader(media_type, Limits::default()).unwrap()
}

/// Seals a request as a stream: the outer body in the frames that it came in.
fn sealed<B>(client: &Client, inner: B) -> (Vec<Bytes>, Pending)
where
    B: Body<Data = Bytes, Error: Into<BoxError>>,
{
    let (outer, pending) = client::seal_stream(client, request(inner), gateway()).unwrap();
    let read = block_on(read(outer.into_body()));
    assert!(read.error.is_none(), "{:?}", read.error);
    (read.frames, pending)
}

/// What came of a body.
#[derive(Debug, Default)]
struct Read {
    frames: Vec<Bytes>,
    trailers: Option<HeaderMap>,
    error: Option<BodyError>,
}

impl Read {
    fn content(&self) -> Vec<u8> {
        self.frames.concat()
    }
}

/// Reads a body to its end, and checks that it stays ended.
async fn read<B>(body: B) -> Read
where
    B: Body<Data = Bytes, Error = BodyError>,
{
    let (mut body, mut read) = (pin!(body), Read::default());
    while let Some(frame) = poll_fn(|context| body.as_mut().poll_frame(context)).await {
        assert!(read.error.is_none() && read.trailers.is_none(), "something follows the end");
        match frame.map(Frame::into_data) {
            Ok(Ok(data)) => {
                assert!(!data.is_empty());
                read.frames.push(data);
            }
            Ok(Err(frame)) => read.trailers = Some(frame.into_trailers().unwrap()),
            Err(error) => read.error = Some(error),
        }
    }
    assert!(poll_fn(|context| body.as_mut().poll_frame(context)).await.is_none());
    assert!(body.is_end_stream());
    assert_eq!(body.size_hint().exact(), Some(0));
    read
}

/// Opens a streamed request that arrives in these frames.
async fn opened<B>(
    server: &Arc<Server>,
    outer: B,
    breaker: &Breaker,
) -> Result<(RequestHead, ResponseStarter, OpenedBody<B>), Box<Answer>>
where
    B: Body<Data = Bytes, Error: Into<BoxError>>,
{
    open_request(outer, reader(server), breaker).await
}

/// Starts the answer to a request.
fn answer<B>(starter: ResponseStarter, inner: B, breaker: &Breaker) -> SealedBody<B> {
    let fields = HeaderMap::new();
    let (answer, writer) = starter.start(200, header_lines(&fields), &mut SystemRandom).unwrap();
    SealedBody::response(answer.into_body(), writer, Bytes::new(), Box::pin(inner), breaker.clone())
}

/// The outer response with that body.
fn outer_response<B>(body: B) -> Response<B> {
    Response::builder().header("content-type", Server::CHUNKED_MEDIA_TYPE).body(body).unwrap()
}

/// What a body has to say now.
fn poll_now<B: Body + Unpin>(body: &mut B) -> Polled<B::Data, B::Error> {
    let mut context = Context::from_waker(noop_waker_ref());
    std::pin::Pin::new(body).poll_frame(&mut context)
}

/// The data that a body has now; nothing if it waits.
fn data_now<B>(body: &mut B) -> Option<Bytes>
where
    B: Body<Data = Bytes, Error = BodyError> + Unpin,
{
    match poll_now(body) {
        Poll::Ready(Some(Ok(frame))) => Some(frame.into_data().unwrap()),
        Poll::Pending => None,
        other => panic!("{other:?}"),
    }
}

/// Cuts bytes into frames at these places.
fn split(bytes: &[u8], mut cuts: Vec<usize>) -> Vec<Item> {
    cuts.extend([0, bytes.len()]);
    cuts.sort_unstable();
    cuts.windows(2).map(|cut| data(Bytes::copy_from_slice(&bytes[cut[0]..cut[1]]))).collect()
}
