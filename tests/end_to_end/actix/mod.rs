//! What is actix's own: its requests, extractors, errors and bodies.

mod inner;
mod memory;
mod outer;
mod serving;
mod suite;
mod wire;

use actix_web::{
    Error,
    body::{self, MessageBody},
    dev::{Service, ServiceResponse},
    test::{TestRequest, try_call_service},
};
use bytes::Bytes;
use http::{Request, request::Builder};
use sealwire::{SystemRandom, client::ClientResponse, server::GATEWAY_PATH};
use sealwire_actix::Sealwire;

use super::{AUTHORITY, server};

fn sealwire() -> Sealwire {
    Sealwire::new(server().0)
}

/// A request for the inside.
fn request(method: &str, path: &str) -> Builder {
    Request::builder().method(method).uri(format!("https://{AUTHORITY}{path}"))
}

/// An outer request for these tests, and what opens its answer.
fn sealed(request: http::Result<Request<&str>>) -> (TestRequest, ClientResponse) {
    let (parts, content) = request.unwrap().into_parts();
    let client = super::client(&server().1);
    let request = client.seal_http(&parts, content.as_bytes(), &mut SystemRandom).unwrap();
    let (body, pending) = request.into_parts();
    let outer = TestRequest::post()
        .uri(GATEWAY_PATH)
        .insert_header(("content-type", "message/ohttp-req"))
        .set_payload(body);
    (outer, pending)
}

/// What is inside of the answer of an app.
async fn call<S, R, B>(app: &S, (outer, pending): (R, ClientResponse)) -> http::Response<Bytes>
where
    S: Service<R, Response = ServiceResponse<B>, Error = Error>,
    B: MessageBody,
{
    open(try_call_service(app, outer).await.unwrap(), pending).await
}

async fn open<B: MessageBody>(
    response: ServiceResponse<B>,
    pending: ClientResponse,
) -> http::Response<Bytes> {
    let status = response.status().as_u16();
    let content_type = response.headers().get("content-type").cloned();
    let body = body::to_bytes(response.into_body()).await.ok().unwrap();
    let content_type = content_type.as_ref().map(|value| value.as_bytes());
    pending.open_http(status, content_type, body.into()).unwrap().0
}
