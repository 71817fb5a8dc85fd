//! The client's tower layer: what it hands to the service underneath, and what it makes of what comes
//! back.

use std::{
    convert::Infallible,
    error::Error as _,
    io,
    sync::{Arc, Mutex},
    task::{Context, Poll},
};

use axum::Router;
use bytes::Bytes;
use http::{Request, Response, StatusCode, Uri, request};
use http_body_util::{BodyExt as _, Full};
use sealwire::Target;
use sealwire_tower::{
    OpenedBody, Sealed, SealedBody, SealwireLayer,
    client::{Error, SealLayer, SealService},
};
use tower::service_fn;
use tower_layer::Layer as _;
use tower_service::Service;

use super::{client, server};

type Body = Full<Bytes>;
type Opened<B> = Result<Response<OpenedBody<B>>, Error>;

const URL: &str = "https://api.example.com/orders?express=true";

fn layer() -> SealLayer {
    SealLayer::new(client(&server().1))
}

fn request(uri: &str) -> Request<Body> {
    Request::put(uri).header("x-id", "1").body(Full::from("content")).unwrap()
}

/// What came to a service that answers with a 307.
async fn seen(layer: &SealLayer, uri: &str) -> (Vec<request::Parts>, Error) {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let seeing = Arc::clone(&seen);
    let answers = service_fn(move |request: Request<SealedBody<Body>>| {
        seeing.lock().unwrap().push(request.into_parts().0);
        let answer = Response::builder().status(307).header("location", "/elsewhere");
        std::future::ready(Ok::<_, Infallible>(answer.body(Body::default()).unwrap()))
    });
    let answer: Opened<Body> = layer.layer(answers).call(request(uri)).await;
    let seen = std::mem::take(&mut *seen.lock().unwrap());
    (seen, answer.unwrap_err())
}

#[tokio::test]
async fn the_outer_request_tells_nothing_and_an_answer_that_is_not_sealed_is_an_error() {
    let (seen, error) = seen(&layer(), URL).await;
    let [outer] = &seen[..] else { panic!("{seen:?}") };
    assert_eq!(
        (&outer.method, &*outer.uri.to_string()),
        (&http::Method::POST, "https://api.example.com/.well-known/ohttp-gateway")
    );
    let fields: Vec<_> = outer.headers.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(fields, ["content-type", "incremental"]);
    assert_eq!(outer.headers["content-type"], "message/ohttp-chunked-req");
    assert!(error.is_not_sealed() && !error.is_not_sent() && !error.is_transport());
    assert_eq!(error.outer_status(), Some(StatusCode::TEMPORARY_REDIRECT));
    assert!(!format!("{error} {error:?}").contains("orders"));
}

#[tokio::test]
async fn calls_go_where_the_layer_says() {
    let mirror = layer().target(Target::mirror("/in").unwrap());
    let edge = Uri::from_static("https://edge.example.com/sealed?key=1");
    for (layer, uri) in [
        (mirror.clone(), "https://api.example.com/in/orders"),
        (mirror.gateway(edge.clone()), "https://edge.example.com/in/orders"),
        (layer().gateway(edge), "https://edge.example.com/sealed?key=1"),
        (layer().target(Target::gateway_at("/x").unwrap()), "https://api.example.com/x"),
    ] {
        assert_eq!(seen(&layer, URL).await.0[0].uri, uri);
    }
}

#[tokio::test]
async fn what_is_not_safe_or_no_call_is_not_sent() {
    let loopback = "http://127.0.0.1:8080/";
    for (layer, uri, insecure) in [
        (layer(), "http://api.example.com/", true),
        (layer(), loopback, true),
        (layer().gateway(Uri::from_static("http://edge.example.com/")), URL, true),
        (layer().allow_http_on_loopback(), "http://localhost/", true),
        (layer(), "ftp://api.example.com/", false),
        (layer(), "/orders", false),
        (layer().target(Target::mirror("").unwrap()), "https://api.example.com//x", false),
    ] {
        let (seen, error) = seen(&layer, uri).await;
        assert!(seen.is_empty() && error.is_not_sent(), "{uri}");
        assert_eq!(error.is_insecure(), insecure, "{uri}");
    }
    assert_eq!(seen(&layer().allow_http_on_loopback(), loopback).await.0.len(), 1);
}

#[tokio::test]
async fn an_error_of_the_service_underneath_is_the_source() {
    let fails = service_fn(|_: Request<SealedBody<Body>>| async {
        Err::<Response<Body>, _>(io::Error::from(io::ErrorKind::ConnectionReset))
    });
    let answer: Opened<Body> = layer().layer(fails).call(request(URL)).await;
    let error = answer.unwrap_err();
    assert!(error.is_transport() && !error.is_not_sent() && error.sealing().is_none());
    let source = error.source().unwrap().downcast_ref::<io::Error>().unwrap();
    assert_eq!(source.kind(), io::ErrorKind::ConnectionReset);
}

/// Never ready.
struct Closed;

impl<B> Service<Request<B>> for Closed {
    type Response = Response<Body>;
    type Error = io::Error;
    type Future = std::future::Ready<io::Result<Response<Body>>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Err(io::ErrorKind::NotConnected.into()))
    }

    fn call(&mut self, _: Request<B>) -> Self::Future {
        std::future::ready(Err(io::ErrorKind::Other.into()))
    }
}

#[tokio::test]
async fn a_service_that_is_not_ready_was_sent_nothing() {
    let mut service = layer().layer(Closed);
    let ready =
        std::future::poll_fn(|context| Service::<Request<Body>>::poll_ready(&mut service, context));
    let error = ready.await.unwrap_err();
    assert!(error.is_not_sent() && error.is_transport());
}

/// A client and a server without anything between them.
fn direct(router: Router) -> SealService<sealwire_tower::SealwireService<Router>> {
    let (server, pinned) = server();
    SealLayer::new(client(&pinned)).layer(SealwireLayer::new(server).layer(router))
}

async fn text<B>(response: Response<B>) -> (u16, Vec<u8>)
where
    B: http_body::Body<Data = Bytes, Error: std::fmt::Debug>,
{
    let status = response.status().as_u16();
    (status, response.into_body().collect().await.unwrap().to_bytes().into())
}

#[tokio::test]
async fn both_ends_know_that_the_call_was_sealed() {
    let handler = |sealed: Sealed| async move {
        let mut secret = [0; 8];
        sealed.export("test", &mut secret).unwrap();
        format!("{} {secret:?}", sealed.key_id())
    };
    let response = direct(Router::new().fallback(handler)).call(request(URL)).await.unwrap();
    let mut secret = [0; 8];
    let sealed = response.extensions().get::<Sealed>().unwrap().clone();
    sealed.export("test", &mut secret).unwrap();
    assert_eq!(text(response).await, (200, format!("9 {secret:?}").into_bytes()));
}

#[tokio::test]
async fn a_handler_that_takes_sealed_refuses_plain_requests() {
    let router =
        Router::new().route("/sealed", axum::routing::any(|_: Sealed| async { "sealed" })).route(
            "/both",
            axum::routing::any(
                |sealed: Option<Sealed>| async move { sealed.is_some().to_string() },
            ),
        );
    let url = |path: &str| format!("https://api.example.com{path}");
    let mut sealed = direct(router.clone());
    assert_eq!(text(sealed.call(request(&url("/sealed"))).await.unwrap()).await.1, b"sealed");
    assert_eq!(text(sealed.call(request(&url("/both"))).await.unwrap()).await.1, b"true");

    let mut plain = SealwireLayer::new(server().0).layer(router);
    let Ok(refused) = plain.call(request("/sealed")).await;
    assert_eq!(refused.headers()["content-type"], "application/problem+json");
    let (status, body) = text(refused).await;
    let problem: serde_json::Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(
        (status, &problem["type"]),
        (403, &"https://sealwire.dev/problems#not-sealed".into())
    );
    let Ok(passed) = plain.call(request("/both")).await;
    assert_eq!(text(passed).await, (200, b"false".into()));
}

#[tokio::test]
async fn an_answer_that_does_not_open_is_told_apart_from_one_that_is_not_sealed() {
    let claims = service_fn(|_: Request<SealedBody<Body>>| async {
        let answer = Response::builder().header("content-type", "message/ohttp-chunked-res");
        Ok::<_, Infallible>(answer.body(Full::from(vec![0; 100])).unwrap())
    });
    let answer: Opened<Body> = layer().layer(claims).call(request(URL)).await;
    let error = answer.unwrap_err();
    assert_eq!(error.sealing().unwrap().code(), sealwire::Code::OpenFailed);
    assert!(error.body().is_some() && !error.is_not_sealed() && !error.is_not_sent());
    // The other form is not the one that was asked for, and hence no answer.
    let downgrade = service_fn(|_: Request<SealedBody<Body>>| async {
        let answer = Response::builder().header("content-type", "message/ohttp-res");
        Ok::<_, Infallible>(answer.body(Full::from(vec![0; 100])).unwrap())
    });
    let answer: Opened<Body> = layer().layer(downgrade).call(request(URL)).await;
    assert!(answer.unwrap_err().is_not_sealed());
}
