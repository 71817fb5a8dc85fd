use std::sync::Arc;

use http::Extensions;
use sealwire::Server;
use sealwire_http::server::Gate;
use tower_layer::Layer;

use crate::SealwireService;

/// Opens sealed calls in front of a service. Cheap to clone; clones share the server's keys.
///
/// What calls are, where they come in, which routes stream and which take sealed calls only, is
/// configured on the [`Server`].
#[derive(Clone, Debug)]
pub struct SealwireLayer {
    settings: Arc<Settings>,
}

#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) gate: Gate,
    copies: Vec<fn(&Extensions, &mut Extensions)>,
}

impl SealwireLayer {
    /// A layer that opens what `server` can open.
    pub fn new(server: impl Into<Arc<Server>>) -> Self {
        Self { settings: Arc::new(Settings { gate: Gate::new(server), copies: Vec::new() }) }
    }

    /// How many bytes of content a handler may answer a call in one piece with, since that answer is
    /// held in memory: [`Gate::DEFAULT_RESPONSE_LIMIT`] unless set. Beyond, the handler's body is
    /// dropped and the client gets a sealed 500. Answers to calls in chunks have no limit.
    #[must_use]
    pub fn response_limit(self, bytes: usize) -> Self {
        self.with_gate(|gate| gate.response_limit(bytes))
    }

    /// How many bytes calls may hold, all together, until their handlers have them:
    /// [`Gate::DEFAULT_MEMORY_LIMIT`] unless set. See [`Gate::memory_limit`].
    #[must_use]
    pub fn memory_limit(self, bytes: usize) -> Self {
        self.with_gate(|gate| gate.memory_limit(bytes))
    }

    /// How many calls may be on their way from their head to their handler. Not limited unless set,
    /// and with a risk: see [`Gate::concurrent_opens`].
    #[must_use]
    pub fn concurrent_opens(self, calls: usize) -> Self {
        self.with_gate(|gate| gate.concurrent_opens(calls))
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

    fn with_gate(mut self, change: impl FnOnce(Gate) -> Gate) -> Self {
        let settings = Arc::make_mut(&mut self.settings);
        settings.gate = change(settings.gate.clone());
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
