use std::{
    future::{Future, poll_fn},
    mem,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use sealwire_http::{
    BoxError, OpenedBody, SealedBody,
    server::{Gate, Way},
};
use tower_service::Service;

use crate::layer::Settings;

/// A service behind a [`SealwireLayer`](crate::SealwireLayer).
#[derive(Clone, Debug)]
pub struct SealwireService<S> {
    settings: Arc<Settings>,
    inner: S,
}

impl<S> SealwireService<S> {
    pub(crate) const fn new(settings: Arc<Settings>, inner: S) -> Self {
        Self { settings, inner }
    }
}

impl<S, B, R> Service<Request<B>> for SealwireService<S>
where
    S: Service<Request<OpenedBody<B>>, Response = Response<R>> + Clone + Send + 'static,
    S::Future: Send,
    B: Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
    R: Body<Data = Bytes> + Send + 'static,
    R::Error: Into<BoxError>,
{
    type Response = Response<SealedBody<R>>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        // The service that was found ready is the one to call; the clone waits for its own turn.
        let clone = self.inner.clone();
        let mut ready = mem::replace(&mut self.inner, clone);
        let (outer, body) = request.into_parts();
        let call = match self.settings.gate.way(&outer) {
            Way::Plain => {
                let response = ready.call(Request::from_parts(outer, OpenedBody::passed(body)));
                return Box::pin(async move { Ok(response.await?.map(SealedBody::passed)) });
            }
            Way::Answer(answer) => {
                return Box::pin(async move { Ok(Gate::whole(answer.into_http())) });
            }
            Way::Call(call) => call,
        };
        // Being ready can mean to hold a permit. A stranger who sends a body drop by drop shall not
        // hold it: a clone becomes ready once there is a request for it.
        drop(ready);
        let (settings, inner) = (Arc::clone(&self.settings), self.inner.clone());
        Box::pin(async move {
            let (mut request, answering) = match settings.gate.open(call, body).await {
                Ok(opened) => opened,
                Err(answer) => return Ok(Gate::whole(answer.into_http())),
            };
            settings.copy_extensions(&outer.extensions, request.extensions_mut());
            // What fails after a call was opened is answered sealed: whoever is above would answer
            // it, or log it, for all to read.
            let response = call_when_ready(inner, request).await.ok();
            Ok(match response {
                Some(response) => answering.seal(response).await,
                None => answering.internal_error(),
            })
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
