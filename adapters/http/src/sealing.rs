use std::{
    mem,
    task::{Context, Poll},
};

use bytes::Bytes;
use http::HeaderMap;
use http_body::Frame;
use sealwire::{
    Result, bhttp::header_lines, client::RequestWriter, envelope::chunked::ChunkSealer,
    server::ResponseWriter,
};

use crate::{BodyError, Breaker};

/// Seals a message piece by piece.
pub(crate) struct Sealing {
    /// What precedes the chunks and the sealed head, until it is sent.
    first: Vec<u8>,
    /// None after the end.
    writer: Option<Writer>,
    /// Content that is there already, and is to be sealed next.
    rest: Bytes,
    breaker: Option<Breaker>,
}

pub(crate) enum Writer {
    Request(RequestWriter),
    Response(ResponseWriter),
}

/// Content that is sealed at a time: a body of a gigabyte in memory shall not need another one.
const MOST: usize = 256 * 1024;

impl Sealing {
    pub(crate) const fn new(
        first: Vec<u8>,
        writer: Writer,
        ready: Bytes,
        breaker: Option<Breaker>,
    ) -> Self {
        Self { first, writer: Some(writer), rest: ready, breaker }
    }

    /// Whether all was handed out that there will be.
    pub(crate) const fn is_over(&self) -> bool {
        self.writer.is_none() && self.first.is_empty()
    }

    /// Whether there is no end to be sealed anymore.
    pub(crate) const fn is_ended(&self) -> bool {
        self.writer.is_none()
    }

    /// Whether content is of any use: what answers HEAD has none, however long it would be.
    pub(crate) fn takes_content(&self) -> bool {
        match &self.writer {
            Some(Writer::Response(writer)) => writer.takes_content(),
            Some(Writer::Request(_)) => true,
            None => false,
        }
    }

    /// What goes out before anything else.
    pub(crate) fn take_first(&mut self) -> Vec<u8> {
        mem::take(&mut self.first)
    }

    /// Content that is there already.
    pub(crate) fn take_rest(&mut self) -> Option<Frame<Bytes>> {
        Some(mem::take(&mut self.rest)).filter(|rest| !rest.is_empty()).map(Frame::data)
    }

    pub(crate) fn has_rest(&self) -> bool {
        !self.rest.is_empty()
    }

    /// Whether the message is to be broken off; if not, `context` is woken once it is.
    pub(crate) fn poll_broken(&self, context: &Context<'_>) -> Poll<()> {
        match &self.breaker {
            Some(breaker) if breaker.poll_broken(context) => Poll::Ready(()),
            _ => Poll::Pending,
        }
    }

    /// Appends a frame, sealed, to `out`: what is too much at a time waits for the next call.
    pub(crate) fn frame(
        &mut self,
        frame: Frame<Bytes>,
        out: &mut Vec<u8>,
    ) -> Result<(), BodyError> {
        match frame.into_data() {
            Ok(data) => self.content(data, out),
            Err(frame) => self.finish(&frame.into_trailers().unwrap_or_default(), out),
        }
    }

    fn content(&mut self, mut data: Bytes, out: &mut Vec<u8>) -> Result<(), BodyError> {
        let piece = data.split_to(data.len().min(MOST));
        self.rest = data;
        if piece.is_empty() {
            return Ok(());
        }
        out.reserve(room(piece.len()));
        match &mut self.writer {
            Some(writer) => writer.content(&piece, out).map_err(BodyError::message),
            None => Err(BodyError::broken_off()),
        }
    }

    /// Appends the end of the message, unless it is to be broken off.
    pub(crate) fn finish(
        &mut self,
        trailers: &HeaderMap,
        out: &mut Vec<u8>,
    ) -> Result<(), BodyError> {
        // What was polled for the content can have found the request to be incomplete just now.
        if self.breaker.as_ref().is_some_and(Breaker::is_broken) {
            return Err(BodyError::broken_off());
        }
        match self.writer.take() {
            Some(writer) => writer.finish(trailers, out).map_err(BodyError::message),
            None => Ok(()),
        }
    }

    /// Breaks the message off: nothing more of it is sent, least of all its end.
    pub(crate) fn stop(&mut self) {
        self.writer = None;
        self.first = Vec::new();
        self.rest = Bytes::new();
    }
}

/// Room for the sealed form of so much content, and for an end without trailers.
fn room(length: usize) -> usize {
    const AROUND: usize = 4 + 16;
    const END: usize = 64;
    let chunks = length / ChunkSealer::DEFAULT_CHUNK_LEN + 2;
    length.saturating_add(chunks * AROUND + END)
}

impl Writer {
    fn content(&mut self, content: &[u8], out: &mut Vec<u8>) -> Result<()> {
        match self {
            Self::Request(writer) => writer.content(content, out),
            Self::Response(writer) => writer.content(content, out),
        }
    }

    fn finish(self, trailers: &HeaderMap, out: &mut Vec<u8>) -> Result<()> {
        match self {
            Self::Request(writer) => writer.finish(header_lines(trailers), out),
            Self::Response(writer) => writer.finish(header_lines(trailers), out),
        }
    }
}
