use std::{
    fmt,
    future::{Future, poll_fn, ready},
    pin::Pin,
    rc::Rc,
    sync::Arc,
};

use actix_web::{
    Error, HttpMessage as _, HttpResponse,
    body::{EitherBody, MessageBody},
    dev::{Service, ServiceRequest, ServiceResponse, forward_ready},
    error::InternalError,
};
use sealwire::{
    Code,
    server::{Answer, Call},
};
use sealwire_http::server::{Answering, Gate, Way};

use crate::{
    SealedMessage,
    middleware::Settings,
    payload::OuterBody,
    request::{enter, with_outer},
    response::{from_http, into_http},
};

/// A service behind a [`Sealwire`](crate::Sealwire).
#[derive(Debug)]
pub struct SealwireService<S> {
    settings: Arc<Settings>,
    inner: Rc<S>,
}

impl<S> SealwireService<S> {
    pub(crate) fn new(settings: Arc<Settings>, inner: S) -> Self {
        Self { settings, inner: Rc::new(inner) }
    }
}

impl<S, B> Service<ServiceRequest> for SealwireService<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<EitherBody<B, SealedMessage<B>>>;
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Error>>>>;

    forward_ready!(inner);

    fn call(&self, request: ServiceRequest) -> Self::Future {
        match with_outer(&request, |outer| self.settings.gate.sort(outer)) {
            Way::Plain => {
                let response = self.inner.call(request);
                Box::pin(async move { Ok(response.await?.map_into_left_body()) })
            }
            Way::Answer(answer) => Box::pin(ready(Ok(send(request, answer)))),
            Way::Call(call) => {
                let (settings, inner) = (Arc::clone(&self.settings), Rc::clone(&self.inner));
                Box::pin(async move { handle(&settings, &*inner, request, call).await })
            }
        }
    }
}

async fn handle<S, B>(
    settings: &Settings,
    inner: &S,
    mut request: ServiceRequest,
    call: Call,
) -> Result<ServiceResponse<EitherBody<B, SealedMessage<B>>>, Error>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
    B: MessageBody + 'static,
{
    let body = OuterBody::take(&mut request);
    let (opened, answering) = match settings.gate.open(call, body).await {
        Ok(opened) => opened,
        Err(answer) => return Ok(send(request, answer)),
    };
    settings.keep_copies(&mut request.extensions_mut());
    if enter(&mut request, opened).is_none() {
        let response = from_http(answering.refuse(Code::InvalidHttp));
        return Ok(request.into_response(response.map_into_right_body()));
    }
    match call_when_ready(inner, request).await {
        Ok(response) => {
            let (request, response) = response.into_parts();
            let response = seal(answering, response).await.map_into_right_body();
            Ok(ServiceResponse::new(request, response))
        }
        Err(error) => Err(sealed_error(answering, error).await),
    }
}

async fn call_when_ready<S>(service: &S, request: ServiceRequest) -> Result<S::Response, Error>
where
    S: Service<ServiceRequest, Error = Error>,
{
    poll_fn(|context| service.poll_ready(context)).await?;
    service.call(request).await
}

async fn seal<B>(answering: Answering, response: HttpResponse<B>) -> HttpResponse<SealedMessage<B>>
where
    B: MessageBody + 'static,
{
    from_http(match into_http(response) {
        Some(response) => answering.seal(response).await,
        None => answering.internal_error(),
    })
}

/// The response that an error stands for, sealed. The request went with the service that failed, so
/// it has to stay an error, but one that tells whoever is outside nothing.
async fn sealed_error(answering: Answering, error: Error) -> Error {
    let response = seal(answering, HttpResponse::from_error(error)).await;
    InternalError::from_response(HandlerFailed, response.map_into_boxed_body()).into()
}

fn send<B>(
    request: ServiceRequest,
    answer: Answer,
) -> ServiceResponse<EitherBody<B, SealedMessage<B>>>
where
    B: MessageBody + 'static,
{
    request.into_response(from_http(Gate::whole(answer.into_http())).map_into_right_body())
}

#[derive(Debug)]
struct HandlerFailed;

impl fmt::Display for HandlerFailed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the handler of a sealed call failed")
    }
}
