use super::fields::{Fields, Span};
use super::limits::Limits;
use super::strict::{self, Check, Section, Verdict};
use crate::{Code, Error, Result, varint};

/// Reads the field lines of one section, which may arrive in pieces, into one buffer.
#[derive(Default)]
pub(super) struct SectionReader {
    /// The lines so far; its buffer may begin with control data.
    pub(super) fields: Fields,
    /// Bytes of a known-length section that have not been read; `None` if a zero ends it.
    left: Option<u64>,
    /// Bytes and lines that the section may still have.
    room: u64,
    lines_left: usize,
    step: Step,
    varint: varint::Reader,
    /// Where in the buffer the current line begins, and where its value does.
    name: usize,
    value: usize,
}

/// What is to be read next.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Step {
    #[default]
    NameLength,
    Name(u64),
    ValueLength,
    Value(u64),
}

impl SectionReader {
    /// Begins a section; `length` is that of a known-length section.
    pub(super) fn begin(&mut self, length: Option<u64>, limits: &Limits) -> Result<()> {
        self.left = length;
        self.room = limits.section as u64;
        self.lines_left = limits.lines;
        match length {
            Some(length) if length > self.room => Err(TOO_LARGE),
            _ => Ok(()),
        }
    }

    /// Whether the section has no length, and nothing of it has been read: there RFC 9292,
    /// section 3.8 lets a message end.
    pub(super) fn is_untouched(&self, limits: &Limits) -> bool {
        self.left.is_none()
            && self.step == Step::NameLength
            && self.varint.is_idle()
            && self.lines_left == limits.lines
    }

    /// Reads from the front of `input`; true when the section is complete.
    //
    // Known-Length Field Section { Length (i), Field Line ... }
    // Indeterminate-Length Field Section { Field Line ..., Content Terminator (i) = 0 }
    pub(super) fn read(&mut self, section: Section, input: &mut &[u8]) -> Result<bool> {
        let Some(left) = self.left else {
            return self.read_lines(section, input);
        };
        let within = usize::try_from(left).map_or(input.len(), |left| left.min(input.len()));
        let (mut window, after) = input.split_at_checked(within).unwrap_or((input, &[]));
        self.fields.buf.reserve(within);
        self.read_lines(section, &mut window)?;
        // Without an error the window is used up, since no zero ends a known-length section.
        *input = after;
        let left = left - within as u64;
        self.left = Some(left);
        match left {
            0 if self.step == Step::NameLength && self.varint.is_idle() => Ok(true),
            0 => Err(OVERRUN),
            _ => Ok(false),
        }
    }

    /// Reads as many lines as `input` has; true when a zero has ended the section.
    //
    // Field Line { Name Length (i) = 1.., Name, Value Length (i), Value }
    fn read_lines(&mut self, section: Section, input: &mut &[u8]) -> Result<bool> {
        loop {
            match self.step {
                Step::NameLength => match self.read_length(input)? {
                    Some(0) if self.left.is_none() => return Ok(true),
                    Some(0) => return Err(refused("a field name is empty")),
                    Some(length) => self.begin_line(length)?,
                    None => return Ok(false),
                },
                Step::Name(missing) => match self.take(missing, input) {
                    0 => self.end_name()?,
                    missing => return self.starve(Step::Name(missing)),
                },
                Step::ValueLength => match self.read_length(input)? {
                    Some(length) => self.step = Step::Value(length),
                    None => return Ok(false),
                },
                Step::Value(missing) => match self.take(missing, input) {
                    0 => self.end_line(section)?,
                    missing => return self.starve(Step::Value(missing)),
                },
            }
        }
    }

    /// Reads a length and charges it, so that nothing too large is ever stored.
    fn read_length(&mut self, input: &mut &[u8]) -> Result<Option<u64>> {
        let Some(length) = self.varint.read(input) else {
            return Ok(None);
        };
        if length == 0 && self.step == Step::NameLength {
            return Ok(Some(0));
        }
        let cost = length + varint::len(length) as u64;
        self.room = self.room.checked_sub(cost).ok_or(TOO_LARGE)?;
        Ok(Some(length))
    }

    fn begin_line(&mut self, length: u64) -> Result<()> {
        self.lines_left = self
            .lines_left
            .checked_sub(1)
            .ok_or(Error::new(Code::TooLarge, "a field section has too many lines"))?;
        self.name = self.fields.buf.len();
        self.step = Step::Name(length);
        Ok(())
    }

    /// Moves up to `missing` bytes to the buffer, and tells how many are still missing.
    fn take(&mut self, missing: u64, input: &mut &[u8]) -> u64 {
        let (piece, rest) = split(input, missing);
        self.fields.buf.extend_from_slice(piece);
        *input = rest;
        missing - piece.len() as u64
    }

    fn starve(&mut self, step: Step) -> Result<bool> {
        self.step = step;
        Ok(false)
    }

    fn end_name(&mut self) -> Result<()> {
        let name = self.fields.buf.get_mut(self.name..).unwrap_or_default();
        check(strict::name(name))?;
        name.make_ascii_lowercase();
        self.value = self.fields.buf.len();
        self.step = Step::ValueLength;
        Ok(())
    }

    fn end_line(&mut self, section: Section) -> Result<()> {
        self.step = Step::NameLength;
        let name = self.fields.buf.get(self.name..self.value).unwrap_or_default();
        let value = self.fields.buf.get(self.value..).unwrap_or_default();
        check(strict::value(value))?;
        match strict::field(section, name, value) {
            Verdict::Keep => {
                let span = Span::new(self.name, self.value, self.fields.buf.len())?;
                self.fields.add_span(span);
                Ok(())
            }
            Verdict::Drop => {
                self.fields.buf.truncate(self.name);
                Ok(())
            }
            Verdict::Hop(why) | Verdict::Refuse(why) => Err(refused(why)),
        }
    }
}

/// The first `n` bytes of `input`, or all of it, and the rest.
pub(super) fn split(input: &[u8], n: u64) -> (&[u8], &[u8]) {
    let n = usize::try_from(n).unwrap_or(usize::MAX);
    input.split_at_checked(n).unwrap_or((input, &[]))
}

pub(super) fn check(check: Check) -> Result<()> {
    check.map_err(refused)
}

pub(super) const fn refused(why: &'static str) -> Error {
    Error::new(Code::InvalidHttp, why)
}

const TOO_LARGE: Error = Error::new(Code::TooLarge, "a field section is too large");
const OVERRUN: Error = refused("a field line is longer than its section");
