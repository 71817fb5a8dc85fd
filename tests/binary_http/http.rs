//! The types of the crate `http`, in and out.

use crate::support::{GET, Pairs, raw_request, raw_response, text, unhex};
use http::{HeaderMap, HeaderValue, Method, Request, Response, Uri, header};
use sealwire::Code;
use sealwire::bhttp::{
    ContentEncoder, Fields, Limits, RequestHead, RequestLine, decode_request, decode_response,
    encode_http_request, encode_http_response, header_lines,
};
use sealwire_tests::vectors::theirs;

fn request(uri: &str) -> http::request::Parts {
    let request = Request::builder().method("POST").uri(uri);
    let request = request.header("X-A", "1").header("cookie", "a=b").header("x-a", "2");
    request.body(()).unwrap().into_parts().0
}

#[test]
fn requests_there_and_back() {
    let parts = request("https://a.example:8443/p?q=1");
    let mut trailers = HeaderMap::new();
    trailers.insert("x-sum", HeaderValue::from_static("9"));
    let mut message = b"headroom".to_vec();
    encode_http_request(&parts, b"abc", &trailers, &mut message).unwrap();
    let decoded = decode_request(&message[8..], Limits::default()).unwrap();
    assert_eq!((decoded.head.host(), &decoded.content[..]), ("a.example:8443", &b"abc"[..]));
    assert_eq!(decoded.trailers.into_http().unwrap(), trailers);
    let back = decoded.head.into_http().unwrap();
    assert_eq!((&back.method, &back.uri), (&parts.method, &parts.uri));
    assert_eq!(back.headers, parts.headers);
    let values: Vec<_> = back.headers.get_all("x-a").iter().collect();
    assert_eq!(values, ["1", "2"]);
    assert!(back.headers["cookie"].is_sensitive() && !back.headers["x-a"].is_sensitive());
    let mut again = Vec::new();
    let mut encoder = ContentEncoder::request(
        RequestLine::from_http(&back.method, &back.uri),
        header_lines(&back.headers),
        &mut again,
    )
    .unwrap();
    encoder.chunk(b"abc", &mut again).unwrap();
    encoder.finish(header_lines(&trailers), &mut again).unwrap();
    let streamed = decode_request(&again, Limits::default()).unwrap();
    assert_eq!(streamed.head, decode_request(&message[8..], Limits::default()).unwrap().head);
}

#[test]
fn responses_there_and_back() {
    let response = Response::builder().status(404).header("x-a", "1").header("set-cookie", "s");
    let parts = response.body(()).unwrap().into_parts().0;
    let mut message = Vec::new();
    encode_http_response(&parts, b"abc", &HeaderMap::new(), &mut message).unwrap();
    let back = decode_response(&message, Limits::default()).unwrap().head.into_http().unwrap();
    assert_eq!((back.status, &back.headers), (parts.status, &parts.headers));
    assert!(back.headers["set-cookie"].is_sensitive());
}

/// The section's values are slices of one buffer.
#[test]
fn values_share_the_buffer() {
    let fields: Pairs<'_> = &[(b"a", b"first"), (b"b", b"second")];
    let message = raw_request(true, GET, fields, b"", &[]);
    let head = decode_request(&message, Limits::default()).unwrap().head;
    let path = head.path().as_ptr();
    let values: Vec<_> = head.fields().iter().map(|(_, value)| value.as_ptr()).collect();
    let parts = head.into_http().unwrap();
    assert_eq!(parts.uri.path().as_ptr(), path);
    assert_eq!(
        [&parts.headers["a"], &parts.headers["b"]].map(|v| v.as_bytes().as_ptr())[..],
        values
    );
}

fn uri(method: &str, scheme: &str, authority: &str, path: &str, host: &str) -> Result<Uri, Code> {
    let fields: &[(&[u8], &[u8])] = &[(b"host", host.as_bytes())];
    let fields = if host.is_empty() { &[] } else { fields };
    let control = [method, scheme, authority, path].map(str::as_bytes);
    let message = raw_request(true, control, fields, b"", &[]);
    let head = decode_request(&message, Limits::default()).map_err(|error| error.code())?.head;
    let parts = head.into_http().map_err(|error| error.code())?;
    let has_host = !host.is_empty() || (path == "*" && !authority.is_empty());
    assert_eq!(parts.headers.get("host").is_some(), has_host, "host stays as it was");
    Ok(parts.uri)
}

#[test]
fn uris() {
    let cases = [
        ("GET", "https", "a:1", "/p?q", "", "https://a:1/p?q"),
        ("GET", "https", "", "/p?q", "b", "https://b/p?q"),
        ("GET", "https", "a", "/p", "a", "https://a/p"),
        ("GET", "http", "", "/p", "", "/p"),
        ("GET", "https", "[::1]:1", "/", "", "https://[::1]:1/"),
        ("GET", "coap+tcp", "a", "/", "", "coap+tcp://a/"),
        ("CONNECT", "", "a:443", "", "", "a:443"),
        ("OPTIONS", "https", "", "*", "", "*"),
    ];
    for (method, scheme, authority, path, host, want) in cases {
        let uri = uri(method, scheme, authority, path, host).unwrap();
        assert_eq!(uri.to_string(), want);
    }
    // With an authority, this would be written as https://a:1*.
    for (authority, host) in [("a:1", ""), ("", "a:1"), ("a:1", "a:1")] {
        let star = uri("OPTIONS", "https", authority, "*", host).unwrap();
        assert_eq!((star.to_string().as_str(), star.host(), star.path()), ("*", None, "*"));
    }
    let line = RequestLine { method: "OPTIONS", scheme: "https", authority: "a:1", path: "*" };
    let parts = RequestHead::new(line).unwrap().into_http().unwrap();
    assert_eq!(parts.headers["host"], "a:1");
    // A fragment would be cut off without a word.
    for path in ["/a#b", "/#", "/a?b#c"] {
        assert_eq!(uri("GET", "https", "a", path, ""), Err(Code::InvalidHttp), "{path}");
    }
    assert_eq!(uri("GET", "https", "a", "/", "b"), Err(Code::InvalidHttp));
}

/// RFC 9113, section 8.2.3: the lines may have been split to compress them.
#[test]
fn cookies_become_one_line() {
    let cookies = |values: &[&str]| {
        let lines = values.iter().map(|value| (&b"cookie"[..], value.as_bytes()));
        let fields: Vec<_> = [(&b"x"[..], &b"1"[..])].into_iter().chain(lines).collect();
        let message = raw_request(true, GET, &fields, b"", &[]);
        let head = decode_request(&message, Limits::default()).unwrap().head;
        let headers = head.into_http().unwrap().headers;
        assert_eq!(headers["x"], "1");
        let cookies: Vec<_> = headers.get_all("cookie").iter().collect();
        assert!(cookies.iter().all(|value| value.is_sensitive()));
        cookies.into_iter().map(|value| value.to_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(cookies(&[]), [""; 0]);
    assert_eq!(cookies(&["a=b; c=d"]), ["a=b; c=d"]);
    assert_eq!(cookies(&["a=b", "c=d", "e=f"]), ["a=b; c=d; e=f"]);
    assert_eq!(cookies(&["", "c=d", ""]), ["c=d"]);
    assert_eq!(cookies(&["", ""]), [""]);
}

/// Were each line joined to all before it, this would copy gigabytes.
#[test]
fn many_cookies_are_joined_in_one_pass() {
    let value = [b'c'; 100];
    let fields = vec![(&b"cookie"[..], &value[..]); 20_000];
    let message = raw_request(true, GET, &fields, b"", &[]);
    let limits = Limits { lines: 20_000, section: 10 << 20, ..Limits::default() };
    let head = decode_request(&message, limits).unwrap().head;
    let begun = std::time::Instant::now();
    let headers = head.into_http().unwrap().headers;
    assert_eq!((headers.len(), headers["cookie"].len()), (1, 20_000 * 102 - 2));
    assert!(begun.elapsed().as_secs() < 5);
}

#[test]
fn control_data_from_uris() {
    let line = |method: Method, uri: &'static str| {
        let uri = uri.parse().unwrap();
        let line = RequestLine::from_http(&method, &uri);
        RequestHead::new(line)
            .map(|head| [head.method(), head.scheme(), head.authority(), head.path()].join(" "))
    };
    let text = |method, uri| line(method, uri).unwrap();
    assert_eq!(text(Method::GET, "https://a/b?c"), "GET https a /b?c");
    assert_eq!(text(Method::GET, "http://a:1"), "GET http a:1 /");
    assert_eq!(text(Method::GET, "/b"), "GET https  /b");
    assert_eq!(text(Method::OPTIONS, "*"), "OPTIONS https  *");
    assert_eq!(text(Method::CONNECT, "a:443"), "CONNECT  a:443 ");
    for (method, uri) in [
        (Method::GET, "https://user@a/"),
        (Method::GET, "*"),
        (Method::GET, "https://a?b"),
        (Method::CONNECT, "https://a/"),
    ] {
        assert_eq!(line(method, uri).unwrap_err().code(), Code::InvalidInput, "{uri}");
    }
}

#[test]
fn more_fields_than_a_header_map_holds() {
    let mut fields = Fields::new();
    for at in 0..40_000 {
        fields.push(&format!("x-{at}"), "v").unwrap();
    }
    assert_eq!(fields.into_http().unwrap_err().code(), Code::TooLarge);
}

#[test]
fn many_values_of_one_name() {
    let mut map = HeaderMap::new();
    for at in 0..100_u32 {
        map.append(header::VIA, HeaderValue::from(at));
    }
    let lines = header_lines(&map);
    let mut begun = lines.clone();
    assert!(begun.nth(41).is_some());
    assert_eq!((lines.count(), begun.clone().count(), begun.count()), (100, 58, 58));
}

#[test]
fn debug_tells_sizes_only() {
    let parts = request("https://a/");
    let debug = format!("{:?}", header_lines(&parts.headers));
    assert_eq!(debug, "HeaderLines { lines: 3 }");
}

/// Every message of the crate bhttp, but paths that are no URI: those hold a fragment, or a
/// character that RFC 3986 and the crate http do not allow.
#[test]
fn messages_of_the_crate_bhttp() {
    let Some(json) = theirs("bhttp/gen-bhttp-rs-0.8.0.json", 95) else { return };
    let (mut converted, mut not_a_uri) = (0, 0);
    for case in json["cases"].as_array().expect("a list") {
        let message = unhex(text(case, "known"));
        if case["status"].is_u64() {
            let head = decode_response(&message, Limits::default()).unwrap().head;
            let count = head.fields().len();
            assert_eq!(head.into_http().unwrap().headers.len(), count);
            converted += 1;
            continue;
        }
        let head = decode_request(&message, Limits::default()).unwrap().head;
        let path = head.path().to_owned();
        match head.into_http() {
            Ok(parts) => {
                assert_eq!(parts.uri.path_and_query().unwrap().as_str(), path);
                converted += 1;
            }
            Err(error) => {
                assert_eq!(error.code(), Code::InvalidHttp);
                assert!(path.contains(['#', '`', '^', '|', '<', '>']), "{path}");
                not_a_uri += 1;
            }
        }
    }
    assert_eq!((converted, not_a_uri), (63, 32));
}

/// A message that `http` cannot hold is an error, not a panic.
#[test]
fn statuses() {
    for status in [200, 599] {
        let message = raw_response(true, &[], status, &[], b"", &[]);
        let head = decode_response(&message, Limits::default()).unwrap().head;
        assert_eq!(u64::from(head.into_http().unwrap().status.as_u16()), status);
    }
}

/// The specification names these signs.
#[test]
fn signs_in_paths() {
    let refused = |before: &str| -> String {
        let signs = ('!'..='~').filter(|sign| {
            uri("GET", "https", "a", &format!("{before}{sign}"), "") == Err(Code::InvalidHttp)
        });
        signs.collect()
    };
    assert_eq!((refused("/"), refused("/?")), ("#<>`".into(), "\"#<>".into()));
}
