use std::{
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
};

use bytes::Bytes;
use http_body::{Body as HttpBody, Frame, SizeHint};
use reqwest::Body;
use sealwire_http::{BodyError, SealedBody};

use crate::Error;

/// The body of an outer request, which notes why it failed. In HTTP/1 reqwest's error would tell; in
/// HTTP/2 it says only that the stream was reset.
pub(crate) struct Outgoing {
    body: SealedBody<Body>,
    failure: Failure,
}

/// Why the body of an outer request failed, if it did.
#[derive(Clone, Default)]
pub(crate) struct Failure(Arc<Mutex<Option<BodyError>>>);

impl Outgoing {
    /// To reqwest it is a stream, be it whole: that it does not know how to send twice.
    pub(crate) fn wrap(body: SealedBody<Body>) -> (Body, Failure) {
        let failure = Failure::default();
        (Body::wrap(Self { body, failure: failure.clone() }), failure)
    }
}

impl Failure {
    /// The reason of an error in sending.
    pub(crate) fn or(self, error: Error) -> Error {
        match self.0.lock().unwrap_or_else(PoisonError::into_inner).take() {
            Some(failure) => Error::body(failure),
            None => error,
        }
    }
}

impl HttpBody for Outgoing {
    type Data = Bytes;
    type Error = &'static str;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, &'static str>>> {
        let frame = Pin::new(&mut self.body).poll_frame(context);
        frame.map_err(|error| {
            *self.failure.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
            "the body of the request failed"
        })
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
