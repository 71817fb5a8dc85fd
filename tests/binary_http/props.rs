//! Properties of every message, and the crate bhttp as a peer.

use std::io::Cursor;

use crate::support::{Trace, decoder, run};
use peer_bhttp::{Message, Mode, StatusCode};
use proptest::collection::vec;
use proptest::prelude::*;
use sealwire::bhttp::{
    ContentEncoder, Decoder, FieldLines, Fields, Limits, Request, RequestHead, RequestLine,
    Response, ResponseEncoder, ResponseHead, decode_request, decode_response, decode_response_to,
    encode_request, encode_response, encode_response_to, pad,
};

/// Lines that both encoding and decoding leave as they are.
fn fields() -> impl Strategy<Value = Fields> {
    let name = "[a-z][a-z0-9!#$%&'*+.^_`|~-]{0,20}".prop_map(|name| format!("x-{name}"));
    let value = "([!-~\u{80}-\u{ff}]([ -~\t]{0,60}[!-~])?)?";
    vec((name, value), 0..6).prop_map(|lines| {
        let mut fields = Fields::new();
        for (name, value) in lines {
            fields.push(&name, value.as_bytes()).expect("a valid line");
        }
        fields
    })
}

fn request_head() -> impl Strategy<Value = RequestHead> {
    let parts = ("[A-Z-]{1,9}", "https?", "([a-z0-9.-]{1,20}(:[1-9][0-9]{0,3})?)?", "/[!-~]{0,60}");
    (parts, fields()).prop_map(|((method, scheme, authority, path), fields)| {
        let method = if method == "CONNECT" { "GET" } else { &method };
        let line = RequestLine { method, scheme: &scheme, authority: &authority, path: &path };
        let mut head = RequestHead::new(line).expect("a valid head");
        for (name, value) in &fields {
            head.push(name, value).expect("a valid line");
        }
        head
    })
}

fn response_head(status: std::ops::Range<u16>) -> impl Strategy<Value = ResponseHead> {
    let status = status.prop_filter("has content", |status| ![101, 204, 304].contains(status));
    (status, fields())
        .prop_map(|(status, fields)| ResponseHead::new(status, fields).expect("a valid head"))
}

fn bytes(most: usize) -> impl Strategy<Value = Vec<u8>> {
    vec(any::<u8>(), 0..most)
}

fn request_trace(head: &RequestHead, content: &[u8], trailers: &Fields) -> Trace {
    let trailers = (!trailers.is_empty()).then(|| trailers.clone());
    Trace { request: Some(head.clone()), content: content.to_vec(), trailers, ..Trace::default() }
}

/// Cuts a message at the given places, whatever they are.
fn cut<'a>(mut message: &'a [u8], sizes: &[usize]) -> Vec<&'a [u8]> {
    let mut pieces = Vec::new();
    for size in sizes {
        let (piece, rest) = message.split_at(size % (message.len() + 1));
        pieces.push(piece);
        message = rest;
    }
    pieces.push(message);
    pieces
}

fn encode(request: &Request<'_>, out: &mut Vec<u8>) {
    let (line, fields) = (request.head.line(), request.head.fields().lines());
    encode_request(line, fields, &request.content, request.trailers.lines(), out).expect("sound");
}

fn encode_answer(response: &Response<'_>, out: &mut Vec<u8>) {
    let (status, fields) = (response.head.status(), response.head.fields().lines());
    let (content, trailers) = (&response.content, response.trailers.lines());
    encode_response(&response.informational, status, fields, content, trailers, out)
        .expect("sound");
}

/// Lines as a careless application or a hostile client of it may write them.
fn careless() -> impl Strategy<Value = Vec<(&'static str, &'static str)>> {
    let names: &[_] = &[
        "content-length",
        "Content-Length",
        "content_length",
        "Transfer-Encoding",
        "connection",
        "te",
        "expect",
        "host",
        "cookie",
        "content-type",
        "x-a",
        ":path",
        "",
    ];
    let values: &[_] = &[
        "0",
        "3",
        " 3\t",
        "03",
        "chunked",
        "trailers",
        "100-continue",
        "x;100-Continue",
        "a",
        "A:443",
        "a\nb",
        "",
    ];
    vec((prop::sample::select(names), prop::sample::select(values)), 0..3)
}

const TARGETS: &[(&str, &str, &str)] = &[("HTTPS", "a", "/"), ("https", "", "*"), ("", "a:1", "")];

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..Default::default() })]

    #[test]
    fn requests_come_back(
        head in request_head(),
        content in bytes(300),
        trailers in fields(),
        sizes in vec(0..400_usize, 0..8),
        padding in 0..20_usize,
    ) {
        let want = request_trace(&head, &content, &trailers);
        let mut known = Vec::new();
        let fields = || head.fields().lines();
        encode_request(head.line(), fields(), &content, trailers.lines(), &mut known).unwrap();
        let mut streamed = Vec::new();
        let mut encoder = ContentEncoder::request(head.line(), fields(), &mut streamed).unwrap();
        for chunk in cut(&content, &sizes) {
            encoder.chunk(chunk, &mut streamed).unwrap();
        }
        encoder.finish(trailers.lines(), &mut streamed).unwrap();
        for mut message in [known, streamed] {
            pad(&mut message, padding);
            prop_assert_eq!(run(decoder(true), cut(&message, &sizes)), (want.clone(), Ok(())));
            prop_assert_eq!(run(decoder(true), [&message[..]]), (want.clone(), Ok(())));
        }
    }

    #[test]
    fn responses_come_back(
        informational in vec(response_head(100..200), 0..3),
        head in response_head(200..600),
        content in bytes(300),
        trailers in fields(),
        sizes in vec(0..400_usize, 0..8),
    ) {
        let mut known = Vec::new();
        let response = Response { informational, head, content: content.into(), trailers };
        encode_answer(&response, &mut known);
        let mut streamed = Vec::new();
        let mut encoder = ResponseEncoder::new();
        for head in &response.informational {
            encoder.informational(head.status(), head.fields().lines(), &mut streamed).unwrap();
        }
        let (status, fields) = (response.head.status(), response.head.fields().lines());
        let mut encoder = encoder.response(status, fields, &mut streamed).unwrap();
        for chunk in cut(&response.content, &sizes) {
            encoder.chunk(chunk, &mut streamed).unwrap();
        }
        encoder.finish(response.trailers.lines(), &mut streamed).unwrap();
        for message in [known, streamed] {
            let decoded = decode_response(&message, Limits::default()).unwrap();
            prop_assert_eq!(&decoded, &response);
            let whole = run(decoder(false), [&message[..]]);
            prop_assert_eq!(run(decoder(false), cut(&message, &sizes)), whole);
        }
    }

    #[test]
    fn arbitrary_bytes_do_no_harm(bytes in bytes(200), sizes in vec(0..200_usize, 0..6)) {
        for is_request in [true, false] {
            let mut bytes = bytes.clone();
            if let Some(first) = bytes.first_mut() {
                *first = (*first & 2) | u8::from(!is_request);
            }
            let whole = run(decoder(is_request), [&bytes[..]]);
            prop_assert_eq!(run(decoder(is_request), cut(&bytes, &sizes)), whole);
        }
    }

    /// What an encoder takes, our decoder takes, and there is nothing left to drop.
    #[test]
    fn what_is_encoded_is_accepted(
        header in careless(),
        trailers in careless(),
        content in prop::sample::select(vec![&b""[..], b"abc"]),
        method in prop::sample::select(&["GET", "HEAD", "OPTIONS", "CONNECT"][..]),
        target in prop::sample::select(TARGETS),
        status in prop::sample::select(&[101_u16, 200, 204, 205, 304, 404, 600][..]),
    ) {
        fn bytes<'a>(lines: &'a [(&str, &str)]) -> impl FieldLines<'a> {
            lines.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes()))
        }
        let (fields, trailers) = (|| bytes(&header), || bytes(&trailers));
        let (scheme, authority, path) = target;
        let line = RequestLine { method, scheme, authority, path };
        let mut out = Vec::new();
        if encode_request(line, fields(), content, trailers(), &mut out).is_ok() {
            let decoded = decode_request(&out, Limits::default()).unwrap();
            let mut again = Vec::new();
            encode(&decoded, &mut again);
            prop_assert_eq!(&out, &again);
            prop_assert_eq!(&decoded.content[..], content);
        }
        let (mut out, lines) = (Vec::new(), fields());
        if encode_response_to(method, &[], status, lines, content, trailers(), &mut out).is_ok() {
            let decoded = decode_response_to(method, &out, Limits::default()).unwrap();
            let (lines, content) = (decoded.head.fields().lines(), &decoded.content);
            let (mut again, trailers) = (Vec::new(), decoded.trailers.lines());
            encode_response_to(method, &[], status, lines, content, trailers, &mut again).unwrap();
            prop_assert_eq!(out, again);
        }
    }

    /// Sound messages with a few bytes changed reach further than arbitrary ones.
    #[test]
    fn what_is_accepted_is_encoded_canonically(
        head in request_head(),
        trailers in fields(),
        changes in vec((any::<prop::sample::Index>(), 0..=255_u8), 0..4),
        status in 100..600_u16,
    ) {
        let sound = Request { head, content: b"abc"[..].into(), trailers };
        let mut request = Vec::new();
        encode(&sound, &mut request);
        // Behind the control data, a response is like a request.
        let control: usize =
            [sound.head.method(), sound.head.scheme(), sound.head.authority(), sound.head.path()]
                .map(|part| part.len() + if part.len() < 64 { 1 } else { 2 }).iter().sum();
        let mut response = [&[1][..], &(status | 0x4000).to_be_bytes()].concat();
        response.extend_from_slice(&request[control + 1..]);
        for (index, byte) in changes {
            let at = index.index(request.len());
            request[at] = byte;
            let at = index.index(response.len());
            response[at] = byte;
        }
        if let Ok(decoded) = decode_request(&request, Limits::default()) {
            let (mut once, mut twice) = (Vec::new(), Vec::new());
            encode(&decoded, &mut once);
            let again = decode_request(&once, Limits::default()).unwrap();
            prop_assert_eq!(&again, &decoded);
            encode(&again, &mut twice);
            prop_assert_eq!(once, twice);
        }
        if let Ok(decoded) = decode_response(&response, Limits::default()) {
            let (mut once, mut twice) = (Vec::new(), Vec::new());
            encode_answer(&decoded, &mut once);
            let again = decode_response(&once, Limits::default()).unwrap();
            prop_assert_eq!(&again, &decoded);
            encode_answer(&again, &mut twice);
            prop_assert_eq!(once, twice);
        }
    }
}

const SIZES: [usize; 6] = [0, 1, 16_383, 16_384, 16_385, 1 << 20];
const LINE: RequestLine<'static> =
    RequestLine { method: "PUT", scheme: "https", authority: "a.example:8443", path: "/x?y=z" };

fn content(size: usize) -> Vec<u8> {
    (0..=250).cycle().take(size).collect()
}

fn lines<'a>() -> impl Iterator<Item = (&'a [u8], &'a [u8])> + Clone {
    [(&b"x-a"[..], &b"1"[..]), (b"cookie", b"a=b"), (b"x-a", b"\xff two")].into_iter()
}

fn sum<'a>() -> impl Iterator<Item = (&'a [u8], &'a [u8])> + Clone {
    [(&b"x-sum"[..], &b"9"[..])].into_iter()
}

fn theirs(message: &[u8]) -> Message {
    Message::read_bhttp(&mut Cursor::new(message)).expect("the peer reads it")
}

fn same_fields(ours: &[(&[u8], &[u8])], theirs: &peer_bhttp::FieldSection) {
    let theirs: Vec<_> = theirs.iter().map(|field| (field.name(), field.value())).collect();
    assert_eq!(ours, theirs);
}

#[test]
fn requests_to_the_crate_bhttp() {
    for size in SIZES {
        let content = content(size);
        let mut known = Vec::new();
        encode_request(LINE, lines(), &content, sum(), &mut known).unwrap();
        pad(&mut known, 9);
        let mut streamed = Vec::new();
        let mut encoder = ContentEncoder::request(LINE, lines(), &mut streamed).unwrap();
        for chunk in content.chunks(16_384) {
            encoder.chunk(chunk, &mut streamed).unwrap();
        }
        encoder.finish(sum(), &mut streamed).unwrap();
        for message in [known, streamed].map(|message| theirs(&message)) {
            let control = message.control();
            assert_eq!(control.method(), Some(LINE.method.as_bytes()));
            assert_eq!(control.scheme(), Some(LINE.scheme.as_bytes()));
            assert_eq!(control.authority(), Some(LINE.authority.as_bytes()));
            assert_eq!(control.path(), Some(LINE.path.as_bytes()));
            same_fields(&lines().collect::<Vec<_>>(), message.header().fields_of());
            same_fields(&sum().collect::<Vec<_>>(), message.trailer());
            assert_eq!(message.content(), content);
        }
    }
}

/// The peer's header derefs to its fields; this names it.
trait FieldsOf {
    fn fields_of(&self) -> &peer_bhttp::FieldSection;
}

impl FieldsOf for peer_bhttp::Header {
    fn fields_of(&self) -> &peer_bhttp::FieldSection {
        self
    }
}

#[test]
fn responses_to_the_crate_bhttp() {
    let mut early = Fields::new();
    early.push("link", "</a>").unwrap();
    let early = ResponseHead::new(103, early).unwrap();
    for size in SIZES {
        let content = content(size);
        let mut known = Vec::new();
        let informational = [early.clone()];
        encode_response(&informational, 201, lines(), &content, sum(), &mut known).unwrap();
        let mut streamed = Vec::new();
        let mut encoder = ResponseEncoder::new();
        encoder.informational(103, early.fields().lines(), &mut streamed).unwrap();
        let mut encoder = encoder.response(201, lines(), &mut streamed).unwrap();
        encoder.chunk(&content, &mut streamed).unwrap();
        encoder.finish(sum(), &mut streamed).unwrap();
        pad(&mut streamed, 1);
        for message in [known, streamed].map(|message| theirs(&message)) {
            assert_eq!(message.control().status().map(StatusCode::code), Some(201));
            assert_eq!(message.informational().len(), 1);
            assert_eq!(message.informational()[0].status().code(), 103);
            same_fields(&[(b"link", b"</a>")], message.informational()[0].fields());
            same_fields(&lines().collect::<Vec<_>>(), message.header().fields_of());
            same_fields(&sum().collect::<Vec<_>>(), message.trailer());
            assert_eq!(message.content(), content);
        }
    }
}

fn fill(message: &mut Message, content: &[u8]) {
    lines().for_each(|(name, value)| message.put_header(name, value));
    sum().for_each(|(name, value)| message.put_trailer(name, value));
    message.write_content(content);
}

#[test]
fn requests_from_the_crate_bhttp() {
    for size in SIZES {
        let content = content(size);
        let parts = [LINE.method, LINE.scheme, LINE.authority, LINE.path].map(Vec::from);
        let [method, scheme, authority, path] = parts;
        let mut message = Message::request(method, scheme, authority, path);
        fill(&mut message, &content);
        for mode in [Mode::KnownLength, Mode::IndeterminateLength] {
            let mut bytes = Vec::new();
            message.write_bhttp(mode, &mut bytes).unwrap();
            let decoded = decode_request(&bytes, Limits::default()).unwrap();
            assert_eq!(decoded.head.line(), LINE);
            assert!(lines().eq(decoded.head.fields().lines()));
            assert!(sum().eq(decoded.trailers.lines()));
            assert_eq!(decoded.content, content);
            let (trace, result) = run(Decoder::request(Limits::default()), bytes.chunks(1000));
            assert_eq!((trace.content, result), (content.clone(), Ok(())));
        }
    }
}

#[test]
fn responses_from_the_crate_bhttp() {
    for size in SIZES {
        let content = content(size);
        let mut message = Message::response(StatusCode::try_from(201_u16).unwrap());
        fill(&mut message, &content);
        for mode in [Mode::KnownLength, Mode::IndeterminateLength] {
            let mut bytes = Vec::new();
            message.write_bhttp(mode, &mut bytes).unwrap();
            let decoded = decode_response(&bytes, Limits::default()).unwrap();
            assert_eq!(decoded.head.status(), 201);
            assert!(lines().eq(decoded.head.fields().lines()));
            assert!(sum().eq(decoded.trailers.lines()));
            assert_eq!(decoded.content, content);
        }
    }
    // Informational responses come to the peer by HTTP/1.1 only.
    let text = b"HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
    let message = Message::read_http(&mut Cursor::new(&text[..])).unwrap();
    for mode in [Mode::KnownLength, Mode::IndeterminateLength] {
        let mut bytes = Vec::new();
        message.write_bhttp(mode, &mut bytes).unwrap();
        let decoded = decode_response(&bytes, Limits::default()).unwrap();
        assert_eq!((decoded.informational[0].status(), decoded.head.status()), (103, 200));
        assert_eq!(decoded.informational[0].fields().get("link"), Some(&b"</a>"[..]));
        assert_eq!(decoded.content, &b"ok"[..]);
    }
}
