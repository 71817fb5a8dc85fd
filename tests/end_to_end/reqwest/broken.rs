//! Connections that break at every byte, and calls that are dropped at every await point.

use std::{
    collections::HashSet,
    net::SocketAddr,
    pin::pin,
    sync::{Arc, Mutex},
    task::Poll,
    time::Duration,
};

use axum::{Router, body::Body as AxumBody, extract::Request, middleware, routing};
use bytes::Bytes;
use futures::{StreamExt as _, stream};
use http_body_util::BodyExt as _;
use reqwest::Body;
use sealwire::server::Route;
use sealwire_reqwest::{Client, Error};
use sealwire_tower::SealwireLayer;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    runtime::Handle,
};
use tower_layer::Layer as _;

use super::{builder, client, serve, serve_sealed};
use crate::server;

const URL: &str = "https://api.example.com/";

/// What passes through a relay before it closes the connection, and what came to it.
#[derive(Default)]
struct Wire {
    up_left: usize,
    down_left: usize,
    up: Vec<u8>,
    down: usize,
}

type Shared = Arc<Mutex<Wire>>;

/// A relay to that server.
async fn relay_to(server: SocketAddr) -> (SocketAddr, Shared) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let wire = Shared::default();
    let shared = Arc::clone(&wire);
    tokio::spawn(async move {
        while let Ok((near, _)) = listener.accept().await {
            tokio::spawn(relay(near, server, Arc::clone(&shared)));
        }
    });
    (address, wire)
}

async fn relay(mut near: TcpStream, server: SocketAddr, wire: Shared) {
    let mut far = TcpStream::connect(server).await.unwrap();
    let (mut up, mut down) = ([0; 4096], [0; 4096]);
    loop {
        tokio::select! {
            read = near.read(&mut up) => {
                let Ok(length @ 1..) = read else { return };
                let left = {
                    let mut wire = wire.lock().unwrap();
                    wire.up.extend_from_slice(&up[..length]);
                    let left = length.min(wire.up_left);
                    wire.up_left -= left;
                    left
                };
                if far.write_all(&up[..left]).await.is_err() || left < length {
                    return;
                }
            }
            read = far.read(&mut down) => {
                let Ok(length @ 1..) = read else { return };
                let left = {
                    let mut wire = wire.lock().unwrap();
                    wire.down += length;
                    let left = length.min(wire.down_left);
                    wire.down_left -= left;
                    left
                };
                if near.write_all(&down[..left]).await.is_err() || left < length {
                    return;
                }
            }
        }
    }
}

impl Wire {
    fn reset(&mut self, up_left: usize, down_left: usize) {
        *self = Self { up_left, down_left, ..Self::default() };
    }

    fn calls(&self) -> usize {
        self.up.windows(6).filter(|window| window == b"POST /").count()
    }
}

async fn call(client: &Client) -> Result<Bytes, (bool, String)> {
    let response = client.post(URL).body("two tons of tea").send().await;
    let response = response.map_err(|error| (error.is_not_sent(), format!("{error:?}")))?;
    response.bytes().await.map_err(|error| {
        assert!(Error::of_body(&error).is_some(), "{error:?}");
        (false, format!("{error:?}"))
    })
}

/// On a new connection and on one that had a call before: one request comes at most, what breaks
/// off is an error, and the next call works.
#[tokio::test]
async fn a_connection_that_breaks_at_any_byte_is_an_error_and_not_tried_again() {
    let server = serve_sealed(Router::new().fallback(|body: Bytes| async { body })).await;
    let (address, wire) = relay_to(server).await;
    let whole = || wire.lock().unwrap().reset(usize::MAX, usize::MAX);
    whole();
    assert_eq!(call(&client(address)).await.unwrap(), "two tons of tea");
    let (up, down) = {
        let wire = wire.lock().unwrap();
        (wire.up.len(), wire.down)
    };
    let cuts = (0..up).map(|cut| (cut, usize::MAX)).chain((0..down).map(|cut| (usize::MAX, cut)));
    let pooled = client(address);
    let http = reqwest::Client::builder().pool_max_idle_per_host(0);
    let fresh = builder(address).http(http).build().unwrap();
    for (number, (up, down)) in cuts.enumerate() {
        let reuses = number % 2 == 0;
        let client = if reuses { &pooled } else { &fresh };
        whole();
        assert!(!reuses || call(client).await.is_ok(), "after a cut at {up} {down}");
        wire.lock().unwrap().reset(up, down);
        let outcome = call(client).await;
        let (is_not_sent, error) = outcome.expect_err("a clean end");
        assert!(!is_not_sent, "{error}");
        assert_eq!(wire.lock().unwrap().calls(), 1, "{up} {down}: {error}");
    }
}

/// Polls so often, and drops the future then.
async fn polled<F: Future>(future: F, mut polls: usize) -> Option<F::Output> {
    let mut future = pin!(future);
    std::future::poll_fn(|context| {
        if polls == 0 {
            return Poll::Ready(None);
        }
        polls -= 1;
        future.as_mut().poll(context).map(Some)
    })
    .await
}

const PIECE: &[u8] = &[7; 1000];
const PIECES: usize = 8;

/// A stream that waits before each piece.
fn slow_stream() -> Body {
    let pieces = stream::iter(0..PIECES).then(|_| async {
        tokio::task::yield_now().await;
        Ok::<_, std::io::Error>(PIECE)
    });
    Body::wrap_stream(pieces)
}

/// A whole streamed call, read to its end.
async fn streamed(client: &Client) -> usize {
    let call = client.post(format!("{URL}stream")).body(slow_stream());
    let mut response = call.send().await.unwrap();
    let mut length = 0;
    while let Some(chunk) = response.chunk().await.unwrap() {
        length += chunk.len();
    }
    length
}

/// The lengths of the requests that handlers took for complete, and the encapsulated keys that came.
#[derive(Clone, Default)]
struct Seen {
    complete: Arc<Mutex<Vec<usize>>>,
    encs: Arc<Mutex<Vec<Vec<u8>>>>,
}

async fn serve_seen(seen: Seen) -> SocketAddr {
    let complete = Arc::clone(&seen.complete);
    let handler = move |request: Request| async move {
        if let Ok(body) = request.into_body().collect().await {
            complete.lock().unwrap().push(body.to_bytes().len());
        }
        AxumBody::from_stream(stream::iter(0..PIECES).then(|_| async {
            tokio::task::yield_now().await;
            Ok::<_, std::io::Error>(PIECE)
        }))
    };
    let inner = Router::new().route("/stream", routing::post(handler));
    let server = server().0.with_route("/stream", Route::new().streaming(true)).unwrap();
    let sealed = SealwireLayer::new(server).layer(inner);
    let note = move |request: Request| {
        let encs = Arc::clone(&seen.encs);
        async move {
            request.map(|body| {
                let mut begin = Some(Vec::new());
                AxumBody::from_stream(body.into_data_stream().inspect(move |piece| {
                    let (Some(bytes), Ok(piece)) = (&mut begin, piece) else { return };
                    bytes.extend_from_slice(piece);
                    if bytes.len() >= 39 {
                        encs.lock().unwrap().push(bytes[7..39].to_vec());
                        begin = None;
                    }
                }))
            })
        }
    };
    serve(Router::new().fallback_service(sealed).layer(middleware::map_request(note))).await
}

/// Fault 29, for this client: several hundred calls are dropped after 0, 1, 2 ... polls. A handler
/// gets all of a request or finds that it has no end, nothing is sealed twice, the next call on the
/// same connections works, and no task is left.
#[tokio::test]
async fn a_call_can_be_dropped_at_every_await_point() {
    let seen = Seen::default();
    let address = serve_seen(seen.clone()).await;
    tokio::task::yield_now().await;
    let tasks = Handle::current().metrics().num_alive_tasks();
    let client = client(address);
    let (mut dropped, mut most) = (0, 0);
    for _ in 0..40 {
        for polls in 0.. {
            let ended = polled(streamed(&client), polls).await;
            // What a dropped call leaves behind happens now.
            tokio::task::yield_now().await;
            if let Some(length) = ended {
                assert_eq!(length, PIECE.len() * PIECES);
                most = most.max(polls);
                break;
            }
            dropped += 1;
        }
        assert_eq!(streamed(&client).await, PIECE.len() * PIECES);
    }
    assert!(dropped >= 300 && most >= 4, "{dropped} {most}");
    let complete = seen.complete.lock().unwrap().clone();
    assert!(complete.len() >= 80);
    assert!(complete.iter().all(|&length| length == PIECE.len() * PIECES), "{complete:?}");
    let encs = seen.encs.lock().unwrap().clone();
    assert_eq!(encs.iter().collect::<HashSet<_>>().len(), encs.len(), "sealed bytes came twice");

    drop(client);
    let gone = async {
        while Handle::current().metrics().num_alive_tasks() > tasks {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), gone).await.expect("a task is left");
}
