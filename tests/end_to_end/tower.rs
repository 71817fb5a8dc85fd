//! The tower layer, driven without a network.

use std::{
    convert::Infallible,
    io,
    marker::PhantomPinned,
    mem,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll},
};

use axum::{Extension, Router, extract::Request, routing};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, Response, StatusCode, header::CONTENT_TYPE};
use http_body::{Frame, SizeHint};
use http_body_util::{BodyExt as _, Full};
use sealwire::{SystemRandom, client::ClientResponse, server::GATEWAY_PATH};
use sealwire_http::server::Gate;
use sealwire_tower::{OpenedBody, Sealed, SealwireLayer};
use tower_layer::Layer as _;
use tower_service::Service;

use super::{client, server};

pub(super) type Body = Full<Bytes>;

pub(super) async fn send<B, R>(
    service: &mut impl Service<http::Request<B>, Response = Response<R>, Error = Infallible>,
    request: http::Request<B>,
) -> (http::response::Parts, Vec<u8>)
where
    R: http_body::Body<Data = Bytes>,
    R::Error: std::fmt::Debug,
{
    let Ok(response) = service.call(request).await;
    let (parts, body) = response.into_parts();
    let body = body.collect().await.unwrap();
    (parts, body.to_bytes().into())
}

fn router() -> Router {
    let echo = |sealed: Option<Extension<Sealed>>, request: Request| async move {
        let sealed = sealed.map(|Extension(sealed)| sealed.key_id());
        let target = format!("{} {} {sealed:?} ", request.method(), request.uri());
        let body = request.into_body().collect().await.unwrap();
        format!("{target}{:?}", body.to_bytes())
    };
    Router::new().route("/echo", routing::any(echo))
}

pub(super) fn sealed(
    pinned: &[u8],
    method: &str,
    path: &str,
    content: &[u8],
) -> (http::Request<Body>, ClientResponse) {
    let uri = format!("https://api.example.com{path}");
    let (parts, ()) =
        http::Request::builder().method(method).uri(uri).body(()).unwrap().into_parts();
    let request = client(pinned).seal_http(&parts, content, &mut SystemRandom).unwrap();
    let (body, pending) = request.into_parts();
    let outer = http::Request::post(GATEWAY_PATH)
        .header(CONTENT_TYPE, "message/ohttp-req")
        .body(Full::from(body))
        .unwrap();
    (outer, pending)
}

#[tokio::test]
async fn a_sealed_call_reaches_its_inner_route() {
    let (server, pinned) = server();
    let mut service = SealwireLayer::new(server).layer(router());
    let (outer, pending) = sealed(&pinned, "PUT", "/echo?x=1", b"hello");
    let (parts, body) = send(&mut service, outer).await;
    assert_eq!(parts.status, 200);
    assert_eq!(parts.headers["cache-control"], "no-store, no-transform");
    let content_type = parts.headers.get(CONTENT_TYPE).map(|value| value.as_bytes());
    let (response, _) = pending.open_http(200, content_type, body).unwrap();
    assert_eq!(response.status(), 200);
    let expected = "PUT https://api.example.com/echo?x=1 Some(9) b\"hello\"";
    assert_eq!(response.body(), expected);

    // A route that is not there is the router's answer, sealed.
    let (outer, pending) = sealed(&pinned, "GET", "/nothing", b"");
    let (parts, body) = send(&mut service, outer).await;
    assert_eq!(parts.status, 200);
    let (response, _) = pending.open_http(200, Some(b"message/ohttp-res"), body).unwrap();
    assert_eq!(response.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_plain_call_passes_and_is_not_marked() {
    let mut service = SealwireLayer::new(server().0).layer(router());
    let request = http::Request::get("/echo").body(Full::from("plain")).unwrap();
    let (parts, body) = send(&mut service, request).await;
    assert_eq!(parts.status, 200);
    assert_eq!(body, b"GET /echo None b\"plain\"");
}

#[tokio::test]
async fn the_gateway_publishes_its_keys() {
    let (server, pinned) = server();
    let mut service = SealwireLayer::new(server).layer(router());
    for method in ["GET", "HEAD"] {
        let request = http::Request::builder().method(method).uri(GATEWAY_PATH);
        let (parts, body) = send(&mut service, request.body(Body::default()).unwrap()).await;
        assert_eq!(parts.status, 200);
        assert_eq!(parts.headers[CONTENT_TYPE], "application/ohttp-keys");
        assert_eq!(body, pinned);
    }
    for method in ["PUT", "DELETE", "OPTIONS"] {
        let request = http::Request::builder().method(method).uri(GATEWAY_PATH);
        let (parts, _) = send(&mut service, request.body(Body::default()).unwrap()).await;
        assert_eq!(parts.status, 405);
        assert_eq!(parts.headers["allow"], "GET, HEAD, POST");
    }
}

#[tokio::test]
async fn a_body_over_the_limit_is_413_however_it_arrives() {
    let (server, _) = server();
    let limit = server.body_limit();
    let mut service = SealwireLayer::new(server).layer(router());
    for (length, status) in [(limit, 400), (limit + 1, 413)] {
        let request = http::Request::post(GATEWAY_PATH)
            .header(CONTENT_TYPE, "message/ohttp-req")
            .body(Full::from(vec![9; length]))
            .unwrap();
        assert_eq!(send(&mut service, request).await.0.status, status, "{length}");
    }
}

#[tokio::test]
async fn trailers_survive() {
    let handler = || async {
        let trailers =
            HeaderMap::from_iter([(HeaderName::from_static("x-sum"), "42".parse().unwrap())]);
        axum::body::Body::new(Full::from("content").with_trailers(async { Some(Ok(trailers)) }))
    };
    let (server, pinned) = server();
    let router: Router = Router::new().route("/", routing::get(handler));
    let mut service = SealwireLayer::new(server).layer(router);
    let (outer, pending) = sealed(&pinned, "GET", "/", b"");
    let (_, body) = send(&mut service, outer).await;
    let (response, trailers) = pending.open_http(200, Some(b"message/ohttp-res"), body).unwrap();
    assert_eq!(response.body(), "content");
    assert_eq!(trailers["x-sum"], "42");
}

/// A body that gives a part of itself and then fails.
struct BreaksOff(bool);

impl http_body::Body for BreaksOff {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let first = !mem::replace(&mut self.0, true);
        Poll::Ready(Some(match first {
            true => Ok(Frame::data(Bytes::from_static(b"the first half"))),
            false => Err(io::ErrorKind::BrokenPipe.into()),
        }))
    }
}

/// What a GET of `/` is answered with by a layer around a handler that gives this body.
async fn answer_of<R>(
    layer: fn(SealwireLayer) -> SealwireLayer,
    body: impl Fn() -> R + Clone + Send + Sync + 'static,
) -> Response<Bytes>
where
    R: http_body::Body<Data = Bytes, Error = io::Error> + Send + 'static,
{
    let (server, pinned) = server();
    let handler = || async move { axum::body::Body::new(body()) };
    let router: Router = Router::new().route("/", routing::get(handler));
    let mut service = layer(SealwireLayer::new(server)).layer(router);
    let (outer, pending) = sealed(&pinned, "GET", "/", b"");
    let (parts, body) = send(&mut service, outer).await;
    let content_type = parts.headers.get(CONTENT_TYPE).map(|value| value.as_bytes());
    pending.open_http(parts.status.as_u16(), content_type, body).unwrap().0
}

fn assert_handler_failed(response: &Response<Bytes>) {
    assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(response.headers()[CONTENT_TYPE], "application/problem+json");
    let problem: serde_json::Value = serde_json::from_slice(response.body()).unwrap();
    assert_eq!(problem["type"], "https://sealwire.dev/problems#handler-failed");
}

#[tokio::test]
async fn a_handler_that_breaks_off_is_a_sealed_500_and_nothing_of_it_is_released() {
    let response = answer_of(|layer| layer, || BreaksOff(false)).await;
    assert_handler_failed(&response);
    assert!(!String::from_utf8_lossy(response.body()).contains("half"));
}

/// A body of many frames that counts how many were asked for. It may not be moved, and may say in
/// advance how long it is.
struct Frames {
    frame: Bytes,
    count: usize,
    given: AtomicUsize,
    asked: Arc<AtomicUsize>,
    announced: u64,
    _pin: PhantomPinned,
}

impl Frames {
    fn new(length: usize, count: usize, asked: &Arc<AtomicUsize>) -> Self {
        let (frame, asked) = (Bytes::from(vec![7; length]), Arc::clone(asked));
        Self { frame, count, given: 0.into(), asked, announced: 0, _pin: PhantomPinned }
    }
}

impl http_body::Body for Frames {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let this = self.into_ref().get_ref();
        if this.given.fetch_add(1, Ordering::Relaxed) == this.count {
            return Poll::Ready(None);
        }
        this.asked.fetch_add(1, Ordering::Relaxed);
        Poll::Ready(Some(Ok(Frame::data(this.frame.clone()))))
    }

    fn size_hint(&self) -> SizeHint {
        let mut hint = SizeHint::new();
        hint.set_lower(self.announced);
        hint
    }
}

#[tokio::test]
async fn a_response_over_the_limit_is_a_sealed_500_from_its_first_frame_beyond() {
    fn of_1000(layer: SealwireLayer) -> SealwireLayer {
        layer.response_limit(1000)
    }
    const MIB: usize = 1 << 20;
    let asked = Arc::new(AtomicUsize::new(0));
    let frames = |length, count| {
        let asked = Arc::clone(&asked);
        move || Frames::new(length, count, &asked)
    };
    let response = answer_of(of_1000, frames(100, 10)).await;
    assert_eq!((response.status(), response.body().len()), (StatusCode::OK, 1000));
    assert_eq!(asked.swap(0, Ordering::Relaxed), 10);

    assert_handler_failed(&answer_of(of_1000, frames(100, 99)).await);
    assert_eq!(asked.swap(0, Ordering::Relaxed), 11);

    assert_handler_failed(&answer_of(|layer| layer, frames(MIB, 99)).await);
    assert_eq!(asked.swap(0, Ordering::Relaxed), Gate::DEFAULT_RESPONSE_LIMIT / MIB + 1);

    let announcing = {
        let frames = frames(100, 99);
        move || Frames { announced: 1001, ..frames() }
    };
    assert_handler_failed(&answer_of(of_1000, announcing).await);
    assert_eq!(asked.load(Ordering::Relaxed), 0, "it was said to be too long");
}

/// A service whose responses have that body.
#[derive(Clone)]
struct Pinned;

impl<B> Service<http::Request<OpenedBody<B>>> for Pinned {
    type Response = Response<Frames>;
    type Error = Infallible;
    type Future = std::future::Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: http::Request<OpenedBody<B>>) -> Self::Future {
        std::future::ready(Ok(Response::new(Frames::new(3, 2, &Arc::default()))))
    }
}

#[tokio::test]
async fn bodies_need_not_be_movable() {
    let (server, pinned) = server();
    let mut service = SealwireLayer::new(server).layer(Pinned);
    let plain = http::Request::get("/").body(Frames::new(1, 1, &Arc::default())).unwrap();
    assert_eq!(send(&mut service, plain).await.1, [7; 6]);

    let (outer, pending) = sealed(&pinned, "GET", "/", b"");
    let body = outer.into_body().collect().await.unwrap().to_bytes();
    let frames = Frames { frame: body, ..Frames::new(0, 1, &Arc::default()) };
    let outer = http::Request::post(GATEWAY_PATH)
        .header(CONTENT_TYPE, "message/ohttp-req")
        .body(frames)
        .unwrap();
    let (_, body) = send(&mut service, outer).await;
    let (response, _) = pending.open_http(200, Some(b"message/ohttp-res"), body).unwrap();
    assert_eq!(&response.body()[..], [7; 6]);
}

#[tokio::test]
async fn a_request_that_breaks_off_is_not_opened() {
    let mut service = SealwireLayer::new(server().0).layer(router());
    let request = http::Request::post(GATEWAY_PATH)
        .header(CONTENT_TYPE, "message/ohttp-req")
        .body(axum::body::Body::new(BreaksOff(false)))
        .unwrap();
    assert_eq!(send(&mut service, request).await.0.status, 400);
}

/// A service that cannot answer fails a plain request as it would without the layer. After a call was
/// opened its error goes no further: the client gets a sealed 500, and nobody outside a reason.
#[tokio::test]
async fn a_service_that_fails_without_a_response_is_a_sealed_500() {
    let fails = || {
        tower::service_fn(|_: http::Request<OpenedBody<Body>>| async {
            Err::<Response<Body>, _>(io::Error::other("secret: no such user ada"))
        })
    };
    let (server, pinned) = server();
    let layer = SealwireLayer::new(server);
    let plain = http::Request::get("/").body(Body::default()).unwrap();
    let error = layer.layer(fails()).call(plain).await.unwrap_err();
    assert!(error.to_string().contains("ada"));

    let (outer, pending) = sealed(&pinned, "GET", "/", b"");
    let answer = layer.layer(fails()).call(outer).await.unwrap();
    assert_eq!(answer.status(), 200);
    let wire = answer.into_body().collect().await.unwrap().to_bytes().to_vec();
    let (response, _) = pending.open_http(200, Some(b"message/ohttp-res"), wire).unwrap();
    assert_eq!(response.status(), 500);
    let text = String::from_utf8(response.body().to_vec()).unwrap();
    assert!(text.contains("#handler-failed") && !text.contains("ada"), "{text}");
}
