//! Sealed calls with [reqwest]: build a request as ever, send it, and get a [`reqwest::Response`].
//! Between the two it is sealed, sent to the server's gateway and its answer opened.
//!
//! ```no_run
//! use sealwire::keys::{KeyConfigList, Policy, Recipient};
//!
//! # async fn run(pinned: &[u8]) -> Result<(), Box<dyn std::error::Error>> {
//! // `pinned` came with the app, not over the path that it must protect against.
//! let recipient = Recipient::choose(&KeyConfigList::decode(pinned)?, Policy::streaming())?;
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
//! What travels outside, for anyone on the path to read: the gateway's address, the size, with a
//! [mirror](ClientBuilder::target) the path of the call, and whatever the [`reqwest::ClientBuilder`]
//! given to [`ClientBuilder::http`] adds to every request, such as its default headers and cookies.
//! What is set on the request travels inside.
//!
//! # Bodies
//!
//! They are streams in both directions: a request is sealed as it is sent, and a response is there
//! as soon as its head is. One chunk of it, 64 KiB, is opened at a time; trailers come with the
//! frames of `http::Response::<reqwest::Body>::from(response)`. A server that knows RFC 9458 only
//! needs [`ClientBuilder::one_shot`], which holds both in memory.
//!
//! With AES-128-GCM a message has 2^30 bytes at most. Whoever streams lets
//! [`Policy::streaming`](sealwire::keys::Policy::streaming) choose the recipient, which prefers AEADs
//! without that limit.
//!
//! What does not arrive as a whole ends in an error, never in a clean end: [`Error::of_body`] finds
//! the reason. The other way round, a request whose stream fails is broken off, and the server takes
//! it for incomplete.
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
//! - The response knows nothing of the outer one: it has no `remote_addr`, and no HTTP version of its
//!   own. Its extensions hold [`Sealed`], which derives further secrets that the server has, too.
//!
//! No call is tried twice. [`Error`] tells when a call that failed may have been carried out
//! nevertheless.
//!
//! Once a response is there its methods fail with [`reqwest::Error`], and both that and the `Debug`
//! output of the response show the URL of the call.
//!
//! # Features
//!
//! | feature | what it adds |
//! |---|---|
//! | `rustls` (default) | TLS by rustls, as reqwest ships it, with TLS 1.2 as the least version; without it the app brings reqwest's TLS, and sets its least version itself |
//! | `json`, `query`, `form`, `multipart`, `stream` | what they add to reqwest |
//! | `blocking` | the client for code that is not async: see the module `blocking` |
//! | `middleware` | the client as the last link of a chain of reqwest-middleware: `Client::into_middleware` |
//! | `test-util` | for the tests of an app, a client that is wired to a handler: see the module `test_util` |

#[cfg(feature = "blocking")]
pub mod blocking;
mod builder;
mod call;
mod client;
mod error;
#[cfg(feature = "middleware")]
mod middleware;
mod outgoing;
mod request;
mod settings;
#[cfg(feature = "test-util")]
pub mod test_util;
mod transport;

pub use builder::ClientBuilder;
pub use client::Client;
pub use error::Error;
pub use request::RequestBuilder;
pub use sealwire_http::{BodyError, Sealed};
