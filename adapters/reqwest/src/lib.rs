//! Sealed calls with [reqwest]: build a request as ever, send it, and get a [`reqwest::Response`].
//! Between the two it is sealed, sent to the server's gateway and its answer opened.
//!
//! ```no_run
//! use sealwire::keys::{KeyConfigList, Policy, Recipient};
//!
//! # async fn run(pinned: &[u8]) -> Result<(), Box<dyn std::error::Error>> {
//! // `pinned` came with the app, not over the path that it must protect against.
//! let recipient = Recipient::choose(&KeyConfigList::decode(pinned)?, Policy::default())?;
//! let client = sealwire_reqwest::Client::builder(recipient).build()?;
//!
//! let response = client
//!     .post("https://api.example.com/v1/orders?draft=false")
//!     .bearer_auth("secret")
//!     .body("two tons of tea")
//!     .send()
//!     .await?;
//! println!("{} {}", response.status(), response.text().await?);
//! # Ok(())
//! # }
//! ```
//!
//! What travels outside, for anyone on the path to read: the gateway's address, the size, and
//! whatever the [`reqwest::ClientBuilder`] given to [`ClientBuilder::http`] adds to every request,
//! such as its default headers and cookies. What is set on the request travels inside.
//!
//! # What differs from reqwest
//!
//! What reqwest does while it sends and receives, it does to the outer messages only. To the inner
//! response nothing is done:
//!
//! - A redirect is not followed: it is the response, and yours to act on.
//! - Cookies are neither stored nor sent: `set-cookie` and `cookie` are fields like any other.
//! - Content codings are neither asked for nor decoded: the body is as the handler sent it.
//! - Informational (1xx) responses are discarded.
//!
//! Bodies are streams in both directions: a response is there as soon as its head is. Its trailers
//! come with the frames of `http::Response::<reqwest::Body>::from(response)`. Its extensions hold
//! [`Sealed`], which derives further secrets that the server has, too; of the outer response it knows
//! nothing, so there is no `remote_addr`.
//!
//! No call is tried twice. [`Error`] tells when a call that failed may have been carried out
//! nevertheless. A response that does not arrive as a whole ends in an error, never in a clean end:
//! [`Error::of_body`] finds the reason.

mod builder;
mod call;
mod client;
mod error;
mod request;
mod settings;
mod transport;

pub use builder::ClientBuilder;
pub use client::Client;
pub use error::Error;
pub use request::RequestBuilder;
pub use sealwire_http::{BodyError, Sealed};
