use std::{
    future::Future,
    mem,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request, Response, header::CONTENT_TYPE};
use http_body::Body;
use http_body_util::BodyExt as _;
use sealwire::{
    Server, Suite, SystemRandom,
    server::{Answer, GATEWAY_PATH, ServerResponse},
};
use tower_layer::Layer;
use tower_service::Service;

use crate::SealwireBody;

/// Opens sealed calls in front of a service. Cheap to clone; clones share the server's keys.
#[derive(Clone, Debug)]
pub struct SealwireLayer {
    server: Arc<Server>,
}

impl SealwireLayer {
    /// A layer that opens what `server` can open.
    pub fn new(server: impl Into<Arc<Server>>) -> Self {
        Self { server: server.into() }
    }
}

impl<S> Layer<S> for SealwireLayer {
    type Service = SealwireService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        SealwireService { server: Arc::clone(&self.server), inner }
    }
}

/// A service behind a [`SealwireLayer`].
#[derive(Clone, Debug)]
pub struct SealwireService<S> {
    server: Arc<Server>,
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

impl<S, B, R> Service<Request<B>> for SealwireService<S>
where
    S: Service<Request<SealwireBody<B>>, Response = Response<R>> + Clone + Send + 'static,
    S::Future: Send,
    B: Body<Data = Bytes> + Send + Unpin + 'static,
    R: Body<Data = Bytes> + Send + Unpin + 'static,
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
        let mut inner = mem::replace(&mut self.inner, clone);
        let server = Arc::clone(&self.server);
        if request.uri().path() != GATEWAY_PATH {
            let response = inner.call(request.map(SealwireBody::passed));
            return Box::pin(async move { Ok(response.await?.map(SealwireBody::passed)) });
        }
        Box::pin(async move {
            match open(&server, request).await {
                Ok((request, sealer)) => {
                    let response = inner.call(request).await?;
                    Ok(outer(seal(response, sealer).await))
                }
                Err(answer) => Ok(outer(answer)),
            }
        })
    }
}

async fn open<B>(
    server: &Server,
    request: Request<B>,
) -> Result<(Request<SealwireBody<B>>, ServerResponse), Answer>
where
    B: Body<Data = Bytes> + Unpin,
{
    let (outer, body) = request.into_parts();
    match outer.method {
        Method::POST => {}
        Method::GET | Method::HEAD => return Err(server.key_configs()),
        _ => return Err(server.method_not_allowed()),
    }
    let body = collect(server, body).await?;
    let content_type = outer.headers.get(CONTENT_TYPE).map(HeaderValue::as_bytes);
    let (mut request, trailers, response) =
        server.open_http(content_type, body, &mut SystemRandom)?;

    // What the framework knows of the connection stays known.
    let inner_extensions = mem::replace(request.extensions_mut(), outer.extensions);
    request.extensions_mut().extend(inner_extensions);
    request.extensions_mut().insert(Sealed { key_id: response.key_id(), suite: response.suite() });
    Ok((request.map(|content| SealwireBody::in_memory(content, trailers)), response))
}

async fn seal<R>(response: Response<R>, sealer: ServerResponse) -> Answer
where
    R: Body<Data = Bytes> + Unpin,
{
    let (parts, body) = response.into_parts();
    // A handler that fails in the middle of its body has no complete response to seal.
    let Ok(body) = body.collect().await else { return Answer::internal_error() };
    let trailers = body.trailers().cloned().unwrap_or_default();
    sealer
        .seal_http(&parts, &body.to_bytes(), &trailers, &mut SystemRandom)
        .unwrap_or_else(|_| Answer::internal_error())
}

/// The whole body. One that breaks off has nobody left to answer; what it gets is not read.
async fn collect<B>(server: &Server, mut body: B) -> Result<Vec<u8>, Answer>
where
    B: Body<Data = Bytes> + Unpin,
{
    let limit = server.body_limit();
    let mut collected = Vec::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| server.not_opened())?;
        let Ok(data) = frame.into_data() else { continue };
        if data.len() > limit.saturating_sub(collected.len()) {
            return Err(server.body_too_large());
        }
        collected.extend_from_slice(&data);
    }
    Ok(collected)
}

fn outer<R>(answer: Answer) -> Response<SealwireBody<R>> {
    answer.into_http().map(|body| SealwireBody::in_memory(body, HeaderMap::new()))
}
