//! End-to-end encrypted API calls, from the app's memory to the handler's.

#![cfg_attr(not(feature = "std"), no_std)]
#![forbid(unsafe_code)]
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

extern crate alloc;

pub mod bhttp;
mod error;

pub use error::{Code, Error, Fault, Result};
