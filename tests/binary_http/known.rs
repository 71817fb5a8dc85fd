//! Known answers that the project keeps itself: the examples of RFC 9292, section 5, byte for byte
//! and in both directions, and a few of our own.

use crate::support::{decode_every_way, lines, unhex};
use sealwire::bhttp::{
    ContentEncoder, RequestLine, ResponseEncoder, encode_request, encode_response, pad,
};

const FIGURE_8: &str = "0003474554056874747073000a2f68656c6c6f2e747874406c0a757365722d6167656e74\
    346375726c2f372e31362e33206c69626375726c2f372e31362e33204f70656e53534c2f302e392e376c207a6c69\
    622f312e322e3304686f73740f7777772e6578616d706c652e636f6d0f6163636570742d6c616e67756167650665\
    6e2c206d690000";
const FIGURE_9: &str = "0203474554056874747073000a2f68656c6c6f2e7478740a757365722d6167656e743463\
    75726c2f372e31362e33206c69626375726c2f372e31362e33204f70656e53534c2f302e392e376c207a6c69622f\
    312e322e3304686f73740f7777772e6578616d706c652e636f6d0f6163636570742d6c616e677561676506656e2c\
    206d6900000000000000000000000000";
const FIGURE_11: &str = "0340660772756e6e696e670a22736c65657020313522004067046c696e6b233c2f737479\
    6c652e6373733e3b2072656c3d7072656c6f61643b2061733d7374796c65046c696e6b243c2f7363726970742e6a\
    733e3b2072656c3d7072656c6f61643b2061733d7363726970740040c804646174651d4d6f6e2c203237204a756c\
    20323030392031323a32383a353320474d5406736572766572064170616368650d6c6173742d6d6f646966696564\
    1d5765642c203232204a756c20323030392031393a31353a353620474d5404657461671422333461613338372d64\
    2d3135363865623030220d6163636570742d72616e6765730562797465730e636f6e74656e742d6c656e67746802\
    353104766172790f4163636570742d456e636f64696e670c636f6e74656e742d747970650a746578742f706c6169\
    6e003348656c6c6f20576f726c6421204d7920636f6e74656e7420696e636c75646573206120747261696c696e67\
    2043524c462e0d0a0000";
const FIGURE_13: &str = "0140c8001d5468697320636f6e74656e7420636f6e7461696e732043524c462e0d0a0d07\
    747261696c65720474657874";

type Lines<'a> = &'a [(&'a str, &'a str)];

fn bytes<'a>(lines: Lines<'a>) -> impl Iterator<Item = (&'a [u8], &'a [u8])> + Clone {
    lines.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes()))
}

fn owned(lines: Lines<'_>) -> Vec<(String, Vec<u8>)> {
    lines.iter().map(|(name, value)| (name.to_lowercase(), value.as_bytes().to_vec())).collect()
}

const LINE: RequestLine<'static> =
    RequestLine { method: "GET", scheme: "https", authority: "", path: "/hello.txt" };
/// As the RFC's HTTP/1.1 text spells them.
const FIELDS: Lines<'static> = &[
    ("User-Agent", "curl/7.16.3 libcurl/7.16.3 OpenSSL/0.9.7l zlib/1.2.3"),
    ("Host", "www.example.com"),
    ("Accept-Language", "en, mi"),
];

#[test]
fn figures_8_and_9_request() {
    let mut known = Vec::new();
    encode_request(LINE, bytes(FIELDS), b"", bytes(&[]), &mut known).unwrap();
    assert_eq!(known, unhex(FIGURE_8));
    let mut streamed = Vec::new();
    let encoder = ContentEncoder::request(LINE, bytes(FIELDS), &mut streamed).unwrap();
    encoder.finish(bytes(&[]), &mut streamed).unwrap();
    pad(&mut streamed, 10);
    assert_eq!(streamed, unhex(FIGURE_9));
    for message in [known, streamed] {
        let (trace, result) = decode_every_way(true, &message);
        let head = trace.request.expect("a head");
        assert_eq!((result, head.line(), head.host()), (Ok(()), LINE, "www.example.com"));
        assert_eq!(lines(head.fields()), owned(FIELDS));
        assert!(trace.content.is_empty() && trace.trailers.is_none());
    }
}

#[test]
fn figure_11_informational_responses() {
    let running: Lines<'_> = &[("Running", "\"sleep 15\"")];
    let hints: Lines<'_> = &[
        ("Link", "</style.css>; rel=preload; as=style"),
        ("Link", "</script.js>; rel=preload; as=script"),
    ];
    let fields: Lines<'_> = &[
        ("Date", "Mon, 27 Jul 2009 12:28:53 GMT"),
        ("Server", "Apache"),
        ("Last-Modified", "Wed, 22 Jul 2009 19:15:56 GMT"),
        ("ETag", "\"34aa387-d-1568eb00\""),
        ("Accept-Ranges", "bytes"),
        ("Content-Length", "51"),
        ("Vary", "Accept-Encoding"),
        ("Content-Type", "text/plain"),
    ];
    let content = b"Hello World! My content includes a trailing CRLF.\r\n";
    let mut message = Vec::new();
    let mut encoder = ResponseEncoder::new();
    encoder.informational(102, bytes(running), &mut message).unwrap();
    encoder.informational(103, bytes(hints), &mut message).unwrap();
    let mut encoder = encoder.response(200, bytes(fields), &mut message).unwrap();
    encoder.chunk(content, &mut message).unwrap();
    encoder.finish(bytes(&[]), &mut message).unwrap();
    assert_eq!(message, unhex(FIGURE_11));
    let (trace, result) = decode_every_way(false, &message);
    let head = trace.response.expect("a head");
    assert_eq!((result, head.status(), &trace.content[..]), (Ok(()), 200, &content[..]));
    let heads: Vec<_> =
        trace.informational.iter().map(|h| (h.status(), lines(h.fields()))).collect();
    assert_eq!(heads, [(102, owned(running)), (103, owned(hints))]);
    assert_eq!(lines(head.fields()), owned(fields));
}

#[test]
fn figure_13_trailers() {
    let content = b"This content contains CRLF.\r\n";
    let chunked: Lines<'_> = &[("Transfer-Encoding", "chunked")];
    let trailers: Lines<'_> = &[("Trailer", "text")];
    let mut message = Vec::new();
    encode_response(&[], 200, bytes(chunked), content, bytes(trailers), &mut message).unwrap();
    assert_eq!(message, unhex(FIGURE_13));
    let (trace, result) = decode_every_way(false, &message);
    assert_eq!((result, &trace.content[..]), (Ok(()), &content[..]));
    assert_eq!(trace.trailer_lines(), owned(trailers));
}

/// Ours, written by hand: field, content and trailer in every framing.
#[test]
fn small_messages() {
    let requests = [
        b"\0\x03PUT\x04http\x01a\x01/\x04\x01b\x01c\x02de\x04\x01f\x01g\0\0".to_vec(),
        b"\x02\x03PUT\x04http\x01a\x01/\x01b\x01c\0\x01d\x01e\0\x01f\x01g\0\0\0".to_vec(),
    ];
    for message in requests {
        let (trace, result) = decode_every_way(true, &message);
        let head = trace.request.as_ref().expect("a head");
        assert_eq!((result, head.method(), head.host()), (Ok(()), "PUT", "a"));
        assert_eq!(lines(head.fields()), owned(&[("b", "c")]));
        assert_eq!(trace.content, b"de");
        assert_eq!(trace.trailer_lines(), owned(&[("f", "g")]));
    }
    let bad: [&[u8]; 4] = [
        b"\0\x03PUT\x04http\x01a\x01/\x04\x01b\x01c\x02de\x04\x01f\x01g\0\x01",
        b"\0\x03PUT\x04http\x01a\x01/\x04\x01b\x01c\x02d",
        b"\0\x03PUT\x04http\x01a\x01/\x03\x01b\x01c\x02de",
        b"\x02\x03PUT\x04http\x01a\x01/\x01b\x01c\0\x01d\x01e",
    ];
    for message in bad {
        assert!(decode_every_way(true, message).1.is_err(), "{message:?}");
    }
}
