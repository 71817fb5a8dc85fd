//! Answers to calls in chunks that are there when the handler returns: sealed as a whole, so that
//! their size is told outside and can be padded.

use std::{
    convert::Infallible,
    future::{Ready, ready},
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use http::{HeaderMap, Request, Response};
use http_body::{Body, Frame};
use http_body_util::BodyExt as _;
use sealwire::{Buckets, Padding, Server};
use sealwire_http::client::{Pending, seal};
use sealwire_tower::{OpenedBody, SealedBody, SealwireLayer};
use tower_layer::Layer as _;
use tower_service::Service;

use super::{client, server};

/// A step of a body that a handler makes.
#[derive(Clone)]
enum Step {
    Data(&'static [u8]),
    Large(usize),
    Trailers,
    Wait,
    Fail,
}

/// Wakes nobody when it waits: whoever polls it again finds the next step.
struct Steps(std::vec::IntoIter<Step>);

impl Body for Steps {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        Poll::Ready(match self.0.next() {
            None => None,
            Some(Step::Data(data)) => Some(Ok(Frame::data(Bytes::from_static(data)))),
            Some(Step::Large(size)) => Some(Ok(Frame::data(vec![b'x'; size].into()))),
            Some(Step::Trailers) => {
                let mut trailers = HeaderMap::new();
                trailers.insert("x-sum", http::HeaderValue::from_static("1"));
                Some(Ok(Frame::trailers(trailers)))
            }
            Some(Step::Fail) => Some(Err(std::io::Error::other("the handler fails"))),
            Some(Step::Wait) => {
                context.waker().wake_by_ref();
                return Poll::Pending;
            }
        })
    }
}

#[derive(Clone)]
struct Handler(Vec<Step>);

impl<B> Service<Request<OpenedBody<B>>> for Handler {
    type Response = Response<Steps>;
    type Error = Infallible;
    type Future = Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Request<OpenedBody<B>>) -> Self::Future {
        ready(Ok(Response::new(Steps(self.0.clone().into_iter()))))
    }
}

/// The outer answer to a call of that handler, and what opens it.
async fn answer(
    configure: fn(Server) -> Server,
    steps: &[Step],
) -> (Response<SealedBody<Steps>>, Pending) {
    let (server, pinned) = server();
    let mut service = SealwireLayer::new(configure(server)).layer(Handler(steps.to_vec()));
    let request = Request::get("https://api.example.com/").body(Bytes::new()).unwrap();
    let gateway = sealwire::server::GATEWAY_PATH.parse().unwrap();
    let (outer, pending) = seal::<Steps>(&client(&pinned), request, gateway).unwrap();
    let Ok(answer) = service.call(outer).await;
    (answer, pending)
}

async fn opened(answer: Response<SealedBody<Steps>>, pending: Pending) -> (u16, Bytes, HeaderMap) {
    let response = pending.open(answer).await.unwrap();
    let status = response.status().as_u16();
    let body = response.into_body().collect().await.unwrap();
    let trailers = body.trailers().cloned().unwrap_or_default();
    (status, body.to_bytes(), trailers)
}

#[tokio::test]
async fn an_answer_that_is_there_has_a_length_and_one_that_is_not_has_none() {
    use Step::{Data, Large, Trailers, Wait};
    for (steps, whole) in [
        (&[][..], true),
        (&[Data(b"all")], true),
        (&[Data(b"a"), Data(b""), Data(b"b"), Data(b"c"), Trailers], true),
        (&[Large(64 * 1024)], true),
        (&[Large(64 * 1024 + 1), Data(b"more")], false),
        (&[Data(b"first"), Wait, Data(b"second")], false),
        (&[Wait], false),
        (&[Data(b"x"), Trailers, Wait], true),
    ] {
        let (answer, pending) = answer(|server| server, steps).await;
        assert_eq!(answer.body().size_hint().exact().is_some(), whole, "{}", steps.len());
        let (status, content, trailers) = opened(answer, pending).await;
        let expected = steps.iter().fold(Vec::new(), |mut all, step| {
            match step {
                Data(data) => all.extend_from_slice(data),
                Large(size) => all.resize(all.len() + size, b'x'),
                Trailers | Wait | Step::Fail => {}
            }
            all
        });
        assert_eq!((status, content.len()), (200, expected.len()));
        assert_eq!(content, expected);
        let has_trailers = steps.iter().any(|step| matches!(step, Trailers));
        assert_eq!(trailers.contains_key("x-sum"), has_trailers);
    }
}

#[tokio::test]
async fn what_is_sealed_as_a_whole_is_padded() {
    let padded =
        |server: Server| server.with_padding(Padding::Buckets(Buckets::new([1000, 5000]).unwrap()));
    let mut sizes = Vec::new();
    for steps in [&[][..], &[Step::Data(b"short")], &[Step::Large(900)], &[Step::Large(1001)]] {
        let (answer, pending) = answer(padded, steps).await;
        sizes.push(answer.body().size_hint().exact().unwrap());
        assert_eq!(opened(answer, pending).await.0, 200);
    }
    // A nonce, the length of the final chunk, the padded message, a tag.
    assert_eq!(sizes, [1000, 1000, 1000, 5000].map(|padded| 32 + 1 + padded + 16));
}

/// Nothing was sent yet, so the client can be told. Later its answer breaks off.
#[tokio::test]
async fn a_handler_that_fails_at_once_is_a_sealed_500_and_later_no_end() {
    let (first, pending) = answer(|server| server, &[Step::Data(b"some"), Step::Fail]).await;
    let (status, content, _) = opened(first, pending).await;
    assert_eq!(status, 500);
    let text = String::from_utf8(content.to_vec()).unwrap();
    assert!(text.contains("#handler-failed") && !text.contains("some"), "{text}");

    let steps = [Step::Data(b"some"), Step::Wait, Step::Fail];
    let (later, pending) = answer(|server| server, &steps).await;
    let outer = later.into_body().collect().await;
    assert!(outer.unwrap_err().is_underneath());
    drop(pending);
}
