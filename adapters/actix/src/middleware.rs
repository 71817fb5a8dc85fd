use std::{
    future::{Ready, ready},
    mem,
    sync::Arc,
};

use actix_web::{
    Error,
    body::MessageBody,
    dev::{Extensions, Service, ServiceRequest, ServiceResponse, Transform},
};
use sealwire::Server;
use sealwire_http::server::Gate;

use crate::SealwireService;

/// Opens sealed calls in front of an app. Cheap to clone; clones share the server's keys, so that one
/// is made outside of the closure that makes an app for each worker.
///
/// What calls are, where they come in, which routes stream and which take sealed calls only, is
/// configured on the [`Server`].
#[derive(Clone, Debug)]
pub struct Sealwire {
    settings: Arc<Settings>,
}

#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) gate: Gate,
    copies: Vec<fn(&Extensions, &mut Extensions)>,
}

impl Sealwire {
    /// A middleware that opens what `server` can open.
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
    /// Ask for what is about the connection and was put there by a middleware that runs before this
    /// one. What is about the outer request would be wrong for the inner one. What
    /// [`HttpServer::on_connect`](actix_web::HttpServer::on_connect) keeps is no extension: handlers
    /// see it in any case.
    #[must_use]
    pub fn copy_extension<T: Clone + 'static>(mut self) -> Self {
        Arc::make_mut(&mut self.settings).copies.push(copy::<T>);
        self
    }

    fn with_gate(mut self, change: impl FnOnce(Gate) -> Gate) -> Self {
        let settings = Arc::make_mut(&mut self.settings);
        settings.gate = change(settings.gate.clone());
        self
    }
}

impl<S, B> Transform<S, ServiceRequest> for Sealwire
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = <SealwireService<S> as Service<ServiceRequest>>::Response;
    type Error = Error;
    type Transform = SealwireService<S>;
    type InitError = ();
    type Future = Ready<Result<Self::Transform, ()>>;

    fn new_transform(&self, inner: S) -> Self::Future {
        ready(Ok(SealwireService::new(Arc::clone(&self.settings), inner)))
    }
}

impl Settings {
    /// Leaves in the extensions of the outer request what the inner one may have of them. What else
    /// goes includes what actix keeps there of the outer fields: cookies and the connection's info.
    pub(crate) fn keep_copies(&self, extensions: &mut Extensions) {
        let outer = mem::take(extensions);
        for copy in &self.copies {
            copy(&outer, extensions);
        }
    }
}

fn copy<T: Clone + 'static>(from: &Extensions, to: &mut Extensions) {
    if let Some(value) = from.get::<T>() {
        to.insert(value.clone());
    }
}
