//! Calls whose request or response is streamed: opened and sealed chunk by chunk.

use alloc::{boxed::Box, sync::Arc, vec::Vec};
use core::{fmt, mem};

use super::{Answer, Problem, Server, Way};
use crate::{
    bhttp::{
        Decoder, Event, FieldLines, Fields, Limits, RequestHead, ResponseEncoder,
        encode_response_to,
    },
    envelope::{Labels, chunked},
    error::{Code, Error, Result},
    exporter::Exporter,
    media_type,
    ours::without_ours,
    padding::Padding,
    random::Random,
    secret::wipe,
    stream::{Reader, Writer, exceeds_key},
    suite::Suite,
};

/// Opens one streamed request as it arrives.
pub struct RequestReader {
    server: Arc<Server>,
    way: Way,
    /// What the caller allows, whatever the route of the call does.
    limits: Option<Limits>,
    state: State,
    /// How much more content there may be, once the head has told the route.
    left: u64,
}

enum State {
    /// Collects what precedes the chunks.
    Preamble(Vec<u8>),
    /// Reads chunks; has what answers the request until its head was handed out.
    Chunks(Box<Reader>, Option<ResponseStarter>),
    Failed,
}

/// A part of a streamed request.
///
/// `Debug` shows method and sizes; no field, path or content.
pub enum RequestEvent<'a> {
    /// Method, target and fields, checked, and what answers the request. Comes once, first.
    Head(RequestHead, ResponseStarter),
    /// Some content, at least one byte. Comes any number of times.
    Content(&'a [u8]),
    /// The trailers, if there are any. Comes last.
    Trailers(Fields),
}

/// Why a streamed request ended before it was complete.
#[derive(Debug)]
pub enum Broken {
    /// Before its head was handed out: send this.
    Answer(Answer),
    /// After that: whoever handles the request must not take it for complete.
    Handed(Error),
}

/// Starts the response to one streamed request, and is used up by it.
pub struct ResponseStarter {
    sealer: chunked::ResponseSealer,
    to_head: bool,
    padding: Padding,
    origin: Option<Box<str>>,
    is_streaming: bool,
}

/// Seals the content of a streamed response, and its end.
pub struct ResponseWriter(Option<Writer>);

impl Server {
    /// The `content-type` of an answer whose body is sealed in chunks; its status is 200.
    pub const CHUNKED_MEDIA_TYPE: &'static str = media_type::CHUNKED_RESPONSE;

    /// Begins to open the body of an outer POST that is sealed in chunks. `limits` bounds what it
    /// may hold in total, whatever its route. [`Server::sort`] leads to a reader that asks the route.
    ///
    /// # Errors
    /// The answer to send instead: 415 for another media type.
    pub fn reader(
        self: &Arc<Self>,
        content_type: Option<&[u8]>,
        limits: Limits,
    ) -> Result<RequestReader, Answer> {
        if !media_type::is(content_type, media_type::CHUNKED_REQUEST) {
            return Err(Answer::plain(Problem::MEDIA_TYPE));
        }
        Ok(RequestReader::new(Arc::clone(self), Way::default(), Some(limits)))
    }
}

impl RequestReader {
    pub(super) const fn new(server: Arc<Server>, way: Way, limits: Option<Limits>) -> Self {
        Self { server, way, limits, state: State::Preamble(Vec::new()), left: 0 }
    }

    /// How many more bytes complete what comes next: what precedes the chunks, the length of a
    /// chunk, or a chunk. Whoever collects so many and pushes them in one piece finds content in
    /// that piece, and may keep it there. Nothing in the final chunk, of which any number of bytes
    /// may be pushed, and after an error.
    #[must_use]
    pub fn wanted(&self) -> Option<usize> {
        match &self.state {
            State::Preamble(preamble) => {
                // Of algorithms that are not known nothing is kept: the push itself failed.
                let known = chunked::preamble_len(preamble).ok().flatten();
                Some(known.unwrap_or(chunked::HEADER_LEN).saturating_sub(preamble.len()))
            }
            State::Chunks(reader, _) => reader.wanted(),
            State::Failed => None,
        }
    }

    /// Opens what `input` completes, in place, and hands the parts of the request to `sink`.
    ///
    /// # Errors
    /// [`Broken`], or what `sink` returns, as [`Broken::Handed`]. The error is final.
    pub fn push(
        &mut self,
        mut input: &mut [u8],
        random: &mut dyn Random,
        sink: &mut dyn FnMut(RequestEvent<'_>) -> Result<()>,
    ) -> Result<(), Broken> {
        while let State::Preamble(preamble) = &mut self.state {
            let known = chunked::preamble_len(preamble).map_err(|error| self.refuse(error))?;
            let State::Preamble(preamble) = &mut self.state else { break };
            let wanted = known.unwrap_or(chunked::HEADER_LEN).saturating_sub(preamble.len());
            if wanted == 0 {
                self.begin()?;
                break;
            }
            let (front, rest) = input.split_at_mut(wanted.min(input.len()));
            preamble.extend_from_slice(front);
            input = rest;
            if front.len() < wanted {
                return Ok(());
            }
        }
        self.run(random, sink, |reader, sink| reader.push(input, sink))
    }

    /// Ends the input, and hands out what the final chunk held. Only if this succeeds was the
    /// request complete.
    ///
    /// # Errors
    /// As [`Self::push`].
    pub fn finish(
        &mut self,
        random: &mut dyn Random,
        sink: &mut dyn FnMut(RequestEvent<'_>) -> Result<()>,
    ) -> Result<(), Broken> {
        if let State::Preamble(_) = self.state {
            return Err(self.refuse(Error::OPEN));
        }
        self.run(random, sink, Reader::finish)
    }

    fn begin(&mut self) -> Result<(), Broken> {
        let State::Preamble(preamble) = mem::replace(&mut self.state, State::Failed) else {
            return Ok(());
        };
        let ring = &self.server.ring;
        let (opener, sealer) = chunked::open_request(ring, Labels::BHTTP_CHUNKED, &preamble)
            .map_err(|error| self.refuse(error))?;
        let opener = opener.with_limit(self.server.chunk_limit);
        let starter = ResponseStarter {
            sealer,
            to_head: false,
            padding: self.server.padding.clone(),
            origin: self.way.origin.clone(),
            is_streaming: false,
        };
        // Content is counted here, since how much there may be is the route's to say.
        let Limits { content, padding, .. } = self.server.limits;
        let padding = padding.min(content);
        let limits = Limits { content: u64::MAX, padding, ..self.server.limits };
        let reader = Reader::new(opener, Decoder::request(self.limits.unwrap_or(limits)));
        self.state = State::Chunks(Box::new(reader), Some(starter));
        Ok(())
    }

    fn run(
        &mut self,
        random: &mut dyn Random,
        sink: &mut dyn FnMut(RequestEvent<'_>) -> Result<()>,
        read: impl FnOnce(&mut Reader, &mut dyn FnMut(Event<'_>) -> Result<()>) -> Result<()>,
    ) -> Result<(), Broken> {
        let State::Chunks(reader, starter) = &mut self.state else {
            return Err(Broken::Handed(FAILED));
        };
        let (server, way, left, mut problem) = (&self.server, &self.way, &mut self.left, None);
        let limit = self.limits.map(|limits| limits.content);
        let result = read(reader, &mut |event| match event {
            Event::Request(mut head) => match (server.admit(way, &mut head), starter.take()) {
                (Ok(route), Some(mut taken)) => {
                    *left = limit.unwrap_or_else(|| route.limit_or(server.limits.content));
                    if head.content_length().is_some_and(|announced| announced > *left) {
                        (*starter, problem) = (Some(taken), Some(Problem::TOO_LARGE));
                        return Err(FAILED);
                    }
                    taken.to_head = head.method() == "HEAD";
                    taken.is_streaming = route.is_streaming();
                    sink(RequestEvent::Head(head, taken))
                }
                (Ok(_), None) => Err(FAILED),
                (Err(found), taken) => {
                    (*starter, problem) = (taken, Some(found));
                    Err(FAILED)
                }
            },
            Event::Content(content) => {
                *left = left.checked_sub(content.len() as u64).ok_or(TOO_LARGE)?;
                sink(RequestEvent::Content(content))
            }
            Event::Trailers(mut trailers) => {
                server.edge.filter(&mut trailers);
                sink(RequestEvent::Trailers(trailers))
            }
            Event::Informational(_) | Event::Response(_) => Err(FAILED),
        });
        let Err(error) = result else { return Ok(()) };
        let (opened, to_head) = (reader.has_opened(), reader.is_head());
        let starter = starter.take().map(|starter| ResponseStarter { to_head, ..starter });
        self.state = State::Failed;
        Err(match starter {
            None => Broken::Handed(error),
            // Whatever failed before the first chunk opened looks the same from outside.
            Some(_) if !opened => self.refuse(Error::OPEN),
            Some(starter) => {
                let problem = problem.unwrap_or_else(|| error.into());
                Broken::Answer(starter.answer(problem, random))
            }
        })
    }

    fn refuse(&mut self, error: Error) -> Broken {
        self.state = State::Failed;
        Broken::Answer(Answer::refusal(error).allow_origin(self.way.origin.take()))
    }
}

const TOO_LARGE: Error = Error::new(Code::TooLarge, "the content is too large for its route");
const FAILED: Error = Error::new(Code::InvalidInput, "the request has failed before");

impl ResponseStarter {
    /// The id of the key the request was sealed for.
    #[must_use]
    pub const fn key_id(&self) -> u8 {
        self.sealer.key_id()
    }

    /// The algorithms the request was sealed with.
    #[must_use]
    pub const fn suite(&self) -> Suite {
        self.sealer.suite()
    }

    /// What derives further secrets that the client has, too.
    #[must_use]
    pub fn exporter(&self) -> Exporter {
        self.sealer.exporter()
    }

    /// Whether a response with this status has content: not one to HEAD, a 204 or a 304.
    #[must_use]
    pub const fn takes_content(&self, status: u16) -> bool {
        !self.to_head && !matches!(status, 204 | 304)
    }

    /// Whether the route of the call is one whose handler gets the content as it arrives.
    #[must_use]
    pub const fn is_streaming(&self) -> bool {
        self.is_streaming
    }

    /// Starts the response: the answer whose body begins with the sealed head, and what seals the
    /// rest of it. A head that no client would accept is replaced by a whole sealed 500, and what is
    /// written after it is left out.
    ///
    /// # Errors
    /// `RandomFailed`; [`Answer::internal_error`], which is not sealed, is all that is left then.
    pub fn start<'a>(
        mut self,
        status: u16,
        fields: impl FieldLines<'a>,
        random: &mut dyn Random,
    ) -> Result<(Answer, ResponseWriter)> {
        let (mut out, origin) = (Vec::new(), self.origin.take());
        let writer = self.start_into(status, fields, &mut out, random)?;
        Ok((Answer::sealed_in_chunks(out).allow_origin(origin), writer))
    }

    fn start_into<'a>(
        self,
        status: u16,
        fields: impl FieldLines<'a>,
        out: &mut Vec<u8>,
        random: &mut dyn Random,
    ) -> Result<ResponseWriter> {
        let mut head = Vec::new();
        let fields = without_ours(fields);
        let method = if self.to_head { "HEAD" } else { "GET" };
        match ResponseEncoder::to(method).response(status, fields, &mut head) {
            Ok(encoder) if !exceeds_key(&encoder, self.suite()) => {
                let started = self.sealer.start(out, random);
                let writer = started.and_then(|sealer| Writer::start(sealer, encoder, &head, out));
                wipe(&mut head);
                writer.map(|writer| ResponseWriter(Some(writer)))
            }
            Ok(_) | Err(_) => {
                wipe(&mut head);
                self.seal_problem(Problem::INVALID_RESPONSE, out, random)?;
                Ok(ResponseWriter(None))
            }
        }
    }

    /// Seals a response that is there as a whole, in as few chunks as hold it, and padded. A response
    /// that no client would accept is replaced by a sealed 500, and what HTTP does not let a response
    /// have is left out, as in [`ServerResponse::seal`](super::ServerResponse::seal).
    ///
    /// # Errors
    /// `RandomFailed`, and `InvalidInput` beyond
    /// [`AES_128_GCM_LIMIT`](chunked::ChunkSealer::AES_128_GCM_LIMIT). [`Answer::internal_error`], which
    /// is not sealed, is all that is left then.
    pub fn seal<'f, 't>(
        mut self,
        status: u16,
        fields: impl FieldLines<'f>,
        content: &[u8],
        trailers: impl FieldLines<'t>,
        random: &mut dyn Random,
    ) -> Result<Answer> {
        let (mut message, mut body, origin) = (Vec::new(), Vec::new(), self.origin.take());
        let method = if self.to_head { "HEAD" } else { "GET" };
        let (fields, trailers) = (without_ours(fields), without_ours(trailers));
        let encoded =
            encode_response_to(method, &[], status, fields, content, trailers, &mut message);
        match encoded {
            Ok(()) => self.seal_message(message, &mut body, random)?,
            Err(_) => self.seal_problem(Problem::INVALID_RESPONSE, &mut body, random)?,
        }
        Ok(Answer::sealed_in_chunks(body).allow_origin(origin))
    }

    /// The answer when there is no response, because the handler failed before it had one: a
    /// sealed 500. It is in plain only if the random source failed too.
    #[must_use]
    pub fn internal_error(self, random: &mut dyn Random) -> Answer {
        self.answer(Problem::HANDLER_FAILED, random)
    }

    /// The answer to a request that is not carried out because the server holds too many: a sealed
    /// 503.
    #[must_use]
    pub fn busy(self, random: &mut dyn Random) -> Answer {
        self.answer(Problem::BUSY, random)
    }

    /// The answer to a request that broke before its handler was called, though its head was handed
    /// out: a sealed 413 if `why` is `TooLarge`, else a sealed 400.
    #[must_use]
    pub fn refuse(self, why: Code, random: &mut dyn Random) -> Answer {
        self.answer(why.into(), random)
    }

    fn answer(mut self, problem: Problem, random: &mut dyn Random) -> Answer {
        let (mut body, origin) = (Vec::new(), self.origin.take());
        match self.seal_problem(problem, &mut body, random) {
            Ok(()) => Answer::sealed_in_chunks(body).allow_origin(origin),
            Err(_) => Answer::internal_error().allow_origin(origin),
        }
    }

    fn seal_problem(
        self,
        problem: Problem,
        out: &mut Vec<u8>,
        random: &mut dyn Random,
    ) -> Result<()> {
        let mut message = Vec::new();
        problem.encode(self.to_head, &mut message)?;
        self.seal_message(message, out, random)
    }

    fn seal_message(
        self,
        mut message: Vec<u8>,
        out: &mut Vec<u8>,
        random: &mut dyn Random,
    ) -> Result<()> {
        let padding = self.padding.padded_len(message.len()).saturating_sub(message.len());
        let started = self.sealer.start(out, random);
        let sealed = started.and_then(|sealer| sealer.finish_padded(&message, padding, out));
        wipe(&mut message);
        sealed
    }
}

impl ResponseWriter {
    /// Whether content is of any use. If not, because the response is one to HEAD, a 204, a 304 or a
    /// problem in place of another, finish it, and do not wait for what would be left out.
    #[must_use]
    pub fn takes_content(&self) -> bool {
        self.0.as_ref().is_some_and(Writer::takes_content)
    }

    /// Appends sealed content to `out`. Nothing is appended for none, or where a response has none.
    ///
    /// # Errors
    /// `InvalidInput` when the content gets longer than its `content-length`, or beyond
    /// [`AES_128_GCM_LIMIT`](chunked::ChunkSealer::AES_128_GCM_LIMIT). Break the answer off then: its
    /// end is what tells the client that it is complete.
    pub fn content(&mut self, content: &[u8], out: &mut Vec<u8>) -> Result<()> {
        match &mut self.0 {
            Some(writer) => writer.content(content, out),
            None => Ok(()),
        }
    }

    /// Appends the end of the response.
    ///
    /// # Errors
    /// `InvalidInput` when the content is shorter than its `content-length`, or no client would
    /// accept the trailers. Break the answer off then.
    pub fn finish<'a>(self, trailers: impl FieldLines<'a>, out: &mut Vec<u8>) -> Result<()> {
        match self.0 {
            Some(writer) => writer.finish(without_ours(trailers), out),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for RequestReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestReader").finish_non_exhaustive()
    }
}

impl fmt::Debug for RequestEvent<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Head(head, _) => f.debug_tuple("Head").field(head).finish_non_exhaustive(),
            Self::Content(content) => f.debug_tuple("Content").field(&content.len()).finish(),
            Self::Trailers(trailers) => f.debug_tuple("Trailers").field(trailers).finish(),
        }
    }
}

impl fmt::Debug for ResponseStarter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseStarter").field("sealer", &self.sealer).finish_non_exhaustive()
    }
}

impl fmt::Debug for ResponseWriter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseWriter").finish_non_exhaustive()
    }
}
