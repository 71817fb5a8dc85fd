//! What the contestants over HTTP share: the handler, the calls and the conversation with the
//! harness.
//!
//! A contestant is a program with two roles, each a process of its own: a server on a free loopback
//! port, and a client that calls it. Commands are lines, as in the crate `bench-peer`:
//!
//! | role | command | answer |
//! |---|---|---|
//! | `server` | `address` | where it listens |
//! | | `cpu` | the CPU time of the process until now, in nanoseconds |
//! | `client ADDRESS` | `check` | `ok`, after one call whose answer was compared |
//! | | `up N`, `down N` | `ok`, after `N` bytes were streamed to the server, or from it, and compared |
//! | | `call N` | the CPU time of the process for `N` calls, in nanoseconds |
//! | both | `rest` | what of the process is resident, in bytes; its peak is forgotten |
//! | | `peak` | the most that was resident since then, in bytes |
//!
//! Both end with their input. A call that fails or takes too long panics, which the harness sees as
//! the end of the answers.

mod client;
mod content;
mod handlers;
mod memory;
mod server;

use std::env;

use axum::Router;

pub use client::{CONNECTIONS, Caller};
pub use content::Content;
pub use handlers::{Order, PATH, STREAMS, router};
pub use server::answer_harness;

/// Plays the role that the command line names: `app` is what the server serves, by axum, `caller`
/// what calls the server at an address.
///
/// # Panics
/// If there is no such role, or the role fails.
pub fn run<C: Caller>(app: impl FnOnce() -> Router, caller: impl FnOnce(&str) -> C) {
    run_with(|| server::run(app), caller);
}

/// The same with another server, which `serve` starts, and then calls [`answer_harness`].
///
/// # Panics
/// If there is no such role, or the role fails.
pub fn run_with<C: Caller>(serve: impl FnOnce(), caller: impl FnOnce(&str) -> C) {
    let role: Vec<String> = env::args().skip(1).collect();
    match role.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["server"] => serve(),
        ["client", address] => client::run(caller(address)),
        _ => panic!("the roles are `server` and `client ADDRESS`"),
    }
}
