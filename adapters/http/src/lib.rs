//! What Sealwire's adapters share, for whatever speaks [`http_body`]: bodies that seal and open as
//! they are polled, and one sealed call of either end.
//!
//! Apps use `sealwire-reqwest` and servers `sealwire-tower` or `sealwire-actix`. This crate is for
//! whoever writes an adapter for another HTTP library. It knows no runtime, starts no task, and
//! needs nothing to be `Send`.
//!
//! - [`client`]: a request is sealed into an outer one, and the answer to that is opened.
//! - [`server`]: which requests are sealed calls, what is in them, and the answer sealed.
//! - [`SealedBody`], [`OpenedBody`]: the bodies of outer and inner messages.
//! - [`open_request`], [`open_response`]: the head of a streamed message, and its content as a body.
//! - [`collect`]: a body in memory, within a limit.

#[cfg(feature = "axum")]
mod axum;
mod breaker;
mod budget;
pub mod client;
mod collect;
mod error;
mod incoming;
mod opened;
mod pieces;
mod reader;
mod ready;
mod sealed;
mod sealed_call;
mod sealing;
pub mod server;

#[cfg(feature = "axum")]
pub use axum::NotSealed;
pub use breaker::Breaker;
pub use collect::{Incomplete, collect};
pub use error::{BodyError, BoxError};
pub use opened::{OpenedBody, open_request, open_response};
pub use sealed::SealedBody;
pub use sealed_call::Sealed;
