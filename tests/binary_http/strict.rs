//! What a message may not hold, field by field.

use crate::support::{GET, Pairs, Trace, decode_every_way, lines, raw_request, raw_response};
use crate::support::{text, unhex, verdict};
use sealwire::Code;
use sealwire::bhttp::{
    Fields, Limits, RequestHead, RequestLine, ResponseHead, decode_request, decode_response,
    decode_response_to, encode_request,
};
use sealwire_tests::vectors::theirs;

const NOTHING: Pairs<'static> = &[];

/// The header lines that a request with these lines has after decoding.
fn kept(fields: Pairs<'_>) -> Vec<(String, Vec<u8>)> {
    let head = verdict(fields, b"").expect("an acceptable request").request;
    lines(head.expect("a head").fields())
}

fn refused(fields: Pairs<'_>, content: &[u8]) {
    assert_eq!(verdict(fields, content).unwrap_err(), Code::InvalidHttp, "{fields:?}");
}

fn line(name: &str, value: &str) -> (String, Vec<u8>) {
    (name.to_owned(), value.into())
}

#[test]
fn names_are_tokens() {
    for byte in 0..=u8::MAX {
        let name = [b'x', byte];
        let is_token = byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
        assert_eq!(verdict(&[(&name, b"v")], b"").is_ok(), is_token, "{byte:#x}");
    }
    // Of indeterminate length, an empty name is the end of the section.
    let message = raw_request(true, GET, &[(b"", b"v")], b"", &[]);
    assert!(decode_request(&message, Limits::default()).is_err());
    for name in [":method", ":scheme", ":authority", ":path", ":status", ":protocol", ":"] {
        refused(&[(name.as_bytes(), b"v")], b"");
    }
    assert_eq!(kept(&[(b"X-UPPER", b"V")]), [line("x-upper", "V")]);
}

#[test]
fn values_hold_no_control_byte_and_no_space_at_an_end() {
    for byte in 0..=u8::MAX {
        let is_text = byte == b'\t' || (byte >= b' ' && byte != 0x7f);
        assert_eq!(verdict(&[(b"x", &[b'a', byte, b'b'])], b"").is_ok(), is_text, "{byte:#x}");
        let is_end = is_text && !b" \t".contains(&byte);
        for value in [&[byte][..], &[byte, b'b'], &[b'a', byte]] {
            assert_eq!(verdict(&[(b"x", value)], b"").is_ok(), is_end, "{byte:#x}");
        }
    }
    assert_eq!(kept(&[(b"x", b"")]), [line("x", "")]);
}

#[test]
fn fields_of_a_connection_are_dropped() {
    let fields: Pairs<'_> = &[
        (b"Connection", b"close, x-kept"),
        (b"keep-alive", b"timeout=5"),
        (b"PROXY-connection", b"keep-alive"),
        (b"upgrade", b"h2c"),
        (b"te", b"gzip"),
        (b"TE", b"Trailers"),
        (b"x-kept", b"1"),
    ];
    assert_eq!(kept(fields), [line("te", "Trailers"), line("x-kept", "1")]);
}

#[test]
fn hop_fields_are_refused() {
    for name in ["transfer-encoding", "Transfer-Encoding", "TRANSFER-ENCODING"] {
        refused(&[(name.as_bytes(), b"chunked")], b"");
        refused(&[(name.as_bytes(), b"")], b"");
    }
    refused(&[(b"expect", b"100-continue")], b"");
    for value in [
        "x, 100-CONTINUE",
        "100-continue;a=b",
        "100-Continue ; a",
        "100-continue=1",
        ",100-continue,",
        "x=\"1\";y,\t100-continue\t;z=1",
        "100-continue\t=x",
        "x=\"a, 100-continue\"",
    ] {
        refused(&[(b"Expect", value.as_bytes())], b"");
        refused(&[(b"expect", b"x"), (b"Expect", value.as_bytes())], b"");
    }
    for value in ["something", "100", "100-continu", "continue", "x;100 continue", ""] {
        assert_eq!(kept(&[(b"expect", value.as_bytes())]), [line("expect", value)]);
    }
}

/// What CGI folds into `HTTP_TRANSFER_ENCODING` and the like.
#[test]
fn twins_of_special_fields_are_dropped() {
    let twins = [
        "transfer_encoding",
        "Transfer_Encoding",
        "transfer.encoding",
        "content_length",
        "CONTENT~LENGTH",
        "keep_alive",
        "proxy_connection",
        "Proxy!Connection",
    ];
    for name in twins {
        for value in ["chunked", "7"] {
            let fields: Pairs<'_> = &[(name.as_bytes(), value.as_bytes()), (b"x_y", b"1")];
            assert_eq!(kept(fields), [line("x_y", "1")], "{name}");
            never_encoded(name.as_bytes(), value.as_bytes());
        }
        assert_eq!(let_through(name.as_bytes(), b"7"), 0, "{name}");
    }
    for name in ["transfer_encodings", "xtransfer_encoding", "content-type", "content_type", "a_b"]
    {
        assert_eq!(kept(&[(name.as_bytes(), b"v")]), [line(name, "v")]);
    }
    // Among trailers there are more of them; no name with a sign in it is one here.
    let message = raw_request(true, GET, &[], b"", &[(b"content_type", b"v"), (b"x_y", b"1")]);
    let decoded = decode_request(&message, Limits::default()).unwrap();
    assert_eq!(lines(&decoded.trailers), [line("x_y", "1")]);
}

#[test]
fn content_length_tells_the_truth() {
    let length = |value: &'static [u8]| (&b"content-length"[..], value);
    assert_eq!(verdict(&[length(b"3")], b"abc").unwrap().content, b"abc");
    assert_eq!(verdict(&[length(b"0")], b"").unwrap().content, b"");
    refused(&[length(b"00")], b"");
    let bad =
        ["2", "4", "003", "03", "", "+3", "-3", "3,3", "3, 3", "0x3", "3a", "18446744073709551619"];
    for value in bad.iter().chain(&["1000000000000000000000", "\u{663}"]) {
        refused(&[(b"content-length", value.as_bytes())], b"abc");
    }
    refused(&[length(b"3"), length(b"4")], b"abc");
    refused(&[length(b"4"), length(b"3")], b"abc");
    refused(&[length(b"1")], b"");
    // Agreeing lines count as one, and become one (RFC 9110, section 8.6).
    let trace = verdict(&[length(b"3"), (b"a", b"b"), length(b"3")], b"abc").unwrap();
    let head = trace.request.unwrap();
    assert_eq!(lines(head.fields()), [line("content-length", "3"), line("a", "b")]);
}

#[test]
fn content_length_is_found_out_before_the_content_is_released() {
    for known in [true, false] {
        let message = raw_request(known, GET, &[(b"content-length", b"2")], b"abc", &[]);
        let (trace, result) = decode_every_way(true, &message);
        assert!(trace.request.is_some() && result.is_err());
        assert_eq!(trace.content, b"");
    }
}

/// A response's content by both framings, decoded as the answer to `method`.
fn response(method: &str, status: u64, fields: Pairs<'_>, content: &[u8]) -> bool {
    let [known, indeterminate] = [true, false].map(|known| {
        let message = raw_response(known, &[], status, fields, content, &[]);
        decode_response_to(method, &message, Limits::default()).is_ok()
    });
    assert_eq!(known, indeterminate);
    known
}

#[test]
fn responses_that_have_no_content() {
    let five: Pairs<'_> = &[(b"content-length", b"5")];
    let zero: Pairs<'_> = &[(b"content-length", b"0")];
    // (method, status, fields, content) and whether that is a message.
    let cases: [(&str, u64, Pairs<'_>, &[u8], bool); 14] = [
        ("GET", 200, five, b"12345", true),
        ("GET", 200, five, b"", false),
        ("HEAD", 200, five, b"", true),
        ("HEAD", 200, five, b"12345", false),
        ("HEAD", 200, NOTHING, b"1", false),
        ("HEAD", 404, zero, b"", true),
        ("GET", 304, five, b"", true),
        ("GET", 304, five, b"12345", false),
        ("GET", 304, NOTHING, b"1", false),
        ("GET", 204, NOTHING, b"", true),
        ("GET", 204, zero, b"", true),
        ("GET", 204, five, b"", false),
        ("GET", 204, NOTHING, b"1", false),
        ("GET", 205, NOTHING, b"1", true),
    ];
    for (method, status, fields, content, ok) in cases {
        assert_eq!(response(method, status, fields, content), ok, "{method} {status} {content:?}");
    }
    let message = raw_response(true, &[], 204, zero, b"", &[]);
    let decoded = decode_response(&message, Limits::default()).unwrap();
    assert!(decoded.head.fields().is_empty(), "a 204 has no content-length");
    // Even for HEAD the field must be a number.
    assert!(!response("HEAD", 200, &[(b"content-length", b"x")], b""));
}

#[test]
fn status_codes() {
    for status in [0, 1, 99, 600, 999, 65_736, (1 << 62) - 1] {
        let message = raw_response(true, &[], status, &[], b"", &[]);
        assert!(decode_response(&message, Limits::default()).is_err(), "{status}");
    }
    // 101 would be a switch of protocols, were it written as HTTP/1.1.
    for known in [true, false] {
        let message = raw_response(known, &[(101, &[])], 200, &[], b"", &[]);
        let error = decode_response(&message, Limits::default()).unwrap_err();
        assert_eq!(error.code(), Code::InvalidHttp);
    }
    for status in [100, 102, 199] {
        let final_only = raw_response(true, &[], status, &[], b"", &[]);
        assert!(decode_response(&final_only, Limits::default()).is_err(), "{status}");
        let message = raw_response(true, &[(status, &[])], 200, &[], b"", &[]);
        let decoded = decode_response(&message, Limits::default()).unwrap();
        assert_eq!(u64::from(decoded.informational[0].status()), status);
    }
    let lie: Pairs<'_> = &[(b"content-length", b"0")];
    let message = raw_response(true, &[(103, lie)], 200, &[], b"", &[]);
    assert!(decode_response(&message, Limits::default()).is_err());
}

#[test]
fn trailers() {
    let run = |name: &'static str| -> Result<Vec<(String, Vec<u8>)>, Code> {
        let trailers: Pairs<'_> = &[(name.as_bytes(), b"v"), (b"x-sum", b"1")];
        let message = raw_request(false, GET, &[], b"abc", trailers);
        let (trace, result) = decode_every_way(true, &message);
        result.map(|()| trace.trailer_lines()).map_err(|error| error.code())
    };
    for name in ["transfer-encoding", "content-length", ":path"] {
        assert_eq!(run(name), Err(Code::InvalidHttp), "{name}");
    }
    for name in ["host", "authorization", "Cookie", "content-type", "connection", "te", "expect"] {
        assert_eq!(run(name).unwrap(), [line("x-sum", "1")], "{name}");
    }
    for name in ["grpc-status", "etag", "digest", "trailer", "server-timing"] {
        assert_eq!(run(name).unwrap(), [line(name, "v"), line("x-sum", "1")], "{name}");
    }
}

fn control(method: &str, scheme: &str, authority: &str, path: &str) -> bool {
    let parts = [method, scheme, authority, path];
    let message = raw_request(true, parts.map(str::as_bytes), &[], b"", &[]);
    let (_, result) = decode_every_way(true, &message);
    let encoder = RequestHead::new(RequestLine { method, scheme, authority, path });
    assert_eq!(result.is_ok(), encoder.is_ok(), "{parts:?}");
    result.is_ok()
}

#[test]
fn methods_and_schemes() {
    for method in ["GET", "get", "M-SEARCH", "X"] {
        assert!(control(method, "https", "a", "/"), "{method}");
    }
    for method in ["", "G T", "GET ", "GET\r\n", "G\0T", "GE:T", "GÉT", "GET/"] {
        assert!(!control(method, "https", "a", "/"), "{method}");
    }
    for scheme in ["http", "HTTPS", "coap+TCP", "a1.b-c"] {
        assert!(control("GET", scheme, "a", "/"), "{scheme}");
        let message = raw_request(true, [b"GET", scheme.as_bytes(), b"a", b"/"], &[], b"", &[]);
        let (trace, _) = decode_every_way(true, &message);
        let lower = scheme.to_lowercase();
        assert_eq!(trace.request.unwrap().scheme(), lower);
        let line = RequestLine { method: "GET", scheme, authority: "a", path: "/" };
        let (mut out, none) = (Vec::new(), || core::iter::empty());
        encode_request(line, none(), b"", none(), &mut out).unwrap();
        let control: [&[u8]; 4] = [b"GET", lower.as_bytes(), b"a", b"/"];
        assert_eq!(out, raw_request(true, control, &[], b"", &[]));
    }
    for scheme in ["", "1http", "ht tp", "https:", "-a", "http\n"] {
        assert!(!control("GET", scheme, "a", "/"), "{scheme}");
    }
}

#[test]
fn authorities() {
    for authority in ["", "a", "a.example", "A.Example:8443", "[::1]", "[2001:db8::1]:1", "1.2.3.4"]
    {
        assert!(control("GET", "https", authority, "/"), "{authority}");
    }
    let bad = [
        "u@a", "u:p@a", "a/b", "a?b", "a#b", "a b", "a\\b", "a%2f", "a:", ":80", "a:b", "a:1:2",
        "a:65536", "a:+1", "[::1", "::1", "[]", "[::1]x", "[g]", "a\r", "a\0", "ä", "a,b c", "<a>",
    ];
    for authority in bad {
        assert!(!control("GET", "https", authority, "/"), "{authority}");
    }
}

#[test]
fn paths() {
    for path in ["/", "/a?b=c", "//a", "/%2F", "/a#b", "/?"] {
        assert!(control("GET", "https", "a", path), "{path}");
    }
    for path in
        ["", "a", "*", "?a", "https://a/", "/a b", "/\t", "/a\r\nHost: b", "/\0", "/ä", "\\"]
    {
        assert!(!control("GET", "https", "a", path), "{path}");
    }
    assert!(control("OPTIONS", "https", "a", "*"));
    assert!(!control("OPTIONS", "https", "a", "**"));
    assert!(control("GET", "urn", "", ""));
    assert!(control("CONNECT", "", "a:443", ""));
    for (scheme, authority, path) in
        [("https", "a:443", ""), ("", "a:443", "/"), ("", "a", ""), ("", "", "")]
    {
        assert!(!control("CONNECT", scheme, authority, path));
    }
}

#[test]
fn control_data_that_is_not_text() {
    let mut parts = GET;
    for at in 0..4 {
        parts[at] = b"/\xff\xfe";
        let message = raw_request(true, parts, &[], b"", &[]);
        assert!(decode_every_way(true, &message).1.is_err());
        parts = GET;
    }
    // A character that is cut in two by the end of a part.
    let message = raw_request(true, [b"GET", b"https", b"a\xc3", b"\xa4/"], &[], b"", &[]);
    assert!(decode_every_way(true, &message).1.is_err());
}

#[test]
fn host_and_authority() {
    let run = |scheme: &'static str, authority: &'static str, hosts: &[&'static str]| {
        let fields: Vec<_> = hosts.iter().map(|host| (&b"host"[..], host.as_bytes())).collect();
        let control = [b"GET", scheme.as_bytes(), authority.as_bytes(), b"/"];
        let message = raw_request(true, control, &fields, b"", &[]);
        let decoded = decode_request(&message, Limits::default());
        decoded.ok().map(|request| request.head.host().to_owned())
    };
    assert_eq!(run("https", "a", &["a"]).as_deref(), Some("a"));
    assert_eq!(run("https", "a", &["A:443"]).as_deref(), Some("a"));
    assert_eq!(run("http", "a:80", &["a"]).as_deref(), Some("a:80"));
    assert_eq!(run("https", "", &["a:1"]).as_deref(), Some("a:1"));
    assert_eq!(run("https", "", &[""]).as_deref(), Some(""));
    assert_eq!(run("https", "", &[]).as_deref(), Some(""));
    assert_eq!(run("https", "a", &[]).as_deref(), Some("a"));
    let bad: [(&str, &str, &[&str]); 7] = [
        ("https", "a", &["b"]),
        ("https", "a", &["a:80"]),
        ("https", "a", &[""]),
        ("https", "", &["a", "a"]),
        ("https", "a", &["a", "a"]),
        ("https", "", &["u@a"]),
        ("https", "", &["a/b"]),
    ];
    for (scheme, authority, hosts) in bad {
        assert_eq!(run(scheme, authority, hosts), None, "{authority} {hosts:?}");
    }
}

/// The message in every place a field line can stand, in both framings.
fn everywhere(name: &[u8], value: &[u8]) -> Vec<(Trace, bool)> {
    let fields: Pairs<'_> = &[(b"x-before", b"1"), (name, value), (b"x-after", b"2")];
    let mut outcomes = Vec::new();
    for known in [true, false] {
        let messages = [
            (true, raw_request(known, GET, fields, b"abc", &[])),
            (true, raw_request(known, GET, &[], b"abc", fields)),
            (false, raw_response(known, &[], 200, fields, b"abc", &[])),
            (false, raw_response(known, &[], 200, &[], b"abc", fields)),
            (false, raw_response(known, &[(103, fields)], 200, &[], b"abc", &[])),
        ];
        for (is_request, message) in messages {
            let (trace, result) = decode_every_way(is_request, &message);
            outcomes.push((trace, result.is_ok()));
        }
    }
    outcomes
}

/// How many of the ten places let the line through.
fn let_through(name: &[u8], value: &[u8]) -> usize {
    let released = |trace: &Trace| {
        let heads = trace.informational.iter().chain(&trace.response).map(ResponseHead::fields);
        let sections = heads.chain(trace.request.iter().map(RequestHead::fields));
        let count: usize = sections.chain(&trace.trailers).map(Fields::len).sum();
        count > 2
    };
    everywhere(name, value).iter().filter(|(trace, ok)| *ok && released(trace)).count()
}

fn trim(mut value: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = value {
        value = rest;
    }
    value
}

#[test]
fn fault_27_hostile_binary_http_transfer_encoding() {
    let Some(json) = theirs("badinput/smuggling-te-variants.json", 120) else { return };
    let cases = json["cases"].as_array().expect("a list");
    assert_eq!(cases.len(), 120);
    let mut harmless = Vec::new();
    for case in cases {
        let (name, bytes) = (text(case, "name"), unhex(text(case, "hex")));
        assert_eq!(let_through(&bytes, b""), 0, "{name} as a name");
        assert_eq!(let_through(&bytes, b"chunked"), 0, "{name} as a name");
        let colon = bytes.iter().position(|&byte| byte == b':').unwrap_or(bytes.len());
        let (left, right) = bytes.split_at(colon);
        let right = right.strip_prefix(b":").unwrap_or(right);
        assert_eq!(let_through(left, right), 0, "{name} as a line");
        // Read as HTTP/1.1 reads it, without the spaces around the value, three are lines of
        // their own that are called "x" and only mention a transfer-encoding, behind bytes that
        // RFC 9110 allows in a value.
        match let_through(left, trim(right)) {
            0 => {}
            10 => harmless.push(name),
            other => panic!("{name}: {other} of 10 places"),
        }
        never_encoded(left, right);
    }
    assert_eq!(harmless, ["xprespace-09", "xprespace-a0", "xprespace-ff"]);
}

/// The encoders refuse the line, leave it out, or write the harmless line called "x".
fn never_encoded(name: &[u8], value: &[u8]) {
    let mut out = b"before".to_vec();
    let fields = [(name, value)];
    let none = || core::iter::empty();
    let line = RequestLine { method: "GET", scheme: "https", authority: "a", path: "/" };
    match encode_request(line, fields.into_iter(), b"", none(), &mut out) {
        Err(error) => assert_eq!((error.code(), &out[..]), (Code::InvalidInput, &b"before"[..])),
        Ok(()) => {
            let decoded = decode_request(&out[6..], Limits::default()).expect("we take our own");
            assert!(decoded.head.fields().iter().all(|(name, _)| name == "x"));
        }
    }
}

#[test]
fn debug_tells_sizes_only() {
    let secret: Pairs<'_> = &[(b"x-secret-name", b"secret-value")];
    let control: [&[u8]; 4] = [b"GET", b"https", b"secret.example", b"/secret?secret"];
    let message = raw_request(true, control, secret, b"secret", secret);
    let request = decode_request(&message, Limits::default()).unwrap();
    let debug = format!("{request:?} {:?} {:?}", request.head.line(), request.head.fields().iter());
    assert!(debug.contains("GET") && !debug.contains("secret"), "{debug}");
    let message = raw_response(true, &[(103, secret)], 404, secret, b"secret", secret);
    let response = decode_response(&message, Limits::default()).unwrap();
    let debug = format!("{response:?} {:?}", response.informational);
    assert!(debug.contains("404") && !debug.contains("secret"), "{debug}");
    let mut decoder = crate::support::decoder(false);
    let mut input = &message[..];
    while let Some(event) = decoder.next(&mut input).unwrap() {
        let debug = format!("{event:?} {decoder:?}");
        assert!(!debug.contains("secret") && !debug.contains("115, 101"), "{debug}");
    }
}
