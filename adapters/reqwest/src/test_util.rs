//! For the tests of an app: a sealed client that is wired to a handler, without a network.
//!
//! [`client`] puts an app, such as an axum `Router`, behind Sealwire's layer with a fresh key, and
//! returns a [`Client`] whose calls are sealed, opened, handled, and answered in this process. Code
//! that takes a `Client` is tested with it as it runs in production.
//!
//! ```
//! use axum::{Router, routing::get};
//!
//! # async fn test() -> Result<(), Box<dyn std::error::Error>> {
//! let app = Router::new().route("/tea", get(|| async { "two tons" }));
//! let client = sealwire_reqwest::test_util::client(app, ["api.example.com"])?;
//! let response = client.get("https://api.example.com/tea").send().await?;
//! assert_eq!(response.text().await?, "two tons");
//! # Ok(())
//! # }
//! # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(test()).unwrap();
//! ```
//!
//! Errors are tested with a transport of one's own, see [`ClientBuilder::transport`]: one that
//! fails, alters what passes, or answers by itself.
//!
//! ```
//! # async fn test() -> Result<(), Box<dyn std::error::Error>> {
//! let (_server, recipient) = sealwire_reqwest::test_util::server(["api.example.com"])?;
//! let offline = |_| async { Err::<http::Response<reqwest::Body>, _>("there is no network".into()) };
//! let client = sealwire_reqwest::Client::builder(recipient).transport(offline).build()?;
//! let error = client.get("https://api.example.com/tea").send().await.unwrap_err();
//! assert!(!error.is_not_sent());
//! # Ok(())
//! # }
//! # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(test()).unwrap();
//! ```
//!
//! Nothing here is for production: there is no TLS and no connection, and timeouts, which are those
//! of reqwest's connections, do not exist.

use std::{
    future::{Future, poll_fn},
    pin::Pin,
    sync::{Mutex, PoisonError},
    task::{Context, Poll},
};

use bytes::Bytes;
use http::{Request, Response};
use http_body::{Body as HttpBody, Frame, SizeHint};
use reqwest::Body;
use sealwire::{
    Aead, Kem, Server, SystemRandom,
    keys::{KeyPair, KeyRing, Policy, Recipient, ServerKey},
};
use sealwire_http::{BoxError, OpenedBody};
use sealwire_tower::SealwireLayer;
use tower_layer::Layer as _;
use tower_service::Service;

use crate::{Client, ClientBuilder, Error};

/// What a transport answers.
pub type Answer = Result<Response<Body>, BoxError>;

/// A client of `app`, which answers for these authorities (`host` or `host:port`, as in the URLs
/// that are called).
///
/// # Errors
/// If an authority is not one, or there are none.
pub fn client<'a, S, R>(
    app: S,
    authorities: impl IntoIterator<Item = &'a str>,
) -> Result<Client, Error>
where
    S: Service<Request<OpenedBody<Body>>, Response = Response<R>> + Clone + Send + Sync + 'static,
    S::Future: Send,
    S::Error: Into<BoxError>,
    R: HttpBody<Data = Bytes> + Send + 'static,
    R::Error: Into<BoxError>,
{
    let (server, recipient) = server(authorities).map_err(Error::double)?;
    let sealed = SealwireLayer::new(server).layer(app);
    Client::builder(recipient).transport(to_service(sealed)).build()
}

/// A server with a fresh key, to be configured further, and whom its clients seal for. Put its layer
/// around an app, and that into [`to_service`].
///
/// # Errors
/// As [`client`].
pub fn server<'a>(
    authorities: impl IntoIterator<Item = &'a str>,
) -> sealwire::Result<(Server, Recipient)> {
    let pair = KeyPair::generate(Kem::X25519HkdfSha256, &mut SystemRandom)?;
    let mut ring = KeyRing::new();
    ring.add(ServerKey::new(1, pair, &[Aead::Aes256Gcm, Aead::ChaCha20Poly1305])?)?;
    let recipient = Recipient::choose(&ring.configs()?, Policy::streaming())?;
    Ok((Server::new(ring, authorities)?, recipient))
}

/// A transport to a service that takes outer requests: the app behind its layer, and whatever else
/// of the server stands before that.
pub fn to_service<S, R>(
    service: S,
) -> impl Fn(Request<Body>) -> Pin<Box<dyn Future<Output = Answer> + Send>>
where
    S: Service<Request<Body>, Response = Response<R>> + Clone + Send + Sync + 'static,
    S::Future: Send,
    S::Error: Into<BoxError>,
    R: HttpBody<Data = Bytes> + Send + 'static,
    R::Error: Into<BoxError>,
{
    move |request| {
        let mut service = service.clone();
        Box::pin(async move {
            poll_fn(|context| service.poll_ready(context)).await.map_err(Into::into)?;
            let response = service.call(request).await.map_err(Into::into)?;
            Ok(response.map(|body| Body::wrap(Shared(Mutex::new(Box::pin(body))))))
        })
    }
}

impl ClientBuilder {
    /// Sends outer requests by this function and not by a network: for tests. See
    /// [`test_util`](self).
    ///
    /// Its errors are of a call whose outcome is unknown.
    pub fn transport<F, A>(self, transport: F) -> Self
    where
        F: Fn(Request<Body>) -> A + Send + Sync + 'static,
        A: Future<Output = Answer> + Send + 'static,
    {
        self.with_double(Box::new(move |request| Box::pin(transport(request))))
    }
}

/// A body that several threads may hold, as reqwest wants: nobody ever waits for the lock.
struct Shared<B>(Mutex<Pin<Box<B>>>);

impl<B: HttpBody> HttpBody for Shared<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        self.0.get_mut().unwrap_or_else(PoisonError::into_inner).as_mut().poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).size_hint()
    }
}
