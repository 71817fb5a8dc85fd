//! Small, runnable examples: `cargo run --example quickstart`.
