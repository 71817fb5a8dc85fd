//! What the layer asks of the service below it, and when: as little as it can before a call opened.

use std::{
    convert::Infallible,
    future::{Future, Ready, poll_fn, ready},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, Waker},
};

use bytes::Bytes;
use http::{Request, Response, header::CONTENT_TYPE};
use http_body::{Body, Frame, SizeHint};
use http_body_util::{BodyExt as _, Full};
use sealwire::server::GATEWAY_PATH;
use sealwire_http::BoxError;
use sealwire_tower::{SealedBody, SealwireLayer, SealwireService};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tower_layer::Layer as _;
use tower_service::Service;

use super::{server, tower::sealed};

/// A service that is ready while it holds a permit, and panics if it is called without one.
struct Limited {
    permits: Arc<Semaphore>,
    held: Option<OwnedSemaphorePermit>,
}

impl Limited {
    fn new(permits: &Arc<Semaphore>) -> Self {
        Self { permits: Arc::clone(permits), held: None }
    }
}

/// A clone is not ready because the original is.
impl Clone for Limited {
    fn clone(&self) -> Self {
        Self::new(&self.permits)
    }
}

impl<B> Service<Request<B>> for Limited {
    type Response = Response<Full<Bytes>>;
    type Error = Infallible;
    type Future = Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        if self.held.is_none() {
            self.held = Arc::clone(&self.permits).try_acquire_owned().ok();
        }
        if self.held.is_some() {
            return Poll::Ready(Ok(()));
        }
        context.waker().wake_by_ref();
        Poll::Pending
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        assert!(self.held.take().is_some(), "called before it was ready");
        ready(Ok(Response::new(Full::from(request.uri().path().to_owned()))))
    }
}

/// A request body that never comes. Whether it may even be asked for is told.
struct Never {
    may_be_read: bool,
    announced: u64,
}

impl Body for Never {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        assert!(self.may_be_read, "the body was asked for");
        Poll::Pending
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.announced)
    }
}

type Call = Pin<Box<dyn Future<Output = Result<Answer, Infallible>> + Send>>;
type Answer = Response<SealedBody<Full<Bytes>>>;

/// Readies the service and begins a call, as whoever speaks tower does.
async fn call<B>(service: &mut SealwireService<Limited>, request: Request<B>) -> Call
where
    B: Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    let Ok(()) = poll_fn(|context| Service::<Request<B>>::poll_ready(service, context)).await;
    service.call(request)
}

#[tokio::test]
async fn the_service_is_called_when_it_is_ready_and_not_before() {
    let (server, pinned) = server();
    let permits = Arc::new(Semaphore::new(1));
    let mut service = SealwireLayer::new(server).layer(Limited::new(&permits));
    for _ in 0..2 {
        let plain = Request::get("/plain").body(Full::<Bytes>::default()).unwrap();
        assert_eq!(call(&mut service, plain).await.await.unwrap().status(), 200);
        let (outer, pending) = sealed(&pinned, "GET", "/inner", b"");
        let response = call(&mut service, outer).await.await.unwrap();
        let body = response.into_body().collect().await.unwrap().to_bytes().into();
        let (response, _) = pending.open_http(200, Some(b"message/ohttp-res"), body).unwrap();
        assert_eq!(response.body(), "/inner");
    }
    assert_eq!(permits.available_permits(), 1);
}

/// Another call in progress makes a sealed one wait; it goes on when that is done.
#[tokio::test]
async fn a_sealed_call_waits_for_its_turn() {
    let (server, pinned) = server();
    let permits = Arc::new(Semaphore::new(1));
    let mut service = SealwireLayer::new(server).layer(Limited::new(&permits));
    let mut response = call(&mut service, sealed(&pinned, "GET", "/", b"").0).await;
    let other_call = permits.acquire().await.unwrap();
    let mut context = Context::from_waker(Waker::noop());
    assert!(response.as_mut().poll(&mut context).is_pending());
    drop(other_call);
    assert_eq!(response.await.unwrap().status(), 200);
}

#[tokio::test]
async fn a_body_that_dribbles_in_keeps_nobody_else_from_being_served() {
    let permits = Arc::new(Semaphore::new(1));
    let mut service = SealwireLayer::new(server().0).layer(Limited::new(&permits));
    let request = Request::post(GATEWAY_PATH).header(CONTENT_TYPE, "message/ohttp-req");
    let request = request.body(Never { may_be_read: true, announced: 100 }).unwrap();
    let mut dribbling = call(&mut service, request).await;
    assert_eq!(permits.available_permits(), 1);
    let mut context = Context::from_waker(Waker::noop());
    assert!(dribbling.as_mut().poll(&mut context).is_pending());
    assert_eq!(permits.available_permits(), 1);
}

#[tokio::test]
async fn what_the_head_tells_is_answered_without_the_body() {
    let (server, _) = server();
    let limit = server.body_limit() as u64;
    let permits = Arc::new(Semaphore::new(1));
    let mut service = SealwireLayer::new(server).layer(Limited::new(&permits));
    for (method, content_type, announced, status) in [
        ("POST", "text/plain", 100, 415),
        ("POST", "message/ohttp-req", limit + 1, 413),
        ("POST", "message/ohttp-req", u64::MAX, 413),
        ("GET", "message/ohttp-req", 100, 200),
        ("PUT", "message/ohttp-req", 100, 405),
    ] {
        let request = Request::builder()
            .method(method)
            .uri(GATEWAY_PATH)
            .header(CONTENT_TYPE, content_type)
            .body(Never { may_be_read: false, announced })
            .unwrap();
        assert_eq!(call(&mut service, request).await.await.unwrap().status(), status);
    }
}
