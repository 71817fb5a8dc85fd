//! The server behind nginx: its sealed calls come in on the paths that they have inside.

use std::{
    convert::Infallible,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    Json, Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, Method, Uri},
    response::sse::{Event, Sse},
    routing::{get, post},
};
use futures::{Stream, StreamExt as _, stream};
use sealwire::{
    Server, Target,
    keys::KeyRing,
    server::{EdgeFields, RequireSealed, Route},
};
use sealwire_tower::SealwireLayer;
use tokio::sync::Semaphore;
use tower_layer::Layer as _;

pub(crate) const STEPS: [&str; 3] = ["received", "packed into chests", "shipped by clipper"];

/// Clones share all of it.
#[derive(Clone)]
pub(crate) struct Shop {
    /// What the handlers got.
    seen: Arc<Mutex<Vec<String>>>,
    /// A permit for each step that an order may take.
    pub(crate) leave: Arc<Semaphore>,
}

impl Shop {
    pub(crate) fn new() -> Self {
        Self { seen: Arc::default(), leave: Arc::new(Semaphore::new(0)) }
    }

    /// The service. It is nginx that knows where a call came from; what a call says of that itself
    /// is not believed.
    pub(crate) fn service(&self, ring: KeyRing) -> sealwire_examples::Result<Router> {
        let server = Server::new(ring, ["shop.example"])?
            .with_target(Target::mirror("")?)
            .with_edge_fields(EdgeFields::new().trust("x-real-ip")?)
            .with_route("/", Route::new().require_sealed(RequireSealed::On))?;
        let router = Router::new()
            .route("/orders", post(take))
            .route("/refunds", post(take))
            .route("/status/{order}", get(status))
            .with_state(self.clone());
        let sealed = SealwireLayer::new(server).layer(router);
        Ok(Router::new().fallback_service(sealed))
    }

    /// What the handlers got since this was asked last.
    pub(crate) fn take_seen(&self) -> Vec<String> {
        std::mem::take(&mut *self.seen.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

async fn take(
    State(shop): State<Shop>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    content: Bytes,
) -> Json<&'static str> {
    let mut seen = format!("{method} {uri}\n");
    for (name, value) in &headers {
        seen += &format!("{name}: {}\n", value.to_str().unwrap_or("?"));
    }
    seen += &format!("\n{}\n", String::from_utf8_lossy(&content));
    shop.seen.lock().unwrap_or_else(PoisonError::into_inner).push(seen);
    Json("receipt-of-tea-0815")
}

/// Each step as it is taken.
async fn status(State(shop): State<Shop>) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let steps = stream::iter(STEPS).then(move |step| {
        let leave = Arc::clone(&shop.leave);
        async move {
            // It is never closed.
            if let Ok(leave) = leave.acquire().await {
                leave.forget();
            }
            Ok(Event::default().data(step))
        }
    });
    let end = stream::once(async { Ok(Event::default().event("end").data("")) });
    Sse::new(steps.chain(end))
}
