//! A handler that hashes a file as it arrives, and holds one piece of it at a time.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use axum::{
    Json, Router,
    body::Body,
    extract::{Path, State},
    http::StatusCode,
    routing::put,
};
use http_body_util::BodyExt as _;
use sealwire::{
    Server,
    keys::KeyRing,
    server::{RequireSealed, Route},
};
use sealwire_tower::SealwireLayer;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use tokio::sync::mpsc::UnboundedSender;
use tower_layer::Layer as _;

/// How many bytes a file may have.
const CONTENT_LIMIT: u64 = 1024 * 1024 * 1024;

/// What the server answers for a file that it has got as a whole.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Receipt {
    pub(crate) name: String,
    pub(crate) length: u64,
    pub(crate) sha256: String,
}

/// How an upload ended.
#[derive(Debug, PartialEq)]
pub(crate) enum Outcome {
    Complete(Receipt),
    BrokenOff { name: String },
}

/// Where files arrive. A real one would write them under another name until they are complete.
#[derive(Clone)]
pub(crate) struct Store {
    /// How many bytes were hashed, of all files.
    pub(crate) hashed: Arc<AtomicU64>,
    pub(crate) outcomes: UnboundedSender<Outcome>,
}

impl Store {
    /// The service: it takes sealed calls only, and what is below /upload reaches its handler as it
    /// arrives.
    pub(crate) fn service(self, ring: KeyRing) -> sealwire_examples::Result<Router> {
        let sealed_only = Route::new().require_sealed(RequireSealed::On);
        let streamed = Route::new().streaming(true).content_limit(CONTENT_LIMIT);
        let server = Server::new(ring, ["files.example"])?
            .with_route("/", sealed_only)?
            .with_route("/upload", streamed)?;
        let router = Router::new().route("/upload/{name}", put(upload)).with_state(self);
        let sealed = SealwireLayer::new(server).layer(router);
        Ok(Router::new().fallback_service(sealed))
    }
}

/// What came so far is only a part until the body has ended without an error.
async fn upload(
    State(store): State<Store>,
    Path(name): Path<String>,
    mut body: Body,
) -> Result<Json<Receipt>, StatusCode> {
    let mut partial =
        Partial { name, length: 0, outcomes: store.outcomes.clone(), is_whole: false };
    let mut hash = Sha256::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| StatusCode::BAD_REQUEST)?;
        if let Some(piece) = frame.data_ref() {
            hash.update(piece);
            partial.length += piece.len() as u64;
            store.hashed.fetch_add(piece.len() as u64, Ordering::Relaxed);
        }
    }
    Ok(Json(partial.complete(hex::encode(hash.finalize()))))
}

/// A file that is arriving. Unless it becomes complete it is reported as broken off, also if the
/// handler does not live to see it: a server drops a handler whose connection is gone.
struct Partial {
    name: String,
    length: u64,
    outcomes: UnboundedSender<Outcome>,
    is_whole: bool,
}

impl Partial {
    fn complete(mut self, sha256: String) -> Receipt {
        self.is_whole = true;
        let receipt = Receipt { name: self.name.clone(), length: self.length, sha256 };
        self.report(Outcome::Complete(receipt.clone()));
        receipt
    }

    /// Nobody listens any more once the example ends.
    fn report(&self, outcome: Outcome) {
        drop(self.outcomes.send(outcome));
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        if !self.is_whole {
            self.report(Outcome::BrokenOff { name: self.name.clone() });
        }
    }
}
