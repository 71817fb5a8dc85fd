//! Bodies that are streams, in both directions.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use axum::{Router, body::Body as AxumBody, routing};
use bytes::Bytes;
use futures::StreamExt as _;
use futures::channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};
use http::{HeaderMap, HeaderValue, Request};
use http_body::Frame;
use http_body_util::{BodyExt as _, StreamBody};
use reqwest::{Body, multipart};
use sealwire::{Code, server::Route};
use sealwire_reqwest::{Client, Error, Sealed};

use super::{builder, client, serve_on, serve_sealed};
use crate::server;

const URL: &str = "https://api.example.com/stream";

type Item = Result<Frame<Bytes>, std::io::Error>;

/// A body that is fed by hand.
fn channel() -> (UnboundedSender<Item>, StreamBody<UnboundedReceiver<Item>>) {
    let (sender, receiver) = unbounded();
    (sender, StreamBody::new(receiver))
}

fn data(bytes: impl Into<Bytes>) -> Item {
    Ok(Frame::data(bytes.into()))
}

fn failure() -> Item {
    Err(std::io::Error::other("the disk is gone"))
}

/// A server whose route `/stream` is called as soon as the head of a call is there.
async fn serve_streaming(handler: routing::MethodRouter) -> Client {
    let (server, _) = server();
    let server = server.with_route("/stream", Route::new().streaming(true)).unwrap();
    client(serve_on(server, Router::new().route("/stream", handler)).await)
}

/// A server that answers with this body, once.
async fn serve_once(body: StreamBody<UnboundedReceiver<Item>>) -> Client {
    let body = Arc::new(std::sync::Mutex::new(Some(AxumBody::new(body))));
    let handler = move || {
        let body = body.lock().unwrap().take().unwrap();
        async move { body }
    };
    client(serve_sealed(Router::new().fallback(handler)).await)
}

#[tokio::test]
async fn an_event_arrives_before_the_next_one_is_made() {
    let (events, body) = channel();
    let mut response = serve_once(body).await.get(URL).send().await.unwrap();
    for number in 0..100 {
        let event = Bytes::from(format!("data: {number}\n\n"));
        events.unbounded_send(data(event.clone())).unwrap();
        assert_eq!(response.chunk().await.unwrap().unwrap(), event);
    }
    drop(events);
    assert_eq!(response.chunk().await.unwrap(), None);
}

#[tokio::test]
async fn a_request_is_sealed_as_it_comes_and_answered_meanwhile() {
    let client =
        serve_streaming(routing::post(|request: Request<AxumBody>| async { request.into_body() }));
    let (pieces, body) = channel();
    let call = client.await.post(URL).body(Body::wrap(body)).send();
    let mut response = call.await.unwrap();
    for size in [1, 100, 70_000, 300_000] {
        pieces.unbounded_send(data(vec![b'x'; size])).unwrap();
        let mut echoed = 0;
        while echoed < size {
            echoed += response.chunk().await.unwrap().unwrap().len();
        }
        assert_eq!(echoed, size);
    }
    drop(pieces);
    assert_eq!(response.chunk().await.unwrap(), None);
}

#[tokio::test]
async fn trailers_come_with_the_frames_of_the_body() {
    let (frames, body) = channel();
    let client = serve_once(body).await;
    let mut trailers = HeaderMap::new();
    trailers.insert("x-sum", HeaderValue::from_static("2"));
    frames.unbounded_send(data("content")).unwrap();
    frames.unbounded_send(Ok(Frame::trailers(trailers.clone()))).unwrap();
    drop(frames);
    let response = http::Response::<Body>::from(client.get(URL).send().await.unwrap());
    let collected = response.into_body().collect().await.unwrap();
    assert_eq!(collected.trailers(), Some(&trailers));
    assert_eq!(collected.to_bytes(), "content");
}

/// Both ends derive the same secret, and the handle is there before the content is.
#[tokio::test]
async fn the_response_says_how_it_was_sealed() {
    let export = |request: Request<AxumBody>| async move {
        let mut secret = [0; 32];
        let sealed = request.extensions().get::<Sealed>().unwrap();
        sealed.export("sealwire app test", &mut secret).unwrap();
        secret.to_vec()
    };
    let client = client(serve_sealed(Router::new().fallback(export)).await);
    let response = client.get(URL).send().await.unwrap();
    let sealed = response.extensions().get::<Sealed>().unwrap().clone();
    assert_eq!((sealed.key_id(), sealed.suite().kdf), (9, sealwire::Kdf::HkdfSha256));
    let mut secret = [0; 32];
    sealed.export("sealwire app test", &mut secret).unwrap();
    assert_eq!(response.bytes().await.unwrap(), secret.to_vec());
    assert_eq!(client.get(URL).send().await.unwrap().url().as_str(), URL);
}

/// A handler behind the layer's buffer is not called; one on a streaming route finds an error.
#[tokio::test]
async fn a_request_whose_stream_fails_is_broken_off() {
    static CALLS: AtomicUsize = AtomicUsize::new(0);
    let count = |_: Bytes| async {
        CALLS.fetch_add(1, Ordering::SeqCst);
    };
    let client = client(serve_sealed(Router::new().fallback(count)).await);
    for pieces in [vec![], vec![data("some")], vec![data(vec![0; 200_000]), data("more")]] {
        let (sender, body) = channel();
        let call = tokio::spawn(client.post(URL).body(Body::wrap(body)).send());
        for piece in pieces.into_iter().chain([failure()]) {
            sender.unbounded_send(piece).unwrap();
        }
        let error = call.await.unwrap().unwrap_err();
        assert!(error.is_body() && !error.is_not_sent() && !error.is_timeout(), "{error:?}");
        assert_eq!(error.to_string(), "broken off: the body of the request failed");
        assert!(Error::of_body(&error).unwrap().is_underneath());
    }
    let body = Body::wrap(http_body_util::Full::new(Bytes::from_static(b"short")));
    let error = client.post(URL).header("content-length", "6").body(body).send().await;
    let error = error.unwrap_err();
    assert!(error.is_body() && !error.is_not_sent(), "{error:?}");
    assert_eq!(Error::of_body(&error).unwrap().sealing().unwrap().code(), Code::InvalidInput);
    assert_eq!(CALLS.load(Ordering::SeqCst), 0);
}

/// The server drops a handler whose connection is gone, or its body ends in an error.
#[tokio::test]
async fn a_handler_that_streams_finds_no_end_of_a_request_that_is_broken_off() {
    let (told, mut news) = unbounded();
    let handler = move |request: Request<AxumBody>| {
        let mut outcome = Outcome { complete: false, told: told.clone() };
        told.unbounded_send("called").unwrap();
        async move {
            outcome.finish(request.into_body().collect().await.is_ok());
        }
    };
    let client = serve_streaming(routing::post(handler)).await;
    for (last, outcome) in [(Some(failure()), "incomplete"), (None, "complete")] {
        let (sender, body) = channel();
        sender.unbounded_send(data("some")).unwrap();
        let call = tokio::spawn(client.post(URL).body(Body::wrap(body)).send());
        assert_eq!(news.next().await, Some("called"));
        last.into_iter().for_each(|last| sender.unbounded_send(last).unwrap());
        drop(sender);
        let is_complete = !call.await.unwrap().is_err_and(|error| error.is_body());
        assert_eq!(is_complete, outcome == "complete");
        assert_eq!(news.next().await, Some(outcome));
    }
}

/// Tells how a handler ended.
struct Outcome {
    complete: bool,
    told: UnboundedSender<&'static str>,
}

impl Outcome {
    fn finish(&mut self, complete: bool) {
        self.complete = complete;
    }
}

impl Drop for Outcome {
    fn drop(&mut self) {
        let outcome = if self.complete { "complete" } else { "incomplete" };
        self.told.unbounded_send(outcome).unwrap();
    }
}

/// Announced or not, what goes beyond is an error of the body, and is not handed out.
#[tokio::test]
async fn a_limit_holds_for_what_is_streamed() {
    let whole = Router::new().fallback(|| async { vec![7; 1000] });
    let streamed = Router::new().fallback(|| async {
        let pieces = (0..10).map(|_| data(vec![7; 100]));
        AxumBody::new(StreamBody::new(futures::stream::iter(pieces.collect::<Vec<_>>())))
    });
    for router in [whole, streamed] {
        let address = serve_sealed(router).await;
        let call = async |limit| {
            builder(address).response_limit(limit).build().unwrap().get(URL).send().await.unwrap()
        };
        assert_eq!(call(1000).await.bytes().await.unwrap().len(), 1000);
        let (mut response, mut got) = (call(999).await, 0);
        let error = loop {
            match response.chunk().await {
                Ok(chunk) => got += chunk.expect("a clean end").len(),
                Err(error) => break error,
            }
        };
        assert!(got <= 999);
        let code = Error::of_body(&error).unwrap().sealing().unwrap().code();
        assert_eq!(code, Code::TooLarge);
    }
}

#[tokio::test]
async fn forms_of_both_kinds() {
    let echo = |headers: HeaderMap, body: Bytes| async move {
        ([("x-type", headers["content-type"].clone())], body)
    };
    let client = client(serve_sealed(Router::new().fallback(echo)).await);
    let response = client.post(URL).form(&[("a", "b c")]).send().await.unwrap();
    assert_eq!(response.headers()["x-type"], "application/x-www-form-urlencoded");
    assert_eq!(response.bytes().await.unwrap(), "a=b+c");

    let file = futures::stream::iter([Ok::<_, std::io::Error>("part "), Ok("by part")]);
    let file = multipart::Part::stream(Body::wrap_stream(file)).file_name("notes");
    let form = multipart::Form::new().text("title", "tea").part("file", file);
    let response = client.post(URL).multipart(form).send().await.unwrap();
    assert!(response.headers()["x-type"].to_str().unwrap().starts_with("multipart/form-data"));
    let text = response.text().await.unwrap();
    assert!(text.contains("tea") && text.contains("part by part") && text.contains("\"notes\""));
}

#[tokio::test]
async fn a_call_can_be_made_again_unless_its_body_is_a_stream() {
    let client = client(serve_sealed(Router::new().fallback(|body: Bytes| async { body })).await);
    let call = client.post(URL).body("again");
    for call in [call.try_clone().unwrap(), call.try_clone().unwrap(), call] {
        assert_eq!(call.send().await.unwrap().bytes().await.unwrap(), "again");
    }
    let request = client.put(URL).body("built").build().unwrap();
    assert_eq!(client.execute(request).await.unwrap().bytes().await.unwrap(), "built");
    let (_sender, body) = channel();
    assert!(client.post(URL).body(Body::wrap(body)).try_clone().is_none());
}
