//! An ordinary JSON API: a diary for each user. What is Sealwire's in it are the layer around the
//! router, the rule that /v1 takes sealed calls only, and one handler that asks how a call was sealed.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    Json, Router,
    extract::{FromRequestParts, Path, Request, State, rejection::JsonRejection},
    http::{HeaderMap, StatusCode, header::AUTHORIZATION, request::Parts},
    middleware::{Next, from_fn_with_state},
    response::Response,
    routing::get,
};
use sealwire::{
    Server,
    keys::KeyRing,
    server::{RequireSealed, Route},
};
use sealwire_tower::{Sealed, SealwireLayer};
use serde::{Deserialize, Serialize};
use tower_layer::Layer as _;

use crate::problem::Problem;

/// An entry of a diary.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Entry {
    pub(crate) mood: String,
    pub(crate) text: String,
}

/// How a call was sealed, as the handler sees it.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Session {
    pub(crate) user: String,
    pub(crate) key_id: u8,
    pub(crate) aead: String,
}

/// Cheap to clone; clones share the entries.
#[derive(Clone, Default)]
pub(crate) struct Api {
    /// By user and day.
    entries: Arc<Mutex<BTreeMap<(String, String), Entry>>>,
    access_log: Arc<Mutex<Vec<String>>>,
}

impl Api {
    /// The whole service: sealed calls under /v1, and /healthz for a load balancer that seals nothing.
    pub(crate) fn service(&self, ring: KeyRing) -> sealwire_examples::Result<Router> {
        let sealed_only = Route::new().require_sealed(RequireSealed::On);
        let server = Server::new(ring, ["diary.example"])?.with_route("/v1", sealed_only)?;
        let sealed = SealwireLayer::new(server).layer(self.router());
        Ok(Router::new().fallback_service(sealed))
    }

    fn router(&self) -> Router {
        Router::new()
            .route("/v1/entries", get(list))
            .route("/v1/entries/{day}", get(read).put(write))
            .route("/v1/session", get(session))
            .route("/healthz", get(async || "ok"))
            .fallback(async || Problem::new(StatusCode::NOT_FOUND, "there is no such route"))
            .layer(from_fn_with_state(self.clone(), log_access))
            .with_state(self.clone())
    }

    /// What was logged since this was asked last.
    pub(crate) fn take_access_log(&self) -> Vec<String> {
        std::mem::take(&mut *self.access_log.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The days on which there is an entry.
async fn list(State(api): State<Api>, User(user): User) -> Json<Vec<String>> {
    let entries = api.entries.lock().unwrap_or_else(PoisonError::into_inner);
    let own = entries.keys().filter(|(owner, _)| *owner == user);
    Json(own.map(|(_, day)| day.clone()).collect())
}

async fn read(
    State(api): State<Api>,
    User(user): User,
    Path(day): Path<String>,
) -> Result<Json<Entry>, Problem> {
    let entries = api.entries.lock().unwrap_or_else(PoisonError::into_inner);
    let entry = entries.get(&(user, day)).cloned();
    entry.map(Json).ok_or(Problem::new(StatusCode::NOT_FOUND, "nothing was written on that day"))
}

/// Doing it twice does what doing it once does: a sealed call that is replayed is handled again.
async fn write(
    State(api): State<Api>,
    User(user): User,
    Path(day): Path<String>,
    entry: Result<Json<Entry>, JsonRejection>,
) -> Result<StatusCode, Problem> {
    let Json(entry) = entry?;
    let mut entries = api.entries.lock().unwrap_or_else(PoisonError::into_inner);
    Ok(match entries.insert((user, day), entry) {
        None => StatusCode::CREATED,
        Some(_) => StatusCode::NO_CONTENT,
    })
}

/// A handler that could not be called without a seal, wherever it was mounted.
async fn session(User(user): User, sealed: Sealed) -> Json<Session> {
    let aead = format!("{:?}", sealed.suite().aead);
    Json(Session { user, key_id: sealed.key_id(), aead })
}

/// Who calls, by the bearer token, which travelled inside.
struct User(String);

impl<S: Sync> FromRequestParts<S> for User {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let unknown = Problem::new(StatusCode::UNAUTHORIZED, "the token is not known");
        user(&parts.headers).map(|user| Self(user.to_owned())).ok_or(unknown)
    }
}

/// Whose token it is. A real server looks its tokens up.
fn user(headers: &HeaderMap) -> Option<&str> {
    headers.get(AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer token-of-")
}

/// Who called, and not by which token: whoever reads a log could call with it.
async fn log_access(State(api): State<Api>, request: Request, next: Next) -> Response {
    let is_sealed = request.extensions().get::<Sealed>().is_some();
    let call = format!("{} {}", request.method(), request.uri().path());
    let user = user(request.headers()).unwrap_or("-").to_owned();
    let response = next.run(request).await;
    let line =
        format!("{call}\nuser: {user}\nsealed: {is_sealed}\nanswered: {}\n", response.status());
    api.access_log.lock().unwrap_or_else(PoisonError::into_inner).push(line);
    response
}
