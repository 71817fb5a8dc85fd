//! The tower layer, driven without a network.

use std::{
    convert::Infallible,
    io, mem,
    pin::Pin,
    task::{Context, Poll},
};

use axum::{Extension, Router, extract::Request, routing};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, Response, StatusCode, header::CONTENT_TYPE};
use http_body::Frame;
use http_body_util::{BodyExt as _, Full};
use sealwire::{SystemRandom, client::ClientResponse, server::GATEWAY_PATH};
use sealwire_tower::{Sealed, SealwireLayer};
use tower_layer::Layer as _;
use tower_service::Service;

use super::{client, server};

type Body = Full<Bytes>;

async fn send<B, R>(
    service: &mut impl Service<http::Request<B>, Response = Response<R>, Error = Infallible>,
    request: http::Request<B>,
) -> (http::response::Parts, Vec<u8>)
where
    R: http_body::Body<Data = Bytes>,
{
    let Ok(response) = service.call(request).await;
    let (parts, body) = response.into_parts();
    let Ok(body) = body.collect().await else { panic!("the body broke off") };
    (parts, body.to_bytes().into())
}

fn router() -> Router {
    let echo = |sealed: Option<Extension<Sealed>>, request: Request| async move {
        let sealed = sealed.map(|Extension(sealed)| sealed.key_id);
        let target = format!("{} {} {sealed:?} ", request.method(), request.uri());
        let body = request.into_body().collect().await.unwrap();
        format!("{target}{:?}", body.to_bytes())
    };
    Router::new().route("/echo", routing::any(echo))
}

fn sealed(
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
        assert_eq!(parts.headers["allow"], "GET, POST");
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

#[tokio::test]
async fn a_handler_that_breaks_off_is_a_plain_500_and_nothing_of_it_is_released() {
    let handler = || async { axum::body::Body::new(BreaksOff(false)) };
    let (server, pinned) = server();
    let router: Router = Router::new().route("/", routing::get(handler));
    let mut service = SealwireLayer::new(server).layer(router);
    let (outer, pending) = sealed(&pinned, "GET", "/", b"");
    let (parts, body) = send(&mut service, outer).await;
    assert_eq!(parts.status, 500);
    assert!(!String::from_utf8_lossy(&body).contains("half"));
    let code = pending.open_http(500, None, body).unwrap_err().code();
    assert_eq!(code, sealwire::Code::NotSealed);
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
