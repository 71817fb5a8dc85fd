//! The cases of llhttp's HTTP/1.1 tests that say something about fields or control data.

use crate::support::{decode_every_way, raw_request, raw_response, text};
use sealwire::bhttp::{RequestHead, ResponseHead};
use sealwire_tests::vectors::theirs;
use serde_json::Value;

/// A case as a binary message: what HTTP/1.1 frames is in fields and control data, not framing.
struct Case {
    is_request: bool,
    control: [Vec<u8>; 4],
    status: u64,
    fields: Vec<(Vec<u8>, Vec<u8>)>,
}

/// Errors of llhttp that lie in fields: the message must be refused here as well.
const FIELD_ERRORS: [&str; 14] = [
    "Content-Length overflow",
    "Duplicate Content-Length",
    "Transfer-Encoding can't be present with Content-Length",
    "Content-Length can't be present with Transfer-Encoding",
    "Request has invalid `Transfer-Encoding`",
    "Invalid `Transfer-Encoding` header value",
    "Invalid header field char",
    "Invalid header value char",
    "Invalid header token",
    "Missing expected LF after header value",
    "Missing expected CR after header value",
    "Unexpected space after start line",
    "Unexpected whitespace after header value",
    "Expected LF after CR",
];

#[test]
fn fault_27_hostile_binary_http_llhttp() {
    let Some(json) = theirs("badinput/llhttp-http1.json", 128) else { return };
    let cases = json["cases"].as_array().expect("a list");
    assert_eq!(cases.len(), 128);
    let (mut refused, mut accepted, mut skipped) = (0, 0, 0);
    let mut stricter = Vec::new();
    for json in cases {
        let name = format!("{}: {}", text(json, "file"), text(json, "name"));
        match expectation(json) {
            None => skipped += 1,
            Some(ok) => {
                let case = translate(json);
                match (judge(&case), ok) {
                    (true, true) => accepted += 1,
                    (false, false) => refused += 1,
                    (true, false) => panic!("{name} was accepted"),
                    (false, true) => stricter.push(text(json, "name")),
                }
            }
        }
    }
    println!("llhttp: {refused} refused, {accepted} accepted, {skipped} skipped");
    assert_eq!(stricter, STRICTER);
    assert_eq!((refused, accepted, skipped), (REFUSED, ACCEPTED, SKIPPED));
}

/// `*` is a target for OPTIONS only (RFC 9113, section 8.3.1).
const STRICTER: [&str; 1] = ["M-SEARCH request"];
const REFUSED: usize = 33;
const ACCEPTED: usize = 37;
/// About line ends, versions, methods of RTSP, chunks, pipelining, upgrades, lenient modes, or cut
/// wrongly from llhttp's documents.
const SKIPPED: usize = 57;

/// Whether the case must be accepted, or `None` where it says nothing about a binary message.
fn expectation(json: &Value) -> Option<bool> {
    let kind = text(&json["meta"], "type");
    let http = text(json, "http");
    let (start, rest) = http.split_once('\n').unwrap_or((http, ""));
    // Line ends, versions and reason phrases of the start line do not exist here.
    if start.contains('\\') || !start.contains("HTTP/1.") {
        return None;
    }
    match json["error"].as_str() {
        Some(error) => FIELD_ERRORS.contains(&error).then_some(false),
        // What llhttp accepts only in a lenient mode is about HTTP/1.1's lines and chunks.
        None if kind != "request" && kind != "response" => None,
        // Cases that cannot be cut out of their markdown, or write line ends as escapes.
        None if rest.contains("```") || rest.contains("\\n") => None,
        // HTTP/1.1 frames by this field, and a binary message must not have it.
        None => Some(!rest.to_lowercase().contains("transfer-encoding")),
    }
}

fn translate(json: &Value) -> Case {
    let http = text(json, "http");
    let head = http.split("\n\n").next().unwrap_or_default();
    let mut lines = head.lines();
    let start = lines.next().unwrap_or_default();
    let mut words = start.split(' ');
    let mut word = || words.next().unwrap_or_default();
    let (method, target) = (word(), word());
    let is_request = text(&json["meta"], "type").starts_with("request");
    // A length may belong to content that is not part of the case; where it is not the fault
    // itself, it must not be what is refused.
    let keep_length = text(json, "error").contains("Content-Length");
    let fields = lines.map(field);
    let fields =
        fields.filter(|(name, _)| keep_length || !name.eq_ignore_ascii_case(b"content-length"));
    Case {
        is_request,
        control: control(method, target),
        status: target.parse().unwrap_or_default(),
        fields: fields.collect(),
    }
}

/// Splits the request target as RFC 9113, section 8.3.1 maps it.
fn control(method: &str, target: &str) -> [Vec<u8>; 4] {
    let (scheme, authority, path) = match target.strip_prefix("http://") {
        _ if method == "CONNECT" => ("", target, "".to_owned()),
        Some(rest) => {
            let at = rest.find(['/', '?']).unwrap_or(rest.len());
            let (authority, path) = rest.split_at(at);
            let slash = if path.starts_with('/') { "" } else { "/" };
            ("http", authority, format!("{slash}{path}"))
        }
        None => ("https", "", target.to_owned()),
    };
    [method.into(), scheme.into(), authority.into(), unescape(&path)]
}

/// A line, split at its first colon, the value without the spaces around it.
fn field(line: &str) -> (Vec<u8>, Vec<u8>) {
    let (name, value) = line.split_once(':').unwrap_or((line, ""));
    let value = unescape(value);
    let is_space = |byte: &u8| b" \t".contains(byte);
    let start = value.iter().position(|byte| !is_space(byte)).unwrap_or(value.len());
    let end = value.iter().rposition(|byte| !is_space(byte)).map_or(start, |at| at + 1);
    (unescape(name), value[start..end].to_vec())
}

/// Resolves `\r`, `\n`, `\t`, `\f`, `\"` and octal escapes, as llhttp's own test reader does.
fn unescape(text: &str) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let (byte, taken) = match (first, tail) {
            (b'\\', [a @ b'0'..=b'3', b, c, ..]) => {
                ((a - b'0') << 6 | (b - b'0') << 3 | (c - b'0'), 4)
            }
            (b'\\', [b'r', ..]) => (b'\r', 2),
            (b'\\', [b'n', ..]) => (b'\n', 2),
            (b'\\', [b't', ..]) => (b'\t', 2),
            (b'\\', [b'f', ..]) => (0x0c, 2),
            (b'\\', [other, ..]) => (*other, 2),
            (other, _) => (*other, 1),
        };
        out.push(byte);
        rest = &rest[taken..];
    }
    out
}

/// Whether both framings are accepted; they must agree.
fn judge(case: &Case) -> bool {
    let fields: Vec<_> = case.fields.iter().map(|(n, v)| (n.as_slice(), v.as_slice())).collect();
    let control = case.control.each_ref().map(Vec::as_slice);
    let [known, indeterminate] = [true, false].map(|known| {
        let message = match case.is_request {
            true => raw_request(known, control, &fields, b"", &[]),
            // An informational status needs a final one behind it.
            false if case.status < 200 => {
                raw_response(known, &[(case.status, &fields)], 200, &[], b"", &[])
            }
            false => raw_response(known, &[], case.status, &fields, b"", &[]),
        };
        let (trace, result) = decode_every_way(case.is_request, &message);
        let request = trace.request.iter().map(RequestHead::fields);
        let responses = trace.informational.iter().chain(&trace.response);
        for fields in request.chain(responses.map(ResponseHead::fields)) {
            let gone = ["connection", "keep-alive", "proxy-connection", "upgrade"];
            assert!(gone.iter().all(|name| fields.get(name).is_none()));
        }
        result.is_ok()
    });
    // Of indeterminate length, an empty name ends the section, and what follows is content.
    let is_empty = |(name, _): &(Vec<u8>, Vec<u8>)| name.is_empty();
    assert!(known == indeterminate || case.fields.iter().any(is_empty));
    known
}
