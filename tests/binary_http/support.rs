//! What the tests of Binary HTTP share. Holds no tests itself.

use sealwire::bhttp::{Decoder, Event, Fields, Limits, RequestHead, ResponseHead};
use sealwire::{Code, Error};

pub(crate) type Pairs<'a> = &'a [(&'a [u8], &'a [u8])];

pub(crate) fn text<'a>(value: &'a serde_json::Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

pub(crate) fn unhex(text: &str) -> Vec<u8> {
    hex::decode(text).expect("hexadecimal")
}

/// What a decoder released, content joined.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Trace {
    pub(crate) request: Option<RequestHead>,
    pub(crate) informational: Vec<ResponseHead>,
    pub(crate) response: Option<ResponseHead>,
    pub(crate) content: Vec<u8>,
    pub(crate) trailers: Option<Fields>,
}

impl Trace {
    fn add(&mut self, event: Event<'_>) {
        match event {
            Event::Request(head) => assert!(self.request.replace(head).is_none()),
            Event::Informational(head) => self.informational.push(head),
            Event::Response(head) => assert!(self.response.replace(head).is_none()),
            Event::Content(piece) => {
                assert!(!piece.is_empty() && self.trailers.is_none());
                self.content.extend_from_slice(piece);
            }
            Event::Trailers(fields) => assert!(self.trailers.replace(fields).is_none()),
        }
    }

    pub(crate) fn trailer_lines(&self) -> Vec<(String, Vec<u8>)> {
        self.trailers.as_ref().map(lines).unwrap_or_default()
    }
}

/// Feeds the pieces one after the other. Checks that an error stays.
pub(crate) fn run<'a>(
    mut decoder: Decoder,
    pieces: impl IntoIterator<Item = &'a [u8]>,
) -> (Trace, Result<(), Error>) {
    let mut trace = Trace::default();
    let result = feed(&mut decoder, pieces, &mut trace);
    if let Err(error) = result {
        assert_eq!(decoder.next(&mut &b"\0\0"[..]).unwrap_err(), error);
        assert_eq!(decoder.finish().unwrap_err(), error);
    }
    (trace, result)
}

fn feed<'a>(
    decoder: &mut Decoder,
    pieces: impl IntoIterator<Item = &'a [u8]>,
    trace: &mut Trace,
) -> Result<(), Error> {
    for mut piece in pieces {
        while let Some(event) = decoder.next(&mut piece)? {
            trace.add(event);
        }
        assert!(piece.is_empty(), "a starved decoder leaves nothing");
    }
    while let Some(event) = decoder.finish()? {
        trace.add(event);
    }
    Ok(())
}

pub(crate) fn decoder(is_request: bool) -> Decoder {
    match is_request {
        true => Decoder::request(Limits::default()),
        false => Decoder::response(Limits::default()),
    }
}

/// Decodes in one piece, byte by byte and at splits: all of a short message, some of a long one.
pub(crate) fn decode_every_way(is_request: bool, message: &[u8]) -> (Trace, Result<(), Error>) {
    let whole = run(decoder(is_request), [message]);
    assert_eq!(run(decoder(is_request), message.chunks(1)), whole);
    let step = message.len() / 200 + 1;
    for cut in (0..message.len()).step_by(step) {
        let (head, tail) = message.split_at(cut);
        assert_eq!(run(decoder(is_request), [head, tail]), whole, "split at {cut}");
    }
    whole
}

pub(crate) fn lines(fields: &Fields) -> Vec<(String, Vec<u8>)> {
    fields.iter().map(|(name, value)| (name.to_owned(), value.to_vec())).collect()
}

pub(crate) fn varint(out: &mut Vec<u8>, value: u64) {
    match value {
        0..0x40 => out.extend(&value.to_be_bytes()[7..]),
        0x40..0x4000 => out.extend(&(value | 0x4000).to_be_bytes()[6..]),
        0x4000..0x4000_0000 => out.extend(&(value | 0x8000_0000).to_be_bytes()[4..]),
        _ => out.extend((value | 0xc000_0000_0000_0000).to_be_bytes()),
    }
}

pub(crate) fn vec(out: &mut Vec<u8>, bytes: &[u8]) {
    varint(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

/// Field lines without any check.
pub(crate) fn raw_lines(lines: Pairs<'_>) -> Vec<u8> {
    let mut out = Vec::new();
    for (name, value) in lines {
        vec(&mut out, name);
        vec(&mut out, value);
    }
    out
}

fn raw_section(known: bool, lines: Pairs<'_>, out: &mut Vec<u8>) {
    match known {
        true => vec(out, &raw_lines(lines)),
        false => out.extend([raw_lines(lines), vec![0]].concat()),
    }
}

fn raw_content(known: bool, content: &[u8], out: &mut Vec<u8>) {
    vec(out, content);
    if !known && !content.is_empty() {
        out.push(0);
    }
}

/// A request as a hostile peer may write it.
pub(crate) fn raw_request(
    known: bool,
    control: [&[u8]; 4],
    fields: Pairs<'_>,
    content: &[u8],
    trailers: Pairs<'_>,
) -> Vec<u8> {
    let mut out = vec![if known { 0 } else { 2 }];
    control.iter().for_each(|part| vec(&mut out, part));
    raw_section(known, fields, &mut out);
    raw_content(known, content, &mut out);
    raw_section(known, trailers, &mut out);
    out
}

/// A response as a hostile peer may write it.
pub(crate) fn raw_response(
    known: bool,
    informational: &[(u64, Pairs<'_>)],
    status: u64,
    fields: Pairs<'_>,
    content: &[u8],
    trailers: Pairs<'_>,
) -> Vec<u8> {
    let mut out = vec![if known { 1 } else { 3 }];
    for (status, fields) in informational {
        varint(&mut out, *status);
        raw_section(known, fields, &mut out);
    }
    varint(&mut out, status);
    raw_section(known, fields, &mut out);
    raw_content(known, content, &mut out);
    raw_section(known, trailers, &mut out);
    out
}

pub(crate) const GET: [&[u8]; 4] = [b"GET", b"https", b"example.com", b"/"];

/// Both framings of a request with these fields must come to this.
pub(crate) fn verdict(fields: Pairs<'_>, content: &[u8]) -> Result<Trace, Code> {
    let [known, indeterminate] = [true, false].map(|known| {
        let message = raw_request(known, GET, fields, content, &[]);
        let (trace, result) = decode_every_way(true, &message);
        result.map(|()| trace).map_err(|error| error.code())
    });
    assert_eq!(known, indeterminate);
    known
}
