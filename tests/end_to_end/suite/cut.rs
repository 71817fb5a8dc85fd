//! Faults 2 and 17: messages that end early, at either end, are never taken for whole.

use bytes::Bytes;
use http::{HeaderMap, Request};
use http_body::Body;
use sealwire_http::BoxError;

use super::{
    Framework, Note, Stage,
    client::{Caller, End, FORMS, Form, Plain, channel, cut, data, read, request},
    streams::{next, streaming},
};

const ENDS: [End; 2] = [End::Cleanly, End::BreaksOff];

pub(crate) async fn fault_02_a_request_cut_anywhere_never_reaches_a_handler_that_waits<
    F: Framework,
>() {
    let stage = Stage::of::<F>().await;
    let mut answers = 0;
    for form in FORMS {
        let (parts, wire, _) = stage.caller.sealed(form, request("POST", "/echo", "content")).await;
        for end in ENDS {
            for length in 0..wire.len() {
                let body = cut(wire.slice(..length), end);
                let outer = Request::from_parts(parts.clone(), body);
                match stage.caller.send(outer).await {
                    Ok(answer) => answers += usize::from(is_no_success(answer).await),
                    Err(_) => assert_eq!(end, End::BreaksOff),
                }
            }
        }
    }
    assert!(answers > 300, "{answers}");
    // Had a handler been called, the witness would have seen it before this.
    stage.caller.call(Form::Chunked, request("GET", "/hello", "")).await;
    assert_eq!(stage.witness.so_far().await, [Note::called("/hello")]);
}

/// A refusal in plain or, once a chunk has opened, a sealed one. That what is sealed is a refusal is
/// seen by the handler, which was not called.
async fn is_no_success(answer: http::Response<hyper::body::Incoming>) -> bool {
    let got = Plain::read(answer).await;
    if got.status == 200 {
        assert_eq!(got.fields["content-type"], "message/ohttp-chunked-res");
        return true;
    }
    got.is_problem(400, "https://sealwire.dev/problems#not-opened");
    true
}

/// The bytes of a request whose content came in two pieces, and where the second begins.
async fn two_pieces(caller: &Caller, path: &str) -> (http::request::Parts, Bytes, usize) {
    let (sender, body) = channel();
    let call = request("POST", path, "").map(|_| body);
    let gateway = caller.gateway();
    let (outer, _) = sealwire_http::client::seal_stream(&caller.client, call, gateway).unwrap();
    let (parts, body) = outer.into_parts();
    let (mut body, mut wire) = (Box::pin(body), Vec::new());
    sender.unbounded_send(data("first")).unwrap();
    wire.extend_from_slice(&frame(&mut body).await);
    let second = wire.len();
    sender.unbounded_send(data("second")).unwrap();
    drop(sender);
    while !body.is_end_stream() {
        wire.extend_from_slice(&frame(&mut body).await);
    }
    (parts, wire.into(), second)
}

async fn frame<B>(body: &mut B) -> Bytes
where
    B: Body<Data = Bytes, Error: Into<BoxError> + std::fmt::Debug> + Unpin,
{
    use http_body_util::BodyExt as _;
    body.frame().await.map_or_else(Bytes::new, |frame| frame.unwrap().into_data().unwrap())
}

pub(crate) async fn fault_02_a_handler_that_streams_sees_that_the_request_was_cut<F: Framework>() {
    let stage = Stage::serving::<F>(streaming).await;
    let (parts, wire, second) = two_pieces(&stage.caller, "/sink").await;
    for end in ENDS {
        for length in second..wire.len() {
            let outer = Request::from_parts(parts.clone(), cut(wire.slice(..length), end));
            let _ = stage.caller.send(outer).await;
            assert_eq!(stage.witness.next().await, Note::called("/sink"));
            assert_eq!(stage.witness.next().await, Note::Content(5), "{end:?} {length}");
            let mut total = 5;
            let ended = loop {
                match stage.witness.next().await {
                    Note::Content(more) => total += more,
                    ended => break ended,
                }
            };
            assert_eq!(ended, Note::Broken(total), "{end:?} {length}");
        }
    }
}

pub(crate) async fn fault_02_an_answer_ends_in_an_error_where_its_request_does<F: Framework>() {
    let stage = Stage::serving::<F>(streaming).await;
    for end in ENDS {
        for altered in [false, true] {
            let (sender, body) = channel();
            let call = request("POST", "/stream", "").map(|_| body);
            let gateway = stage.caller.gateway();
            let (outer, pending) =
                sealwire_http::client::seal_stream(&stage.caller.client, call, gateway).unwrap();
            let (parts, sealed) = outer.into_parts();
            let (outer_sender, outer_body) = channel();
            let mut sealed = Box::pin(sealed);
            sender.unbounded_send(data("first")).unwrap();
            outer_sender.unbounded_send(data(frame(&mut sealed).await)).unwrap();
            let outer = Request::from_parts(parts, outer_body);
            let answer = stage.caller.send(outer).await.unwrap();
            let mut answer = pending.open(answer).await.unwrap();
            assert_eq!(next(&mut answer).await.unwrap(), "first");
            if altered {
                sender.unbounded_send(data("second")).unwrap();
                let mut second = frame(&mut sealed).await.to_vec();
                *second.last_mut().unwrap() ^= 1;
                outer_sender.unbounded_send(data(second)).unwrap();
            }
            if end == End::BreaksOff {
                outer_sender.unbounded_send(Err("the wire was cut".into())).unwrap();
            }
            drop(outer_sender);
            assert!(next(&mut answer).await.is_err(), "{end:?} {altered}");
        }
    }
}

pub(crate) async fn a_body_that_fails_is_no_answer<F: Framework>() {
    let stage = Stage::of::<F>().await;
    for form in [Form::Chunked, Form::Streamed] {
        let (outer, pending) = stage.caller.seal(form, request("GET", "/fail", ""));
        let mut answer = pending.open(stage.caller.send(outer).await.unwrap()).await.unwrap();
        assert_eq!(answer.status(), 200);
        assert_eq!(next(&mut answer).await.unwrap(), "the beginning");
        stage.witness.release("fail");
        assert!(next(&mut answer).await.is_err());
    }
    // In one piece nothing was sent yet, so that there is something to say instead.
    stage.witness.release("fail");
    let got = stage.caller.call(Form::OneShot, request("GET", "/fail", "")).await;
    got.is_problem(500, "https://sealwire.dev/problems#handler-failed");
}

pub(crate) async fn a_handler_that_panics_takes_no_other_call_with_it<F: Framework>() {
    let stage = Stage::of::<F>().await;
    for form in FORMS {
        let (outer, pending) = stage.caller.seal(form, request("GET", "/panic", ""));
        // Whatever comes is no success.
        if let Ok(answer) = stage.caller.send(outer).await
            && let Ok(response) = pending.open(answer).await
            && let Ok(got) = read(response, HeaderMap::new()).await
        {
            assert_eq!(got.status, 500);
        }
        assert_eq!(stage.witness.next().await, Note::called("/panic"));
        let got = stage.caller.call(form, request("GET", "/hello", "")).await;
        assert_eq!(&got.content[..], b"hello");
        assert_eq!(stage.witness.next().await, Note::called("/hello"));
    }
}
