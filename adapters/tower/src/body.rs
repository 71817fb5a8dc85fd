use std::{
    mem,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use http::HeaderMap;
use http_body::{Body, Frame, SizeHint};

/// The body of a request below the layer, or of a response above it: one that was not sealed and is
/// passed on as it comes, or one that was opened or sealed and is in memory.
#[derive(Debug)]
pub struct SealwireBody<B>(Kind<B>);

#[derive(Debug)]
enum Kind<B> {
    Passed(B),
    InMemory { content: Bytes, trailers: HeaderMap },
}

impl<B> SealwireBody<B> {
    pub(crate) const fn passed(body: B) -> Self {
        Self(Kind::Passed(body))
    }

    pub(crate) const fn in_memory(content: Bytes, trailers: HeaderMap) -> Self {
        Self(Kind::InMemory { content, trailers })
    }
}

impl<B: Body<Data = Bytes> + Unpin> Body for SealwireBody<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        match &mut self.0 {
            Kind::Passed(body) => Pin::new(body).poll_frame(context),
            Kind::InMemory { content, .. } if !content.is_empty() => {
                Poll::Ready(Some(Ok(Frame::data(mem::take(content)))))
            }
            Kind::InMemory { trailers, .. } if !trailers.is_empty() => {
                Poll::Ready(Some(Ok(Frame::trailers(mem::take(trailers)))))
            }
            Kind::InMemory { .. } => Poll::Ready(None),
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.0 {
            Kind::Passed(body) => body.is_end_stream(),
            Kind::InMemory { content, trailers } => content.is_empty() && trailers.is_empty(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.0 {
            Kind::Passed(body) => body.size_hint(),
            Kind::InMemory { content, .. } => SizeHint::with_exact(content.len() as u64),
        }
    }
}
