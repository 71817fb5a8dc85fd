use std::{
    mem,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use http::HeaderMap;
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;

pin_project! {
    /// The body of a request below the layer, or of a response above it: one that was not sealed
    /// and is passed on as it comes, or one that was opened or sealed and is in memory.
    #[derive(Debug)]
    pub struct SealwireBody<B> {
        #[pin]
        kind: Kind<B>,
    }
}

pin_project! {
    #[derive(Debug)]
    #[project = KindProjection]
    enum Kind<B> {
        Passed { #[pin] body: B },
        InMemory { content: Bytes, trailers: HeaderMap },
    }
}

impl<B> SealwireBody<B> {
    pub(crate) const fn passed(body: B) -> Self {
        Self { kind: Kind::Passed { body } }
    }

    pub(crate) const fn in_memory(content: Bytes, trailers: HeaderMap) -> Self {
        Self { kind: Kind::InMemory { content, trailers } }
    }
}

impl<B: Body<Data = Bytes>> Body for SealwireBody<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        match self.project().kind.project() {
            KindProjection::Passed { body } => body.poll_frame(context),
            KindProjection::InMemory { content, .. } if !content.is_empty() => {
                Poll::Ready(Some(Ok(Frame::data(mem::take(content)))))
            }
            KindProjection::InMemory { trailers, .. } if !trailers.is_empty() => {
                Poll::Ready(Some(Ok(Frame::trailers(mem::take(trailers)))))
            }
            KindProjection::InMemory { .. } => Poll::Ready(None),
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.kind {
            Kind::Passed { body } => body.is_end_stream(),
            Kind::InMemory { content, trailers } => content.is_empty() && trailers.is_empty(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.kind {
            Kind::Passed { body } => body.size_hint(),
            Kind::InMemory { content, .. } => SizeHint::with_exact(content.len() as u64),
        }
    }
}
