//! The client that is wired to a handler, and transports that fail or alter what passes.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use axum::{Router, routing};
use bytes::Bytes;
use futures::{StreamExt as _, future::ready};
use http::{Request, StatusCode};
use http_body_util::BodyExt as _;
use reqwest::Body;
use sealwire_reqwest::{Client, Error, Sealed, test_util};
use sealwire_tower::SealwireLayer;
use tower_layer::Layer as _;

const URL: &str = "https://api.example.com/tea";

fn app() -> Router {
    let echo = |request: Request<axum::body::Body>| async move {
        assert!(request.extensions().get::<Sealed>().is_some());
        // It is not there at once, so that the answer is streamed.
        let later = futures::stream::once(tokio::task::yield_now()).filter_map(|()| ready(None));
        let body = later.chain(request.into_body().into_data_stream());
        (StatusCode::CREATED, axum::body::Body::from_stream(body))
    };
    Router::new().route("/tea", routing::post(echo))
}

#[tokio::test]
async fn an_app_is_called_without_a_network() {
    let client = test_util::client(app(), ["api.example.com"]).unwrap();
    let response = client.post(URL).body("two tons").send().await.unwrap();
    assert_eq!(response.status(), 201);
    assert_eq!(response.text().await.unwrap(), "two tons");
    // Everything is checked as with a network.
    let elsewhere = client.post("https://other.example/tea").send().await.unwrap();
    assert_eq!(elsewhere.status(), StatusCode::MISDIRECTED_REQUEST);
    assert!(client.post("http://api.example.com/tea").send().await.unwrap_err().is_insecure());
    assert!(test_util::client(app(), ["no authority/"]).unwrap_err().is_not_sent());
}

/// A client whose answers pass through `alter`, which is told what the answer is.
fn altering(alter: impl Fn(Vec<u8>) -> Vec<u8> + Send + Sync + 'static) -> Client {
    let (server, recipient) = test_util::server(["api.example.com"]).unwrap();
    let service = Arc::new(test_util::to_service(SealwireLayer::new(server).layer(app())));
    let alter = Arc::new(alter);
    let transport = move |request: Request<Body>| {
        let (service, alter) = (Arc::clone(&service), Arc::clone(&alter));
        async move {
            let (parts, body) = service(request).await?.into_parts();
            let body = alter(body.collect().await?.to_bytes().into());
            Ok(http::Response::from_parts(parts, Body::from(body)))
        }
    };
    Client::builder(recipient).transport(transport).build().unwrap()
}

/// The answer is cut after each of its bytes: an error of the call if that was before the end of
/// the head, and one of the body if it was later.
#[tokio::test]
async fn an_answer_that_is_cut_never_ends_cleanly() {
    let content = vec![7; 100];
    let whole = altering(|answer| answer).post(URL).body(content.clone()).send().await.unwrap();
    assert_eq!(whole.bytes().await.unwrap(), content);
    let (of_calls, of_bodies) = cut_everywhere(&content).await;
    assert!(of_calls > 32 && of_bodies > 10, "{of_calls} {of_bodies}");
}

async fn cut_everywhere(content: &[u8]) -> (usize, usize) {
    let (mut of_calls, mut of_bodies) = (0, 0);
    let cut = Arc::new(AtomicUsize::new(0));
    let (told, longer) = std::sync::mpsc::channel();
    let length = Arc::clone(&cut);
    let client = altering(move |mut answer| {
        let length = length.load(Ordering::SeqCst);
        told.send(answer.len() > length).unwrap();
        answer.truncate(length);
        answer
    });
    for length in 0.. {
        cut.store(length, Ordering::SeqCst);
        let result = client.post(URL).body(content.to_vec()).send().await;
        if !longer.recv().unwrap() {
            assert_eq!(result.unwrap().bytes().await.unwrap(), content);
            return (of_calls, of_bodies);
        }
        match result {
            Err(error) => {
                assert!(Error::of_body(&error).is_some() && !error.is_not_sent(), "{error:?}");
                of_calls += 1;
            }
            Ok(response) => {
                let error = response.bytes().await.unwrap_err();
                let error = Error::of_body(&error).unwrap();
                assert!(error.is_ended_early() || error.is_message(), "{error}");
                of_bodies += 1;
            }
        }
    }
    unreachable!()
}

#[tokio::test]
async fn an_altered_answer_does_not_open() {
    for position in [0, 31, 33, 60] {
        let client = altering(move |mut answer| {
            answer[position] ^= 1;
            answer
        });
        let outcome = match client.post(URL).body("tea").send().await {
            Err(error) => error.sealing().map(sealwire::Error::code),
            Ok(response) => {
                let error = response.bytes().await.unwrap_err();
                Error::of_body(&error).unwrap().sealing().map(sealwire::Error::code)
            }
        };
        assert_eq!(outcome, Some(sealwire::Code::OpenFailed), "{position}");
    }
}

#[tokio::test]
async fn a_transport_can_fail_and_answer_by_itself() {
    let (_, recipient) = test_util::server(["api.example.com"]).unwrap();
    let answering = |request: Request<Body>| async move {
        match request.into_body().as_bytes().is_some_and(<[u8]>::is_empty) {
            true => Err("nothing came".into()),
            false => Ok(http::Response::builder().status(503).body(Body::from("busy")).unwrap()),
        }
    };
    let client = Client::builder(recipient).transport(answering).build().unwrap();
    let error = client.post(URL).body(Bytes::new()).send().await.unwrap_err();
    assert_eq!(error.outer_status(), Some(StatusCode::SERVICE_UNAVAILABLE));
}
