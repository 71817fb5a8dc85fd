//! What a handler learns of the outer request: what was asked for.

use std::{
    convert::Infallible,
    future::{Ready, ready},
    net::SocketAddr,
    task::{Context, Poll},
};

use axum::{
    Router,
    extract::{ConnectInfo, OriginalUri},
    routing,
};
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use sealwire_tower::SealwireLayer;
use tokio::net::TcpListener;
use tower_layer::Layer as _;
use tower_service::Service;

use super::{
    reqwest::client,
    server,
    tower::{sealed, send},
};

#[derive(Clone, Copy)]
struct OfTheConnection(u8);

#[derive(Clone, Copy)]
struct OfTheRoute;

/// Answers with what extensions it got: how many, and the one of the connection.
#[derive(Clone)]
struct Tells;

impl<B> Service<Request<B>> for Tells {
    type Response = Response<Full<Bytes>>;
    type Error = Infallible;
    type Future = Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let extensions = request.extensions();
        let number = extensions.get::<OfTheConnection>().map(|extension| extension.0);
        let text = format!("{} {number:?}", extensions.len());
        ready(Ok(Response::new(text.into())))
    }
}

async fn told(layer: fn(SealwireLayer) -> SealwireLayer) -> Bytes {
    let (server, pinned) = server();
    let mut service = layer(SealwireLayer::new(server)).layer(Tells);
    let (mut outer, pending) = sealed(&pinned, "GET", "/", b"");
    outer.extensions_mut().insert(OfTheConnection(7));
    outer.extensions_mut().insert(OfTheRoute);
    let (_, body) = send(&mut service, outer).await;
    pending.open_http(200, Some(b"message/ohttp-res"), body).unwrap().0.into_body()
}

/// The one that is always there is `Sealed`.
#[tokio::test]
async fn no_extension_of_the_outer_request_is_copied_but_those_asked_for() {
    assert_eq!(told(|layer| layer).await, "1 None");
    assert_eq!(told(|layer| layer.copy_extension::<OfTheConnection>()).await, "2 Some(7)");
    // What was asked for and is not there.
    assert_eq!(told(|layer| layer.copy_extension::<String>()).await, "1 None");
}

/// A router around the layer notes the outer target, which is not what the handler means.
#[tokio::test]
async fn axum_extractors_tell_the_inner_target_and_if_asked_for_the_peer() {
    let told = |OriginalUri(uri): OriginalUri, peer: Option<axum::Extension<_>>| async move {
        let peer = peer.map(|axum::Extension(ConnectInfo::<SocketAddr>(peer))| peer.ip());
        format!("{uri} {peer:?}")
    };
    let peer = |ConnectInfo(peer): ConnectInfo<SocketAddr>| async move { peer.ip().to_string() };
    let router =
        Router::new().route("/told", routing::get(told)).route("/peer", routing::get(peer));

    let url = "https://api.example.com/told?x=1";
    let layer = SealwireLayer::new(server().0);
    let address = serve(layer.clone().layer(router.clone())).await;
    let response = client(address).get(url).send().await.unwrap();
    assert_eq!(response.text().await.unwrap(), format!("{url} None"));

    let layer = layer.copy_extension::<ConnectInfo<SocketAddr>>();
    let address = serve(layer.layer(router)).await;
    let response = client(address).get(url).send().await.unwrap();
    assert_eq!(response.text().await.unwrap(), format!("{url} Some(127.0.0.1)"));
    let response = client(address).get("https://api.example.com/peer").send().await.unwrap();
    assert_eq!(response.text().await.unwrap(), "127.0.0.1");
}

async fn serve(sealed: sealwire_tower::SealwireService<Router>) -> SocketAddr {
    let app: Router = Router::new().fallback_service(sealed);
    let app = app.into_make_service_with_connect_info::<SocketAddr>();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, app).await });
    address
}
