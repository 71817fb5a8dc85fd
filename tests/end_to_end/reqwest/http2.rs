//! Over HTTP/2, where calls share one connection: streams both ways, at once, and broken off.

use std::{
    io,
    sync::{Arc, Mutex},
};

use axum::{Router, body::Body as AxumBody, routing};
use bytes::Bytes;
use futures::channel::mpsc::unbounded;
use http::{Request, Version};
use http_body::Frame;
use http_body_util::{BodyExt as _, StreamBody};
use reqwest::Body;
use sealwire::server::Route;
use sealwire_reqwest::{Client, Error};

use super::{builder, serve_on};
use crate::server;

const URL: &str = "https://api.example.com/stream";

/// A client that speaks HTTP/2 only, and the lengths of the requests that arrived as a whole.
async fn client() -> (Client, Arc<Mutex<Vec<usize>>>) {
    let whole = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&whole);
    let collect = move |request: Request<AxumBody>| async move {
        if let Ok(body) = request.into_body().collect().await {
            log.lock().unwrap().push(body.to_bytes().len());
        }
    };
    let echo = |request: Request<AxumBody>| async { request.into_body() };
    let router = Router::new()
        .route("/stream", routing::post(echo).put(collect))
        .fallback(|| async { "another call" });
    let server = server().0.with_route("/stream", Route::new().streaming(true)).unwrap();
    let http = reqwest::Client::builder().http2_prior_knowledge();
    (builder(serve_on(server, router).await).http(http).build().unwrap(), whole)
}

type Item = io::Result<Frame<Bytes>>;

fn data(length: usize) -> Item {
    Ok(Frame::data(vec![7; length].into()))
}

#[tokio::test]
async fn a_stream_is_answered_meanwhile_and_beside_others() {
    let (client, _) = client().await;
    let (pieces, body) = unbounded::<Item>();
    let call = client.post(URL).body(Body::wrap(StreamBody::new(body)));
    let mut response = call.send().await.unwrap();
    for size in [1, 70_000, 1_000_000] {
        pieces.unbounded_send(data(size)).unwrap();
        let mut echoed = 0;
        while echoed < size {
            echoed += response.chunk().await.unwrap().unwrap().len();
        }
        let other = client.get("https://api.example.com/").send().await.unwrap();
        assert_eq!(other.text().await.unwrap(), "another call");
    }
    drop(pieces);
    assert_eq!(response.chunk().await.unwrap(), None);
}

/// It is the call that is broken off and not the connection.
#[tokio::test]
async fn a_request_whose_stream_fails_is_broken_off() {
    let (client, whole) = client().await;
    for pieces in [0, 1, 5] {
        let items = (0..pieces).map(|_| data(50_000)).chain([Err(io::Error::other("gone"))]);
        let body = StreamBody::new(futures::stream::iter(items.collect::<Vec<_>>()));
        let error = client.put(URL).body(Body::wrap(body)).send().await.unwrap_err();
        assert!(error.is_body() && !error.is_not_sent(), "{error:?}");
        assert!(Error::of_body(&error).unwrap().is_underneath());
    }
    let response = client.put(URL).body(vec![7; 300_000]).send().await.unwrap();
    assert_eq!((response.status().as_u16(), response.version()), (200, Version::HTTP_11));
    assert_eq!(*whole.lock().unwrap(), [300_000]);
}

/// A response that is dropped before its end frees the connection for others.
#[tokio::test]
async fn a_response_can_be_dropped() {
    let (client, _) = client().await;
    for _ in 0..50 {
        let (pieces, body) = unbounded::<Item>();
        pieces.unbounded_send(data(100_000)).unwrap();
        let call = client.post(URL).body(Body::wrap(StreamBody::new(body)));
        let mut response = call.send().await.unwrap();
        assert!(!response.chunk().await.unwrap().unwrap().is_empty());
        drop(response);
        let other = client.get("https://api.example.com/").send().await.unwrap();
        assert_eq!(other.text().await.unwrap(), "another call");
    }
}
