//! Small, runnable examples: `cargo run --example quickstart`. This library holds what they share,
//! none of which an app needs: the one who listens in between, and how to print what was seen.

pub mod columns;
pub mod proxy;
mod server;
pub mod sse;

pub use server::{keys, serve};

/// Any error at all: an example ends with it.
pub type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// The code in the README, compiled.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
