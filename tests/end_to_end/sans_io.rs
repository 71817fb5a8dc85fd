//! Client and server without anything between them, and what a server answers to everything that
//! is not a good call.

use std::{collections::BTreeSet, iter};

use sealwire::{
    Aead, Client, Code, Kem, Server, SystemRandom,
    bhttp::{self, Fields, Limits, RequestLine},
    client::{ClientRequest, ClientResponse},
    envelope::{Labels, seal_request},
    keys::{KeyConfig, KeyConfigList, KeyPair, Policy, Recipient},
    server::Answer,
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
        ("localhost:8080", None),
        ("localhost", Some(421)),
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

#[test]
fn misuse_is_told_to_the_caller() {
    let (_, pinned) = server();
    assert_eq!(
        Server::new(Default::default(), [AUTHORITY]).unwrap_err().code(),
        Code::InvalidInput
    );
    let pair = KeyPair::derive(Kem::X25519HkdfSha256, &[7; 32]).unwrap();
    let mut ring = sealwire::keys::KeyRing::new();
    ring.add(sealwire::keys::ServerKey::new(1, pair, &[Aead::Aes128Gcm]).unwrap()).unwrap();
    assert_eq!(Server::new(ring, []).unwrap_err().code(), Code::InvalidInput);

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
    for secret in ["secret", "orders", "content\"", "Bearer", AUTHORITY] {
        let server_side = format!("{server:?}");
        assert!(!shown.replace(&server_side, "").contains(secret), "{secret} in {shown}");
    }
}
