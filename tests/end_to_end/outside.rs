//! What leaves the reqwest client, where to, how often, and that the answer is opened as it came,
//! whatever reqwest was configured to do with other calls. The tests' reqwest is built with
//! HTTP/2 and with decompression.

use std::{
    env,
    net::SocketAddr,
    process::Command,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use axum::{Router, middleware, response::Redirect, routing};
use http::HeaderValue;
use sealwire::server::GATEWAY_PATH;
use sealwire_reqwest::Client;
use sealwire_tests::canary;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

use super::{
    recipient,
    reqwest::{builder, client, serve, serve_sealed},
    server,
};

const URL: &str = "https://api.example.com/";

/// Every byte that came in, answered with a 500 each time a request is complete.
type Recording = Arc<Mutex<Vec<u8>>>;

async fn record() -> (SocketAddr, Recording) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let recording = Recording::default();
    let log = Arc::clone(&recording);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            record_request(stream, &log).await;
        }
    });
    (address, recording)
}

async fn record_request(mut stream: TcpStream, log: &Mutex<Vec<u8>>) {
    let mut request = Vec::new();
    while request_length(&request).is_none_or(|length| request.len() < length) {
        if stream.read_buf(&mut request).await.unwrap_or(0) == 0 {
            break;
        }
    }
    log.lock().unwrap().extend_from_slice(&request);
    let _ = stream.write_all(b"HTTP/1.1 500 Stop\r\ncontent-length: 0\r\n\r\n").await;
}

fn request_length(request: &[u8]) -> Option<usize> {
    let head = request.windows(4).position(|window| window == b"\r\n\r\n")? + 4;
    let length = head_of(request)
        .find_map(|line| Some(line.strip_prefix("content-length: ")?.parse::<usize>().unwrap()));
    Some(head + length.unwrap_or(0))
}

fn head_of(request: &[u8]) -> impl Iterator<Item = String> {
    let head = request.windows(4).position(|window| window == b"\r\n\r\n").unwrap();
    let head = String::from_utf8(request[..head].to_vec()).unwrap();
    head.split("\r\n").map(str::to_owned).collect::<Vec<_>>().into_iter()
}

/// The whole head is compared: no `accept-encoding` that reqwest would add, no `authorization`
/// made of user information, no `referer`, nothing of the inner request.
#[tokio::test]
async fn the_outer_request_shows_the_well_known_path_and_nothing_of_the_target() {
    let canaries = ["user-canary", "password-canary", "path-canary", "query-canary", "frag-canary"];
    let [user, password, path, query, fragment] = canaries;
    let (address, recording) = record().await;
    let url = format!("http://{user}:{password}@{address}/{path}?{query}#{fragment}");
    let client = Client::builder(recipient(&server().1)).allow_http_on_loopback().build().unwrap();
    let call = client.post(&url).header("accept-encoding", "inner-canary").body("content-canary");
    assert!(call.send().await.unwrap_err().is_not_sealed());

    let request = std::mem::take(&mut *recording.lock().unwrap());
    let head: Vec<String> = head_of(&request).collect();
    let length = request.len() - head.iter().map(|line| line.len() + 2).sum::<usize>() - 2;
    let mut expected = [
        format!("POST {GATEWAY_PATH} HTTP/1.1"),
        "content-type: message/ohttp-chunked-req".into(),
        "incremental: ?1".into(),
        "accept: */*".into(),
        format!("host: {address}"),
        format!("content-length: {length}"),
    ];
    let mut got = head.clone();
    got.sort();
    expected.sort();
    assert_eq!(got, expected);
    let canaries = [&canaries[..], &["inner-canary", "content-canary"]].concat();
    assert_eq!(canary::search(&request, &canaries), []);

    // A request that reqwest's builder did not take the user information out of.
    let request = ::reqwest::Request::new(http::Method::GET, url.parse().unwrap());
    let error = client.execute(request).await.unwrap_err();
    assert!(error.is_not_sent() || error.is_not_sealed());
    assert_eq!(canary::search(&recording.lock().unwrap(), &canaries), []);
}

/// The codings of the tests' build; for the others the same is switched off in the same way.
#[tokio::test]
async fn what_claims_to_be_compressed_is_opened_as_it_came() {
    for coding in ["gzip", "deflate"] {
        let claim = move |mut response: axum::response::Response| async move {
            let coding = HeaderValue::from_static(coding);
            response.headers_mut().insert("content-encoding", coding);
            response
        };
        let inner = Router::new()
            .fallback(move || async move { ([("content-encoding", coding)], "not compressed") });
        let sealed = sealwire_tower::SealwireLayer::new(server().0);
        let sealed = tower_layer::Layer::layer(&sealed, inner);
        let app = Router::new().fallback_service(sealed).layer(middleware::map_response(claim));
        let response = client(serve(app).await).get(URL).send().await.unwrap();
        // The inner claim is the app's to act on.
        assert_eq!(response.headers()["content-encoding"], coding);
        assert_eq!(response.text().await.unwrap(), "not compressed");
    }
}

#[tokio::test]
async fn an_inner_redirect_is_a_response() {
    let inner = Router::new()
        .route("/", routing::get(|| async { Redirect::temporary("/elsewhere") }))
        .fallback(|| async { "was followed" });
    let response = client(serve_sealed(inner).await).get(URL).send().await.unwrap();
    assert_eq!(response.status(), 307);
    assert_eq!(response.headers()["location"], "/elsewhere");
}

/// A server that refuses each stream in a way that says it can be tried again; how many there were.
async fn refuse_streams() -> (SocketAddr, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let streams = Arc::new(AtomicUsize::new(0));
    let counting = Arc::clone(&streams);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let mut connection = h2::server::handshake(stream).await.unwrap();
            while let Some(Ok((_, mut respond))) = connection.accept().await {
                counting.fetch_add(1, Ordering::SeqCst);
                respond.send_reset(h2::Reason::REFUSED_STREAM);
            }
        }
    });
    (address, streams)
}

/// The same bytes sent twice are the same call made twice. Left to itself reqwest sends them again
/// when a server says in HTTP/2 that it did not act on them, which whoever ends TLS can say.
#[tokio::test]
async fn a_refused_stream_is_not_tried_again() {
    let http2 = || ::reqwest::Client::builder().no_proxy().http2_prior_knowledge();
    let (address, streams) = refuse_streams().await;
    let error = builder(address).http(http2()).build().unwrap().post(URL).body("x").send().await;
    assert!(!error.unwrap_err().is_not_sent());
    assert_eq!(streams.load(Ordering::SeqCst), 1);

    let (address, streams) = refuse_streams().await;
    let plain = http2().build().unwrap().post(format!("http://{address}/")).body("x");
    assert!(plain.send().await.is_err());
    assert!(streams.load(Ordering::SeqCst) > 1, "positive control: this server is tried again");
}

#[tokio::test]
async fn a_gateway_on_loopback_is_reached_past_any_proxy() {
    let (proxy, recording) = record().await;
    let gateway = serve_sealed(Router::new().fallback(|| async { "direct" })).await;
    let http = || {
        let proxy = ::reqwest::Proxy::all(format!("http://{proxy}")).unwrap();
        ::reqwest::Client::builder().proxy(proxy)
    };
    let client = builder(gateway).http(http()).build().unwrap();
    let response = client.get(URL).send().await.unwrap();
    assert_eq!(response.text().await.unwrap(), "direct");
    assert!(recording.lock().unwrap().is_empty());

    // Positive control: this proxy is one that reqwest would use.
    let plain = http().build().unwrap().get(format!("http://{gateway}/")).send().await.unwrap();
    assert_eq!(plain.status(), 500);
    assert!(!recording.lock().unwrap().is_empty());
}

/// The environment belongs to the process, so another one makes the call.
#[test]
fn a_proxy_in_the_environment_is_not_used_for_loopback() {
    let nobody = "http://127.0.0.1:1";
    let output = Command::new(env::current_exe().unwrap())
        .args(["--exact", "reqwest::json_there_and_back"])
        .envs(["http_proxy", "https_proxy", "all_proxy"].map(|name| (name, nobody)))
        .env_remove("no_proxy")
        .env_remove("NO_PROXY")
        .output()
        .unwrap();
    let stdout = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && stdout.contains("1 passed"), "{stdout}");
}
