//! A handler's response as the engine seals it, and the outer response as actix sends it.

use actix_web::{
    HttpResponse,
    body::{BodySize, MessageBody},
    http::{
        StatusCode,
        header::{CONTENT_LENGTH, HeaderMap, HeaderValue},
    },
};
use http::Response;
use sealwire_http::SealedBody;

use crate::{
    SealedMessage,
    body::HandlerBody,
    fields::{from_actix, to_actix},
};

/// A handler's response. Nothing if it is none that the crate `http` could have.
pub(crate) fn into_http<B>(mut response: HttpResponse<B>) -> Option<Response<HandlerBody<B>>>
where
    B: MessageBody,
{
    let (status, size) = (response.status(), response.body().size());
    frame(response.headers_mut(), status, size);
    let (head, body) = response.into_parts();
    let mut converted = Response::new(HandlerBody::new(body));
    *converted.status_mut() = http::StatusCode::from_u16(status.as_u16()).ok()?;
    *converted.headers_mut() = from_actix(head.headers())?;
    Some(converted)
}

/// Says how long the content is, as actix does where a response goes out as it is: by the size of
/// the body, whatever the handler said, unless that has none.
fn frame(fields: &mut HeaderMap, status: StatusCode, size: BodySize) {
    match size {
        // What would be sent has that length, and a handler knows it.
        _ if status == StatusCode::NOT_MODIFIED => {}
        BodySize::Stream => {}
        BodySize::None => drop(fields.remove(CONTENT_LENGTH)),
        BodySize::Sized(length) => drop(fields.insert(CONTENT_LENGTH, HeaderValue::from(length))),
    }
}

/// What goes out, which has the fields of the engine only.
pub(crate) fn from_http<B>(
    response: Response<SealedBody<HandlerBody<B>>>,
) -> HttpResponse<SealedMessage<B>> {
    let (parts, body) = response.into_parts();
    let status = StatusCode::from_u16(parts.status.as_u16());
    let status = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut converted = HttpResponse::with_body(status, SealedMessage::new(body));
    if let Some(fields) = to_actix(&parts.headers) {
        *converted.headers_mut() = fields;
    }
    converted
}
