//! The client as the last link of a chain.

use std::{
    pin::Pin,
    sync::{Arc, Mutex},
};

use axum::Router;
use bytes::Bytes;
use http::Extensions;
use http_body_util::BodyExt as _;
use reqwest::{Body, Request, Response};
use reqwest_middleware::{ClientBuilder, Middleware, Next, Result};
use sealwire_reqwest::{Client, Error, test_util};
use sealwire_tower::SealwireLayer;
use tower_layer::Layer as _;

type Sent<'a> = Pin<Box<dyn Future<Output = Result<Response>> + Send + 'a>>;

fn link<F>(link: F) -> impl Middleware
where
    F: for<'a> Fn(Request, &'a mut Extensions, Next<'a>) -> Sent<'a> + Send + Sync + 'static,
{
    link
}

/// Tries three times whatever it is.
fn retry() -> impl Middleware {
    link(|request, extensions, next| {
        Box::pin(async move {
            for _ in 0..2 {
                let attempt = request.try_clone().unwrap();
                if let Ok(response) = next.clone().run(attempt, extensions).await {
                    return Ok(response);
                }
            }
            next.run(request, extensions).await
        })
    })
}

fn never() -> impl Middleware {
    link(|_, _, _| panic!("the link behind the last one was called"))
}

/// A client whose network fails so many times before it works, and what was sent.
fn client(failures: usize) -> (Client, Arc<Mutex<Vec<Bytes>>>) {
    let (server, recipient) = test_util::server(["api.example.com"]).unwrap();
    let app = Router::new().fallback(|body: Bytes| async { body });
    let working = test_util::to_service(SealwireLayer::new(server).layer(app));
    let (working, sent) = (Arc::new(working), Arc::new(Mutex::new(Vec::new())));
    let log = Arc::clone(&sent);
    let flaky = move |request: http::Request<Body>| {
        let (working, log) = (Arc::clone(&working), Arc::clone(&log));
        async move {
            let (parts, body) = request.into_parts();
            let body = body.collect().await.unwrap().to_bytes();
            let attempts = {
                let mut log = log.lock().unwrap();
                log.push(body.clone());
                log.len()
            };
            match attempts <= failures {
                true => Err("the network is gone".into()),
                false => working(http::Request::from_parts(parts, body.into())).await,
            }
        }
    };
    (Client::builder(recipient).transport(flaky).build().unwrap(), sent)
}

#[tokio::test]
async fn every_attempt_of_a_chain_is_sealed_afresh() {
    let (client, sent) = client(2);
    let chain = ClientBuilder::new(reqwest::Client::new())
        .with(retry())
        .with(client.into_middleware())
        .with(never())
        .build();
    let response = chain.post("https://api.example.com/").body("tea").send().await.unwrap();
    assert_eq!(response.text().await.unwrap(), "tea");

    let sent = sent.lock().unwrap();
    assert_eq!(sent.len(), 3);
    // hdr = key_id(1) kem_id(2) kdf_id(2) aead_id(2), then enc(32).
    let mut encs: Vec<_> = sent.iter().map(|body| &body[7..39]).collect();
    encs.sort_unstable();
    encs.dedup();
    assert_eq!(encs.len(), 3, "an encapsulation was sent twice");
}

#[tokio::test]
async fn the_error_of_a_chain_is_that_of_the_client() {
    let (client, sent) = client(1);
    let chain = ClientBuilder::new(reqwest::Client::new()).with(client.into_middleware()).build();
    let error = chain.get("https://api.example.com/").send().await.unwrap_err();
    let reqwest_middleware::Error::Middleware(error) = error else { panic!("{error:?}") };
    let error = error.downcast_ref::<Error>().unwrap();
    assert_eq!(error.to_string(), "the sealed call failed on its way");
    assert!(!error.is_not_sent());
    let error = chain.get("ftp://api.example.com/").send().await.unwrap_err();
    let reqwest_middleware::Error::Middleware(error) = error else { panic!("{error:?}") };
    assert!(error.downcast_ref::<Error>().unwrap().is_not_sent());
    assert_eq!(sent.lock().unwrap().len(), 1);
}
