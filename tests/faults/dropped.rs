//! Fault 29: whoever waits may stop waiting at any point. A server's future, and the body of its
//! answer, are dropped after every number of polls: nothing goes on without them, the next call is
//! served, and no answer was sealed under a nonce that another one has.

use std::{
    collections::BTreeSet,
    convert::Infallible,
    future::Future,
    pin::{Pin, pin},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll, Waker},
};

use bytes::Bytes;
use http::{Request, Response, header::CONTENT_TYPE};
use http_body::{Body, Frame};
use sealwire::{
    Aead, Client, Server, SystemRandom,
    bhttp::{Fields, RequestLine},
    server::{GATEWAY_PATH, Route},
};
use sealwire_tests::rig::Rig;
use sealwire_tower::{OpenedBody, SealwireLayer, SealwireService};
use tower_layer::Layer as _;
use tower_service::Service;

/// Frames with a pause before each.
struct Slow(Vec<Bytes>, bool);

impl Slow {
    fn new(content: &[u8], size: usize) -> Self {
        Self(content.chunks(size).rev().map(Bytes::copy_from_slice).collect(), false)
    }
}

impl Body for Slow {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.1 = !self.1;
        if self.1 {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(self.0.pop().map(|frame| Ok(Frame::data(frame))))
    }
}

/// Reads the request, with a pause, and answers slowly; counts the calls that are going on.
#[derive(Clone, Default)]
struct Handler(Arc<AtomicUsize>);

struct Running(Arc<AtomicUsize>);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Service<Request<OpenedBody<Slow>>> for Handler {
    type Response = Response<Slow>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<OpenedBody<Slow>>) -> Self::Future {
        self.0.fetch_add(1, Ordering::SeqCst);
        let running = Running(Arc::clone(&self.0));
        Box::pin(async move {
            let _running = running;
            let mut body = pin!(request.into_body());
            let mut content = Vec::new();
            while let Some(frame) =
                std::future::poll_fn(|context| body.as_mut().poll_frame(context)).await
            {
                content.extend_from_slice(&frame.unwrap().into_data().unwrap());
            }
            assert_eq!(content, CONTENT);
            Ok(Response::new(Slow::new(&content, 5)))
        })
    }
}

const CONTENT: &[u8] = b"content in several frames";

fn request(client: &Client, form: Form) -> Request<Slow> {
    let path = if form == Form::Streamed { "/stream" } else { "/" };
    let line = RequestLine { method: "POST", scheme: "https", authority: "a.example", path };
    let none = Fields::new();
    let (wire, media_type) = match form {
        Form::OneShot => {
            let sealed = client.seal(line, none.lines(), CONTENT, &mut SystemRandom).unwrap();
            (sealed.into_parts().0, "message/ohttp-req")
        }
        Form::Buffered | Form::Streamed => {
            let mut wire = Vec::new();
            let (mut writer, _) =
                client.start(line, none.lines(), &mut wire, &mut SystemRandom).unwrap();
            for piece in CONTENT.chunks(10) {
                writer.content(piece, &mut wire).unwrap();
            }
            writer.finish(none.lines(), &mut wire).unwrap();
            (wire, "message/ohttp-chunked-req")
        }
    };
    let request = Request::post(GATEWAY_PATH).header(CONTENT_TYPE, media_type);
    request.body(Slow::new(&wire, 40)).unwrap()
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    OneShot,
    Buffered,
    Streamed,
}

/// Polls the call at most `polls` times and drops it: what was sent of the answer, and how many polls
/// were left when it was complete.
fn drive(
    service: &mut SealwireService<Handler>,
    request: Request<Slow>,
    mut polls: usize,
) -> (Vec<u8>, Option<usize>) {
    let mut context = Context::from_waker(Waker::noop());
    let mut sent = Vec::new();
    let mut future = service.call(request);
    let response = loop {
        let Some(left) = polls.checked_sub(1) else { return (sent, None) };
        polls = left;
        if let Poll::Ready(response) = future.as_mut().poll(&mut context) {
            break response.unwrap();
        }
    };
    assert_eq!(response.status(), 200);
    let mut body = pin!(response.into_body());
    loop {
        let Some(left) = polls.checked_sub(1) else { return (sent, None) };
        polls = left;
        match body.as_mut().poll_frame(&mut context) {
            Poll::Ready(Some(frame)) => {
                sent.extend_from_slice(&frame.unwrap().into_data().unwrap());
            }
            Poll::Ready(None) => return (sent, Some(polls)),
            Poll::Pending => {}
        }
    }
}

#[test]
fn fault_29_a_call_dropped_after_every_number_of_polls() {
    let Rig { ring, recipient } = Rig::new(1, 1, Aead::ChaCha20Poly1305);
    let client = Client::new(recipient);
    let server = Server::new(ring, ["a.example"]).unwrap();
    let server = server.with_route("/stream", Route::new().streaming(true)).unwrap();
    let handler = Handler::default();
    // With room for one call at a time, one that was dropped and still held its place would show.
    let layer = SealwireLayer::new(server).concurrent_opens(1);
    let mut service = layer.layer(handler.clone());
    let (mut nonces, mut dropped, mut answered) = (BTreeSet::new(), 0, 0);
    for form in [Form::OneShot, Form::Buffered, Form::Streamed] {
        let (_, left) = drive(&mut service, request(&client, form), 1000);
        let needed = 1000 - left.expect("complete");
        assert!(needed > 10, "{form:?}: {needed} polls");
        for polls in 0..=needed {
            let (sent, left) = drive(&mut service, request(&client, form), polls);
            assert_eq!(left.is_some(), polls == needed, "{form:?} after {polls} polls");
            assert_eq!(handler.0.load(Ordering::SeqCst), 0, "{form:?} after {polls} polls");
            if let Some(nonce) = sent.get(..32) {
                answered += 1;
                assert!(nonces.insert(nonce.to_vec()), "{form:?} after {polls} polls");
            }
            dropped += usize::from(left.is_none());
        }
    }
    println!("fault 29: {dropped} calls dropped, {answered} of them or complete ones with a nonce");
    assert!(dropped > 40 && answered > 20 && nonces.len() == answered);
}
