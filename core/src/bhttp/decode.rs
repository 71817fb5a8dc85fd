use core::{fmt, mem};

use super::content::Declared;
use super::control::ControlReader;
use super::encode;
use super::fields::{Fields, text};
use super::head::{ControlSpans, RequestHead, ResponseHead};
use super::limits::Limits;
use super::section::{SectionReader, check, refused, split};
use super::strict::{self, Section};
use crate::{Code, Error, Result, varint};

/// Decodes one message, of either framing, as it arrives.
///
/// Give it bytes with [`next`](Self::next) and then call [`finish`](Self::finish). Content passes
/// through without being copied or kept; field lines are copied once. After an error nothing more
/// is released, and every call answers that error again.
///
/// An event is no proof that the message is sound: an error may follow the head or the content.
/// Only `finish` answering `None` says that the message was complete.
pub struct Decoder {
    limits: Limits,
    /// Whether the message is a request.
    is_request: bool,
    /// Whether the response answers HEAD, or the request is one.
    to_head: bool,
    known_length: bool,
    state: State,
    varint: varint::Reader,
    control: ControlReader,
    spans: ControlSpans,
    section: SectionReader,
    status: u16,
    informational: usize,
    declared: Declared,
    /// Bytes of content, and of padding, so far.
    content: u64,
    padding: u64,
    ended: bool,
}

/// A part of a message.
///
/// `Debug` shows method, status and sizes; no field, path or content.
#[derive(Clone, PartialEq, Eq)]
pub enum Event<'a> {
    /// The control data and header section of a request. Comes once, first.
    Request(RequestHead),
    /// An informational response. Comes any number of times (see [`Limits`]), before the final one.
    Informational(ResponseHead),
    /// The status and header section of the final response. Comes once.
    Response(ResponseHead),
    /// Some content, at least one byte, borrowed from the input. Comes any number of times.
    Content(&'a [u8]),
    /// The trailers. Comes at most once, last, and not if there are none.
    Trailers(Fields),
}

#[derive(Clone, Copy)]
enum State {
    Framing,
    Control,
    Status,
    /// The length of a known-length section.
    SectionLength(Section),
    SectionLines(Section),
    /// The length of the content, or of the next chunk.
    ContentLength,
    Content(u64),
    Padding,
    Failed(Error),
}

/// Bytes that are reserved for a head before its size is known.
const USUAL_HEAD: usize = 1024;

/// What one step has come to.
enum Step<'a> {
    Event(Event<'a>),
    Go(State),
    Starved,
}

impl Decoder {
    /// A decoder of a request. A response is refused at its first byte.
    #[must_use]
    pub fn request(limits: Limits) -> Self {
        Self::new(true, false, limits)
    }

    /// A decoder of a response to any method but HEAD. A request is refused at its first byte.
    #[must_use]
    pub fn response(limits: Limits) -> Self {
        Self::new(false, false, limits)
    }

    /// A decoder of a response to a request with that method. A response to HEAD has no content,
    /// whatever its `content-length` says (RFC 9110, section 9.3.2).
    #[must_use]
    pub fn response_to(method: &str, limits: Limits) -> Self {
        Self::new(false, method == "HEAD", limits)
    }

    fn new(is_request: bool, to_head: bool, limits: Limits) -> Self {
        Self {
            limits,
            is_request,
            to_head,
            known_length: false,
            state: State::Framing,
            varint: varint::Reader::default(),
            control: ControlReader::default(),
            spans: ControlSpans::default(),
            section: SectionReader::default(),
            status: 0,
            informational: 0,
            declared: Declared::default(),
            content: 0,
            padding: 0,
            ended: false,
        }
    }

    /// Whether the request is known to be HEAD: be it malformed behind its control data, the answer
    /// has no content.
    pub(crate) const fn is_head(&self) -> bool {
        self.to_head
    }

    /// The next part of the message, taking what it consists of from the front of `input`.
    ///
    /// `None` means that all of `input` was taken and more is wanted. Every byte is read once,
    /// however the message was cut into inputs.
    ///
    /// # Errors
    ///
    /// [`Code::InvalidHttp`] for a message that is malformed or refused (see the
    /// [module](super)), [`Code::TooLarge`] past a limit, [`Code::InvalidInput`] after `finish`.
    pub fn next<'a>(&mut self, input: &mut &'a [u8]) -> Result<Option<Event<'a>>> {
        if self.ended && !matches!(self.state, State::Failed(_)) {
            self.fail(Error::new(Code::InvalidInput, "input follows the end of the message"))?;
        }
        loop {
            match self.step(input).or_else(|error| self.fail(error))? {
                Step::Event(event) => return Ok(Some(event)),
                Step::Go(state) => self.state = state,
                Step::Starved => return Ok(None),
            }
        }
    }

    /// Tells that the input has ended. Call it until it answers `None`, which says that the
    /// message was complete: at its end, or truncated where RFC 9292, section 3.8 allows it, which
    /// is before the length of the header section, of the content or of the trailer section, or
    /// where an indeterminate-length one of these would begin.
    ///
    /// # Errors
    ///
    /// [`Code::InvalidHttp`] when the message ended anywhere else, or its `content-length` says
    /// that there is more.
    pub fn finish(&mut self) -> Result<Option<Event<'static>>> {
        self.ended = true;
        self.end().or_else(|error| self.fail(error))
    }

    fn end(&mut self) -> Result<Option<Event<'static>>> {
        let between = self.varint.is_idle();
        let untouched = self.section.is_untouched(&self.limits);
        match self.state {
            State::SectionLength(Section::Header) if between => self.truncated_head().map(Some),
            State::SectionLines(Section::Header) if untouched => self.truncated_head().map(Some),
            State::ContentLength if between && (self.known_length || self.content == 0) => {
                check(self.declared.end(0))?;
                self.state = State::Padding;
                Ok(None)
            }
            State::SectionLength(Section::Trailer) if between => Ok(None),
            State::SectionLines(Section::Trailer) if untouched => Ok(None),
            State::Padding => Ok(None),
            State::Failed(error) => Err(error),
            _ => Err(refused("the message is cut off")),
        }
    }

    fn truncated_head(&mut self) -> Result<Event<'static>> {
        self.state = State::ContentLength;
        self.header_end()
    }

    fn fail<T>(&mut self, error: Error) -> Result<T> {
        self.state = State::Failed(error);
        self.section = SectionReader::default();
        Err(error)
    }

    fn step<'a>(&mut self, input: &mut &'a [u8]) -> Result<Step<'a>> {
        match self.state {
            State::Framing => self.framing(input),
            State::Control => self.control(input),
            State::Status => self.status(input),
            State::SectionLength(section) => self.section_length(section, input),
            State::SectionLines(section) => self.section_lines(section, input),
            State::ContentLength => self.content_length(input),
            State::Content(missing) => Ok(self.content(missing, input)),
            State::Padding => self.padding(input),
            State::Failed(error) => Err(error),
        }
    }

    /// Framing Indicator (i) = 0..3
    fn framing<'a>(&mut self, input: &mut &[u8]) -> Result<Step<'a>> {
        let Some(framing) = self.varint.read(input) else {
            return Ok(Step::Starved);
        };
        self.known_length = framing < 2;
        match (framing, self.is_request) {
            (0 | 2, true) => Ok(Step::Go(State::Control)),
            (1 | 3, false) => Ok(Step::Go(State::Status)),
            (0..=3, true) => Err(refused("the message is a response, not a request")),
            (0..=3, false) => Err(refused("the message is a request, not a response")),
            _ => Err(refused("the framing indicator is unknown")),
        }
    }

    fn control<'a>(&mut self, input: &mut &[u8]) -> Result<Step<'a>> {
        let buf = &mut self.section.fields.buf;
        // The usual head fits at once; whatever is larger grows with what really arrives.
        buf.reserve(input.len().min(USUAL_HEAD));
        match self.control.read(&self.limits, input, buf)? {
            Some(spans) => {
                self.to_head = text(buf, 0, spans.method) == "HEAD";
                self.spans = spans;
                self.begin_section(Section::Header)
            }
            None => Ok(Step::Starved),
        }
    }

    /// Informational Response Control Data { Status Code (i) = 100..199 }
    /// Final Response Control Data { Status Code (i) = 200..599 }
    fn status<'a>(&mut self, input: &mut &[u8]) -> Result<Step<'a>> {
        let Some(status) = self.varint.read(input) else {
            return Ok(Step::Starved);
        };
        self.status = u16::try_from(status).unwrap_or_default();
        match self.status {
            101 => Err(refused(encode::NO_SWITCH)),
            100..=199 if self.informational == self.limits.informational => {
                Err(Error::new(Code::TooLarge, "there are too many informational responses"))
            }
            100..=199 => {
                self.informational += 1;
                self.begin_section(Section::Informational)
            }
            200..=599 => self.begin_section(Section::Header),
            _ => Err(refused("the status code is not between 100 and 599")),
        }
    }

    fn begin_section<'a>(&mut self, section: Section) -> Result<Step<'a>> {
        if self.known_length {
            return Ok(Step::Go(State::SectionLength(section)));
        }
        self.section.begin(None, &self.limits)?;
        Ok(Step::Go(State::SectionLines(section)))
    }

    /// Known-Length Field Section { Length (i), ... }
    fn section_length<'a>(&mut self, section: Section, input: &mut &[u8]) -> Result<Step<'a>> {
        let Some(length) = self.varint.read(input) else {
            return Ok(Step::Starved);
        };
        self.section.begin(Some(length), &self.limits)?;
        Ok(Step::Go(State::SectionLines(section)))
    }

    fn section_lines<'a>(&mut self, section: Section, input: &mut &[u8]) -> Result<Step<'a>> {
        if !self.section.read(section, input)? {
            return Ok(Step::Starved);
        }
        match section {
            Section::Informational => {
                self.state = State::Status;
                Ok(Step::Event(Event::Informational(self.take_response())))
            }
            Section::Header => {
                self.state = State::ContentLength;
                self.header_end().map(Step::Event)
            }
            Section::Trailer => {
                self.state = State::Padding;
                let trailers = mem::take(&mut self.section).fields;
                Ok(match trailers.is_empty() {
                    true => Step::Go(State::Padding),
                    false => Step::Event(Event::Trailers(trailers)),
                })
            }
        }
    }

    /// Judges the header section as a whole, and hands it out.
    fn header_end(&mut self) -> Result<Event<'static>> {
        let fields = &self.section.fields;
        self.declared = Declared::from_fields(fields.lines()).map_err(refused)?;
        if self.declared.is_given() {
            self.section.fields.keep_first("content-length");
        }
        if !self.is_request {
            self.declared = self.declared.for_response(self.status, self.to_head);
            // A 204 has none (RFC 9110, section 8.6); one of zero is no reason to refuse it.
            if self.status == 204 && self.declared.end(0).is_ok() {
                self.section.fields.remove("content-length");
            }
            return Ok(Event::Response(self.take_response()));
        }
        let fields = mem::take(&mut self.section).fields;
        let head = RequestHead { control: self.spans, fields };
        check(strict::host(head.line(), head.fields.get_all("host")))?;
        Ok(Event::Request(head))
    }

    fn take_response(&mut self) -> ResponseHead {
        ResponseHead { status: self.status, fields: mem::take(&mut self.section).fields }
    }

    /// Known-Length Content { Content Length (i), Content }
    /// Indeterminate-Length Content { Content Chunk { Chunk Length (i) = 1.., Chunk } ...,
    ///   Content Terminator (i) = 0 }
    fn content_length<'a>(&mut self, input: &mut &[u8]) -> Result<Step<'a>> {
        let Some(length) = self.varint.read(input) else {
            return Ok(Step::Starved);
        };
        let total = self.content.saturating_add(length);
        if total > self.limits.content {
            return Err(Error::new(Code::TooLarge, "the content is too large"));
        }
        match length == 0 || self.known_length {
            true => check(self.declared.end(total))?,
            false => check(self.declared.admit(total))?,
        }
        self.content = total;
        match length {
            0 => self.begin_section(Section::Trailer),
            length => Ok(Step::Go(State::Content(length))),
        }
    }

    fn content<'a>(&mut self, missing: u64, input: &mut &'a [u8]) -> Step<'a> {
        let (piece, rest) = split(input, missing);
        *input = rest;
        self.state = match missing - piece.len() as u64 {
            0 if self.known_length => State::SectionLength(Section::Trailer),
            0 => State::ContentLength,
            missing => State::Content(missing),
        };
        match piece.is_empty() {
            true => Step::Starved,
            false => Step::Event(Event::Content(piece)),
        }
    }

    /// Padding (RFC 9292, section 3.8): zeros.
    fn padding<'a>(&mut self, input: &mut &[u8]) -> Result<Step<'a>> {
        self.padding = self.padding.saturating_add(input.len() as u64);
        if self.padding > self.limits.padding.min(self.limits.content) {
            return Err(Error::new(Code::TooLarge, "there is too much padding"));
        }
        match mem::take(input).iter().any(|&byte| byte != 0) {
            true => Err(refused("the padding is not all zeros")),
            false => Ok(Step::Starved),
        }
    }
}

impl fmt::Debug for Decoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decoder")
            .field("is_request", &self.is_request)
            .field("content", &self.content)
            .field("ended", &self.ended)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Event<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Request(head) => f.debug_tuple("Request").field(head).finish(),
            Self::Informational(head) => f.debug_tuple("Informational").field(head).finish(),
            Self::Response(head) => f.debug_tuple("Response").field(head).finish(),
            Self::Content(piece) => f.debug_tuple("Content").field(&piece.len()).finish(),
            Self::Trailers(fields) => f.debug_tuple("Trailers").field(fields).finish(),
        }
    }
}
