use std::{
    future::poll_fn,
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::{Bytes, BytesMut};
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;
use sealwire::server::{Answer, RequestReader};

use crate::{
    BodyError, BoxError, Breaker,
    pieces::{Pieces, wipe},
    reader::{Fail, Reader},
};

pin_project! {
    /// A streamed message and the outer body that it arrives in.
    pub(crate) struct Incoming<B, R>
    where
        R: Reader,
    {
        #[pin]
        outer: B,
        opening: Opening<R>,
    }
}

/// Opens a message as it arrives: collects bytes until they are a whole chunk, opens it where it
/// lies, and hands out parts of that memory.
struct Opening<R: Reader> {
    reader: R,
    /// What has arrived and is not opened: less than a chunk, or the rest of an outer frame.
    arrived: BytesMut,
    head: Option<R::Head>,
    pieces: Pieces,
    state: State,
    breaker: Option<Breaker>,
}

enum State {
    Open,
    /// The final chunk has opened.
    Complete,
    /// The error is yet to be told.
    Failed(BodyError),
    Told,
}

/// Steps that one poll takes at most without handing anything out. A step opens a chunk at most.
const BUDGET: usize = 64;

impl<B, R> Incoming<B, R>
where
    B: Body<Data = Bytes>,
    B::Error: Into<BoxError>,
    R: Reader,
{
    pub(crate) fn new(outer: B, reader: R, breaker: Option<Breaker>) -> Pin<Box<Self>> {
        Box::pin(Self { outer, opening: Opening::new(reader, breaker) })
    }

    /// Reads until the head is there. Content that came with it waits.
    pub(crate) async fn head(self: &mut Pin<Box<Self>>) -> Result<R::Head, Fail> {
        poll_fn(|context| self.as_mut().poll_head(context)).await
    }

    fn poll_head(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<R::Head, Fail>> {
        let mut this = self.project();
        let more = ready!(poll_more(&mut this.outer, this.opening, context));
        match (this.opening.head.take(), more) {
            // What failed behind the head is told to whoever reads on.
            (Some(head), Err(fail)) => {
                this.opening.fail(fail.error);
                Poll::Ready(Ok(head))
            }
            (Some(head), Ok(())) => Poll::Ready(Ok(head)),
            (None, Err(fail)) => Poll::Ready(Err(fail)),
            (None, Ok(())) => Poll::Ready(Err(BodyError::ended_early().into())),
        }
    }

    pub(crate) fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let mut this = self.project();
        if let Err(fail) = ready!(poll_more(&mut this.outer, this.opening, context)) {
            this.opening.fail(fail.error);
        }
        Poll::Ready(this.opening.next_frame())
    }
}

impl<B> Incoming<B, RequestReader> {
    /// The answer where the outer body failed before the head was there: the one to a body that ends
    /// there.
    pub(crate) fn refuse(self: &mut Pin<Box<Self>>) -> Box<Answer> {
        let answer = self.as_mut().project().opening.finish().err().and_then(|fail| fail.answer);
        answer.unwrap_or_else(|| Box::new(Answer::not_opened()))
    }
}

/// Goes on until there is something to hand out, or nothing will be.
fn poll_more<B, R>(
    outer: &mut Pin<&mut B>,
    opening: &mut Opening<R>,
    context: &mut Context<'_>,
) -> Poll<Result<(), Fail>>
where
    B: Body<Data = Bytes>,
    B::Error: Into<BoxError>,
    R: Reader,
{
    for _ in 0..BUDGET {
        if opening.has_news() {
            return Poll::Ready(Ok(()));
        }
        if opening.step()? {
            continue;
        }
        match ready!(outer.as_mut().poll_frame(context)) {
            Some(Ok(frame)) => opening.append(frame.into_data().unwrap_or_default()),
            Some(Err(error)) => return Poll::Ready(Err(BodyError::underneath(error).into())),
            None => opening.finish()?,
        }
    }
    context.waker().wake_by_ref();
    Poll::Pending
}

impl<B, R: Reader> Incoming<B, R> {
    pub(crate) fn is_end_stream(&self) -> bool {
        let Opening { pieces, state, .. } = &self.opening;
        match state {
            State::Open | State::Failed(_) => false,
            State::Complete => !pieces.has_content() && !pieces.has_trailers(),
            State::Told => true,
        }
    }

    pub(crate) fn size_hint(&self) -> SizeHint {
        let there = self.opening.pieces.len() as u64;
        match self.opening.state {
            State::Complete | State::Told => SizeHint::with_exact(there),
            State::Open | State::Failed(_) => {
                let mut hint = SizeHint::new();
                hint.set_lower(there);
                hint
            }
        }
    }
}

impl<R: Reader> Opening<R> {
    fn new(reader: R, breaker: Option<Breaker>) -> Self {
        Self {
            reader,
            arrived: BytesMut::new(),
            head: None,
            pieces: Pieces::default(),
            state: State::Open,
            breaker,
        }
    }

    fn has_news(&self) -> bool {
        self.head.is_some() || self.pieces.has_content() || !matches!(self.state, State::Open)
    }

    /// Opens what comes next, if all of it has arrived.
    fn step(&mut self) -> Result<bool, Fail> {
        let length = match self.reader.wanted() {
            Some(wanted) => wanted,
            None => self.arrived.len(),
        };
        let Some(item) = self.arrived.get_mut(..length).filter(|item| !item.is_empty()) else {
            return Ok(false);
        };
        let mut found = self.pieces.gather(item);
        // A chunk can open and hold something that is not acceptable.
        self.reader.push(item, &mut self.head, &mut found).inspect_err(|_| wipe(item))?;
        self.pieces.take(&mut self.arrived, length);
        Ok(true)
    }

    /// Tells the reader that the outer body has ended.
    fn finish(&mut self) -> Result<(), Fail> {
        let is_final = self.reader.wanted().is_none();
        let mut found = self.pieces.gather(&[]);
        match self.reader.finish(&mut self.head, &mut found) {
            Ok(()) => self.state = State::Complete,
            Err(fail) if is_final => return Err(fail),
            Err(fail) => return Err(Fail { error: BodyError::ended_early(), ..fail }),
        }
        Ok(())
    }

    /// Puts an outer frame behind what has arrived: without copying it, if nothing has and nobody
    /// else holds it.
    fn append(&mut self, mut data: Bytes) {
        if self.arrived.is_empty() {
            match data.try_into_mut() {
                Ok(frame) => return self.arrived = frame,
                Err(shared) => data = shared,
            }
        }
        if !self.arrived.try_reclaim(data.len()) {
            self.grow(data.len());
        }
        self.arrived.extend_from_slice(&data);
    }

    /// Makes room for `more` bytes: doubling as it grows, since what was announced may never arrive,
    /// but never beyond the chunk that is being collected, or what is there.
    fn grow(&mut self, more: usize) {
        let needed = self.arrived.len() + more;
        let bound = self.reader.wanted().unwrap_or_default().max(needed);
        let goal = self.arrived.capacity().saturating_mul(2).clamp(needed, bound);
        let mut grown = BytesMut::with_capacity(goal);
        grown.extend_from_slice(&self.arrived);
        self.arrived = grown;
    }

    /// The next frame of what is there. The trailers wait for the end, since whoever has them may
    /// not ask for more.
    fn next_frame(&mut self) -> Option<Result<Frame<Bytes>, BodyError>> {
        if let Some(content) = self.pieces.next_content() {
            return Some(Ok(Frame::data(content)));
        }
        match std::mem::replace(&mut self.state, State::Told) {
            State::Failed(error) => Some(Err(error)),
            State::Complete => {
                self.state = State::Complete;
                self.pieces.take_trailers().map(|trailers| Ok(Frame::trailers(trailers)))
            }
            State::Open => Some(Err(BodyError::ended_early())),
            State::Told => None,
        }
    }

    /// Nothing more is handed out.
    fn fail(&mut self, error: BodyError) {
        self.pieces.clear();
        self.arrived = BytesMut::new();
        self.state = State::Failed(error);
        if let Some(breaker) = &self.breaker {
            breaker.request_failed();
        }
    }
}

#[cfg(test)]
mod tests;
