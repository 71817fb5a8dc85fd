use std::{
    error, fmt,
    pin::Pin,
    task::{Context, Poll, ready},
};

use actix_web::body::{BodySize, MessageBody};
use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;
use sealwire_http::{BodyError, SealedBody};

pin_project! {
    /// The body of a sealed response, or of whatever else is answered in the place of one.
    ///
    /// A streamed one seals each piece of the handler's body as it comes, and waits for no other. If
    /// that body fails, this one ends in an error, and the message without the end that would make
    /// it complete.
    pub struct SealedMessage<B> {
        #[pin]
        body: SealedBody<HandlerBody<B>>,
    }
}

impl<B> SealedMessage<B> {
    pub(crate) const fn new(body: SealedBody<HandlerBody<B>>) -> Self {
        Self { body }
    }
}

impl<B: MessageBody> MessageBody for SealedMessage<B> {
    type Error = BodyError;

    fn size(&self) -> BodySize {
        match self.body.size_hint().exact() {
            Some(length) => BodySize::Sized(length),
            None => BodySize::Stream,
        }
    }

    fn poll_next(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, BodyError>>> {
        let frame = ready!(self.project().body.poll_frame(context));
        // What is sealed has its trailers inside.
        Poll::Ready(frame.map(|frame| frame.map(|frame| frame.into_data().unwrap_or_default())))
    }
}

impl<B> fmt::Debug for SealedMessage<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SealedMessage").field("body", &self.body).finish()
    }
}

pin_project! {
    /// The body of a handler's response, as the engine takes bodies.
    pub(crate) struct HandlerBody<B> {
        #[pin]
        body: B,
    }
}

impl<B> HandlerBody<B> {
    pub(crate) const fn new(body: B) -> Self {
        Self { body }
    }
}

impl<B: MessageBody> Body for HandlerBody<B> {
    type Data = Bytes;
    type Error = BodyFailed;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyFailed>>> {
        self.project().body.poll_next(context).map_ok(Frame::data).map_err(|_| BodyFailed)
    }

    /// As actix, which does not ask such a body for content.
    fn is_end_stream(&self) -> bool {
        self.body.size().is_eof()
    }

    fn size_hint(&self) -> SizeHint {
        match self.body.size() {
            BodySize::None => SizeHint::with_exact(0),
            BodySize::Sized(length) => SizeHint::with_exact(length),
            BodySize::Stream => SizeHint::default(),
        }
    }
}

/// That a handler's body failed. Its own error may not leave the thread, and what it says may be of
/// the message.
#[derive(Debug)]
pub(crate) struct BodyFailed;

impl fmt::Display for BodyFailed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the body of a handler's response failed")
    }
}

impl error::Error for BodyFailed {}
