//! How much strangers and handlers can occupy.

use bytes::Bytes;
use futures::channel::mpsc::UnboundedSender;
use http::{HeaderMap, Request};
use sealwire_http::client::CallError;

use super::{
    Framework, Note, PIECE, PIECES, Setup, Stage,
    client::{End, FORMS, Form, Got, Item, OuterBody, boxed, channel, data, read, request},
    streams::streaming,
};

/// A call that lacks its last byte, and what gives it that, or breaks it off.
async fn unfinished(stage: &Stage, form: Form) -> (Request<OuterBody>, UnboundedSender<Item>) {
    let (parts, wire, _) = stage.caller.sealed(form, request("POST", "/echo", "content")).await;
    let (sender, body) = channel();
    sender.unbounded_send(data(wire.slice(..wire.len() - 1))).unwrap();
    (Request::from_parts(parts, boxed(body)), sender)
}

/// A call of `/hello`: its answer, or the status of one that is not sealed.
async fn hello(stage: &Stage, form: Form) -> Result<Got, u16> {
    let (outer, pending) = stage.caller.seal(form, request("GET", "/hello", ""));
    let answer = stage.caller.send(outer).await.unwrap();
    let fields = answer.headers().clone();
    match pending.open(answer).await {
        Ok(response) => Ok(read(response, fields).await.unwrap()),
        Err(error) => Err(status(&error)),
    }
}

fn status(error: &CallError) -> u16 {
    error.outer_status().expect("an answer that is not sealed").as_u16()
}

pub(crate) async fn calls_beyond_those_that_may_be_opened_at_a_time_are_a_503<F: Framework>() {
    for form in FORMS {
        for end in [End::Cleanly, End::BreaksOff] {
            let stage = Stage::with::<F>(|setup| Setup { concurrent_opens: 1, ..setup }).await;
            let (outer, sender) = unfinished(&stage, form).await;
            let test = async {
                // Until the first call has begun to arrive others find room.
                while hello(&stage, form).await.is_ok() {}
                let (parts, wire, _) =
                    stage.caller.sealed(form, request("GET", "/hello", "")).await;
                let got = stage.caller.plain(Request::from_parts(parts, wire)).await;
                got.is_problem(503, "about:blank");
                assert_eq!(got.fields["retry-after"], "1");
                // Whatever is not to be opened is answered all the same.
                let keys = Request::get(stage.caller.gateway()).body(Bytes::new()).unwrap();
                assert_eq!(stage.caller.plain(keys).await.status, 200);
                if end == End::BreaksOff {
                    sender.unbounded_send(Err("the caller is gone".into())).unwrap();
                }
                drop(sender);
                while hello(&stage, form).await.is_err() {}
            };
            let (_, ()) = futures::join!(stage.caller.send(outer), test);
        }
    }
}

/// A call has a place from its first byte to its handler, and not while that takes its time.
pub(crate) async fn handlers_and_streams_take_no_place<F: Framework>() {
    let one =
        |setup: Setup| Setup { concurrent_opens: 1, server: streaming(setup.server), ..setup };
    let stage = Stage::with::<F>(one).await;
    let (outer, pending) = stage.caller.seal(Form::Chunked, request("GET", "/events", ""));
    let events = pending.open(stage.caller.send(outer).await.unwrap()).await.unwrap();
    let (sender, body) = channel();
    let call = request("POST", "/sink", "").map(|_| body);
    let test = async {
        sender.unbounded_send(data("x")).unwrap();
        while stage.witness.next().await != Note::Content(1) {}
        for form in FORMS {
            assert_eq!(hello(&stage, form).await.unwrap().status, 200);
        }
        drop(sender);
    };
    let (answer, ()) = futures::join!(stage.caller.stream(call), test);
    assert_eq!(&read(answer.unwrap(), HeaderMap::new()).await.unwrap().content[..], b"1");
    drop(events);
}

/// With no memory to share, small calls are served all the same.
pub(crate) async fn calls_beyond_the_memory_that_is_shared_are_a_503<F: Framework>() {
    let stage = Stage::with::<F>(|setup| Setup { memory_limit: 0, ..setup }).await;
    for form in FORMS {
        assert_eq!(hello(&stage, form).await.unwrap().status, 200);
        let (outer, pending) = stage.caller.seal(form, request("POST", "/sink", vec![0; 300_000]));
        let answer = stage.caller.send(outer).await.unwrap();
        let status = match pending.open(answer).await {
            Ok(response) => response.status().as_u16(),
            Err(error) => status(&error),
        };
        assert_eq!(status, 503, "{form:?}");
    }
}

pub(crate) async fn an_answer_that_is_held_in_memory_has_a_limit<F: Framework>() {
    let length = PIECE.len() * PIECES;
    let limit = |bytes| move |setup: Setup| Setup { response_limit: bytes, ..setup };
    let stage = Stage::with::<F>(limit(length - 1)).await;
    let got = stage.caller.call(Form::OneShot, request("GET", "/big", "")).await;
    got.is_problem(500, "https://sealwire.dev/problems#handler-failed");
    let got = stage.caller.call(Form::Chunked, request("GET", "/big", "")).await;
    assert_eq!(got.content.len(), length, "what is streamed is not held");
    let stage = Stage::with::<F>(limit(length)).await;
    let got = stage.caller.call(Form::OneShot, request("GET", "/big", "")).await;
    assert_eq!(got.content.len(), length);
}
