use futures::FutureExt as _;
use http::{Method, StatusCode, header::CONTENT_TYPE};
use http_body_util::Full;
use sealwire::{Aead, Code};
use sealwire_tests::rig::Rig;

use super::*;

/// Answers a streamed request with what it asked, method and content.
async fn echo<B>(server: &Arc<Server>, outer: Request<B>) -> Response<SealedBody<Full<Bytes>>>
where
    B: Body<Data = Bytes, Error: Into<BoxError>>,
{
    assert_eq!((outer.method(), outer.uri()), (&Method::POST, &gateway()));
    assert_eq!(outer.headers()[CONTENT_TYPE], "message/ohttp-chunked-req");
    assert_eq!(outer.headers()["incremental"], "?1");
    assert_eq!(outer.headers().len(), 2);
    let breaker = Breaker::new();
    let (head, starter, body) = opened(server, outer.into_body(), &breaker).await.unwrap();
    let read = read(body).await;
    assert!(read.error.is_none());
    let said = [head.method().as_bytes(), b" ", &read.content()].concat();
    outer_response(answer(starter, Full::new(said.into()), &breaker))
}

#[test]
fn a_streamed_a_whole_and_an_empty_request() {
    let (server, client) = rig();
    let (outer, pending) =
        client::seal_stream(&client, request(body(vec![data("a"), data("b")])), gateway()).unwrap();
    let response = block_on(async { pending.open(echo(&server, outer).await).await }).unwrap();
    assert_eq!(response.status(), 200);
    assert!(response.headers().is_empty(), "nothing of the outer head");
    assert_eq!(block_on(read(response.into_body())).content(), b"POST ab");

    let (outer, pending) =
        client::seal::<Frames>(&client, request("whole".into()), gateway()).unwrap();
    assert!(outer.body().size_hint().exact().is_some(), "sent with a content-length");
    let response = block_on(async { pending.open(echo(&server, outer).await).await }).unwrap();
    assert_eq!(block_on(read(response.into_body())).content(), b"POST whole");

    let get = request(Full::new(Bytes::new()));
    let (outer, pending) = client::seal_stream(&client, get, gateway()).unwrap();
    assert!(outer.body().size_hint().exact().is_some());
    let response = block_on(async { pending.open(echo(&server, outer).await).await }).unwrap();
    assert_eq!(block_on(read(response.into_body())).content(), b"POST ");
}

#[test]
fn a_response_to_head_has_no_content() {
    let (server, client) = rig();
    let mut head = request(Bytes::new());
    *head.method_mut() = Method::HEAD;
    let (outer, pending) = client::seal::<Frames>(&client, head, gateway()).unwrap();
    let response = block_on(async { pending.open(echo(&server, outer).await).await }).unwrap();
    let got = block_on(read(response.into_body()));
    assert!(got.frames.is_empty() && got.error.is_none());
}

/// A stream that never ends, asked for by HEAD, or in place of which a problem is sent.
#[test]
fn a_body_that_is_left_out_is_not_waited_for() {
    let (server, client) = rig();
    for (method, status, expected) in
        [(Method::HEAD, 200, 200), (Method::GET, 204, 204), (Method::GET, 101, 500)]
    {
        let mut asked = request(Bytes::new());
        *asked.method_mut() = method;
        let (outer, pending) = client::seal::<Frames>(&client, asked, gateway()).unwrap();
        let breaker = Breaker::new();
        let future = opened(&server, outer.into_body(), &breaker);
        let (_, starter, _) = block_on(future).unwrap();
        let none = HeaderMap::new();
        let started = starter.start(status, header_lines(&none), &mut SystemRandom);
        let ((answer, writer), (_sender, inner)) = (started.unwrap(), channel());
        let sealed = SealedBody::response(
            answer.into_body(),
            writer,
            Bytes::new(),
            Box::pin(inner),
            breaker,
        );
        let response = pending.open(outer_response(sealed)).now_or_never().unwrap().unwrap();
        assert_eq!(response.status(), expected);
        assert!(read(response.into_body()).now_or_never().expect("no wait").error.is_none());
    }
}

/// A response that is there when it is asked for goes out in one frame, head and end included.
#[test]
fn a_response_in_memory_is_one_outer_frame() {
    let (server, client) = rig();
    let (outer, _) = client::seal::<Frames>(&client, request("x".into()), gateway()).unwrap();
    let answer = block_on(echo(&server, outer)).into_body();
    assert_eq!(block_on(read(answer)).frames.len(), 1);
}

#[test]
fn one_shot_there_and_back_within_a_limit() {
    let (server, client) = rig();
    let sealed = |limit| {
        client::seal_one_shot::<Frames>(&client, request("all".into()), gateway(), limit).unwrap()
    };
    let answered = |outer: Request<SealedBody<Frames>>| {
        let content_type = outer.headers()[CONTENT_TYPE].clone();
        assert!(!outer.headers().contains_key("incremental"));
        let body = block_on(read(outer.into_body())).content();
        let (request, _, response) =
            server.open_http(Some(content_type.as_bytes()), body, &mut SystemRandom).unwrap();
        assert_eq!(request.body(), "all");
        let (parts, ()) = Response::new(()).into_parts();
        let answer = response.seal_http(&parts, b"done", &trailers(), &mut SystemRandom).unwrap();
        answer.into_http().map(Full::new)
    };
    let (outer, pending) = sealed(1000);
    let response = block_on(pending.open(answered(outer))).unwrap();
    let got = block_on(read(response.into_body()));
    assert_eq!((got.content(), got.trailers), (b"done".to_vec(), Some(trailers())));

    let (outer, pending) = sealed(10);
    assert!(block_on(pending.open(answered(outer))).unwrap_err().is_too_large());

    // An answer that is not sealed is not even read.
    let error = block_on(sealed(10).1.open(Response::new(body(vec![failure()])))).unwrap_err();
    assert_eq!(error.outer_status(), Some(StatusCode::OK));
}

#[test]
fn answers_that_are_not_sealed_and_bodies_that_fail_are_told_apart() {
    let (_, client) = rig();
    let open = |answer: Response<Frames>| {
        let (_, pending) = client::seal::<Frames>(&client, request("x".into()), gateway()).unwrap();
        block_on(pending.open(answer)).unwrap_err()
    };
    let mut redirect = outer_response(body(vec![]));
    *redirect.status_mut() = StatusCode::TEMPORARY_REDIRECT;
    assert_eq!(open(redirect).outer_status(), Some(StatusCode::TEMPORARY_REDIRECT));
    assert!(open(Response::new(body(vec![]))).is_not_sealed());
    assert!(open(outer_response(body(vec![]))).body().unwrap().is_ended_early());
    let error = open(outer_response(body(vec![data(vec![0; 20]), failure()])));
    assert!(!error.is_not_sent());
    let source = error.into_body().unwrap().into_underneath().unwrap();
    assert_eq!(source.to_string(), "the wire was cut");
    let error = open(outer_response(body(vec![data(vec![17; 100]), failure()])));
    assert_eq!(error.sealing().map(|error| error.code()), Some(Code::OpenFailed));
}

#[test]
fn what_no_server_would_accept_is_not_sent() {
    let (_, client) = rig();
    let bad = Request::post("https://api.example.com/").header("content-length", "x");
    let error = client::seal_stream(&client, bad.body(channel().1).unwrap(), gateway());
    let error = error.unwrap_err();
    assert!(error.is_not_sent());
    assert_eq!(error.sealing().map(|error| error.code()), Some(Code::InvalidInput));
}

/// A body that says that it is longer than the AEAD may seal under one key.
struct Long;

impl Body for Long {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        self: std::pin::Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        panic!("it is not asked for")
    }

    fn size_hint(&self) -> http_body::SizeHint {
        http_body::SizeHint::with_exact((1 << 30) + 1)
    }
}

#[test]
fn a_request_that_is_known_to_be_too_long_fails_before_its_first_byte() {
    let (_, client) = rig();
    let short = Client::new(Rig::new(9, 7, Aead::Aes128Gcm).recipient);
    let error = client::seal_stream(&short, request(Long), gateway()).unwrap_err();
    assert!(error.is_not_sent() && error.to_string().contains("2^30"));
    assert!(client::seal_stream(&client, request(Long), gateway()).is_ok());
}
