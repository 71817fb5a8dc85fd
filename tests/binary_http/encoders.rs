//! What encoders leave out, and what they refuse to write.

use std::cell::Cell;

use crate::support::lines;
use sealwire::Code;
use sealwire::bhttp::{
    ContentEncoder, Fields, Limits, RequestHead, RequestLine, ResponseEncoder, ResponseHead,
    decode_request, encode_request, encode_response,
};

fn line_of(name: &str, value: &str) -> (String, Vec<u8>) {
    (name.to_owned(), value.into())
}

#[test]
fn encoders_leave_out_what_belongs_to_a_connection() {
    let fields: [(&[u8], &[u8]); 11] = [
        (b"Connection", b"close"),
        (b"Transfer-Encoding", b"chunked"),
        (b"Expect", b"100-continue"),
        (b"Upgrade", b"h2c"),
        (b"TE", b"gzip"),
        (b"Proxy-Connection", b"close"),
        (b"Keep-Alive", b"1"),
        (b"X-Kept", b" \tyes\t "),
        (b"Content-Length", b" 3 "),
        (b"content-length", b"3"),
        (b"Content_Length", b"4"),
    ];
    let trailers: [(&[u8], &[u8]); 2] = [(b"Authorization", b"x"), (b"X-Sum", b"1")];
    let line = RequestLine { method: "GET", scheme: "https", authority: "a", path: "/" };
    let mut known = Vec::new();
    encode_request(line, fields.into_iter(), b"abc", trailers.into_iter(), &mut known).unwrap();
    let mut streamed = Vec::new();
    let mut encoder = ContentEncoder::request(line, fields.into_iter(), &mut streamed).unwrap();
    encoder.chunk(b"abc", &mut streamed).unwrap();
    encoder.finish(trailers.into_iter(), &mut streamed).unwrap();
    for message in [known, streamed] {
        let lengths = message.windows(14).filter(|window| *window == b"content-length");
        assert_eq!(lengths.count(), 1, "of two that agree, a peer would drop one");
        let decoded = decode_request(&message, Limits::default()).unwrap();
        let want = [line_of("x-kept", "yes"), line_of("content-length", "3")];
        assert_eq!(lines(decoded.head.fields()), want);
        assert_eq!(lines(&decoded.trailers), [line_of("x-sum", "1")]);
    }
}

#[test]
fn encoders_refuse_what_a_peer_would_refuse() {
    let line = RequestLine { method: "GET", scheme: "https", authority: "a", path: "/" };
    let none = || core::iter::empty();
    let bad: [(&[u8], &[u8]); 9] = [
        (b"", b"v"),
        (b":path", b"/"),
        (b"a b", b"v"),
        (b"a", b"x\r\ny: z"),
        (b"a", b"\0"),
        (b"host", b"other"),
        (b"host", b"u@a"),
        (b"content-length", b"2"),
        (b"content-length", b"x"),
    ];
    for field in bad {
        let mut out = b"before".to_vec();
        let result = encode_request(line, [field].into_iter(), b"abc", none(), &mut out);
        assert_eq!(result.unwrap_err().code(), Code::InvalidInput, "{field:?}");
        assert_eq!(out, b"before");
    }
    for status in [199, 600, 0] {
        let mut out = Vec::new();
        let result = encode_response(&[], status, none(), b"", none(), &mut out);
        assert_eq!((result.unwrap_err().code(), out.len()), (Code::InvalidInput, 0));
    }
    let five = [(&b"content-length"[..], &b"5"[..])].into_iter();
    let mut out = Vec::new();
    assert!(encode_response(&[], 200, five.clone(), b"", none(), &mut out).is_err());
    assert!(encode_response(&[], 200, five, b"1234", none(), &mut out).is_err());
    let late = ResponseHead::new(200, Fields::new()).unwrap();
    assert!(encode_response(&[late], 200, none(), b"", none(), &mut out).is_err());
}

/// Lines that grow with every pass would not fit the length that was written before them.
#[test]
fn lines_that_change_leave_nothing_behind() {
    let passes = Cell::new(0);
    let fickle = core::iter::once(()).map(|()| {
        passes.set(passes.get() + 1);
        (&b"a"[..], &b"0123456789"[..passes.get()])
    });
    let line =
        RequestHead::new(RequestLine { method: "GET", scheme: "https", authority: "a", path: "/" });
    let line = line.unwrap();
    let mut out = b"before".to_vec();
    let none = core::iter::empty();
    let result = encode_request(line.line(), fickle, b"", none, &mut out);
    assert_eq!(result.unwrap_err().code(), Code::InvalidInput);
    assert_eq!(out, b"before");
}

#[test]
fn no_encoder_switches_protocols() {
    assert_eq!(ResponseHead::new(101, Fields::new()).unwrap_err().code(), Code::InvalidInput);
    let (mut out, none) = (Vec::new(), core::iter::empty());
    let result = ResponseEncoder::new().informational(101, none, &mut out);
    assert_eq!((result.unwrap_err().code(), out.len()), (Code::InvalidInput, 0));
}
