//! A middleware that opens sealed calls, for [actix-web](https://docs.rs/actix-web).
//!
//! It answers on the gateway path ([`sealwire::server::GATEWAY_PATH`]): GET with the key
//! configurations, POST by opening the sealed call, handing the app behind it a normal request with
//! the inner method, target, fields and content, and sealing its response as it is produced. Every
//! other request is passed on untouched, unless its route takes sealed calls only. Which is which a
//! handler can tell by the extractor [`Sealed`], never by a field.
//!
//! ```
//! use actix_web::{App, HttpServer, web};
//! use sealwire::{Aead, Kem, Server, SystemRandom, keys::{KeyPair, KeyRing, ServerKey}};
//! use sealwire_actix::{Sealed, Sealwire};
//!
//! async fn order(sealed: Sealed, path: web::Path<u32>, body: String) -> String {
//!     format!("order {path}, sealed for key {}: {body}", sealed.key_id())
//! }
//!
//! async fn serve(address: &str) -> Result<(), Box<dyn std::error::Error>> {
//!     let key_pair = KeyPair::generate(Kem::X25519HkdfSha256, &mut SystemRandom)?;
//!     let mut ring = KeyRing::new();
//!     ring.add(ServerKey::new(1, key_pair, &[Aead::ChaCha20Poly1305, Aead::Aes128Gcm])?)?;
//!     let sealwire = Sealwire::new(Server::new(ring, ["api.example.com"])?);
//!
//!     let app = move || {
//!         App::new().route("/v1/orders/{id}", web::put().to(order)).wrap(sealwire.clone())
//!     };
//!     HttpServer::new(app).bind(address)?.run().await?;
//!     Ok(())
//! }
//! # let _ = serve("127.0.0.1:8080");
//! ```
//!
//! # Bodies
//!
//! A call is complete before its handler is called, and held in memory until then. A handler on a
//! route that [streams](sealwire::server::Route::streaming) is called as soon as the head was opened,
//! and must be ready for a payload that ends in an error. A response whose body fails is broken off,
//! so that the client does not take it for complete.
//!
//! An error of a handler, an extractor or a middleware becomes the response that it stands for,
//! sealed. Actix's limits for payloads hold for what was opened, too, such as that of
//! [`web::PayloadConfig`](actix_web::web::PayloadConfig), 256 KiB, for `String` and `Bytes`.
//!
//! Actix knows no trailers: those of a request are dropped, and a response has none.
//!
//! # Where to wrap it
//!
//! Around the [`App`](actix_web::App), since the inner target is known only after the call was
//! opened; around a scope or a resource, calls are not routed to what they ask for. What is wrapped
//! around an app last is outermost: all that should see the inner requests, such as sessions,
//! identities, CORS of their own and `NormalizePath`, is wrapped before.
//!
//! What is wrapped later sees the outer request on its way in. On the way out it finds in
//! [`ServiceResponse::request`](actix_web::dev::ServiceResponse::request) the inner one, since actix
//! has one request in which middlewares change what they will. **What it logs of that is what was
//! sealed.** Actix's `Logger` takes method, path and fields on the way in. Nor may it hold a clone of
//! the `HttpRequest` meanwhile: as with every middleware that changes a request, that is a panic.
//!
//! # What a handler sees
//!
//! Nothing of the outer request: neither its fields nor its extensions, but for those that
//! [`Sealwire::copy_extension`] names. `HttpRequest::uri` is absolute, with the inner scheme and
//! authority, and `connection_info` believes no `Forwarded` and no `X-Forwarded-For` but those that
//! [`EdgeFields::trust`](sealwire::server::EdgeFields::trust) takes from the outer request. What is
//! about the connection stays: `peer_addr`, and what `HttpServer::on_connect` keeps.
//!
//! A method that actix has no word for, such as `#`, is refused with a sealed 400. A handler that
//! wants to switch protocols, such as to WebSocket, cannot: its 101 becomes a sealed 500.
//!
//! For now calls are not protected against replay.

mod body;
mod fields;
mod middleware;
mod payload;
mod request;
mod response;
mod sealed;
mod service;

pub use body::SealedMessage;
pub use middleware::Sealwire;
pub use sealed::{NotSealed, Sealed};
pub use sealwire_http::BodyError;
pub use service::SealwireService;
