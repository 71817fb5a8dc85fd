use std::{
    future::{Future, poll_fn},
    mem,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request, Response, header::CONTENT_TYPE};
use http_body::Body;
use sealwire::{
    Suite, SystemRandom,
    server::{Answer, GATEWAY_PATH, ServerResponse},
};
use sealwire_http::{Incomplete, collect};
use tower_service::Service;

use crate::{SealwireBody, layer::Settings};

/// A service behind a [`SealwireLayer`](crate::SealwireLayer).
#[derive(Clone, Debug)]
pub struct SealwireService<S> {
    settings: Arc<Settings>,
    inner: S,
}

/// That a request came sealed, and how: an extension of every request that did, and of no other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Sealed {
    /// The id of the key it was sealed for.
    pub key_id: u8,
    /// The algorithms it was sealed with.
    pub suite: Suite,
}

impl<S> SealwireService<S> {
    pub(crate) const fn new(settings: Arc<Settings>, inner: S) -> Self {
        Self { settings, inner }
    }
}

impl<S, B, R> Service<Request<B>> for SealwireService<S>
where
    S: Service<Request<SealwireBody<B>>, Response = Response<R>> + Clone + Send + 'static,
    S::Future: Send,
    B: Body<Data = Bytes> + Send + 'static,
    R: Body<Data = Bytes> + Send + 'static,
{
    type Response = Response<SealwireBody<R>>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        // The service that was found ready is the one to call; the clone waits for its own turn.
        let clone = self.inner.clone();
        let mut ready = mem::replace(&mut self.inner, clone);
        if request.uri().path() != GATEWAY_PATH {
            let response = ready.call(request.map(SealwireBody::passed));
            return Box::pin(async move { Ok(response.await?.map(SealwireBody::passed)) });
        }
        // Being ready can mean to hold a permit. A stranger who sends a body drop by drop shall not
        // hold it: a clone becomes ready once there is a request for it.
        drop(ready);
        let (settings, inner) = (Arc::clone(&self.settings), self.inner.clone());
        Box::pin(async move {
            match open(&settings, request).await {
                Ok((request, sealer)) => {
                    let response = call_when_ready(inner, request).await?;
                    Ok(outer(seal(response, sealer, settings.response_limit).await))
                }
                Err(answer) => Ok(outer(answer)),
            }
        })
    }
}

async fn call_when_ready<S, T>(mut service: S, request: T) -> Result<S::Response, S::Error>
where
    S: Service<T>,
{
    poll_fn(|context| service.poll_ready(context)).await?;
    service.call(request).await
}

async fn open<B>(
    settings: &Settings,
    request: Request<B>,
) -> Result<(Request<SealwireBody<B>>, ServerResponse), Answer>
where
    B: Body<Data = Bytes>,
{
    let server = &settings.server;
    let (outer, body) = request.into_parts();
    match outer.method {
        Method::POST => {}
        Method::GET | Method::HEAD => return Err(server.key_configs()),
        _ => return Err(server.method_not_allowed()),
    }
    let content_type = outer.headers.get(CONTENT_TYPE).map(HeaderValue::as_bytes);
    server.accepts(content_type)?;
    let (body, _) = collect(body, server.body_limit()).await.map_err(|error| match error {
        Incomplete::TooLarge => server.body_too_large(),
        // Whoever broke off is not there to read it.
        Incomplete::BrokenOff(_) => server.not_opened(),
    })?;
    let (mut request, trailers, response) =
        server.open_http(content_type, body, &mut SystemRandom)?;

    let extensions = request.extensions_mut();
    settings.copy_extensions(&outer.extensions, extensions);
    extensions.insert(Sealed { key_id: response.key_id(), suite: response.suite() });
    Ok((request.map(|content| SealwireBody::in_memory(content, trailers)), response))
}

async fn seal<R>(response: Response<R>, sealer: ServerResponse, limit: usize) -> Answer
where
    R: Body<Data = Bytes>,
{
    let (parts, body) = response.into_parts();
    match collect(body, limit).await {
        Ok((content, trailers)) => sealer
            .seal_http(&parts, &content, &trailers, &mut SystemRandom)
            .unwrap_or_else(|_| Answer::internal_error()),
        // A part of a response is none.
        Err(Incomplete::TooLarge | Incomplete::BrokenOff(_)) => {
            sealer.internal_error(&mut SystemRandom)
        }
    }
}

fn outer<R>(answer: Answer) -> Response<SealwireBody<R>> {
    answer.into_http().map(|body| SealwireBody::in_memory(body, HeaderMap::new()))
}
