//! The reqwest client against servers on loopback ports.

mod blocking;
mod broken;
mod double;
mod http2;
mod middleware;
mod mirror;
mod one_shot;
mod streams;
mod tls;

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{Json, Router, response::Redirect, routing, serve::ListenerExt as _};
use http::StatusCode;
use sealwire::{Server, bhttp::Limits, server::GATEWAY_PATH};
use sealwire_reqwest::{Client, ClientBuilder};
use sealwire_tower::SealwireLayer;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};
use tower_layer::Layer as _;

use super::{recipient, server};

pub(super) async fn serve(app: Router) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    // Small pieces would wait for the acknowledgement of those before, 40 ms on Linux.
    let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
    tokio::spawn(async move { axum::serve(listener, app).await });
    address
}

/// A sealed server with that router inside.
pub(super) async fn serve_sealed(router: Router) -> SocketAddr {
    serve_on(server().0, router).await
}

pub(super) async fn serve_on(server: Server, router: Router) -> SocketAddr {
    serve(Router::new().fallback_service(SealwireLayer::new(server).layer(router))).await
}

pub(super) fn builder(gateway: SocketAddr) -> ClientBuilder {
    Client::builder(recipient(&server().1))
        .gateway(format!("http://{gateway}{GATEWAY_PATH}").parse().unwrap())
        .allow_http_on_loopback()
}

pub(super) fn client(gateway: SocketAddr) -> Client {
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
        let error = client.get(url).send().await.unwrap_err();
        assert!(error.is_insecure() && error.is_not_sent(), "{url}");
    }
    let opted_in = Client::builder(recipient(&keys)).allow_http_on_loopback().build().unwrap();
    for url in ["http://api.example.com/", "http://localhost/", "http://127.0.0.1.example/"] {
        assert!(opted_in.get(url).send().await.unwrap_err().is_insecure(), "{url}");
    }
    // A literal loopback address is tried: nothing listens there.
    for url in ["http://127.0.0.1:1/", "http://[::1]:1/"] {
        let error = opted_in.get(url).send().await.unwrap_err();
        assert!(error.is_connect() && error.is_not_sent() && !error.is_insecure(), "{url}");
        assert_eq!(error.to_string(), "not sent: there is no connection to the gateway");
    }
}

#[tokio::test]
async fn what_was_refused_here_was_not_sent() {
    static CALLS: AtomicUsize = AtomicUsize::new(0);
    let app = Router::new().fallback(|| async {
        CALLS.fetch_add(1, Ordering::Relaxed);
    });
    let client = client(serve(app).await);
    let url = "https://api.example.com/";
    let invalid = "not sent: the request is not a valid one";
    for (request, message) in [
        (client.get("/relative"), invalid),
        (client.get("data:text/plain,x"), invalid),
        (client.get(url).header("bad\n", "x"), invalid),
        (client.get(url).header("x", "bad\n"), invalid),
        (
            client.get("ftp://api.example.com/"),
            "not sent: the URI is neither an https nor an http one",
        ),
    ] {
        let error = request.send().await.unwrap_err();
        assert_eq!(error.to_string(), message);
        assert!(error.is_not_sent() && !error.is_connect() && !error.is_timeout(), "{message}");
    }
    // The encoder takes no request that a server would refuse.
    let error = client.get(url).header("content-length", "5").send().await.unwrap_err();
    assert!(error.is_not_sent());
    assert_eq!(error.sealing().unwrap().code(), sealwire::Code::InvalidInput);
    assert!(error.to_string().starts_with("not sent: "), "{error}");
    // What reqwest would not build can be put together.
    for url in ["ftp://api.example.com/", "blob:https://api.example.com/", "data:text/plain,x"] {
        let request = reqwest::Request::new(http::Method::GET, url.parse().unwrap());
        let error = client.execute(request).await.unwrap_err();
        assert!(error.is_not_sent() && !error.is_connect(), "{url}: {error}");
    }
    assert_eq!(CALLS.load(Ordering::Relaxed), 0);
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
        assert!(error.is_not_sealed() && !error.is_not_sent());
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
        let error = client.get("https://api.example.com/").send().await.unwrap_err();
        assert!(!error.is_not_sent() && !error.is_connect());
        assert_eq!(requests.load(Ordering::SeqCst), call);
    }
}

#[tokio::test]
async fn what_a_response_may_hold_can_be_configured() {
    let cookies = || async {
        axum::response::AppendHeaders((0..300).map(|number| ("set-cookie", format!("a={number}"))))
    };
    let address = serve_sealed(Router::new().fallback(cookies)).await;
    let call = async |limits| {
        let client = builder(address).limits(limits).build().unwrap();
        client.get("https://api.example.com/").send().await
    };
    let response = call(Limits { lines: 400, ..Limits::default() }).await.unwrap();
    assert_eq!(response.headers().get_all("set-cookie").iter().count(), 300);
    for limits in [Limits::default(), Limits { lines: 400, section: 1000, ..Limits::default() }] {
        let error = call(limits).await.unwrap_err();
        assert_eq!(error.sealing().unwrap().code(), sealwire::Code::TooLarge);
        assert!(error.is_too_large() && !error.is_not_sent());
    }
}

#[tokio::test]
async fn a_timeout_of_the_request_holds_for_the_sealed_call() {
    let slow = || async { tokio::time::sleep(Duration::from_secs(60)).await };
    let address = serve_sealed(Router::new().fallback(slow)).await;
    let request = client(address).get("https://api.example.com/");
    let error = request.timeout(Duration::from_millis(50)).send().await.unwrap_err();
    assert!(error.is_timeout() && !error.is_not_sent(), "{error:?}");
    assert_eq!(error.to_string(), "the sealed call timed out");
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
    let proxy = reqwest::Proxy::all("http://user:secret-proxy@proxy.example").unwrap();
    let builder = Client::builder(recipient(&server().1))
        .http(reqwest::Client::builder().proxy(proxy).user_agent("secret-agent"))
        .gateway("https://secret-user:secret-word@gw.example/secret-path".parse().unwrap());
    let shown = format!("{builder:?}") + &format!("{:?}", builder.build().unwrap());
    assert!(shown.contains("gw.example") && !shown.contains("secret"), "{shown}");
}
