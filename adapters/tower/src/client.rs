//! The client's side: a layer that seals what goes out and opens what comes back, around any tower
//! service that sends HTTP requests, such as hyper-util's `Client`. A tonic client works over it. For
//! a client of reqwest's shape see `sealwire-reqwest`.
//!
//! Both bodies are streamed, and trailers go both ways. [`Sealed`](crate::Sealed) is among the
//! extensions of every response.
//!
//! Sealed bytes are the call: whoever sends them twice makes it twice. So the service under the
//! layer must send each request at most once, follow no redirects, and neither retry nor decompress:
//! with hyper-util's `Client` say `retry_canceled_requests(false)`, and put nothing of the kind
//! between. It must check the server's certificate, and must not log the request's URI where the
//! target is a mirror and paths are secret. Retries and redirects belong above the layer, where each
//! attempt is sealed afresh.
//!
//! Over hyper-util, to a server on this machine; for any other give it a connector that speaks TLS:
//!
//! ```no_run
//! use bytes::Bytes;
//! use http::Request;
//! use http_body_util::{BodyExt as _, Full};
//! use hyper_util::{client::legacy::Client as HttpClient, rt::TokioExecutor};
//! use sealwire_tower::{SealedBody, client::SealLayer};
//! use tower_layer::Layer as _;
//! use tower_service::Service as _;
//!
//! # async fn run(client: sealwire::Client) -> Result<(), Box<dyn std::error::Error>> {
//! let http: HttpClient<_, SealedBody<Full<Bytes>>> =
//!     HttpClient::builder(TokioExecutor::new()).retry_canceled_requests(false).build_http();
//! let mut sealed = SealLayer::new(client).allow_http_on_loopback().layer(http);
//!
//! let request = Request::post("http://127.0.0.1:8080/v1/orders").body(Full::from("tea"))?;
//! let response = sealed.call(request).await?;
//! let content = response.into_body().collect().await?.to_bytes();
//! # drop(content);
//! # Ok(())
//! # }
//! ```
//!
//! The service can also be a server in the same process, as in a test:
//!
//! ```
//! use axum::{Router, body::{Body, to_bytes}, http::Request, routing::post};
//! use sealwire::{
//!     Aead, Client, Kem, Server, SystemRandom,
//!     keys::{KeyPair, KeyRing, Policy, Recipient, ServerKey},
//! };
//! use sealwire_tower::{SealwireLayer, client::SealLayer};
//! use tower_layer::Layer as _;
//! use tower_service::Service as _;
//!
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! let key_pair = KeyPair::generate(Kem::X25519HkdfSha256, &mut SystemRandom)?;
//! let mut ring = KeyRing::new();
//! ring.add(ServerKey::new(1, key_pair, &[Aead::ChaCha20Poly1305])?)?;
//! let recipient = Recipient::choose(&ring.configs()?, Policy::streaming())?;
//!
//! let router: Router = Router::new().route("/shout", post(|text: String| async move {
//!     text.to_uppercase()
//! }));
//! let server = SealwireLayer::new(Server::new(ring, ["api.example.com"])?).layer(router);
//!
//! let mut client = SealLayer::new(Client::new(recipient)).layer(server);
//! let request = Request::post("https://api.example.com/shout").body(Body::from("tea"))?;
//! let response = client.call(request).await?;
//! assert_eq!(to_bytes(Body::new(response.into_body()), 1000).await?, "TEA");
//! # Ok(())
//! # }
//! # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(run()).unwrap();
//! ```

mod error;

use std::{
    future::{self, Future},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use bytes::Bytes;
use http::{Request, Response, Uri};
use http_body::Body;
use sealwire::{Client, Target};
use sealwire_http::{
    BoxError, OpenedBody, SealedBody,
    client::{Destination, seal_stream},
};
use tower_layer::Layer;
use tower_service::Service;

pub use error::Error;

/// Seals the calls that go through a service. Cheap to clone.
///
/// A call goes to [`GATEWAY_PATH`](sealwire::server::GATEWAY_PATH) on the origin that it is meant
/// for, by https, unless configured otherwise.
#[derive(Clone, Debug)]
pub struct SealLayer {
    client: Arc<Client>,
    destination: Destination,
}

/// A service behind a [`SealLayer`].
#[derive(Clone, Debug)]
pub struct SealService<S> {
    layer: SealLayer,
    inner: S,
}

impl SealLayer {
    /// A layer that seals calls as `client` does, and accepts what it accepts: without
    /// [`Client::with_limits`] any amount of content in a response, which is streamed. Choose its
    /// recipient by [`Policy::streaming`](sealwire::keys::Policy::streaming). If it pads, requests are
    /// padded whose content is there at once: those whose content is streamed cannot be.
    pub fn new(client: impl Into<Arc<Client>>) -> Self {
        Self { client: client.into(), destination: Destination::new() }
    }

    /// Which path the outer requests have: [`Target::GATEWAY`] unless set, as at the server.
    #[must_use]
    pub fn target(self, target: Target) -> Self {
        Self { destination: self.destination.target(target), ..self }
    }

    /// The absolute URI that all sealed calls go to, whatever origin they are meant for. With a mirror
    /// target it is the origin only.
    #[must_use]
    pub fn gateway(self, gateway: Uri) -> Self {
        Self { destination: self.destination.gateway(gateway), ..self }
    }

    /// Allows `http` to a gateway on a loopback address, for development and tests. Anywhere else
    /// `https` is required: sealing does not hide who calls whom, TLS hides a part of it.
    ///
    /// The service under the layer must then use no proxy, which would get the plain call.
    #[must_use]
    pub fn allow_http_on_loopback(self) -> Self {
        Self { destination: self.destination.allow_http_on_loopback(), ..self }
    }
}

impl<S> Layer<S> for SealLayer {
    type Service = SealService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        SealService { layer: self.clone(), inner }
    }
}

impl<S, B, R> Service<Request<B>> for SealService<S>
where
    S: Service<Request<SealedBody<B>>, Response = Response<R>>,
    S::Error: Into<BoxError>,
    S::Future: Send + 'static,
    B: Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
    R: Body<Data = Bytes> + Send + 'static,
    R::Error: Into<BoxError>,
{
    type Response = Response<OpenedBody<R>>;
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.inner.poll_ready(context).map_err(Error::transport_not_ready)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let SealLayer { client, destination } = &self.layer;
        let outer = destination.outer_uri(request.uri());
        let (outer, pending) = match outer.and_then(|uri| seal_stream(client, request, uri)) {
            Ok(sealed) => sealed,
            Err(error) => return Box::pin(future::ready(Err(error.into()))),
        };
        let answer = self.inner.call(outer);
        Box::pin(async move {
            let answer = answer.await.map_err(Error::transport)?;
            Ok(pending.open(answer).await?)
        })
    }
}
