use std::sync::Arc;

use http::Extensions;
use sealwire::Server;
use tower_layer::Layer;

use crate::SealwireService;

/// Opens sealed calls in front of a service. Cheap to clone; clones share the server's keys.
#[derive(Clone, Debug)]
pub struct SealwireLayer {
    settings: Arc<Settings>,
}

#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) server: Arc<Server>,
    pub(crate) response_limit: usize,
    copies: Vec<fn(&Extensions, &mut Extensions)>,
}

impl SealwireLayer {
    /// The content of a handler's response in bytes, unless configured: 16 MiB.
    pub const DEFAULT_RESPONSE_LIMIT: usize = 16 * 1024 * 1024;

    /// A layer that opens what `server` can open.
    pub fn new(server: impl Into<Arc<Server>>) -> Self {
        let (server, response_limit) = (server.into(), Self::DEFAULT_RESPONSE_LIMIT);
        Self { settings: Arc::new(Settings { server, response_limit, copies: Vec::new() }) }
    }

    /// How many bytes of content a handler may answer a sealed call with, since the answer is held
    /// in memory. Beyond, the handler's body is dropped and the client gets a sealed 500.
    #[must_use]
    pub fn response_limit(mut self, bytes: usize) -> Self {
        Arc::make_mut(&mut self.settings).response_limit = bytes;
        self
    }

    /// Copies an extension of the outer request, if it has one of type `T`, to the request that was
    /// sealed in it. Without this a handler sees none of them.
    ///
    /// Ask for what is about the connection, such as axum's `ConnectInfo` or what a TLS acceptor
    /// knows of the peer, and was put there before this layer. What is about the outer request, such
    /// as the route that matched it, would be wrong for the inner one.
    #[must_use]
    pub fn copy_extension<T: Clone + Send + Sync + 'static>(mut self) -> Self {
        Arc::make_mut(&mut self.settings).copies.push(copy::<T>);
        self
    }
}

impl<S> Layer<S> for SealwireLayer {
    type Service = SealwireService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        SealwireService::new(Arc::clone(&self.settings), inner)
    }
}

impl Settings {
    pub(crate) fn copy_extensions(&self, outer: &Extensions, inner: &mut Extensions) {
        for copy in &self.copies {
            copy(outer, inner);
        }
    }
}

fn copy<T: Clone + Send + Sync + 'static>(from: &Extensions, to: &mut Extensions) {
    if let Some(value) = from.get::<T>() {
        to.insert(value.clone());
    }
}
