//! What actix calls payloads, as bodies, and the other way round.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
};

use actix_web::{
    HttpMessage as _,
    dev::{Payload, ServiceRequest},
    error::PayloadError,
    http::header::CONTENT_LENGTH,
};
use bytes::Bytes;
use futures_core::Stream;
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;
use sealwire::Code;
use sealwire_http::{BodyError, OpenedBody};

/// The payload of an outer request.
pub(crate) struct OuterBody {
    payload: Payload,
    /// Bytes that are yet to come, as far as they were announced.
    announced: u64,
}

impl OuterBody {
    /// Takes the payload out of a request.
    pub(crate) fn take(request: &mut ServiceRequest) -> Self {
        let length = request.headers().get(CONTENT_LENGTH).and_then(|value| value.to_str().ok());
        let announced = length.and_then(|length| length.parse().ok()).unwrap_or(0);
        Self { payload: request.take_payload(), announced }
    }
}

impl Body for OuterBody {
    type Data = Bytes;
    type Error = PayloadError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, PayloadError>>> {
        let data = ready!(Pin::new(&mut self.payload).poll_next(context));
        if let Some(Ok(data)) = &data {
            self.announced = self.announced.saturating_sub(data.len() as u64);
        }
        Poll::Ready(data.map(|data| data.map(Frame::data)))
    }

    /// What is announced to be too much is refused before it is sent.
    fn size_hint(&self) -> SizeHint {
        let mut hint = SizeHint::new();
        hint.set_lower(self.announced);
        hint
    }
}

/// The content of an inner request as a payload.
pub(crate) fn payload(body: OpenedBody<OuterBody>) -> Payload {
    match body.is_end_stream() {
        true => Payload::None,
        false => Payload::Stream { payload: Box::pin(Content { body }) },
    }
}

pin_project! {
    /// What was opened, without trailers, for which actix has no place.
    struct Content {
        #[pin]
        body: OpenedBody<OuterBody>,
    }
}

impl Stream for Content {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let mut body = self.project().body;
        loop {
            match ready!(body.as_mut().poll_frame(context)) {
                // Trailers stand at the end only, so this is no loop that a peer could prolong.
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(data) => return Poll::Ready(Some(Ok(data))),
                    Err(_trailers) => {}
                },
                Some(Err(error)) => return Poll::Ready(Some(Err(payload_error(error)))),
                None => return Poll::Ready(None),
            }
        }
    }
}

/// The error of an outer payload as it was; of a sealed message the kind of payload error that
/// extractors answer with the right status for.
fn payload_error(error: BodyError) -> PayloadError {
    if error.sealing().is_some_and(|error| error.code() == Code::TooLarge) {
        return PayloadError::Overflow;
    }
    let kind = match error.is_ended_early() {
        true => io::ErrorKind::UnexpectedEof,
        false => io::ErrorKind::InvalidData,
    };
    if !error.is_underneath() {
        return PayloadError::Io(io::Error::new(kind, error));
    }
    match error.into_underneath().map(|error| error.downcast::<PayloadError>()) {
        Some(Ok(error)) => *error,
        Some(Err(error)) => PayloadError::Io(io::Error::other(error)),
        None => PayloadError::Incomplete(None),
    }
}
