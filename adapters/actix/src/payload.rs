//! What actix calls payloads, as bodies, and the other way round.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
};

use actix_web::{dev::Payload, error::PayloadError};
use bytes::Bytes;
use futures_core::Stream;
use http_body::{Body, Frame};
use pin_project_lite::pin_project;
use sealwire::Code;
use sealwire_http::{BodyError, OpenedBody};

/// The payload of an outer request.
pub(crate) struct OuterBody(Payload);

impl OuterBody {
    pub(crate) const fn new(payload: Payload) -> Self {
        Self(payload)
    }
}

impl Body for OuterBody {
    type Data = Bytes;
    type Error = PayloadError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, PayloadError>>> {
        Pin::new(&mut self.0).poll_next(context).map_ok(Frame::data)
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
