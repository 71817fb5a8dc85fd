//! The shared vectors of others: RFC 9292, quiche, swift-nio, and the crate bhttp.

use crate::support::{Trace, decode_every_way, lines, text, unhex};
use sealwire::bhttp::{
    ContentEncoder, Limits, ResponseEncoder, decode_request, decode_response, encode_request,
    encode_response,
};
use sealwire_tests::vectors::theirs;
use serde_json::Value;

/// The file's cases, or none and a word about it.
fn cases(file: &str, key: &str, count: usize) -> Vec<Value> {
    let Some(json) = theirs(file, count) else { return Vec::new() };
    let cases = json[key].as_array().expect("a list").clone();
    assert_eq!(cases.len(), count, "{file} has changed");
    cases
}

fn is_request(message: &[u8]) -> bool {
    // The framing indicator is the last byte of whatever varint begins the message.
    let len = 1 << (message[0] >> 6);
    message[len - 1] & 1 == 0
}

fn accept(name: &str, message: &[u8]) -> Trace {
    let (trace, result) = decode_every_way(is_request(message), message);
    assert_eq!(result, Ok(()), "{name}");
    trace
}

#[test]
fn rfc_9292_section_5() {
    for case in cases("bhttp/rfc9292-section5.json", "vectors", 4) {
        let trace = accept(text(&case, "name"), &unhex(text(&case, "bhttp")));
        match text(&case, "name").contains("trailer") {
            // Its HTTP text is chunked, which the message cannot show.
            true => {
                assert_eq!(trace.content, b"This content contains CRLF.\r\n");
                assert_eq!(trace.trailer_lines(), [("trailer".to_owned(), b"text".to_vec())]);
            }
            false => assert_eq!(http_text(&trace), text(&case, "http_text").to_lowercase()),
        }
    }
}

/// The message as HTTP/1.1 text, in lower case, reason phrases and their order taken from the RFC.
fn http_text(trace: &Trace) -> String {
    let mut out = String::new();
    if let Some(head) = &trace.request {
        assert_eq!((head.scheme(), head.authority()), ("https", ""));
        assert_eq!(head.host(), "www.example.com");
        out += &format!("{} {} HTTP/1.1\n{}\n", head.method(), head.path(), list(head.fields()));
    }
    for head in trace.informational.iter().chain(&trace.response) {
        let reason = match head.status() {
            102 => "Processing",
            103 => "Early Hints",
            _ => "OK",
        };
        out += &format!("HTTP/1.1 {} {reason}\n{}\n", head.status(), list(head.fields()));
    }
    out += &String::from_utf8_lossy(&trace.content).replace("\r\n", "\n");
    if !trace.content.is_empty() {
        out += "\n";
    }
    out.to_lowercase().replace("\n\n\n", "\n\n")
}

fn list(fields: &sealwire::bhttp::Fields) -> String {
    let line =
        |(name, value): (String, Vec<u8>)| format!("{name}: {}\n", String::from_utf8_lossy(&value));
    lines(fields).into_iter().map(line).collect()
}

#[test]
fn rfc_9292_truncations_mean_the_same() {
    let Some(json) = theirs("bhttp/rfc9292-section5.json", 16) else { return };
    let mut count = 0;
    for key in ["known_request_truncations", "indeterminate_request_truncations"] {
        let messages = json["derived"][key].as_array().expect("a list");
        let full = accept(key, &unhex(messages[0].as_str().expect("text")));
        for message in messages {
            assert_eq!(accept(key, &unhex(message.as_str().expect("text"))), full);
            count += 1;
        }
    }
    assert_eq!(count, 16);
}

#[test]
fn quiche() {
    let mut counts = [0; 3];
    for case in cases("bhttp/quiche-binary-http.json", "cases", 28) {
        let (name, message) = (text(&case, "test"), unhex(text(&case, "bytes")));
        let (trace, result) = decode_every_way(is_request(&message), &message);
        match text(&case, "expect") {
            "accept" => {
                assert_eq!(result, Ok(()), "{name}");
                assert!(trace.request.is_some() || trace.response.is_some());
                counts[0] += 1;
            }
            "reject" => {
                assert!(result.is_err(), "{name}");
                counts[1] += 1;
            }
            // InvalidDecodeAfterEndStream: a 102 is no final response, and input after the end
            // is an error; `run` has checked that it stays one.
            _ => {
                assert_eq!((trace.informational.len(), result.is_err()), (1, true));
                counts[2] += 1;
            }
        }
        quiche_content(name, &trace);
    }
    assert!(counts == [20, 7, 1] || counts == [0; 3], "{counts:?}");
}

/// What the named test in quiche's source says of the message.
fn quiche_content(name: &str, trace: &Trace) {
    let content: &[u8] = match name {
        "FullRequest" | "GetBufferedDataSize" | "FailedMessageSectionHandler" => {
            assert_eq!(
                trace.trailer_lines(),
                [("trailer1".into(), b"value1".to_vec()), ("trailer2".into(), b"value2".to_vec())]
            );
            b"chunk1chunk2chunk3"
        }
        "EncodeBody" => b"Hello, world!\r\n",
        "RequestNoBody" | "DecodeGetWithAuthority" => b"",
        _ => return,
    };
    assert_eq!(trace.content, content, "{name}");
    if name == "DecodeGetWithAuthority" {
        assert_eq!(trace.request.as_ref().expect("a request").host(), "www.example.com");
    }
}

#[test]
fn swift_nio() {
    for case in cases("bhttp/swift-nio-bhttp.json", "cases", 3) {
        let trace = accept(text(&case, "test"), &unhex(text(&case, "hex")));
        assert_eq!(trace.request.is_some(), text(&case, "test").contains("Request"));
    }
}

#[test]
fn messages_of_the_crate_bhttp() {
    for case in cases("bhttp/gen-bhttp-rs-0.8.0.json", "cases", 95) {
        let known = unhex(text(&case, "known"));
        let indeterminate = unhex(text(&case, "indeterminate"));
        let trace = accept("known", &known);
        compare(&case, &trace);
        assert_eq!(accept("indeterminate", &indeterminate), trace);
        // Both of us write the shortest integers, so the bytes are the same the other way round.
        assert_eq!(re_encode_known(&known), known);
        assert_eq!(re_encode_indeterminate(&known), indeterminate);
    }
}

fn compare(case: &Value, trace: &Trace) {
    let part = |key| String::from_utf8(unhex(text(case, key))).expect("ASCII");
    let fields = match &trace.request {
        Some(head) => {
            let line = [head.method(), head.scheme(), head.authority(), head.path()];
            assert_eq!(line, ["method", "scheme", "authority", "path"].map(part).each_ref());
            head.fields()
        }
        None => {
            let head = trace.response.as_ref().expect("a response");
            assert_eq!(u64::from(head.status()), case["status"].as_u64().expect("a status"));
            head.fields()
        }
    };
    assert_eq!(lines(fields), pairs(&case["headers"]));
    assert_eq!(trace.trailer_lines(), pairs(&case["trailers"]));
    assert_eq!(trace.content, unhex(text(case, "content")));
}

fn pairs(value: &Value) -> Vec<(String, Vec<u8>)> {
    let pair = |pair: &Value| {
        let part = |at: usize| unhex(pair[at].as_str().expect("text"));
        (String::from_utf8(part(0)).expect("ASCII"), part(1))
    };
    value.as_array().expect("a list").iter().map(pair).collect()
}

fn re_encode_known(message: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    match is_request(message) {
        true => {
            let m = decode_request(message, Limits::default()).expect("sound");
            let (line, fields) = (m.head.line(), m.head.fields().lines());
            encode_request(line, fields, &m.content, m.trailers.lines(), &mut out).expect("sound");
        }
        false => {
            let m = decode_response(message, Limits::default()).expect("sound");
            let (status, fields) = (m.head.status(), m.head.fields().lines());
            let (interim, trailers) = (&m.informational, m.trailers.lines());
            encode_response(interim, status, fields, &m.content, trailers, &mut out)
                .expect("sound");
        }
    }
    out
}

fn re_encode_indeterminate(message: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let (mut encoder, content, trailers) = match is_request(message) {
        true => {
            let m = decode_request(message, Limits::default()).expect("sound");
            let encoder = ContentEncoder::request(m.head.line(), m.head.fields().lines(), &mut out);
            (encoder.expect("sound"), m.content, m.trailers)
        }
        false => {
            let m = decode_response(message, Limits::default()).expect("sound");
            let encoder =
                ResponseEncoder::new().response(m.head.status(), m.head.fields().lines(), &mut out);
            (encoder.expect("sound"), m.content, m.trailers)
        }
    };
    encoder.chunk(&content, &mut out).expect("sound");
    encoder.finish(trailers.lines(), &mut out).expect("sound");
    out
}
