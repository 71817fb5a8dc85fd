//! Calls whose request or response is streamed: sealed in chunks as it is produced.

use alloc::{boxed::Box, string::String, vec::Vec};
use core::fmt;

use super::Client;
use crate::{
    bhttp::{ContentEncoder, Decoder, Event, FieldLines, Limits, RequestLine, encode_request},
    envelope::{Labels, chunked},
    error::{Code, Error, Result},
    exporter::Exporter,
    media_type,
    ours::{remove_ours, without_ours},
    random::Random,
    secret::wipe,
    stream::{Reader, Writer, exceeds_key},
};

/// Seals the content of a streamed request, and its end.
pub struct RequestWriter(Writer);

/// Opens the answer to one streamed request, and is used up by it.
pub struct PendingResponse {
    opener: chunked::ResponseOpener,
    method: String,
    limits: Limits,
    chunk_limit: usize,
}

/// Opens a streamed response as it arrives.
pub struct ResponseReader(State);

const TOO_LONG: Error =
    Error::new(Code::InvalidInput, "with AES-128-GCM a message has 2^30 bytes at most");

enum State {
    /// Collects the nonce that precedes the chunks.
    Nonce(PendingResponse, Vec<u8>),
    Chunks(Box<Reader>),
    Failed(Error),
}

impl Client {
    /// The `content-type` of an outer request whose body is sealed in chunks.
    pub const CHUNKED_MEDIA_TYPE: &'static str = media_type::CHUNKED_REQUEST;

    /// Starts a request whose content is not there yet: appends the sealed head to `out`. Use a
    /// 256-bit AEAD for long messages (see
    /// [`Policy::streaming`](crate::keys::Policy::streaming)): with AES-128-GCM a message
    /// ends at 2^30 bytes.
    ///
    /// # Errors
    /// `InvalidInput` if a server would not accept the head, or its `content-length` is more than the
    /// AEAD may seal; and the errors of [`chunked::seal_request`]. `out` is then as it was.
    pub fn start<'a>(
        &self,
        line: RequestLine<'_>,
        fields: impl FieldLines<'a>,
        out: &mut Vec<u8>,
        random: &mut dyn Random,
    ) -> Result<(RequestWriter, PendingResponse)> {
        let mut head = Vec::new();
        let encoder = ContentEncoder::request(line, without_ours(fields), &mut head)?;
        if exceeds_key(&encoder, self.recipient.suite()) {
            wipe(&mut head);
            return Err(TOO_LONG);
        }
        let started = chunked::seal_request(&self.recipient, Labels::BHTTP_CHUNKED, out, random);
        let started = started
            .and_then(|(sealer, opener)| Ok((Writer::start(sealer, encoder, &head, out)?, opener)));
        wipe(&mut head);
        let (writer, opener) = started?;
        Ok((RequestWriter(writer), self.pending(opener, line.method)))
    }

    /// Seals a request whose content is there, in as few chunks as hold it, so that the response
    /// can be streamed: the body of the outer request.
    ///
    /// # Errors
    /// As [`Self::start`].
    pub fn seal_chunked<'a>(
        &self,
        line: RequestLine<'_>,
        fields: impl FieldLines<'a>,
        content: &[u8],
        random: &mut dyn Random,
    ) -> Result<(Vec<u8>, PendingResponse)> {
        let mut message = Vec::new();
        let fields = without_ours(fields);
        encode_request(line, fields, content, core::iter::empty(), &mut message)?;
        let padding = self.padding.padded_len(message.len()).saturating_sub(message.len());
        let mut body = Vec::new();
        let started =
            chunked::seal_request(&self.recipient, Labels::BHTTP_CHUNKED, &mut body, random);
        let sealed = started.and_then(|(sealer, opener)| {
            sealer.finish_padded(&message, padding, &mut body)?;
            Ok(opener)
        });
        wipe(&mut message);
        Ok((body, self.pending(sealed?, line.method)))
    }

    fn pending(&self, opener: chunked::ResponseOpener, method: &str) -> PendingResponse {
        let (limits, chunk_limit) = (self.limits, self.chunk_limit);
        PendingResponse { opener, method: method.into(), limits, chunk_limit }
    }
}

impl RequestWriter {
    /// Appends sealed content to `out`. Nothing is appended for none.
    ///
    /// # Errors
    /// `InvalidInput` when the content gets longer than its `content-length`, or beyond
    /// [`AES_128_GCM_LIMIT`](chunked::ChunkSealer::AES_128_GCM_LIMIT). The request is then broken
    /// off: drop it, and what was sent of it.
    pub fn content(&mut self, content: &[u8], out: &mut Vec<u8>) -> Result<()> {
        self.0.content(content, out)
    }

    /// Appends the end of the request, without which the server refuses it.
    ///
    /// # Errors
    /// `InvalidInput` when the content is shorter than its `content-length`, or the server would
    /// not accept the trailers.
    pub fn finish<'a>(self, trailers: impl FieldLines<'a>, out: &mut Vec<u8>) -> Result<()> {
        self.0.finish(without_ours(trailers), out)
    }
}

impl PendingResponse {
    /// What derives further secrets that the server has, too.
    #[must_use]
    pub fn exporter(&self) -> Exporter {
        self.opener.exporter()
    }

    /// Begins to open the answer by its status and its `content-type`.
    ///
    /// # Errors
    /// `NotSealed` if the answer is not a sealed one, which proves nothing.
    pub fn open(self, status: u16, content_type: Option<&[u8]>) -> Result<ResponseReader> {
        super::check_outer(status, content_type, media_type::CHUNKED_RESPONSE)?;
        Ok(ResponseReader(State::Nonce(self, Vec::new())))
    }
}

impl ResponseReader {
    /// How many more bytes complete what comes next: the nonce, the length of a chunk, or a chunk.
    /// Whoever collects so many and pushes them in one piece finds content in that piece, and may
    /// keep it there. Nothing in the final chunk, of which any number of bytes may be pushed, and
    /// after an error.
    #[must_use]
    pub fn wanted(&self) -> Option<usize> {
        match &self.0 {
            State::Nonce(pending, nonce) => {
                Some(pending.opener.nonce_len().saturating_sub(nonce.len()))
            }
            State::Chunks(reader) => reader.wanted(),
            State::Failed(_) => None,
        }
    }

    /// Opens what `input` completes, in place, and hands the parts of the response to `sink`:
    /// informational responses, the head, content as it comes, trailers. That content was handed
    /// out does not say that the response is complete; that [`Self::finish`] succeeds does.
    ///
    /// # Errors
    /// `OpenFailed`; once a chunk has opened, so that the server did answer this request, also
    /// `TooLarge` or `InvalidHttp`, or what `sink` returns. The error is final.
    pub fn push(
        &mut self,
        mut input: &mut [u8],
        sink: &mut dyn FnMut(Event<'_>) -> Result<()>,
    ) -> Result<()> {
        if let State::Nonce(pending, nonce) = &mut self.0 {
            let missing = pending.opener.nonce_len().saturating_sub(nonce.len());
            let (front, rest) = input.split_at_mut(missing.min(input.len()));
            nonce.extend_from_slice(front);
            input = rest;
            if front.len() < missing {
                return Ok(());
            }
            self.start()?;
        }
        match &mut self.0 {
            State::Chunks(reader) => {
                let pushed = reader.push(input, &mut |event| sink(for_the_app(event)));
                pushed.map_err(|error| authentic(reader, error)).or_else(|error| self.fail(error))
            }
            State::Failed(error) => Err(*error),
            State::Nonce(..) => self.fail(Error::OPEN),
        }
    }

    /// Ends the input, and hands out what the final chunk held.
    ///
    /// # Errors
    /// `OpenFailed` or `InvalidHttp` if the response is not complete.
    pub fn finish(&mut self, sink: &mut dyn FnMut(Event<'_>) -> Result<()>) -> Result<()> {
        match &mut self.0 {
            State::Chunks(reader) => {
                let finished = reader.finish(&mut |event| sink(for_the_app(event)));
                finished.map_err(|error| authentic(reader, error)).or_else(|error| self.fail(error))
            }
            State::Failed(error) => Err(*error),
            State::Nonce(..) => self.fail(Error::OPEN),
        }
    }

    fn start(&mut self) -> Result<()> {
        const STARTING: Error = Error::new(Code::Internal, "the response was being started");
        let State::Nonce(pending, nonce) = core::mem::replace(&mut self.0, State::Failed(STARTING))
        else {
            return Err(STARTING);
        };
        let decoder = Decoder::response_to(&pending.method, pending.limits);
        match pending.opener.start(&nonce) {
            Ok(opener) => {
                let opener = opener.with_limit(pending.chunk_limit);
                self.0 = State::Chunks(Box::new(Reader::new(opener, decoder)));
            }
            Err(error) => return self.fail(error),
        }
        Ok(())
    }

    fn fail(&mut self, error: Error) -> Result<()> {
        self.0 = State::Failed(error);
        Err(error)
    }
}

/// Before a chunk has opened, whoever is between may have written all of it: there is one error then,
/// so that no other is taken for a sign that the server answered.
const fn authentic(reader: &Reader, error: Error) -> Error {
    if reader.has_opened() { error } else { Error::OPEN }
}

/// The part of a response as the app may see it.
fn for_the_app(mut event: Event<'_>) -> Event<'_> {
    match &mut event {
        Event::Informational(head) | Event::Response(head) => remove_ours(head.fields_mut()),
        Event::Trailers(trailers) => remove_ours(trailers),
        Event::Content(_) | Event::Request(_) => {}
    }
    event
}

impl fmt::Debug for RequestWriter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestWriter").finish_non_exhaustive()
    }
}

impl fmt::Debug for PendingResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PendingResponse").field("opener", &self.opener).finish_non_exhaustive()
    }
}

impl fmt::Debug for ResponseReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseReader").finish_non_exhaustive()
    }
}
