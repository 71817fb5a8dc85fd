//! Over a loopback port, by HTTP/1.1 and HTTP/2.

use std::{error::Error as _, io, net::SocketAddr, sync::Arc};

use actix_web::{
    HttpRequest, HttpResponse,
    web::{self, ServiceConfig},
};
use bytes::Bytes;
use futures::{StreamExt as _, stream};
use http::{Request, Response, Uri, header::HOST};
use http_body::Frame;
use http_body_util::{BodyExt as _, Empty, Full, StreamBody};
use hyper::{
    body::Incoming,
    client::conn::{http1, http2},
};
use hyper_util::rt::{TokioExecutor, TokioIo};
use sealwire::server::{GATEWAY_PATH, Route};
use sealwire_actix::Sealwire;
use sealwire_http::{
    BoxError, SealedBody,
    client::{Pending, seal, seal_stream},
};
use tokio::{net::TcpStream, sync::Notify};

use super::{
    request, sealwire, server,
    serving::{OfTheConnection, Serving},
};

/// The versions of HTTP that are spoken here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Version {
    One,
    Two,
}

impl Serving {
    pub(super) fn address(&self, version: Version) -> SocketAddr {
        match version {
            Version::One => self.address,
            Version::Two => self.h2c,
        }
    }
}

/// Sends a request on a connection of its own.
pub(super) async fn send<B>(
    address: SocketAddr,
    version: Version,
    mut outer: Request<B>,
) -> Response<Incoming>
where
    B: http_body::Body<Data = Bytes, Error: Into<BoxError>> + Send + Unpin + 'static,
{
    let stream = TokioIo::new(TcpStream::connect(address).await.unwrap());
    match version {
        Version::One => {
            let (mut sender, connection) = http1::handshake(stream).await.unwrap();
            tokio::spawn(connection);
            outer.headers_mut().insert(HOST, address.to_string().try_into().unwrap());
            *outer.uri_mut() = Uri::from_static(GATEWAY_PATH);
            sender.send_request(outer).await.unwrap()
        }
        Version::Two => {
            let executor = TokioExecutor::new();
            let (mut sender, connection) = http2::handshake(executor, stream).await.unwrap();
            tokio::spawn(connection);
            sender.send_request(outer).await.unwrap()
        }
    }
}

/// A sealed GET of `path`, in chunks.
fn get(address: SocketAddr, path: &str) -> (Request<SealedBody<Empty<Bytes>>>, Pending) {
    let gateway = format!("http://{address}{GATEWAY_PATH}").parse().unwrap();
    let call = request("GET", path).body(Bytes::new()).unwrap();
    seal(&crate::client(&server().1), call, gateway).unwrap()
}

#[tokio::test]
async fn what_is_known_of_the_connection_stays() {
    let tell = |request: HttpRequest| async move {
        let OfTheConnection(number) = request.conn_data().unwrap();
        format!("{number} {} {}", request.peer_addr().unwrap().ip(), request.uri())
    };
    let serving = Serving::start(sealwire(), move |app: &mut ServiceConfig| {
        app.route("/told", web::get().to(tell));
    });
    for version in [Version::One, Version::Two] {
        let address = serving.address(version);
        let (outer, pending) = get(address, "/told");
        let answer = send(address, version, outer).await;
        let response = pending.open(answer).await.unwrap();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        assert_eq!(body, "7 127.0.0.1 https://api.example.com/told", "{version:?}");
    }
}

/// The outer body must not end cleanly either: what is between would store it as whole.
#[tokio::test]
async fn a_body_that_fails_breaks_the_outer_message_off() {
    // It fails once its beginning has arrived.
    let arrived = Arc::new(Notify::new());
    let fails = Arc::clone(&arrived);
    let fail = move || {
        let fails = Arc::clone(&fails);
        async move {
            let failure = stream::once(async move {
                fails.notified().await;
                Err::<Bytes, _>(io::Error::other("secret"))
            });
            HttpResponse::Ok().streaming(stream::iter([Ok("the beginning".into())]).chain(failure))
        }
    };
    let serving = Serving::start(sealwire(), move |app: &mut ServiceConfig| {
        app.route("/fail", web::get().to(fail.clone()));
    });
    for version in [Version::One, Version::Two] {
        let address = serving.address(version);
        let (outer, _) = get(address, "/fail");
        let answer = send(address, version, outer).await;
        assert_eq!(answer.status(), 200);
        assert!(!answer.headers().contains_key("content-length"));
        arrived.notify_one();
        let error = answer.into_body().collect().await.unwrap_err();
        let why = error.source().unwrap();
        match version {
            // The last chunk, of no bytes, did not come.
            Version::One => {
                let io = why.downcast_ref::<io::Error>().unwrap();
                assert_eq!(io.kind(), io::ErrorKind::UnexpectedEof);
            }
            Version::Two => assert!(why.downcast_ref::<h2::Error>().unwrap().is_reset()),
        }
    }
}

/// The answer has not begun, so that it can say what is wrong, and the status is that of actix.
#[tokio::test]
async fn extractors_tell_why_a_streamed_payload_failed() {
    let streaming = Route::new().streaming(true).content_limit(10);
    let sealwire = Sealwire::new(server().0.with_route("/", streaming).unwrap());
    let serving = Serving::start(sealwire, move |app: &mut ServiceConfig| {
        app.route("/take", web::put().to(|content: Bytes| async move { content }));
    });
    let gateway = || format!("http://{}{GATEWAY_PATH}", serving.address).parse().unwrap();
    for (pieces, alter, status, says) in [
        (["01234", "56789"], false, 200, "0123456789"),
        (["01234", "56789"], true, 400, "the sealed message is broken"),
        (["01234", "567890"], false, 413, "size limit"),
    ] {
        let frames = pieces.map(|piece| io::Result::Ok(Frame::data(Bytes::from(piece))));
        let body = StreamBody::new(stream::iter(frames));
        let call = request("PUT", "/take").body(body).unwrap();
        let client = crate::client(&server().1);
        let (outer, pending) = seal_stream(&client, call, gateway()).unwrap();
        let (parts, body) = outer.into_parts();
        let mut wire = body.collect().await.unwrap().to_bytes().to_vec();
        *wire.last_mut().unwrap() ^= u8::from(alter);
        let outer = Request::from_parts(parts, Full::from(wire));
        let answer = send(serving.address, Version::One, outer).await;
        let response = pending.open(answer).await.unwrap();
        assert_eq!(response.status(), status, "{pieces:?} {alter}");
        let said = response.into_body().collect().await.unwrap().to_bytes();
        let said = String::from_utf8_lossy(&said).into_owned();
        assert!(said.contains(says) && (status == 200 || !said.contains("0123")), "{said}");
    }
}
