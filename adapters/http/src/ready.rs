//! What of a body is there already.

use std::{
    future::poll_fn,
    pin::Pin,
    task::{Context, Poll, Waker},
};

use bytes::Bytes;
use http::HeaderMap;
use http_body::Body;

/// What a body gave without letting anyone wait.
pub(crate) struct Ready<E> {
    pub(crate) content: Bytes,
    pub(crate) then: Then<E>,
}

impl<E> Ready<E> {
    /// What is there of a response that has no content.
    pub(crate) fn nothing() -> Self {
        Self { content: Bytes::new(), then: Then::End(HeaderMap::new()) }
    }
}

/// What comes behind that.
pub(crate) enum Then<E> {
    /// Nothing but these trailers.
    End(HeaderMap),
    /// Perhaps more.
    More,
    /// The body failed.
    Failed(E),
}

/// A message of up to so many bytes is sealed as a whole if it is there as a whole.
const MOST: usize = 64 * 1024;
/// Frames that are asked for: who makes crumbs streams them.
const MOST_FRAMES: usize = 64;

/// Takes from `body` what it has. It is polled, and what it waits for wakes the caller.
pub(crate) async fn ready<B>(mut body: Pin<&mut B>) -> Ready<B::Error>
where
    B: Body<Data = Bytes>,
{
    poll_fn(|context| Poll::Ready(take(body.as_mut(), context))).await
}

/// [`ready`] for whoever polls the body again anyhow, in whatever task.
pub(crate) fn ready_now<B>(body: Pin<&mut B>) -> Ready<B::Error>
where
    B: Body<Data = Bytes>,
{
    take(body, &mut Context::from_waker(Waker::noop()))
}

fn take<B>(mut body: Pin<&mut B>, context: &mut Context<'_>) -> Ready<B::Error>
where
    B: Body<Data = Bytes>,
{
    let mut content = Content::default();
    if body.size_hint().lower() > MOST as u64 {
        return content.then(Then::More);
    }
    for _ in 0..MOST_FRAMES {
        match body.as_mut().poll_frame(context) {
            Poll::Pending => return content.then(Then::More),
            Poll::Ready(None) => return content.then(Then::End(HeaderMap::new())),
            Poll::Ready(Some(Err(error))) => return content.then(Then::Failed(error)),
            Poll::Ready(Some(Ok(frame))) => match frame.into_data() {
                Ok(data) => content.append(data),
                // Nothing follows trailers.
                Err(frame) => {
                    let trailers = frame.into_trailers().unwrap_or_default();
                    return content.then(Then::End(trailers));
                }
            },
        }
        if body.is_end_stream() {
            return content.then(Then::End(HeaderMap::new()));
        }
        if content.len() > MOST {
            break;
        }
    }
    content.then(Then::More)
}

/// One frame as it is, or several put together.
#[derive(Default)]
struct Content {
    first: Bytes,
    all: Vec<u8>,
}

impl Content {
    fn len(&self) -> usize {
        self.first.len().max(self.all.len())
    }

    fn append(&mut self, data: Bytes) {
        match (self.first.is_empty(), self.all.is_empty()) {
            (true, true) => self.first = data,
            (false, true) => {
                self.all.reserve(self.first.len() + data.len());
                self.all.extend_from_slice(&self.first);
                self.all.extend_from_slice(&data);
            }
            (_, false) => self.all.extend_from_slice(&data),
        }
    }

    fn then<E>(self, then: Then<E>) -> Ready<E> {
        let content = if self.all.is_empty() { self.first } else { self.all.into() };
        Ready { content, then }
    }
}
