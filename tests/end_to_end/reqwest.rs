//! The reqwest client against servers on loopback ports.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{Json, Router, response::Redirect, routing};
use http::StatusCode;
use sealwire::server::GATEWAY_PATH;
use sealwire_reqwest::{Client, ClientBuilder};
use sealwire_tower::SealwireLayer;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};
use tower_layer::Layer as _;

use super::{recipient, server};

async fn serve(app: Router) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, app).await });
    address
}

/// A sealed server with that router inside.
async fn serve_sealed(router: Router) -> SocketAddr {
    serve(Router::new().fallback_service(SealwireLayer::new(server().0).layer(router))).await
}

fn builder(gateway: SocketAddr) -> ClientBuilder {
    Client::builder(recipient(&server().1))
        .gateway(format!("http://{gateway}{GATEWAY_PATH}").parse().unwrap())
        .allow_http_on_loopback()
}

fn client(gateway: SocketAddr) -> Client {
    builder(gateway).build().unwrap()
}

#[tokio::test]
async fn json_there_and_back() {
    let echo = |uri: http::Uri, headers: http::HeaderMap, Json(mut body): Json<Value>| async move {
        body["uri"] = uri.to_string().into();
        body["auth"] = headers["authorization"].to_str().unwrap().into();
        (StatusCode::CREATED, [("x-id", "7")], Json(body))
    };
    let address = serve_sealed(Router::new().route("/echo", routing::post(echo))).await;
    let response = client(address)
        .post("https://api.example.com/echo")
        .query(&[("a", "b c")])
        .bearer_auth("token")
        .json(&json!({ "x": 1 }))
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 201);
    assert_eq!(response.headers()["x-id"], "7");
    assert_eq!(response.url().as_str(), "https://api.example.com/echo?a=b+c");
    let body: Value = response.json().await.unwrap();
    assert_eq!(body["uri"], "https://api.example.com/echo?a=b+c");
    assert_eq!(body["auth"], "Bearer token");
}

#[tokio::test]
async fn every_method_and_megabytes_both_ways() {
    let echo = |method: http::Method, body: bytes::Bytes| async move {
        ([("x-method", method.to_string())], body)
    };
    let address = serve_sealed(Router::new().route("/", routing::any(echo))).await;
    let client = client(address);
    let url = "https://api.example.com/";
    let big = vec![0xA5; 1 << 20];
    for (request, method) in [
        (client.get(url), "GET"),
        (client.put(url).body(big.clone()), "PUT"),
        (client.patch(url).body(big.clone()), "PATCH"),
        (client.delete(url), "DELETE"),
        (client.head(url), "HEAD"),
    ] {
        let response = request.send().await.unwrap();
        assert_eq!(response.headers()["x-method"], method);
        let expected = if method.starts_with('P') { &big[..] } else { &[] };
        assert_eq!(&response.bytes().await.unwrap()[..], expected, "{method}");
    }
}

#[tokio::test]
async fn plain_http_is_refused_before_anything_is_sent() {
    let keys = server().1;
    let client = Client::builder(recipient(&keys)).build().unwrap();
    for url in ["http://api.example.com/", "http://127.0.0.1:1/"] {
        assert!(client.get(url).send().await.unwrap_err().is_insecure(), "{url}");
    }
    let opted_in = Client::builder(recipient(&keys)).allow_http_on_loopback().build().unwrap();
    for url in ["http://api.example.com/", "http://localhost/", "http://127.0.0.1.example/"] {
        assert!(opted_in.get(url).send().await.unwrap_err().is_insecure(), "{url}");
    }
    // A literal loopback address is tried: nothing listens there.
    assert!(!opted_in.get("http://127.0.0.1:1/").send().await.unwrap_err().is_insecure());
    assert!(!opted_in.get("http://[::1]:1/").send().await.unwrap_err().is_insecure());
}

/// Fault 24, in part: what is not sealed is an error, whatever it looks like, and nothing is sent
/// a second time.
#[tokio::test]
async fn an_unsealed_answer_is_an_error_and_redirects_are_not_followed() {
    static CALLS: AtomicUsize = AtomicUsize::new(0);
    async fn count(answer: StatusCode) -> StatusCode {
        CALLS.fetch_add(1, Ordering::Relaxed);
        answer
    }
    for status in [StatusCode::OK, StatusCode::INTERNAL_SERVER_ERROR, StatusCode::BAD_REQUEST] {
        let app = Router::new().fallback(move || count(status));
        let error = client(serve(app).await).get("https://api.example.com/").send().await;
        let error = error.unwrap_err();
        assert!(error.is_not_sealed());
        assert_eq!(error.outer_status(), Some(status));
    }
    assert_eq!(CALLS.load(Ordering::Relaxed), 3);

    let other = serve(Router::new().fallback(|| count(StatusCode::OK))).await;
    let to = format!("http://{other}/");
    let app = Router::new().fallback(move || async move { Redirect::temporary(&to) });
    let error = client(serve(app).await).post("https://api.example.com/").send().await.unwrap_err();
    assert_eq!(error.outer_status(), Some(StatusCode::TEMPORARY_REDIRECT));
    assert_eq!(CALLS.load(Ordering::Relaxed), 3, "the redirect was followed");
}

/// A server that closes each connection once it has read something: each call reaches it once.
#[tokio::test]
async fn a_connection_that_breaks_off_is_not_tried_again() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let requests = Arc::new(AtomicUsize::new(0));
    let counting = Arc::clone(&requests);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut buffer = [0; 4096];
            if stream.read(&mut buffer).await.unwrap_or(0) > 0 {
                counting.fetch_add(1, Ordering::SeqCst);
            }
            let _ = stream.shutdown().await;
        }
    });
    let client = client(address);
    for call in 1..=5 {
        assert!(client.get("https://api.example.com/").send().await.is_err());
        assert_eq!(requests.load(Ordering::SeqCst), call);
    }
}

#[tokio::test]
async fn an_answer_over_the_limit_is_refused() {
    let app = Router::new().fallback(|| async { vec![0_u8; 100_000] });
    let address = serve(app).await;
    let client = builder(address).response_limit(99_999).build().unwrap();
    let error = client.get("https://api.example.com/").send().await.unwrap_err();
    assert_eq!(error.to_string(), "the answer exceeds the response limit");
}

#[tokio::test]
async fn a_timeout_of_the_request_holds_for_the_sealed_call() {
    let slow = || async { tokio::time::sleep(Duration::from_secs(60)).await };
    let address = serve_sealed(Router::new().fallback(slow)).await;
    let request = client(address).get("https://api.example.com/");
    let error = request.timeout(Duration::from_millis(50)).send().await.unwrap_err();
    assert!(error.is_timeout(), "{error:?}");
}

#[tokio::test]
async fn errors_and_debug_output_do_not_name_the_target() {
    let nobody = SocketAddr::from(([127, 0, 0, 1], 1));
    let request = || client(nobody).get("https://api.example.com/secret-path?secret-query");
    let error = request().header("bad\n", "x").send().await.unwrap_err();
    let refused = request().send().await.unwrap_err();
    let shown = format!("{error:?} {error} {refused:?} {refused} {:?}", request());
    for word in ["secret-path", "secret-query", "api.example.com"] {
        assert!(!shown.contains(word), "{word} in {shown}");
    }
}
