use std::{
    fmt, mem,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use http::HeaderMap;
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;
use sealwire::{client::RequestWriter, server::ResponseWriter};

use crate::{
    BodyError, BoxError, Breaker,
    sealing::{Sealing, Writer},
};

pin_project! {
    /// The body of a message that is sealed, or of one that is not and is passed on as it comes.
    ///
    /// A streamed one seals each frame of the body underneath as it comes, and waits for no other.
    /// If that body fails, this one ends in an error, and the message without the end that would
    /// make it complete.
    pub struct SealedBody<B> {
        #[pin]
        kind: Kind<B>,
    }
}

pin_project! {
    #[project = KindProjection]
    enum Kind<B> {
        Passed { #[pin] body: B },
        Whole { content: Bytes },
        Streamed { body: Pin<Box<B>>, sealing: Box<Sealing> },
    }
}

/// Steps that one poll takes at most without handing anything out.
const BUDGET: usize = 64;

impl<B> SealedBody<B> {
    /// A body that is not to be sealed, as it is.
    pub const fn passed(body: B) -> Self {
        Self { kind: Kind::Passed { body } }
    }

    /// A message that is sealed already, or whatever else is there as a whole.
    pub const fn whole(content: Bytes) -> Self {
        Self { kind: Kind::Whole { content } }
    }

    /// A request whose beginning, what [`Client::start`](sealwire::Client::start) wrote, is `first`,
    /// and whose content is `ready`, and then `body`.
    pub fn request(first: Vec<u8>, writer: RequestWriter, ready: Bytes, body: Pin<Box<B>>) -> Self {
        let sealing = Sealing::new(first, Writer::Request(writer), ready, None);
        Self::streamed(sealing, body)
    }

    /// A response whose beginning, what
    /// [`ResponseStarter::start`](sealwire::server::ResponseStarter::start) wrote, is `first`, and
    /// whose content is `ready`, and then `body`. To `breaker` the answer has begun with this call.
    pub fn response(
        first: Vec<u8>,
        writer: ResponseWriter,
        ready: Bytes,
        body: Pin<Box<B>>,
        breaker: Breaker,
    ) -> Self {
        breaker.answer_begins();
        let sealing = Sealing::new(first, Writer::Response(writer), ready, Some(breaker));
        Self::streamed(sealing, body)
    }

    fn streamed(sealing: Sealing, body: Pin<Box<B>>) -> Self {
        Self { kind: Kind::Streamed { body, sealing: Box::new(sealing) } }
    }
}

impl<B> Body for SealedBody<B>
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
            KindProjection::Whole { content } if content.is_empty() => Poll::Ready(None),
            KindProjection::Whole { content } => {
                Poll::Ready(Some(Ok(Frame::data(mem::take(content)))))
            }
            KindProjection::Streamed { sealing, .. } if sealing.is_over() => Poll::Ready(None),
            KindProjection::Streamed { body, sealing } => match poll_sealed(body, sealing, context)
            {
                Poll::Ready(Ok(out)) if out.is_empty() => Poll::Ready(None),
                Poll::Ready(Ok(out)) => Poll::Ready(Some(Ok(Frame::data(out.into())))),
                Poll::Ready(Err(error)) => {
                    sealing.stop();
                    Poll::Ready(Some(Err(error)))
                }
                Poll::Pending => Poll::Pending,
            },
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.kind {
            Kind::Passed { body } => body.is_end_stream(),
            Kind::Whole { content } => content.is_empty(),
            Kind::Streamed { sealing, .. } => sealing.is_over(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.kind {
            Kind::Passed { body } => body.size_hint(),
            Kind::Whole { content } => SizeHint::with_exact(content.len() as u64),
            Kind::Streamed { sealing, .. } if sealing.is_over() => SizeHint::with_exact(0),
            Kind::Streamed { .. } => SizeHint::default(),
        }
    }
}

/// The next sealed bytes: of one frame of `body`, with what precedes it, and with the end if that is
/// known to follow. None of them only after the end.
fn poll_sealed<B>(
    body: &mut Pin<Box<B>>,
    sealing: &mut Sealing,
    context: &mut Context<'_>,
) -> Poll<Result<Vec<u8>, BodyError>>
where
    B: Body<Data = Bytes>,
    B::Error: Into<BoxError>,
{
    if sealing.poll_broken(context).is_ready() {
        return Poll::Ready(Err(BodyError::broken_off()));
    }
    let mut out = sealing.take_first();
    if !sealing.takes_content() {
        sealing.finish(&HeaderMap::new(), &mut out)?;
        return Poll::Ready(Ok(out));
    }
    for _ in 0..BUDGET {
        let frame = match sealing.take_rest() {
            Some(rest) => Poll::Ready(Some(Ok(rest))),
            None => body.as_mut().poll_frame(context).map_err(BodyError::underneath),
        };
        match frame {
            Poll::Ready(Some(frame)) => sealing.frame(frame?, &mut out)?,
            Poll::Ready(None) => sealing.finish(&HeaderMap::new(), &mut out)?,
            Poll::Pending if out.is_empty() => return Poll::Pending,
            Poll::Pending => return Poll::Ready(Ok(out)),
        }
        if !sealing.is_ended() && !sealing.has_rest() && body.is_end_stream() {
            sealing.finish(&HeaderMap::new(), &mut out)?;
        }
        if sealing.is_ended() || !out.is_empty() {
            return Poll::Ready(Ok(out));
        }
    }
    context.waker().wake_by_ref();
    Poll::Pending
}

/// Shows what kind of body it is, and nothing of it.
impl<B> fmt::Debug for SealedBody<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match &self.kind {
            Kind::Passed { .. } => "passed",
            Kind::Whole { .. } => "whole",
            Kind::Streamed { .. } => "streamed",
        };
        f.debug_struct("SealedBody").field("kind", &kind).finish_non_exhaustive()
    }
}
