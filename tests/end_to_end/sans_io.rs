//! Client and server without anything between them, and what a server answers to everything that
//! is not a good call.

use std::{collections::BTreeSet, iter};

use sealwire::{
    Aead, Client, Code, Kem, Random, RandomError, Server, SystemRandom,
    bhttp::{self, Fields, Limits, RequestLine},
    client::{ClientRequest, ClientResponse},
    envelope::{Labels, seal_request},
    keys::{KeyConfig, KeyConfigList, KeyPair, KeyRing, Policy, Recipient, ServerKey},
    server::{Answer, ServerResponse},
};

use super::{AUTHORITY, client, recipient, server};

const LINE: RequestLine<'_> =
    RequestLine { method: "POST", scheme: "https", authority: AUTHORITY, path: "/orders?a=b" };
const SEALED: Option<&[u8]> = Some(b"message/ohttp-req");

fn fields() -> Fields {
    let mut fields = Fields::new();
    fields.push("authorization", "Bearer secret").unwrap();
    fields.push("X-Id", "1").unwrap();
    fields
}

fn seal(client: &Client, line: RequestLine<'_>, content: &[u8]) -> (Vec<u8>, ClientResponse) {
    client.seal(line, fields().lines(), content, &mut SystemRandom).unwrap().into_parts()
}

fn open(response: ClientResponse, answer: Answer) -> (u16, Vec<u8>) {
    let mut body = answer.into_body();
    let opened = response.open(200, Some(b"message/ohttp-res"), &mut body).unwrap();
    (opened.head.status(), opened.content.into_owned())
}

/// The answer to a body that must be refused.
fn refused(server: &Server, content_type: Option<&[u8]>, body: &mut [u8]) -> Answer {
    server.open(content_type, body, &mut SystemRandom).expect_err("refused")
}

#[test]
fn a_call_there_and_back() {
    let (server, pinned) = server();
    for content in [&b""[..], b"{}", &[b'x'; 70_000]] {
        let (mut body, pending) = seal(&client(&pinned), LINE, content);
        let request = server.open(SEALED, &mut body, &mut SystemRandom).unwrap();
        assert_eq!(request.head.line(), LINE);
        assert_eq!(request.head.fields().get("authorization"), Some(&b"Bearer secret"[..]));
        assert_eq!(request.head.fields().get("x-id"), Some(&b"1"[..]));
        assert_eq!(request.content, content);
        assert_eq!(request.response.key_id(), 9);
        assert_eq!(request.response.suite().aead, Aead::ChaCha20Poly1305);

        let mut trailers = Fields::new();
        trailers.push("x-checksum", "42").unwrap();
        let answer = request
            .response
            .seal(201, fields().lines(), content, trailers.lines(), &mut SystemRandom)
            .unwrap();
        assert_eq!(answer.status(), 200);
        let outer: Vec<_> = answer.fields().collect();
        assert_eq!(
            outer,
            [("content-type", "message/ohttp-res"), ("cache-control", "no-store, no-transform")]
        );
        let mut body = answer.into_body();
        let response = pending.open(200, Some(b"message/ohttp-res"), &mut body).unwrap();
        assert_eq!(response.head.status(), 201);
        assert_eq!(response.head.fields().get("x-id"), Some(&b"1"[..]));
        assert_eq!(response.trailers.get("x-checksum"), Some(&b"42"[..]));
        assert_eq!(response.content, content);
    }
}

/// A head larger than usual costs what it is large, not as much again as the content.
#[test]
fn a_sealed_message_holds_no_more_memory_than_it_needs() {
    let (_, pinned) = server();
    let mut fields = Fields::new();
    for (token, content) in [(10, 0), (2000, 0), (10, 1 << 20), (2000, 1 << 20)] {
        fields.remove("x-token");
        fields.push("x-token", "t".repeat(token)).unwrap();
        let content = vec![0; content];
        let random = &mut SystemRandom;
        let request = client(&pinned).seal(LINE, fields.lines(), &content, random).unwrap();
        let (body, _) = request.into_parts();
        assert!(body.capacity() - body.len() < 1200, "{} of {}", body.len(), body.capacity());
    }
}

#[test]
fn http_types_share_the_body_they_came_in() {
    let (server, pinned) = server();
    let request =
        http::Request::put("https://localhost:8080/a").header("x-id", "7").body(()).unwrap();
    let (parts, ()) = request.into_parts();
    let sealed = client(&pinned).seal_http(&parts, b"content", &mut SystemRandom).unwrap();
    let (body, pending) = sealed.into_parts();
    let range = body.as_ptr_range();
    let (request, trailers, response) = server.open_http(SEALED, body, &mut SystemRandom).unwrap();
    assert!(range.contains(&request.body().as_ptr()), "the content was copied");
    assert_eq!((request.method().as_str(), &request.body()[..]), ("PUT", &b"content"[..]));
    assert_eq!(request.uri(), "https://localhost:8080/a");
    assert_eq!(request.headers()["x-id"], "7");
    assert!(trailers.is_empty());

    let (parts, ()) = http::Response::builder().status(404).body(()).unwrap().into_parts();
    let answer = response.seal_http(&parts, b"none", &trailers, &mut SystemRandom).unwrap();
    let body = answer.into_http().into_body().to_vec();
    let range = body.as_ptr_range();
    let (response, _) = pending.open_http(200, Some(b"message/ohttp-res"), body).unwrap();
    assert!(range.contains(&response.body().as_ptr()), "the content was copied");
    assert_eq!((response.status().as_u16(), &response.body()[..]), (404, &b"none"[..]));
}

#[test]
fn a_body_of_another_media_type_is_415() {
    let (server, pinned) = server();
    for content_type in [None, Some(&b"application/json"[..]), Some(b"message/ohttp-chunked-req")] {
        let (mut body, _) = seal(&client(&pinned), LINE, b"");
        assert_eq!(refused(&server, content_type, &mut body).status(), 415);
        // Nothing was done to it: it still opens.
        assert!(server.open(SEALED, &mut body, &mut SystemRandom).is_ok());
    }
}

#[test]
fn an_unknown_key_or_suite_is_ohttp_key() {
    let (server, pinned) = server();
    let (good, _) = seal(&client(&pinned), LINE, b"");
    // Key id; KEM; KDF; AEAD: unknown; AES-256-GCM: known, but not accepted by this key.
    for (at, value) in [(0, 10), (2, 0x21), (4, 2), (6, 0xff), (6, 2)] {
        let mut body = good.clone();
        body[at] = value;
        let answer = refused(&server, SEALED, &mut body);
        assert_eq!(answer.status(), 400);
        let body = String::from_utf8(answer.into_body()).unwrap();
        assert!(body.contains("https://iana.org/assignments/http-problem-types#ohttp-key"));
    }
}

/// Fault 28: what an outsider sees of a failed open does not depend on why it failed.
#[test]
fn fault_28_causes_of_a_failed_open_are_one_answer() {
    let (server, pinned) = server();
    let (good, _) = seal(&client(&pinned), LINE, b"content");
    let altered = |at: usize| {
        let mut body = good.clone();
        body[at] ^= 1;
        body
    };
    let stranger = KeyPair::derive(Kem::X25519HkdfSha256, &[8; 32]).unwrap();
    let config = KeyConfig::new(9, stranger.public_key().clone(), &[Aead::ChaCha20Poly1305]);
    let configs = KeyConfigList::new(vec![config.unwrap()]).unwrap();
    let stranger = Client::new(Recipient::choose(&configs, Policy::default()).unwrap());
    let mut low_order = good.clone();
    low_order[7..39].fill(0);
    let mut labelled = vec![0; recipient(&pinned).headroom()];
    let labels = Labels { request: "text/plain request", response: "text/plain response" };
    seal_request(&recipient(&pinned), labels, &mut labelled, &mut SystemRandom).unwrap();

    let causes = [
        ("nothing", Vec::new()),
        ("a cut header", good[..6].to_vec()),
        ("a cut enc", good[..20].to_vec()),
        ("no ciphertext", good[..39].to_vec()),
        ("a cut tag", good[..good.len() - 1].to_vec()),
        ("an altered enc", altered(7)),
        ("an altered ciphertext", altered(40)),
        ("an altered tag", altered(good.len() - 1)),
        ("another key under the same id", seal(&stranger, LINE, b"content").0),
        ("another label", labelled),
        ("a public key of low order", low_order),
    ];
    let answers: BTreeSet<_> = causes
        .map(|(cause, mut body)| {
            let answer = refused(&server, SEALED, &mut body);
            assert_eq!(answer.status(), 400, "{cause}");
            let sealed_part = body.get(39..).unwrap_or_default();
            assert!(sealed_part.iter().all(|byte| *byte == 0), "{cause} released something");
            answer.into_body()
        })
        .into();
    assert_eq!(answers.len(), 1, "{answers:?}");
}

#[test]
fn another_authority_is_a_sealed_421() {
    let (server, pinned) = server();
    for (authority, status) in [
        ("evil.example", Some(421)),
        ("api.example.com.evil.example", Some(421)),
        ("api.example.com:444", Some(421)),
        ("API.Example.Com", None),
        ("api.example.com:443", None),
        ("api.example.com:0443", None),
        ("api.example.com:80", Some(421)),
        ("localhost:8080", None),
        ("localhost", Some(421)),
        ("", Some(421)),
    ] {
        let (mut body, pending) = seal(&client(&pinned), RequestLine { authority, ..LINE }, b"");
        match status {
            None => drop(server.open(SEALED, &mut body, &mut SystemRandom).unwrap()),
            Some(status) => {
                let answer = refused(&server, SEALED, &mut body);
                assert_eq!(answer.status(), 200, "the refusal is sealed");
                assert_eq!(open(pending, answer).0, status, "{authority}");
            }
        }
    }
}

/// A server of these authorities, with the key of [`server`].
fn server_of<'a>(
    authorities: impl IntoIterator<Item = &'a str>,
) -> Result<Server, sealwire::Error> {
    let pair = KeyPair::derive(Kem::X25519HkdfSha256, &[7; 32]).unwrap();
    let mut ring = KeyRing::new();
    ring.add(ServerKey::new(9, pair, &[Aead::ChaCha20Poly1305]).unwrap()).unwrap();
    Server::new(ring, authorities)
}

#[test]
fn a_default_port_counts_as_none_on_both_sides() {
    let (_, pinned) = server();
    let server = server_of(["a.example:443", "b.example", "[::1]:443"]).unwrap();
    for (scheme, authority, ok) in [
        ("https", "a.example", true),
        ("https", "A.EXAMPLE:443", true),
        ("HTTPS", "b.example:443", true),
        ("http", "b.example:80", true),
        ("http", "b.example:443", false),
        ("https", "b.example:80", false),
        ("http", "a.example", false),
        ("https", "[::1]", true),
    ] {
        let line = RequestLine { scheme, authority, ..LINE };
        let (mut body, pending) = seal(&client(&pinned), line, b"");
        match server.open(SEALED, &mut body, &mut SystemRandom) {
            Ok(_) => assert!(ok, "{scheme} {authority}"),
            Err(answer) => assert_eq!((open(pending, answer).0, ok), (421, false), "{authority}"),
        }
    }
}

#[test]
fn only_http_and_https_are_served() {
    let (server, pinned) = server();
    let connect =
        RequestLine { method: "CONNECT", scheme: "", authority: "localhost:8080", path: "" };
    let ftp = RequestLine { scheme: "ftp", ..LINE };
    let urn = RequestLine { scheme: "urn", path: "", ..LINE };
    for line in [connect, ftp, urn] {
        let (mut body, pending) = seal(&client(&pinned), line, b"");
        let (status, problem) = open(pending, refused(&server, SEALED, &mut body));
        assert_eq!(status, 400, "{line:?}");
        assert!(String::from_utf8(problem).unwrap().contains("problems#invalid-request"));
    }
    for scheme in ["http", "HTTP", "https", "HttpS"] {
        let (mut body, _) = seal(&client(&pinned), RequestLine { scheme, ..LINE }, b"");
        let request = server.open(SEALED, &mut body, &mut SystemRandom).unwrap();
        assert_eq!(request.head.scheme(), scheme.to_lowercase());
    }
}

#[test]
fn what_is_no_request_gets_a_sealed_400_and_a_large_one_a_sealed_413() {
    let (server, pinned) = server();
    let recipient = recipient(&pinned);
    let mut hostile = Vec::new();
    bhttp::encode_request(LINE, iter::empty(), b"", iter::empty(), &mut hostile).unwrap();
    hostile[0] = 1; // A response.
    for (message, status) in [(b"".to_vec(), 400), (hostile, 400), (vec![0x3f; 99], 400)] {
        let mut body = vec![0; recipient.headroom()];
        body.extend(message);
        let pending =
            seal_request(&recipient, Labels::BHTTP, &mut body, &mut SystemRandom).unwrap();
        let answer = refused(&server, SEALED, &mut body);
        assert_eq!(answer.status(), 200);
        let mut body = answer.into_body();
        let response = pending.open(&mut body).unwrap();
        let response = bhttp::decode_response(response, Limits::default()).unwrap();
        assert_eq!(response.head.status(), status);
        assert_eq!(
            response.head.fields().get("content-type"),
            Some(&b"application/problem+json"[..])
        );
    }

    let server = server.with_limits(Limits { content: 10, ..Limits::default() });
    let (mut body, _) = seal(&client(&pinned), LINE, &[0; 10]);
    assert!(server.open(SEALED, &mut body, &mut SystemRandom).is_ok());
    let (mut body, pending) = seal(&client(&pinned), LINE, &[0; 11]);
    assert_eq!(open(pending, refused(&server, SEALED, &mut body)).0, 413);
}

#[test]
fn an_answer_that_is_not_sealed_is_not_accepted() {
    let (server, pinned) = server();
    let answer = |pending: ClientResponse, status, content_type: Option<&[u8]>, body: &[u8]| {
        pending.open(status, content_type, &mut body.to_vec()).map(drop).unwrap_err().code()
    };
    let call = || {
        let (mut body, pending) = seal(&client(&pinned), LINE, b"");
        let request = server.open(SEALED, &mut body, &mut SystemRandom).unwrap();
        let sealed =
            request.response.seal(200, iter::empty(), b"", iter::empty(), &mut SystemRandom);
        (pending, sealed.unwrap().into_body())
    };
    let (pending, body) = call();
    assert_eq!(answer(pending, 500, Some(b"message/ohttp-res"), &body), Code::NotSealed);
    let (pending, body) = call();
    assert_eq!(answer(pending, 200, Some(b"text/html"), &body), Code::NotSealed);
    let (pending, body) = call();
    assert_eq!(answer(pending, 200, None, &body), Code::NotSealed);
    let (pending, _) = call();
    assert_eq!(answer(pending, 200, Some(b"message/ohttp-res"), b"<html>"), Code::OpenFailed);
    // The answer to another request of the same client.
    let ((pending, _), (_, other)) = (call(), call());
    assert_eq!(answer(pending, 200, Some(b"message/ohttp-res"), &other), Code::OpenFailed);
}

#[test]
fn the_answer_to_head_keeps_its_length_and_has_no_content() {
    let (server, pinned) = server();
    let line = RequestLine { method: "HEAD", ..LINE };
    let (mut body, pending) = seal(&client(&pinned), line, b"");
    let request = server.open(SEALED, &mut body, &mut SystemRandom).unwrap();
    let mut fields = Fields::new();
    fields.push("content-length", "1234").unwrap();
    let random = &mut SystemRandom;
    let answer = request.response.seal(200, fields.lines(), b"", iter::empty(), random).unwrap();
    let mut body = answer.into_body();
    let response = pending.open(200, Some(b"message/ohttp-res"), &mut body).unwrap();
    assert_eq!(response.head.fields().get("content-length"), Some(&b"1234"[..]));
}

/// A call with that method, and what seals the answer to it.
fn opened(method: &str) -> (ServerResponse, ClientResponse) {
    let (server, pinned) = server();
    let (mut body, pending) = seal(&client(&pinned), RequestLine { method, ..LINE }, b"");
    let request = server.open(SEALED, &mut body, &mut SystemRandom).unwrap();
    (request.response, pending)
}

/// What the client opens when the handler answers this: status, fields and content.
fn answered(
    method: &str,
    status: u16,
    lines: &[(&str, &str)],
    content: &[u8],
    trailers: &[(&str, &str)],
) -> (u16, Fields, Vec<u8>) {
    let (response, pending) = opened(method);
    let lines = lines.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes()));
    let trailers = trailers.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes()));
    let answer = response.seal(status, lines, content, trailers, &mut SystemRandom).unwrap();
    assert_eq!(answer.status(), 200, "it is sealed");
    let mut body = answer.into_body();
    let opened = pending.open(200, Some(b"message/ohttp-res"), &mut body).unwrap();
    (opened.head.status(), opened.head.into_fields(), opened.content.into_owned())
}

/// As hyper does with the content that a handler gives to a response that has none.
#[test]
fn content_where_there_can_be_none_is_left_out() {
    let length: &[_] = &[("content-length", "3")];
    let wrong: &[_] = &[("content-length", "9")];
    // Method, status, fields, whether the content stays, and the content-length that does.
    for (method, status, lines, stays, length) in [
        ("GET", 200, length, true, Some("3")),
        ("HEAD", 200, length, false, Some("3")),
        ("HEAD", 404, wrong, false, Some("9")),
        ("HEAD", 200, &[], false, None),
        ("HEAD", 204, wrong, false, None),
        ("GET", 204, &[], false, None),
        ("GET", 204, length, false, None),
        ("POST", 304, length, false, Some("3")),
        ("POST", 304, wrong, false, Some("9")),
    ] {
        let (found, fields, content) = answered(method, status, lines, b"abc", &[]);
        assert_eq!((found, &content[..]), (status, if stays { &b"abc"[..] } else { b"" }));
        assert_eq!(fields.get("content-length"), length.map(str::as_bytes), "{method} {status}");
    }
}

#[test]
fn a_response_that_cannot_be_sent_becomes_a_sealed_500() {
    let cases: [(u16, &[_], &[_]); 9] = [
        (101, &[], &[]),
        (199, &[], &[]),
        (600, &[], &[]),
        (0, &[], &[]),
        (200, &[("content-length", "4")], &[]),
        (200, &[("content-length", "x")], &[]),
        (200, &[("content-length", "3"), ("content-length", "4")], &[]),
        (200, &[], &[("content-length", "3")]),
        (200, &[("x-secret", "a\nb")], &[]),
    ];
    for (status, lines, trailers) in cases {
        let (found, fields, content) = answered("GET", status, lines, b"abc", trailers);
        assert_eq!(found, 500, "{status} {lines:?}");
        assert_eq!(fields.get("content-type"), Some(&b"application/problem+json"[..]));
        let content = String::from_utf8(content).unwrap();
        assert!(content.contains("https://sealwire.dev/problems#invalid-response"), "{content}");
        assert!(!content.contains("secret"));
    }
    // A length without the content it promises is a lie to everyone but HEAD.
    assert_eq!(answered("GET", 200, &[("content-length", "3")], b"", &[]).0, 500);
    // The client takes no content in answer to HEAD, be it a problem's.
    assert_eq!(answered("HEAD", 600, &[], b"abc", &[]), {
        let mut fields = Fields::new();
        fields.push("content-type", "application/problem+json").unwrap();
        (500, fields, Vec::new())
    });
}

#[test]
fn a_handler_that_broke_off_is_a_sealed_500() {
    for method in ["GET", "HEAD"] {
        let (response, pending) = opened(method);
        let answer = response.internal_error(&mut SystemRandom);
        assert_eq!(answer.status(), 200);
        let (status, content) = open(pending, answer);
        assert_eq!((status, content.is_empty()), (500, method == "HEAD"));
        let content = String::from_utf8(content).unwrap();
        assert!(
            content.is_empty() || content.contains("https://sealwire.dev/problems#handler-failed")
        );
    }
    // Nothing can be sealed without randomness.
    struct Broken;
    impl Random for Broken {
        fn fill(&mut self, _: &mut [u8]) -> Result<(), RandomError> {
            Err(RandomError)
        }
    }
    assert_eq!(opened("GET").0.internal_error(&mut Broken), Answer::internal_error());
    let sealed = opened("GET").0.seal(200, iter::empty(), b"", iter::empty(), &mut Broken);
    assert_eq!(sealed.unwrap_err().code(), Code::RandomFailed);
}

/// The sealed refusals of a HEAD request have no content either: its client would not take it.
#[test]
fn a_refused_head_request_gets_a_status() {
    let (server, pinned) = server();
    let line = RequestLine { method: "HEAD", authority: "evil.example", ..LINE };
    let (mut body, pending) = seal(&client(&pinned), line, b"");
    assert_eq!(open(pending, refused(&server, SEALED, &mut body)), (421, Vec::new()));
    let server = server.with_limits(Limits { section: 10, ..Limits::default() });
    let (mut body, pending) = seal(&client(&pinned), line, b"");
    assert_eq!(open(pending, refused(&server, SEALED, &mut body)), (413, Vec::new()));
}

#[test]
fn misuse_is_told_to_the_caller() {
    let (_, pinned) = server();
    assert_eq!(
        Server::new(Default::default(), [AUTHORITY]).unwrap_err().code(),
        Code::InvalidInput
    );
    assert_eq!(server_of([]).unwrap_err().code(), Code::InvalidInput);
    for authority in
        ["", "https://a.example", "a.example/", "u@a.example", "a.example:", "a b", "a:99999"]
    {
        let error = server_of(["good.example", authority]).unwrap_err();
        assert_eq!(error.code(), Code::InvalidInput, "{authority}");
    }

    let bad = RequestLine { path: "no-slash", ..LINE };
    let error = client(&pinned).seal(bad, iter::empty(), b"", &mut SystemRandom).unwrap_err();
    assert_eq!(error.code(), Code::InvalidInput);
}

#[test]
fn debug_output_holds_no_message() {
    let (server, pinned) = server();
    let request: ClientRequest =
        client(&pinned).seal(LINE, fields().lines(), b"content", &mut SystemRandom).unwrap();
    let shown = format!("{request:?}");
    let (mut body, pending) = request.into_parts();
    let opened = server.open(SEALED, &mut body, &mut SystemRandom).unwrap();
    let shown = format!("{shown} {pending:?} {opened:?} {server:?}");
    let shown = shown.replace(&format!("{server:?}"), "");
    for secret in ["secret", "orders", "content", "Bearer", AUTHORITY] {
        // Bytes are shown as text, or as a list of numbers: "con" is enough of either.
        let numbers = format!("{:?}", &secret.as_bytes()[..3]);
        let numbers = numbers.trim_matches(['[', ']']);
        // The one word that is the name of a field as well.
        let text = shown.replace("content_len", "");
        assert!(!text.contains(secret) && !text.contains(numbers), "{secret} in {shown}");
    }
}
