//! Where the outer request goes: one path for all calls, or the path of the call.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use axum::{Router, extract::Request, middleware};
use http::Uri;
use sealwire::{Target, server::GATEWAY_PATH};
use sealwire_reqwest::{Client, ClientBuilder};
use sealwire_tower::SealwireLayer;
use tower_layer::Layer as _;

use super::serve;
use crate::{recipient, server};

/// A server of that target whose handler says which URI it was called for, and the outer URIs.
async fn serve_at(target: &Target) -> (SocketAddr, Arc<Mutex<Vec<String>>>) {
    let outer = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&outer);
    let note = move |request: Request| {
        log.lock().unwrap().push(request.uri().to_string());
        async move { request }
    };
    let inner = Router::new().fallback(|uri: Uri| async move { uri.to_string() });
    let sealed = SealwireLayer::new(server().0.with_target(target.clone())).layer(inner);
    let app = Router::new().fallback_service(sealed).layer(middleware::map_request(note));
    (serve(app).await, outer)
}

fn builder() -> ClientBuilder {
    Client::builder(recipient(&server().1)).allow_http_on_loopback()
}

#[tokio::test]
async fn a_call_goes_where_the_target_says() {
    let url = "https://api.example.com/v1/tea?secret=1";
    for (target, base, expected) in [
        (Target::GATEWAY, GATEWAY_PATH, GATEWAY_PATH),
        (Target::gateway_at("/in").unwrap(), "/in?edge=1", "/in?edge=1"),
        (Target::mirror("").unwrap(), "/ignored?too", "/v1/tea"),
        (Target::mirror("/sealed").unwrap(), "", "/sealed/v1/tea"),
    ] {
        let (address, outer) = serve_at(&target).await;
        let gateway = format!("http://{address}{base}").parse().unwrap();
        let client = builder().target(target).gateway(gateway).build().unwrap();
        let response = client.get(url).send().await.unwrap();
        assert_eq!(response.url().as_str(), url);
        assert_eq!(response.text().await.unwrap(), url);
        assert_eq!(*outer.lock().unwrap(), [expected]);
    }
}

#[tokio::test]
async fn a_path_that_a_mirror_does_not_take_is_not_sent() {
    let target = Target::mirror("").unwrap();
    let (address, outer) = serve_at(&target).await;
    let gateway: reqwest::Url = format!("http://{address}").parse().unwrap();
    let client = builder().target(target).gateway(gateway).build().unwrap();
    for path in ["/a//b", "/%61", "/a%2Fb", "/a%5Cb"] {
        let call = client.get(format!("https://api.example.com{path}"));
        let error = call.send().await.unwrap_err();
        assert!(error.is_not_sent() && !error.is_insecure(), "{path}: {error}");
        assert_eq!(error.sealing().unwrap().code(), sealwire::Code::InvalidInput);
    }
    assert!(outer.lock().unwrap().is_empty());
}

/// What is refused when the client is built, and at the call: no https.
#[tokio::test]
async fn a_gateway_that_is_not_reached_by_https_is_refused() {
    let build = |gateway: &str| builder().gateway(gateway.parse().unwrap()).build();
    let error = build("data:text/plain,x").unwrap_err();
    assert!(error.is_not_sent());
    assert_eq!(error.to_string(), "the URL of the gateway is not one of HTTP");
    for gateway in ["http://gw.example/", "ftp://127.0.0.1/", "http://localhost/"] {
        let error = build(gateway).unwrap().get("https://api.example.com/").send().await;
        assert!(error.unwrap_err().is_insecure(), "{gateway}");
    }
}
