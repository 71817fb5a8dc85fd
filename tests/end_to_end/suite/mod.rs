//! What every server adapter must do, over a loopback port: one suite of tests that knows no
//! framework, and one app that each framework implements in its own way.
//!
//! A new adapter implements [`Framework`] in a file beside this folder and says `suite!(Its);`
//! there, and `suite_of_trailers!(Its);` if its framework knows trailers.
//!
//! # The app
//!
//! Its handlers take any method. Each tells the [`Witness`] that it was called, first thing.
//!
//! | path | what its handler does |
//! |---|---|
//! | `/echo` | takes the whole content, answers with [`Told`] as JSON |
//! | `/stream` | answers with the content as it comes; where that ends in an error, its body just ends |
//! | `/sink` | tells the witness of each piece of content and how that ended, answers how many bytes it was; 400 if it ended in an error |
//! | `/events` | answers with [`Witness::events`] as they come |
//! | `/big` | answers with [`PIECES`] times [`PIECE`], each of them when the framework asks for it |
//! | `/fail` | answers with `the beginning`, and with the first of [`Witness::events`] its body fails |
//! | `/panic` | panics |
//! | `/hello` | answers with `hello` and its `content-length`, HEAD too |
//! | `/empty` | answers 204 |
//! | `/ours` | answers with the fields `sealwire-call: forged`, `x-answer: 1` and `x-answer: 2` |
//! | `/trailers` | takes the whole content, answers with its trailer `x-sum` as content and as trailer |
//!
//! Any other path is a 404 of the framework.

pub(crate) mod calls;
mod client;
pub(crate) mod cors;
pub(crate) mod cut;
pub(crate) mod edge;
mod handmade;
pub(crate) mod limits;
pub(crate) mod mirror;
pub(crate) mod opening;
pub(crate) mod outside;
pub(crate) mod plain;
pub(crate) mod refused;
pub(crate) mod streams;
pub(crate) mod tests;
pub(crate) mod trailers;
mod witness;

use std::{any::Any, net::SocketAddr};

use bytes::Bytes;
use sealwire::Server;
use sealwire_http::server::Gate;

use client::Caller;
pub(crate) use witness::{Note, Told, ToldSealed, Witness};

/// What `/big` answers with, again and again.
pub(crate) const PIECE: Bytes = Bytes::from_static(&[b'x'; 50_000]);
/// How often.
pub(crate) const PIECES: usize = 60;

/// A framework that can serve the app behind its adapter.
pub(crate) trait Framework {
    /// Serves the app on a free loopback port.
    fn serve(setup: Setup) -> impl Future<Output = Running>;
}

/// How to serve the app.
pub(crate) struct Setup {
    /// What opens the calls.
    pub(crate) server: Server,
    /// [`Gate::concurrent_opens`].
    pub(crate) concurrent_opens: usize,
    /// [`Gate::memory_limit`].
    pub(crate) memory_limit: usize,
    /// [`Gate::response_limit`].
    pub(crate) response_limit: usize,
    /// Whom the handlers tell what they see.
    pub(crate) witness: Witness,
}

/// A server that runs until this is dropped.
pub(crate) struct Running {
    /// Where it listens.
    pub(crate) address: SocketAddr,
    /// Stops it when dropped.
    pub(crate) _stop: Box<dyn Any>,
}

/// A running app, who calls it, and who sees what its handlers do.
struct Stage {
    caller: Caller,
    witness: Witness,
    _running: Running,
}

impl Stage {
    /// The app behind the server of these tests.
    async fn of<F: Framework>() -> Self {
        Self::with::<F>(|setup| setup).await
    }

    /// The app behind a server that is changed so.
    async fn serving<F: Framework>(change: impl FnOnce(Server) -> Server) -> Self {
        Self::with::<F>(|setup| Setup { server: change(setup.server), ..setup }).await
    }

    /// The app, set up so.
    async fn with<F: Framework>(change: impl FnOnce(Setup) -> Setup) -> Self {
        let (server, pinned) = super::server();
        let witness = Witness::new();
        let setup = change(Setup {
            server,
            concurrent_opens: usize::MAX,
            memory_limit: Gate::DEFAULT_MEMORY_LIMIT,
            response_limit: Gate::DEFAULT_RESPONSE_LIMIT,
            witness: witness.clone(),
        });
        let running = F::serve(setup).await;
        let caller = Caller::new(running.address, super::recipient(&pinned));
        Self { caller, witness, _running: running }
    }
}
