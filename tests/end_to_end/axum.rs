//! The suite of all adapters, for axum behind the tower layer.

use std::{convert::Infallible, future, panic};

use axum::{
    Extension, Router,
    body::Body,
    extract::{Request, State},
    response::{IntoResponse, Response},
    routing::any,
};
use bytes::Bytes;
use futures::{StreamExt as _, stream};
use http::{HeaderMap, StatusCode, header::CONTENT_TYPE};
use http_body::Frame;
use http_body_util::{BodyExt as _, BodyStream, StreamBody};
use sealwire_tower::{Sealed, SealwireLayer};
use tokio::{net::TcpListener, task::JoinHandle};
use tower_layer::Layer as _;

use super::suite::{
    Framework, Note, PIECE, PIECES, Running, Setup, Told, ToldSealed, Witness,
    tests::{suite, suite_of_trailers},
};

suite!(crate::axum::Axum);
suite_of_trailers!(crate::axum::Axum);

struct Axum;

impl Framework for Axum {
    async fn serve(setup: Setup) -> Running {
        let layer = SealwireLayer::new(setup.server)
            .concurrent_opens(setup.concurrent_opens)
            .memory_limit(setup.memory_limit)
            .response_limit(setup.response_limit);
        let app: Router = Router::new().fallback_service(layer.layer(app(setup.witness)));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let serving = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Running { address, _stop: Box::new(Aborting(serving)) }
    }
}

/// Aborts a task when dropped.
struct Aborting(JoinHandle<()>);

impl Drop for Aborting {
    fn drop(&mut self) {
        self.0.abort();
    }
}

fn app(witness: Witness) -> Router {
    Router::new()
        .route("/echo", any(echo))
        .route("/stream", any(stream_back))
        .route("/sink", any(sink))
        .route("/events", any(events))
        .route("/big", any(big))
        .route("/fail", any(fail))
        .route("/panic", any(panics))
        .route("/hello", any(|| async { "hello" }))
        .route("/empty", any(|| async { StatusCode::NO_CONTENT }))
        .route("/ours", any(ours))
        .route("/trailers", any(trailers))
        .route_layer(axum::middleware::from_fn_with_state(witness.clone(), called))
        .with_state(witness)
}

async fn called(
    State(witness): State<Witness>,
    request: Request,
    next: axum::middleware::Next,
) -> Response {
    witness.note(Note::called(request.uri().path()));
    next.run(request).await
}

async fn echo(
    sealed: Option<Extension<Sealed>>,
    State(witness): State<Witness>,
    request: Request,
) -> Result<Bytes, StatusCode> {
    let (parts, body) = request.into_parts();
    let content = match body.collect().await {
        Ok(content) => content.to_bytes().into(),
        Err(_) => {
            witness.note(Note::Broken(0));
            return Err(StatusCode::BAD_REQUEST);
        }
    };
    let text = |value: &http::HeaderValue| value.to_str().unwrap().to_owned();
    let host = parts.headers.get("host").map(text);
    let told = Told {
        method: parts.method.to_string(),
        authority: parts.uri.authority().map(ToString::to_string).or(host).unwrap_or_default(),
        path: parts.uri.path_and_query().unwrap().to_string(),
        fields: parts.headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect(),
        content,
        sealed: sealed.map(|Extension(sealed)| ToldSealed::of(&sealed)),
    };
    Ok(serde_json::to_vec(&told).unwrap().into())
}

/// Whoever takes an error for an end is not to be relied on.
async fn stream_back(body: Body) -> Body {
    let content = BodyStream::new(body).take_while(|frame| future::ready(frame.is_ok()));
    Body::new(StreamBody::new(content))
}

async fn sink(State(witness): State<Witness>, body: Body) -> Response {
    let (mut body, mut total) = (BodyStream::new(body), 0);
    while let Some(frame) = body.next().await {
        let Ok(frame) = frame else {
            witness.note(Note::Broken(total));
            return StatusCode::BAD_REQUEST.into_response();
        };
        if let Some(data) = frame.data_ref() {
            total += data.len();
            witness.note(Note::Content(data.len()));
        }
    }
    witness.note(Note::Complete(total));
    total.to_string().into_response()
}

async fn events(State(witness): State<Witness>) -> Response {
    let events = witness.events().map(Ok::<_, Infallible>);
    ([(CONTENT_TYPE, "text/event-stream")], Body::from_stream(events)).into_response()
}

async fn big() -> Body {
    Body::from_stream(stream::iter((0..PIECES).map(|_| Ok::<_, Infallible>(PIECE))))
}

async fn fail(State(witness): State<Witness>) -> Body {
    let failure = witness.events().map(|_| Err("as it was asked to"));
    Body::from_stream(stream::iter([Ok("the beginning")]).chain(failure))
}

async fn panics() {
    panic::panic_any("as it was asked to")
}

async fn ours() -> impl IntoResponse {
    let fields = [("sealwire-call", "forged"), ("x-answer", "1"), ("x-answer", "2")];
    axum::response::AppendHeaders(fields)
}

async fn trailers(body: Body) -> Body {
    let body = body.collect().await.unwrap();
    let sum = body.trailers().unwrap()["x-sum"].clone();
    // Fails if there is another: what the edge says is not for clients to say.
    assert_eq!(body.trailers().unwrap().len(), 1);
    let content = Bytes::copy_from_slice(sum.as_bytes());
    let trailers = HeaderMap::from_iter([(http::HeaderName::from_static("x-sum"), sum)]);
    let frames = [Frame::data(content), Frame::trailers(trailers)];
    Body::new(StreamBody::new(stream::iter(frames.map(Ok::<_, Infallible>))))
}
