//! Where a message may end, and how much of it there may be.

use crate::support::{
    GET, Pairs, decode_every_way, decoder, raw_request, raw_response, run, varint, vec,
};
use sealwire::Code;
use sealwire::bhttp::{
    ContentEncoder, Decoder, Event, Limits, RequestLine, ResponseEncoder, decode_request,
    decode_response, decode_response_to, encode_response_to, pad,
};

const NOTHING: Pairs<'static> = &[];

/// The numbers of bytes after which the message may end.
fn legal_ends(is_request: bool, message: &[u8]) -> Vec<usize> {
    let ends = |cut: &usize| decode_every_way(is_request, &message[..*cut]).1.is_ok();
    (0..=message.len()).filter(ends).collect()
}

/// RFC 9292, sections 3.1 and 3.8: before the length of the header section (at 25), of the content,
/// of the trailers, and in the padding. That what is missing was empty, only sealing can tell.
#[test]
fn fault_02_cut_known_length() {
    // 00 03"GET" 05"https" 0b"example.com" 01"/" = 25 bytes, then three lengths and padding.
    let empty = raw_request(true, GET, &[], b"", &[]);
    let padded = [&empty[..], &[0; 3]].concat();
    assert_eq!(legal_ends(true, &padded), [25, 26, 27, 28, 29, 30, 31]);
    // 25 + 06 01"a" 01"b", 01"c" without content.
    let field: Pairs<'_> = &[(b"a", b"b")];
    let message = raw_request(true, GET, field, b"", &[]);
    assert_eq!(legal_ends(true, &message), [25, 30, 31, 32]);
    let message = raw_request(true, GET, field, b"abc", &[]);
    assert_eq!(legal_ends(true, &message), [25, 30, 34, 35]);
    let message = raw_request(true, GET, field, b"abc", field);
    assert_eq!(legal_ends(true, &message), [25, 30, 34, 39]);
    // A content-length forbids to cut off the content.
    let message = raw_request(true, GET, &[(b"content-length", b"3")], b"abc", &[]);
    assert_eq!(legal_ends(true, &message), [25, message.len() - 1, message.len()]);
}

/// The same where a zero ends each section: only before the first byte of one.
#[test]
fn fault_02_cut_indeterminate_length() {
    let empty = raw_request(false, GET, &[], b"", &[]);
    let padded = [&empty[..], &[0; 3]].concat();
    assert_eq!(legal_ends(true, &padded), [25, 26, 27, 28, 29, 30, 31]);
    let field: Pairs<'_> = &[(b"a", b"b")];
    let message = raw_request(false, GET, field, b"", &[]);
    assert_eq!(legal_ends(true, &message), [25, 30, 31, 32]);
    // Content that has begun (at 30) needs its terminator: 30 + 03"abc" 00.
    let message = raw_request(false, GET, field, b"abc", &[]);
    assert_eq!(legal_ends(true, &message), [25, 30, 35, 36]);
    let message = raw_request(false, GET, field, b"abc", field);
    assert_eq!(legal_ends(true, &message), [25, 30, 35, 40]);
}

/// No integer may be cut, wherever the message could end if it had not begun.
#[test]
fn fault_02_cut_integers() {
    // 2 + 5 + 5 + 3 + 3 = 20 bytes with the lengths, each length in two bytes.
    let control = b"\x03GET\x40\x04http\x40\x01a\x40\x01/";
    let known = [&b"\x40\0\x40"[..], control, b"\x40\0\x40\0\x40\0"].concat();
    assert_eq!(legal_ends(true, &known), [19, 21, 23, 25]);
    assert_eq!(run(decoder(true), [&known[..20]]).0.request, None);
    let lines = b"\x40\x01a\x40\0\x40\0\x40\x01c\x40\0\x40\0";
    let indeterminate = [&b"\x40\x02\x40"[..], control, lines].concat();
    assert_eq!(legal_ends(true, &indeterminate), [19, 26, 31, 33]);
}

/// An informational response is never the end: a final one must follow.
#[test]
fn fault_02_cut_response() {
    for known in [true, false] {
        // 1 + 2 (103) + section, 2 (200)
        let interim: &[(u64, Pairs<'_>)] = &[(103, &[(b"a", b"b")])];
        let message = raw_response(known, interim, 200, &[], b"", &[]);
        assert_eq!(legal_ends(false, &message), [10, 11, 12, 13]);
        assert_eq!(legal_ends(false, &raw_response(known, &[], 200, &[], b"", &[])), [3, 4, 5, 6]);
    }
}

/// What was released before the cut, and that the truncated head comes at the end.
#[test]
fn fault_02_events_of_a_cut_message() {
    let message = raw_request(false, GET, &[(b"a", b"b")], b"abc", &[]);
    let (trace, result) = run(decoder(true), [&message[..33]]);
    assert_eq!((trace.content, result.unwrap_err().code()), (b"ab".into(), Code::InvalidHttp));
    let mut decoder = Decoder::request(Limits::default());
    assert_eq!(decoder.next(&mut &message[..25]), Ok(None));
    assert!(matches!(decoder.finish(), Ok(Some(Event::Request(_)))));
    assert_eq!(decoder.finish(), Ok(None));
    assert_eq!(decoder.finish(), Ok(None));
    assert_eq!(decoder.next(&mut &b"\0"[..]).unwrap_err().code(), Code::InvalidInput);
}

#[test]
fn padding() {
    for known in [true, false] {
        let message = raw_request(known, GET, &[], b"abc", &[]);
        let mut padded = message.clone();
        pad(&mut padded, 10_000);
        assert_eq!(padded.len(), message.len() + 10_000);
        assert_eq!(decode_every_way(true, &padded), decode_every_way(true, &message));
        for at in [message.len(), message.len() + 77, padded.len() - 1] {
            let mut bad = padded.clone();
            bad[at] = 1;
            assert!(decode_request(&bad, Limits::default()).is_err(), "{at}");
        }
        let limits = |content| Limits { content, ..Limits::default() };
        assert!(decode_request(&padded, limits(10_000)).is_ok());
        let error = decode_request(&padded, limits(9_999)).unwrap_err();
        assert_eq!(error.code(), Code::TooLarge);
    }
}

#[test]
fn framing_indicators() {
    for framing in 0..=255_u8 {
        let mut message = raw_request(true, GET, &[], b"", &[]);
        message[0] = framing;
        let request = decode_request(&message, Limits::default());
        assert_eq!(request.is_ok(), framing == 0 || framing == 2, "{framing}");
        let mut message = raw_response(true, &[], 200, &[], b"", &[]);
        message[0] = framing;
        let response = decode_response(&message, Limits::default());
        assert_eq!(response.is_ok(), framing == 1 || framing == 3, "{framing}");
    }
    assert!(decode_request(b"", Limits::default()).is_err());
    assert!(decode_response(b"", Limits::default()).is_err());
}

#[test]
fn integers_may_be_longer_than_necessary() {
    let mut message = b"\xc0\0\0\0\0\0\0\0\x40\x03GET\x80\0\0\x05https\x40\0\x40\x01/".to_vec();
    message.extend(b"\x40\x06\x40\x01a\x40\x01b\x40\x01c\x40\0");
    let (trace, result) = decode_every_way(true, &message);
    assert_eq!((result, trace.content), (Ok(()), b"c".to_vec()));
    let response = b"\x40\x01\x80\0\0\xc8";
    assert_eq!(decode_every_way(false, response).1, Ok(()));
}

#[test]
fn lengths_that_contradict_each_other() {
    // A section of 3 bytes with a line of 4, and one that ends within an integer.
    for section in
        [&b"\x03\x01a\x01b"[..], b"\x03\x01a\x40", b"\x01\x01", b"\x02\x01a", b"\x05\x01a\x01b\x40"]
    {
        let mut message = raw_request(true, GET, &[], b"", &[]);
        message.truncate(25);
        message.extend_from_slice(section);
        message.extend([0; 20]);
        let error = decode_every_way(true, &message).1.unwrap_err();
        assert_eq!(error.code(), Code::InvalidHttp, "{section:?}");
    }
}

/// Code of the error, if any, of a request by these limits; both framings must agree.
fn limited(limits: Limits, fields: Pairs<'_>, content: &[u8], trailers: Pairs<'_>) -> Option<Code> {
    let [known, indeterminate] = [true, false].map(|known| {
        let message = raw_request(known, GET, fields, content, trailers);
        let whole = decode_request(&message, limits).map(drop);
        assert_eq!(run(Decoder::request(limits), message.chunks(7)).1, whole);
        whole.err().map(|error| error.code())
    });
    assert_eq!(known, indeterminate);
    known
}

#[test]
fn limits_are_met_to_the_byte() {
    // 1 + 1 + 2 + 95 bytes
    let field: Pairs<'_> = &[(b"a", &[b'v'; 95])];
    let limits = |section| Limits { section, ..Limits::default() };
    assert_eq!(limited(limits(99), field, b"", field), None);
    assert_eq!(limited(limits(98), field, b"", NOTHING), Some(Code::TooLarge));
    assert_eq!(limited(limits(98), NOTHING, b"", field), Some(Code::TooLarge));
    let limits = |lines| Limits { lines, ..Limits::default() };
    let three: Pairs<'_> = &[(b"a", b""), (b"te", b"x"), (b"a", b"")];
    assert_eq!(limited(limits(3), three, b"", three), None);
    assert_eq!(limited(limits(2), three, b"", NOTHING), Some(Code::TooLarge));
    assert_eq!(limited(limits(2), NOTHING, b"", three), Some(Code::TooLarge));
    let limits = |content| Limits { content, ..Limits::default() };
    assert_eq!(limited(limits(3), NOTHING, b"abc", NOTHING), None);
    assert_eq!(limited(limits(2), NOTHING, b"abc", NOTHING), Some(Code::TooLarge));
}

/// A section too large is refused at its length, before anything of it has come.
#[test]
fn limits_of_announced_sections() {
    for (announced, code) in [(100, Code::InvalidHttp), (101, Code::TooLarge)] {
        let mut message = raw_request(true, GET, NOTHING, b"", NOTHING);
        message.truncate(25);
        varint(&mut message, announced);
        let limits = Limits { section: 100, ..Limits::default() };
        let error = decode_request(&message, limits).unwrap_err();
        assert_eq!(error.code(), code, "{announced}");
    }
}

#[test]
fn limits_of_control_data() {
    let at = |limits| limited(limits, NOTHING, b"", NOTHING);
    let base = Limits::default();
    assert_eq!(at(Limits { method: 3, scheme: 5, target: 12, ..base }), None);
    assert_eq!(at(Limits { method: 2, ..base }), Some(Code::TooLarge));
    assert_eq!(at(Limits { scheme: 4, ..base }), Some(Code::TooLarge));
    assert_eq!(at(Limits { target: 11, ..base }), Some(Code::TooLarge));
    assert_eq!(at(Limits { target: 10, ..base }), Some(Code::TooLarge));
}

#[test]
fn informational_responses_are_counted() {
    let interim: Vec<(u64, Pairs<'_>)> = vec![(103, NOTHING); 17];
    for known in [true, false] {
        let message = raw_response(known, &interim[..16], 200, &[], b"", &[]);
        assert_eq!(decode_response(&message, Limits::default()).unwrap().informational.len(), 16);
        let message = raw_response(known, &interim, 200, &[], b"", &[]);
        let error = decode_response(&message, Limits::default()).unwrap_err();
        assert_eq!(error.code(), Code::TooLarge);
    }
}

#[test]
fn ten_thousand_fields() {
    let fields = vec![(&b"a"[..], &b"b"[..]); 10_000];
    assert_eq!(limited(Limits::default(), &fields, b"", NOTHING), Some(Code::TooLarge));
    let limits = Limits { lines: 10_000, ..Limits::default() };
    assert_eq!(limited(limits, &fields, b"", NOTHING), None);
}

/// Were memory taken by the announced length, this would abort the process.
#[test]
fn lengths_of_2_to_the_62() {
    for known in [true, false] {
        let framing: u8 = if known { 0 } else { 2 };
        let mut control = vec![framing];
        let mut prefixes = vec![control.clone()];
        for part in GET {
            vec(&mut control, part);
            prefixes.push(control.clone());
        }
        // Behind all of the control data comes a section's length, or a name's.
        for mut message in prefixes {
            varint(&mut message, (1 << 62) - 1);
            let error = decode_every_way(true, &message).1.unwrap_err();
            assert_eq!(error.code(), Code::TooLarge, "{message:?}");
        }
        let mut value = control.clone();
        value.extend(if known { &b"\x0b\x01a"[..] } else { b"\x01a" });
        varint(&mut value, (1 << 62) - 1);
        assert_eq!(decode_every_way(true, &value).1.unwrap_err().code(), Code::TooLarge);
        // Content has no limit unless one is set: then it is announced, but never comes.
        let mut content = [control, vec![0]].concat();
        varint(&mut content, (1 << 62) - 1);
        content.extend(b"abc");
        let (trace, result) = decode_every_way(true, &content);
        assert_eq!((trace.content, result.unwrap_err().code()), (b"abc".into(), Code::InvalidHttp));
        let limits = Limits { content: 2 << 20, ..Limits::default() };
        let error = decode_request(&content, limits).unwrap_err();
        assert_eq!(error.code(), Code::TooLarge);
    }
}

#[test]
fn content_is_borrowed() {
    let content = vec![7; 100_000];
    let message = raw_request(true, GET, &[], &content, &[]);
    let mut decoder = decoder(true);
    let mut input = &message[..];
    assert!(matches!(decoder.next(&mut input), Ok(Some(Event::Request(_)))));
    let Ok(Some(Event::Content(piece))) = decoder.next(&mut input) else { panic!("no content") };
    assert_eq!(piece.len(), 100_000);
    assert!(message.as_ptr_range().contains(&piece.as_ptr()));
    let whole = decode_request(&message, Limits::default()).unwrap();
    assert!(matches!(whole.content, std::borrow::Cow::Borrowed(_)));
}

#[test]
fn streaming() {
    let mut out = b"headroom".to_vec();
    let mut encoder = ResponseEncoder::new();
    let none = || core::iter::empty();
    assert!(encoder.informational(200, none(), &mut out).is_err());
    assert!(encoder.response(103, none(), &mut out).is_err());
    assert_eq!(out, b"headroom");
    encoder.informational(103, [(&b"a"[..], &b"b"[..])].into_iter(), &mut out).unwrap();
    let mut encoder = encoder.response(200, none(), &mut out).unwrap();
    encoder.chunk(b"", &mut out).unwrap();
    encoder.chunk(b"ab", &mut out).unwrap();
    encoder.chunk(b"c", &mut out).unwrap();
    encoder.finish([(&b"x"[..], &b"y"[..])].into_iter(), &mut out).unwrap();
    assert_eq!(out, b"headroom\x03\x40\x67\x01a\x01b\0\x40\xc8\0\x02ab\x01c\0\x01x\x01y\0");
    let (trace, result) = decode_every_way(false, &out[8..]);
    assert_eq!((result, trace.content), (Ok(()), b"abc".to_vec()));
}

#[test]
fn streamed_content_keeps_its_length() {
    let line = RequestLine { method: "PUT", scheme: "https", authority: "a", path: "/" };
    let three = || [(&b"content-length"[..], &b"3"[..])].into_iter();
    let none = || core::iter::empty();
    let mut out = Vec::new();
    let mut encoder = ContentEncoder::request(line, three(), &mut out).unwrap();
    encoder.chunk(b"ab", &mut out).unwrap();
    let before = out.clone();
    assert_eq!(encoder.chunk(b"cd", &mut out).unwrap_err().code(), Code::InvalidInput);
    assert_eq!(encoder.finish(none(), &mut out).unwrap_err().code(), Code::InvalidInput);
    assert_eq!(out, before);
    let encoder = ContentEncoder::request(line, three(), &mut out).unwrap();
    assert!(encoder.finish(none(), &mut out).is_err());
    let encoder = ResponseEncoder::new().response(200, three(), &mut out).unwrap();
    assert!(encoder.finish(none(), &mut out).is_err());
}

/// By both encoders, as the answer to that method; they agree, and our decoder takes it.
fn encoded(method: &str, status: u16, length: Option<&str>, content: &[u8]) -> Option<Vec<u8>> {
    let fields = || length.iter().map(|value| (&b"Content-Length"[..], value.as_bytes()));
    let none = || core::iter::empty();
    let mut known = Vec::new();
    let known_result =
        encode_response_to(method, &[], status, fields(), content, none(), &mut known);
    let mut streamed = Vec::new();
    let mut encoder =
        ResponseEncoder::to(method).response(status, fields(), &mut streamed).unwrap();
    let streamed_result = content
        .chunks(2)
        .try_for_each(|chunk| encoder.chunk(chunk, &mut streamed))
        .and_then(|()| encoder.finish(none(), &mut streamed));
    assert_eq!(known_result.is_ok(), streamed_result.is_ok());
    let limits = Limits::default();
    known_result.ok().map(|()| {
        let known = decode_response_to(method, &known, limits).expect("we take our own");
        let streamed = decode_response_to(method, &streamed, limits).expect("we take our own");
        assert_eq!(known, streamed);
        assert_eq!(known.head.fields().len(), usize::from(length.is_some() && status != 204));
        known.content.into_owned()
    })
}

/// An encoder that knows the method is exact: no content where there can be none, and a length
/// that is the content's, even of none, wherever it is not another response's.
#[test]
fn responses_are_encoded_for_a_method() {
    let (all, nothing) = (Some(b"abc".to_vec()), Some(Vec::new()));
    for method in ["GET", "POST", "head", "CONNECT"] {
        for status in [200, 205, 404, 599] {
            assert_eq!(encoded(method, status, None, b"abc"), all);
            assert_eq!(encoded(method, status, Some("3"), b"abc"), all);
            assert_eq!(encoded(method, status, Some("0"), b""), nothing);
            for length in ["2", "4"] {
                assert_eq!(encoded(method, status, Some(length), b"abc"), None);
                assert_eq!(encoded(method, status, Some(length), b""), None);
            }
        }
        for status in [204, 304] {
            for length in [None, Some("0"), Some("3"), Some("4")] {
                assert_eq!(encoded(method, status, length, b"abc"), nothing);
                assert_eq!(encoded(method, status, length, b""), nothing);
            }
        }
    }
    for status in [200, 204, 304, 404] {
        for length in [None, Some("0"), Some("3"), Some("4")] {
            assert_eq!(encoded("HEAD", status, length, b"abc"), nothing);
            assert_eq!(encoded("HEAD", status, length, b""), nothing);
        }
    }
}
