//! Small, runnable examples: `cargo run --example quickstart`.

/// The code in the README, compiled.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
