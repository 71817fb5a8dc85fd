//! Calls whose content, or answer, is not there when they begin.

use bytes::Bytes;
use http::{HeaderMap, Response};
use http_body::Body;
use http_body_util::BodyExt as _;
use sealwire::{Server, server::Route};
use sealwire_http::{BodyError, OpenedBody};

use super::{
    Framework, Note, Stage,
    client::{Form, channel, data, read, request},
};

/// Every route streams.
pub(super) fn streaming(server: Server) -> Server {
    server.with_route("/", Route::new().streaming(true)).unwrap()
}

/// The next piece of a body.
pub(super) async fn next<B>(response: &mut Response<OpenedBody<B>>) -> Result<Bytes, BodyError>
where
    B: Body<Data = Bytes, Error: Into<sealwire_http::BoxError>> + Unpin,
{
    let frame = response.body_mut().frame().await.expect("the body has ended");
    frame.map(|frame| frame.into_data().expect("content"))
}

pub(crate) async fn a_handler_that_streams_is_called_before_the_request_has_ended<F: Framework>() {
    let stage = Stage::serving::<F>(streaming).await;
    let (sender, body) = channel();
    let call = stage.caller.stream(request("POST", "/sink", "").map(|_| body));
    let test = async {
        assert_eq!(stage.witness.next().await, Note::called("/sink"));
        for piece in ["one", "four"] {
            sender.unbounded_send(data(piece)).unwrap();
            assert_eq!(stage.witness.next().await, Note::Content(piece.len()));
        }
        drop(sender);
        assert_eq!(stage.witness.next().await, Note::Complete(7));
    };
    let (answer, ()) = futures::join!(call, test);
    assert_eq!(&read(answer.unwrap(), HeaderMap::new()).await.unwrap().content[..], b"7");
}

/// The other way round: without the route's leave a handler sees whole requests only.
pub(crate) async fn a_handler_that_does_not_stream_waits_for_the_end<F: Framework>() {
    let stage = Stage::of::<F>().await;
    let (sender, body) = channel();
    let call = stage.caller.stream(request("POST", "/sink", "").map(|_| body));
    let test = async {
        sender.unbounded_send(data("all but the end")).unwrap();
        // A whole other call is through before this one's handler is called.
        let got = stage.caller.call(Form::Chunked, request("GET", "/hello", "")).await;
        assert_eq!(got.status, 200);
        assert_eq!(stage.witness.so_far().await, [Note::called("/hello")]);
        drop(sender);
        assert_eq!(stage.witness.next().await, Note::called("/sink"));
    };
    let (answer, ()) = futures::join!(call, test);
    assert_eq!(&read(answer.unwrap(), HeaderMap::new()).await.unwrap().content[..], b"15");
}

pub(crate) async fn what_is_sent_comes_back_before_more_is_sent<F: Framework>() {
    let stage = Stage::serving::<F>(streaming).await;
    let (sender, body) = channel();
    let mut answer =
        stage.caller.stream(request("POST", "/stream", "").map(|_| body)).await.unwrap();
    for number in 0..10_u8 {
        sender.unbounded_send(data(vec![number; 1 + usize::from(number)])).unwrap();
        assert_eq!(next(&mut answer).await.unwrap(), vec![number; 1 + usize::from(number)]);
    }
    drop(sender);
    assert!(answer.body_mut().frame().await.is_none());
}

pub(crate) async fn an_event_arrives_before_the_next_one_is_made<F: Framework>() {
    let stage = Stage::of::<F>().await;
    let (outer, pending) = stage.caller.seal(Form::Chunked, request("GET", "/events", ""));
    let mut answer = pending.open(stage.caller.send(outer).await.unwrap()).await.unwrap();
    assert_eq!(answer.headers()["content-type"], "text/event-stream");
    for number in 0..10 {
        let event = format!("data: {number}\n\n");
        stage.witness.release(&event);
        assert_eq!(next(&mut answer).await.unwrap(), event);
    }
    stage.witness.release_no_more();
    assert!(answer.body_mut().frame().await.is_none());
}
