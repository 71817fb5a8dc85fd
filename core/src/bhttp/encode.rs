//! Messages of known length (RFC 9292, section 3.1), encoded in one call.

use alloc::vec::Vec;
use core::mem;

use super::content::Declared;
use super::head::{RequestLine, ResponseHead};
use super::strict::{self, Check, Section, Verdict};
use crate::{Code, Error, Result, varint};

/// Field lines to encode, names and values; walked over twice, so the iterator must be cheap to
/// clone. [`Fields::lines`](super::Fields::lines) is one, [`core::iter::empty`] is another.
pub trait FieldLines<'a>: Iterator<Item = (&'a [u8], &'a [u8])> + Clone {}

impl<'a, I: Iterator<Item = (&'a [u8], &'a [u8])> + Clone> FieldLines<'a> for I {}

/// Framing indicators (RFC 9292, section 3.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Framing {
    KnownRequest = 0,
    KnownResponse = 1,
    IndeterminateRequest = 2,
    IndeterminateResponse = 3,
}

/// Appends a request of known length to `out`, which grows once, by the exact size.
///
/// Names and the scheme are lowered, spaces around values left out, fields of the connection
/// dropped (see the [module](super)). Neither content nor trailers are truncated when empty; [`pad`]
/// may follow.
///
/// # Errors
///
/// [`Code::InvalidInput`] when a peer would refuse the message; `out` is left as it was.
//
// Message with Known-Length { Framing Indicator (i) = 0, Request Control Data,
//   Known-Length Field Section, Known-Length Content, Known-Length Field Section, Padding }
pub fn encode_request<'f, 't>(
    line: RequestLine<'_>,
    fields: impl FieldLines<'f>,
    content: &[u8],
    trailers: impl FieldLines<'t>,
    out: &mut Vec<u8>,
) -> Result<()> {
    check_request(line, fields.clone()).map_err(invalid)?;
    let declared = Declared::from_fields(fields.clone()).map_err(invalid)?;
    declared.end(length(content)).map_err(invalid)?;
    let header = section_len(Section::Header, fields.clone())?;
    let trailer = section_len(Section::Trailer, trailers.clone())?;
    let len = 1 + line_len(line) + vec_len(header) + vec_len(content.len()) + vec_len(trailer);
    append(out, len, |out| {
        put_framing(Framing::KnownRequest, out);
        put_line(line, out);
        put_section(Section::Header, header, fields, out);
        put_vec(content, out);
        put_section(Section::Trailer, trailer, trailers, out);
    })
}

/// Appends a response, to a request with any method but HEAD. As [`encode_response_to`].
///
/// # Errors
///
/// Those of [`encode_response_to`].
pub fn encode_response<'f, 't>(
    informational: &[ResponseHead],
    status: u16,
    fields: impl FieldLines<'f>,
    content: &[u8],
    trailers: impl FieldLines<'t>,
    out: &mut Vec<u8>,
) -> Result<()> {
    encode_response_to("GET", informational, status, fields, content, trailers, out)
}

/// Appends a response of known length, to a request with that method, to `out`, which grows once,
/// by the exact size.
///
/// `informational` responses go before the final one. As for [`encode_request`]; besides, what
/// HTTP does not let a response have is left out, since a handler need not know: the content of
/// one to HEAD and of a 204 or 304, and the `content-length` of a 204. That of a 304 or a response
/// to HEAD stays, whatever it says (RFC 9110, section 8.6).
///
/// # Errors
///
/// [`Code::InvalidInput`] when a peer would refuse the message, the final status is not within
/// 200 to 599, or an informational one not within 100 to 199, or 101; `out` is left as it was.
//
// Message with Known-Length { Framing Indicator (i) = 1, Known-Length Informational Response ...,
//   Final Response Control Data, Known-Length Field Section, Known-Length Content,
//   Known-Length Field Section, Padding }
pub fn encode_response_to<'f, 't>(
    method: &str,
    informational: &[ResponseHead],
    status: u16,
    fields: impl FieldLines<'f>,
    content: &[u8],
    trailers: impl FieldLines<'t>,
    out: &mut Vec<u8>,
) -> Result<()> {
    check_final(status).map_err(invalid)?;
    let fields = final_fields(status, fields);
    let declared = Declared::from_fields(fields.clone()).map_err(invalid)?;
    let declared = declared.for_response(status, method == "HEAD");
    let content = if declared.is_empty() { &[] } else { content };
    declared.end(length(content)).map_err(invalid)?;
    let mut interim = 0;
    for head in informational {
        interim += interim_len(head)?;
    }
    let header = section_len(Section::Header, fields.clone())?;
    let trailer = section_len(Section::Trailer, trailers.clone())?;
    let status_len = varint::len(u64::from(status));
    let parts = vec_len(header) + vec_len(content.len()) + vec_len(trailer);
    append(out, 1 + interim + status_len + parts, |out| {
        put_framing(Framing::KnownResponse, out);
        informational.iter().for_each(|head| put_interim(head, out));
        varint::put(out, u64::from(status));
        put_section(Section::Header, header, fields, out);
        put_vec(content, out);
        put_section(Section::Trailer, trailer, trailers, out);
    })
}

/// Appends `n` bytes of padding to a message that has ended (RFC 9292, section 3.8).
pub fn pad(out: &mut Vec<u8>, n: usize) {
    out.resize(out.len().saturating_add(n), 0);
}

/// Writes what `write` writes, which is `len` bytes, or nothing.
pub(super) fn append(
    out: &mut Vec<u8>,
    len: usize,
    write: impl FnOnce(&mut Vec<u8>),
) -> Result<()> {
    /// Room for the little that usually follows, such as a tag, so that it moves nothing.
    const TAIL: usize = 64;
    let start = out.len();
    out.reserve_exact(len.saturating_add(TAIL));
    write(out);
    if out.len() - start == len {
        return Ok(());
    }
    out.truncate(start);
    Err(invalid("the field lines changed from the first pass to the second"))
}

/// Whether a peer would take this control data with this header section.
pub(super) fn check_request<'a>(line: RequestLine<'_>, fields: impl FieldLines<'a>) -> Check {
    strict::request_line(line)?;
    let hosts = fields.filter(|line| line.0.eq_ignore_ascii_case(b"host"));
    strict::host(line, hosts.map(|line| strict::trim(line.1)))
}

/// Final Response Control Data { Status Code (i) = 200..599 }
pub(super) fn check_final(status: u16) -> Check {
    match status {
        200..=599 => Ok(()),
        _ => Err("the status of a final response is between 200 and 599"),
    }
}

/// A 204 has no `content-length` (RFC 9110, section 8.6); to others this does nothing.
pub(super) fn final_fields<'a>(status: u16, fields: impl FieldLines<'a>) -> impl FieldLines<'a> {
    fields.filter(move |line| status != 204 || !line.0.eq_ignore_ascii_case(b"content-length"))
}

/// Written as HTTP/1.1, a 101 ends HTTP: whatever follows is read as another protocol.
pub(super) const NO_SWITCH: &str = "a message cannot switch protocols";

/// Informational Response Control Data { Status Code (i) = 100..199 }
pub(super) fn check_interim(status: u16) -> Check {
    match status {
        101 => Err(NO_SWITCH),
        100..=199 => Ok(()),
        _ => Err("the status of an informational response is between 100 and 199"),
    }
}

fn interim_len(head: &ResponseHead) -> Result<usize> {
    check_interim(head.status).map_err(invalid)?;
    let section = section_len(Section::Informational, head.fields.lines())?;
    Ok(varint::len(u64::from(head.status)) + vec_len(section))
}

/// Known-Length Informational Response { Informational Response Control Data,
///   Known-Length Field Section }
fn put_interim(head: &ResponseHead, out: &mut Vec<u8>) {
    let len = encoded_lines(Section::Informational, head.fields.lines()).map(line_size).sum();
    varint::put(out, u64::from(head.status));
    put_section(Section::Informational, len, head.fields.lines(), out);
}

pub(super) fn put_framing(framing: Framing, out: &mut Vec<u8>) {
    varint::put(out, framing as u64);
}

pub(super) fn line_len(line: RequestLine<'_>) -> usize {
    let parts = [line.method, line.scheme, line.authority, line.path];
    parts.iter().map(|part| vec_len(part.len())).sum()
}

/// Request Control Data { Method Length (i), Method, Scheme Length (i), Scheme,
///   Authority Length (i), Authority, Path Length (i), Path }
pub(super) fn put_line(line: RequestLine<'_>, out: &mut Vec<u8>) {
    put_vec(line.method.as_bytes(), out);
    put_lower(line.scheme.as_bytes(), out);
    put_vec(line.authority.as_bytes(), out);
    put_vec(line.path.as_bytes(), out);
}

/// The encoded size of a section's field lines, without a length before or a zero behind them.
pub(super) fn section_len<'a>(section: Section, lines: impl FieldLines<'a>) -> Result<usize> {
    for (name, value) in lines.clone() {
        check_line(section, name, strict::trim(value)).map_err(invalid)?;
    }
    Ok(encoded_lines(section, lines).map(line_size).sum())
}

fn check_line(section: Section, name: &[u8], value: &[u8]) -> Check {
    strict::name(name)?;
    strict::value(value)?;
    match strict::field(section, name, value) {
        Verdict::Refuse(why) => Err(why),
        Verdict::Keep | Verdict::Drop | Verdict::Hop(_) => Ok(()),
    }
}

/// The lines that are encoded, as they are. Of several `content-length` lines, which agree, a peer
/// would keep the first.
fn encoded_lines<'a>(section: Section, lines: impl FieldLines<'a>) -> impl FieldLines<'a> {
    let mut has_length = false;
    lines
        .map(|(name, value)| (name, strict::trim(value)))
        .filter(move |(name, value)| strict::field(section, name, value) == Verdict::Keep)
        .filter(move |line| {
            let is_length = line.0.eq_ignore_ascii_case(b"content-length");
            !is_length || !mem::replace(&mut has_length, true)
        })
}

fn line_size((name, value): (&[u8], &[u8])) -> usize {
    vec_len(name.len()) + vec_len(value.len())
}

/// Known-Length Field Section { Length (i), Field Line ... }
fn put_section<'a>(section: Section, len: usize, lines: impl FieldLines<'a>, out: &mut Vec<u8>) {
    varint::put(out, len as u64);
    put_lines(section, lines, out);
}

/// Field Line { Name Length (i) = 1.., Name, Value Length (i), Value }
pub(super) fn put_lines<'a>(section: Section, lines: impl FieldLines<'a>, out: &mut Vec<u8>) {
    for (name, value) in encoded_lines(section, lines) {
        put_lower(name, out);
        put_vec(value, out);
    }
}

fn put_lower(bytes: &[u8], out: &mut Vec<u8>) {
    varint::put(out, length(bytes));
    out.extend(bytes.iter().map(u8::to_ascii_lowercase));
}

pub(super) fn put_vec(bytes: &[u8], out: &mut Vec<u8>) {
    varint::put(out, length(bytes));
    out.extend_from_slice(bytes);
}

pub(super) fn vec_len(len: usize) -> usize {
    varint::len(len as u64) + len
}

pub(super) fn length(bytes: &[u8]) -> u64 {
    bytes.len() as u64
}

pub(super) fn invalid(why: &'static str) -> Error {
    Error::new(Code::InvalidInput, why)
}
