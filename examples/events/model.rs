//! A stand-in for a language model: it makes one token after the other, each as it is given leave.

use std::{
    convert::Infallible,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use axum::{
    Json, Router,
    extract::State,
    response::sse::{Event, Sse},
    routing::post,
};
use futures::{Stream, StreamExt as _, stream};
use sealwire::{
    Server,
    keys::KeyRing,
    server::{RequireSealed, Route},
};
use sealwire_tower::SealwireLayer;
use serde::{Deserialize, Serialize};
use tokio::sync::{Mutex, Semaphore};
use tower_layer::Layer as _;

pub(crate) const ANSWER: &str = "Tea helps against most things, and the results are probably fine.";

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Prompt {
    pub(crate) prompt: String,
}

/// Clones share all of it.
#[derive(Clone)]
pub(crate) struct Model {
    /// A permit for each token that may be made. It is closed for a model that breaks down.
    pub(crate) leave: Arc<Semaphore>,
    /// How many were made.
    pub(crate) made: Arc<AtomicUsize>,
    /// What was asked last.
    pub(crate) asked: Arc<Mutex<String>>,
}

impl Model {
    pub(crate) fn new() -> Self {
        let (made, asked) = (Arc::default(), Arc::default());
        Self { leave: Arc::new(Semaphore::new(0)), made, asked }
    }

    /// The service. Answers are streamed without being asked to; only requests have to be.
    pub(crate) fn service(&self, ring: KeyRing) -> sealwire_examples::Result<Router> {
        let sealed_only = Route::new().require_sealed(RequireSealed::On);
        let server = Server::new(ring, ["chat.example"])?.with_route("/", sealed_only)?;
        let router = Router::new().route("/v1/chat", post(chat)).with_state(self.clone());
        let sealed = SealwireLayer::new(server).layer(router);
        Ok(Router::new().fallback_service(sealed))
    }

    /// The next token, or an error that breaks the answer off.
    async fn make(self, token: &'static str) -> Result<Event, &'static str> {
        let leave = self.leave.acquire().await.map_err(|_| "the model broke down")?;
        leave.forget();
        self.made.fetch_add(1, Ordering::SeqCst);
        Ok(Event::default().data(token))
    }
}

/// An ordinary handler: server-sent events, and one at the end that says that it was the end.
async fn chat(
    State(model): State<Model>,
    Json(Prompt { prompt }): Json<Prompt>,
) -> Sse<impl Stream<Item = Result<Event, &'static str>>> {
    *model.asked.lock().await = prompt;
    let tokens = ANSWER.split_inclusive(' ').map(Ok::<_, Infallible>);
    let events = stream::iter(tokens.flatten()).then(move |token| model.clone().make(token));
    let end = stream::once(async { Ok(Event::default().event("end").data("")) });
    Sse::new(events.chain(end))
}
