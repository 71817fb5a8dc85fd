//! The client for code that is not async, on threads without a runtime.

use std::{
    io::{self, Read},
    net::SocketAddr,
    sync::mpsc::{self, RecvTimeoutError},
    thread,
    time::Duration,
};

use axum::{Router, body::Body as AxumBody};
use bytes::Bytes;
use http::HeaderMap;
use http_body::Frame;
use http_body_util::StreamBody;
use sealwire_reqwest::{
    Error, Sealed,
    blocking::{Body, Client},
    test_util,
};
use tokio::runtime::Runtime;

use super::{builder, serve_sealed};

const URL: &str = "https://api.example.com/";

/// A server on a runtime of its own, which ends with it.
fn serve(router: Router) -> (Runtime, SocketAddr) {
    let runtime = Runtime::new().unwrap();
    let address = runtime.block_on(serve_sealed(router));
    (runtime, address)
}

fn client(address: SocketAddr) -> Client {
    builder(address).build_blocking().unwrap()
}

fn echo() -> Router {
    Router::new().fallback(|headers: HeaderMap, body: Bytes| async { (headers, body) })
}

/// Hands out a byte pattern, a prime number of bytes at a time.
struct Pattern(usize, Option<io::Error>);

impl Read for Pattern {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let length = self.0.min(out.len()).min(7919);
        self.0 -= length;
        out[..length].fill(0xA5);
        match (length, self.1.take()) {
            (0, Some(error)) => Err(error),
            (_, error) => {
                self.1 = error;
                Ok(length)
            }
        }
    }
}

#[test]
fn a_call_there_and_back() {
    let (_runtime, address) = serve(echo());
    let client = client(address);
    let json = serde_json::json!({ "x": 1 });
    let response = client.post(URL).header("x-id", "7").json(&json).send().unwrap();
    assert_eq!(
        (response.status().as_u16(), &response.headers()["x-id"]),
        (200, &"7".parse().unwrap())
    );
    assert_eq!(response.url().as_str(), URL);
    assert!(response.extensions().get::<Sealed>().is_some());
    assert_eq!(response.json::<serde_json::Value>().unwrap(), json);
    let request = client.put(URL).body("built").build().unwrap();
    assert_eq!(client.execute(request).unwrap().text().unwrap(), "built");
}

#[test]
fn a_reader_is_read_as_it_is_sent() {
    let (_runtime, address) = serve(echo());
    let client = client(address);
    for length in [0, 1, 65_536, 1_000_000] {
        let body = Body::new(Pattern(length, None));
        let response = client.post(URL).body(body).send().unwrap();
        assert_eq!(response.bytes().unwrap(), vec![0xA5; length]);
    }
    let fails = Body::new(Pattern(100_000, Some(io::Error::other("the disk is gone"))));
    let error = client.post(URL).body(fails).send().unwrap_err();
    assert!(error.is_body() && !error.is_not_sent(), "{error:?}");
    assert!(Error::of_body(&error).unwrap().is_underneath());
}

#[test]
fn a_response_is_read_as_it_comes_and_outlives_its_client() {
    let (sender, receiver) = futures::channel::mpsc::unbounded::<io::Result<Frame<Bytes>>>();
    let body = std::sync::Mutex::new(Some(AxumBody::new(StreamBody::new(receiver))));
    let body = std::sync::Arc::new(body);
    let (_runtime, address) = serve(Router::new().fallback(move || {
        let body = body.lock().unwrap().take().unwrap();
        async { body }
    }));
    let mut response = client(address).get(URL).send().unwrap();
    for number in 0..50_u8 {
        sender.unbounded_send(Ok(Frame::data(vec![number; 10].into()))).unwrap();
        let mut piece = [0; 10];
        response.read_exact(&mut piece).unwrap();
        assert_eq!(piece, [number; 10]);
    }
    sender.unbounded_send(Err(io::Error::other("the handler failed"))).unwrap();
    let error = response.read(&mut [0; 10]).unwrap_err();
    assert!(Error::of_body(&error).is_some(), "{error:?}");
}

#[test]
fn many_threads_share_one_client() {
    let (_runtime, address) = serve(echo());
    let client = client(address);
    let calls: Vec<_> = (0..8)
        .map(|number: u32| {
            let client = client.clone();
            thread::spawn(move || {
                for call in 0..10 {
                    let body = format!("{number} {call}");
                    let response = client.post(URL).body(body.clone()).send().unwrap();
                    assert_eq!(response.text().unwrap(), body);
                }
            })
        })
        .collect();
    calls.into_iter().for_each(|call| call.join().unwrap());
}

/// Timeouts from one that is soon over to one that is enough for a head on a machine under load.
fn timeouts() -> impl Iterator<Item = Duration> {
    (0..10).map(|doublings| Duration::from_millis(50) * 2_u32.pow(doublings))
}

/// Both before the head and behind it, with the timeouts of reqwest's builder, too.
#[test]
fn timeouts_hold() {
    let slow =
        Router::new().route("/head", axum::routing::get(std::future::pending::<()>)).fallback(
            || async { AxumBody::from_stream(futures::stream::pending::<io::Result<Bytes>>()) },
        );
    let (_runtime, address) = serve(slow);
    let call = |path: &str, timeout| client(address).get(format!("{URL}{path}")).timeout(timeout);
    let mut errors = timeouts().map(|timeout| {
        let error = call("head", timeout).send().unwrap_err();
        assert!(error.is_timeout(), "{error:?}");
        error
    });
    assert!(errors.any(|error| !error.is_not_sent()));

    let response = timeouts().find_map(|timeout| call("body", timeout).send().ok()).unwrap();
    let error = response.bytes().unwrap_err();
    assert!(error.is_timeout() && Error::of_body(&error).is_some(), "{error:?}");

    let response = timeouts().find_map(|timeout| {
        let http = reqwest::Client::builder().read_timeout(timeout);
        let client = builder(address).http(http).build_blocking().unwrap();
        client.get(URL).send().ok()
    });
    let error = response.unwrap().bytes().unwrap_err();
    assert!(error.is_timeout(), "{error:?}");
}

/// With the client ends its thread, and with that whatever runs there: here a task that would never
/// end by itself, started where connections are.
#[test]
fn nothing_is_left_of_a_client_that_is_dropped() {
    let (held, left) = mpsc::channel::<()>();
    let transport = move |_| {
        let held = held.clone();
        tokio::spawn(async move {
            let _held = held;
            std::future::pending::<()>().await;
        });
        async { Err("that was all".into()) }
    };
    let (_, recipient) = test_util::server(["api.example.com"]).unwrap();
    let builder = sealwire_reqwest::Client::builder(recipient).transport(transport);
    let client = builder.build_blocking().unwrap();
    assert!(!client.get(URL).send().unwrap_err().is_not_sent());
    let clone = client.clone();
    drop(client);
    assert_eq!(left.recv_timeout(Duration::from_millis(50)), Err(RecvTimeoutError::Timeout));
    drop(clone);
    assert_eq!(left.recv_timeout(Duration::from_secs(10)), Err(RecvTimeoutError::Disconnected));
}

/// It blocks the thread, as it says. What reading does there is reqwest's, and told in the docs.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn inside_a_runtime_a_call_is_made_all_the_same() {
    let address = serve_sealed(echo()).await;
    let client = client(address);
    assert_eq!(client.get(URL).send().unwrap().status(), 200);
    drop(client);
}
