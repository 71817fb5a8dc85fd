//! [tower](https://docs.rs/tower) layers for sealed calls: [`SealwireLayer`] opens them, for axum,
//! hyper, tonic and whatever else speaks tower, and [`client::SealLayer`] makes them.
//!
//! The server's layer answers on the gateway path ([`sealwire::server::GATEWAY_PATH`]): GET with the key
//! configurations, POST by opening the sealed call, handing the service below a normal
//! `http::Request` with the inner method, target, fields and content, and sealing its response as
//! it is produced. Every other request is passed on, unless its route takes sealed calls only. Which
//! is which a handler can tell by the extension [`Sealed`], never by a field.
//!
//! It adds no time limit: as before any other service, have the server limit how long a body may
//! take. What calls hold until their handlers have them is limited by
//! [`SealwireLayer::memory_limit`].
//!
//! A call is complete before its handler is called, and held in memory until then. A handler on a
//! route that [streams](sealwire::server::Route::streaming) is called as soon as the head was opened,
//! and must be ready for a body that ends in an error. A response whose body fails is broken off, so
//! that the client does not take it for complete.
//!
//! The handler of a sealed call sees nothing of the outer request: neither its fields nor its
//! extensions, but for those that [`SealwireLayer::copy_extension`] names, such as axum's
//! `ConnectInfo`.
//!
//! The layer goes around a whole router, not onto its routes, because the inner target is known
//! only after the call was opened; nor into one that is nested, since there axum cuts the prefix off
//! the path that rules for routes are held against:
//!
//! ```
//! use std::net::SocketAddr;
//!
//! use axum::{Router, extract::ConnectInfo, routing::post};
//! use sealwire::{Aead, Kem, Server, SystemRandom, keys::{KeyPair, KeyRing, ServerKey}};
//! use sealwire_tower::SealwireLayer;
//! use tower_layer::Layer as _;
//!
//! # fn run() -> Result<(), Box<dyn std::error::Error>> {
//! let key_pair = KeyPair::generate(Kem::X25519HkdfSha256, &mut SystemRandom)?;
//! let mut ring = KeyRing::new();
//! ring.add(ServerKey::new(1, key_pair, &[Aead::ChaCha20Poly1305, Aead::Aes128Gcm])?)?;
//! let server = Server::new(ring, ["api.example.com"])?;
//!
//! let router: Router = Router::new().route("/v1/orders", post(|body: String| async { body }));
//! let layer = SealwireLayer::new(server).copy_extension::<ConnectInfo<SocketAddr>>();
//! // The outer router is there because axum::serve takes services that answer with axum's own body.
//! let app: Router = Router::new().fallback_service(layer.layer(router));
//! // let app = app.into_make_service_with_connect_info::<SocketAddr>();
//! // axum::serve(listener, app).await
//! # drop(app);
//! # Ok(())
//! # }
//! # run().unwrap();
//! ```
//!
//! With the feature `axum` a handler can take [`Sealed`] as an argument. It then answers sealed calls
//! only, and others get a 403 with problem details; a handler that takes `Option<Sealed>` answers both:
//!
//! ```
//! use axum::{Router, routing::get};
//! use sealwire_tower::Sealed;
//!
//! async fn profile(sealed: Sealed) -> String {
//!     format!("sealed for key {} with {:?}", sealed.key_id(), sealed.suite().aead)
//! }
//!
//! async fn news(sealed: Option<Sealed>) -> &'static str {
//!     if sealed.is_some() { "for your eyes only" } else { "for everyone" }
//! }
//!
//! let router: Router = Router::new().route("/profile", get(profile)).route("/news", get(news));
//! # drop(router);
//! ```
//!
//! A service that fails without a response is a sealed 500, and its error goes no further: log it below
//! this layer. For a plain request it fails as it would without this layer.
//!
//! For now calls are not protected against replay.

pub mod client;
mod layer;
mod service;

pub use layer::SealwireLayer;
#[cfg(feature = "axum")]
pub use sealwire_http::NotSealed;
pub use sealwire_http::{BodyError, OpenedBody, Sealed, SealedBody};
pub use service::SealwireService;
