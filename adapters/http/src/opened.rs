use std::{
    fmt, mem,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use http::{HeaderMap, response};
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;
use sealwire::{
    bhttp::RequestHead,
    client::ResponseReader,
    server::{Answer, RequestReader, ResponseStarter},
};

use crate::{BodyError, BoxError, Breaker, incoming::Incoming};

pin_project! {
    /// The content of a message that was opened, or of one that did not come sealed and is passed on
    /// as it comes.
    ///
    /// A streamed one is opened as it is polled. It ends in an error unless the message was complete;
    /// until it has ended, what came of it may not be all. A chunk that does not open releases
    /// nothing. Of a streamed message one sealed chunk, 64 KiB, and one frame of the outer body are
    /// held at most.
    pub struct OpenedBody<B> {
        #[pin]
        kind: Kind<B>,
    }
}

pin_project! {
    #[project = KindProjection]
    enum Kind<B> {
        Passed { #[pin] body: B },
        Whole { content: Bytes, trailers: HeaderMap },
        Response { incoming: Pin<Box<Incoming<B, ResponseReader>>> },
        Request { incoming: Pin<Box<Incoming<B, RequestReader>>> },
    }
}

/// Opens the head of a streamed response that arrives in `outer`, and no more than has to be read
/// for it. Informational responses are dropped.
///
/// # Errors
/// The head did not arrive, or did not open.
pub async fn open_response<B>(
    outer: B,
    reader: ResponseReader,
) -> Result<(response::Parts, OpenedBody<B>), BodyError>
where
    B: Body<Data = Bytes>,
    B::Error: Into<BoxError>,
{
    let mut incoming = Incoming::new(outer, reader, None);
    match incoming.head().await {
        Ok(head) => Ok((head, OpenedBody { kind: Kind::Response { incoming } })),
        Err(fail) => Err(fail.error),
    }
}

/// Opens the head of a streamed request that arrives in `outer`, and no more than has to be read for
/// it. If the rest turns out to be incomplete after the answer has begun, `breaker` breaks that off.
///
/// # Errors
/// What to answer instead.
pub async fn open_request<B>(
    outer: B,
    reader: RequestReader,
    breaker: &Breaker,
) -> Result<(RequestHead, ResponseStarter, OpenedBody<B>), Box<Answer>>
where
    B: Body<Data = Bytes>,
    B::Error: Into<BoxError>,
{
    let mut incoming = Incoming::new(outer, reader, Some(breaker.clone()));
    match incoming.head().await {
        Ok((head, starter)) => Ok((head, starter, OpenedBody { kind: Kind::Request { incoming } })),
        Err(fail) => Err(fail.answer.unwrap_or_else(|| incoming.refuse())),
    }
}

impl<B> OpenedBody<B> {
    /// A body that was not sealed, as it is.
    pub const fn passed(body: B) -> Self {
        Self { kind: Kind::Passed { body } }
    }

    /// Content that is there as a whole, and its trailers.
    pub const fn whole(content: Bytes, trailers: HeaderMap) -> Self {
        Self { kind: Kind::Whole { content, trailers } }
    }
}

impl<B> Body for OpenedBody<B>
where
    B: Body<Data = Bytes>,
    B::Error: Into<BoxError>,
{
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        match self.project().kind.project() {
            KindProjection::Passed { body } => {
                body.poll_frame(context).map_err(BodyError::underneath)
            }
            KindProjection::Whole { content, .. } if !content.is_empty() => {
                Poll::Ready(Some(Ok(Frame::data(mem::take(content)))))
            }
            KindProjection::Whole { trailers, .. } if !trailers.is_empty() => {
                Poll::Ready(Some(Ok(Frame::trailers(mem::take(trailers)))))
            }
            KindProjection::Whole { .. } => Poll::Ready(None),
            KindProjection::Response { incoming } => incoming.as_mut().poll_frame(context),
            KindProjection::Request { incoming } => incoming.as_mut().poll_frame(context),
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.kind {
            Kind::Passed { body } => body.is_end_stream(),
            Kind::Whole { content, trailers } => content.is_empty() && trailers.is_empty(),
            Kind::Response { incoming } => incoming.is_end_stream(),
            Kind::Request { incoming } => incoming.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.kind {
            Kind::Passed { body } => body.size_hint(),
            Kind::Whole { content, .. } => SizeHint::with_exact(content.len() as u64),
            Kind::Response { incoming } => incoming.size_hint(),
            Kind::Request { incoming } => incoming.size_hint(),
        }
    }
}

/// Shows what kind of body it is, and nothing of it.
impl<B> fmt::Debug for OpenedBody<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match &self.kind {
            Kind::Passed { .. } => "passed",
            Kind::Whole { .. } => "whole",
            Kind::Response { .. } => "streamed response",
            Kind::Request { .. } => "streamed request",
        };
        f.debug_struct("OpenedBody").field("kind", &kind).finish_non_exhaustive()
    }
}
