//! Calls sealed in one piece, for servers that know RFC 9458 only.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use axum::{Router, body::Bytes, extract::Request, middleware::from_fn, response::IntoResponse};
use futures::stream;
use http::{HeaderMap, StatusCode};
use reqwest::Body;
use sealwire::Padding;
use sealwire_tower::SealwireLayer;
use tower_layer::Layer as _;

use super::{builder, client, serve};
use crate::server;

const URL: &str = "https://api.example.com/";

/// A server that takes nothing but one-shot calls, and the sizes of those.
async fn serve_one_shot(inner: Router) -> (std::net::SocketAddr, Arc<AtomicUsize>) {
    let size = Arc::new(AtomicUsize::new(0));
    let noting = Arc::clone(&size);
    let only = move |request: Request, next: axum::middleware::Next| {
        let noting = Arc::clone(&noting);
        async move {
            if request.headers()["content-type"] != "message/ohttp-req" {
                return StatusCode::UNSUPPORTED_MEDIA_TYPE.into_response();
            }
            let length = request.headers()["content-length"].to_str().unwrap().parse().unwrap();
            noting.store(length, Ordering::SeqCst);
            next.run(request).await
        }
    };
    let sealed = SealwireLayer::new(server().0).response_limit(64 << 20).layer(inner);
    let app = Router::new().fallback_service(sealed).layer(from_fn(only));
    (serve(app).await, size)
}

fn stream_of(piece: &'static [u8], count: usize) -> Body {
    Body::wrap_stream(stream::iter((0..count).map(move |_| Ok::<_, std::io::Error>(piece))))
}

#[tokio::test]
async fn bodies_are_held_in_memory_and_streams_collected() {
    let echo = |headers: HeaderMap, body: Bytes| async move { (headers, body) };
    let (address, _) = serve_one_shot(Router::new().fallback(echo)).await;
    let error = client(address).get(URL).send().await.unwrap_err();
    assert_eq!(error.outer_status(), Some(StatusCode::UNSUPPORTED_MEDIA_TYPE), "the control");

    let client = builder(address).one_shot().build().unwrap();
    for (body, length) in [
        (Body::from("x"), 1),
        (Body::from(vec![b'x'; 100_000]), 100_000),
        (Body::default(), 0),
        (stream_of(b"xx", 70_000), 140_000),
    ] {
        let response = client.post(URL).header("x-id", "1").body(body).send().await.unwrap();
        assert_eq!(response.headers()["x-id"], "1");
        assert_eq!(response.bytes().await.unwrap(), vec![b'x'; length]);
    }
}

#[tokio::test]
async fn a_stream_over_the_limit_or_one_that_fails_is_not_sent() {
    let (address, size) = serve_one_shot(Router::new()).await;
    let client = builder(address).one_shot().build().unwrap();
    let error = client.post(URL).body(stream_of(&[0; 1 << 20], 17)).send().await.unwrap_err();
    assert!(error.is_not_sent() && !error.is_body());
    assert_eq!(error.to_string(), "not sent: the body is too large for a call sealed in one piece");
    let failing = stream::iter([Ok("some"), Err(std::io::Error::other("the disk is gone"))]);
    let error = client.post(URL).body(Body::wrap_stream(failing)).send().await.unwrap_err();
    assert!(error.is_not_sent() && error.is_body());
    assert_eq!(size.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_response_has_16_mib_unless_configured() {
    let (address, _) = serve_one_shot(Router::new().fallback(|body: Bytes| async move {
        vec![0; std::str::from_utf8(&body).unwrap().parse().unwrap()]
    }))
    .await;
    let call = async |limit: Option<u64>, length: usize| {
        let builder = builder(address).one_shot();
        let client = match limit {
            Some(limit) => builder.response_limit(limit),
            None => builder,
        };
        client.build().unwrap().post(URL).body(length.to_string()).send().await
    };
    const DEFAULT: usize = 16 << 20;
    assert_eq!(call(None, DEFAULT).await.unwrap().bytes().await.unwrap().len(), DEFAULT);
    for (limit, length) in [(None, DEFAULT + 1), (None, DEFAULT * 2), (Some(10), 11)] {
        let error = call(limit, length).await.unwrap_err();
        assert!(error.is_too_large() && !error.is_not_sent(), "{error}");
    }
    assert!(call(Some(10), 10).await.is_ok());
}

/// In one piece or in chunks, what is in memory is padded.
#[tokio::test]
async fn a_padded_request_does_not_tell_its_size() {
    let (address, one_shot) = serve_one_shot(Router::new().fallback(|| async {})).await;
    let mut sizes = Vec::new();
    for length in [100_500, 101_000, 101_900] {
        let client = builder(address).one_shot().padding(Padding::Padme).build().unwrap();
        client.post(URL).body(vec![0; length]).send().await.unwrap();
        sizes.push(one_shot.load(Ordering::SeqCst));
    }
    assert!(sizes.iter().all(|&size| size == sizes[0] && size > 101_900), "{sizes:?}");
}
