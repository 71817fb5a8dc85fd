use std::sync::atomic::{AtomicUsize, Ordering};

use futures::{
    FutureExt as _,
    task::{ArcWake, waker},
};
use sealwire::{
    Code,
    bhttp::{ContentEncoder, RequestLine},
    envelope::{Labels, chunked},
};

use super::*;

const PIECES: [&str; 4] = ["first", "second", "third", "fourth"];

/// A frame for each, behind an empty one, so that the head goes out by itself.
fn pieces() -> Frames {
    body(std::iter::once("").chain(PIECES).map(data).collect())
}

/// Fault 2: after every frame, by a clean end or an error of the outer body.
#[test]
fn fault_02_a_cut_at_any_frame_is_an_error_and_never_an_end() {
    let (server, client) = rig();
    let (frames, _) = sealed(&client, pieces());
    assert_eq!(frames.len(), 6, "the head, the pieces, the end");
    for (cut, with_error) in (0..frames.len()).flat_map(|cut| [(cut, false), (cut, true)]) {
        let mut items: Vec<Item> = frames[..cut].iter().cloned().map(data).collect();
        items.extend(with_error.then(failure));
        match block_on(opened(&server, body(items), &Breaker::new())) {
            Err(answer) => assert_eq!((cut, answer.status()), (0, 400)),
            Ok((_, _, opened)) => {
                let got = block_on(read(opened));
                let error = got.error.as_ref().expect("cut");
                assert_eq!(error.is_underneath(), with_error);
                assert_eq!(error.is_ended_early(), !with_error);
                assert_eq!(got.content(), PIECES[..cut - 1].concat().as_bytes());
            }
        }
    }
}

/// The same for a response, within the final chunk, too.
#[test]
fn fault_02_a_response_that_was_cut_is_an_error() {
    let (server, client) = rig();
    for short in 1..20 {
        let (frames, pending) = sealed(&client, pieces());
        let breaker = Breaker::new();
        let outer = body(frames.into_iter().map(data).collect());
        let (_, starter, _) = block_on(opened(&server, outer, &breaker)).unwrap();
        let wire = block_on(read(answer(starter, pieces(), &breaker))).content();
        let outer = outer_response(body(split(&wire[..wire.len() - short], vec![])));
        let response = block_on(pending.open(outer)).unwrap();
        let got = block_on(read(response.into_body()));
        assert_eq!(got.content(), PIECES.concat().as_bytes());
        let error = got.error.expect("cut");
        assert!(error.is_message() || error.is_ended_early(), "{error:?}");
    }
}

/// Fault 3: one bit.
#[test]
fn fault_03_an_altered_chunk_releases_nothing() {
    let (server, client) = rig();
    let (frames, _) = sealed(&client, pieces());
    for altered in 1..frames.len() {
        // The last bit of the tag, and one behind the length of the chunk.
        for at in [frames[altered].len() - 1, 2] {
            let mut frames: Vec<Vec<u8>> = frames.iter().map(|frame| frame.to_vec()).collect();
            frames[altered][at] ^= 1;
            let outer = body(frames.into_iter().map(data).collect());
            let (_, _, opened) = block_on(opened(&server, outer, &Breaker::new())).unwrap();
            let got = block_on(read(opened));
            assert_eq!(got.content(), PIECES[..altered - 1].concat().as_bytes());
            let error = got.error.expect("altered");
            assert_eq!(error.sealing().map(|error| error.code()), Some(Code::OpenFailed));
        }
    }
    let mut head = frames[0].to_vec();
    *head.last_mut().unwrap() ^= 1;
    match block_on(opened(&server, body(vec![data(head)]), &Breaker::new())) {
        Err(answer) => assert_eq!(answer.status(), 400),
        other => panic!("{other:?}"),
    }
}

/// If what is sealed breaks off, so does the sealed message: there is no end that would open.
#[test]
fn what_is_sealed_fails_without_an_end() {
    let (server, client) = rig();
    let lying = Request::post("https://api.example.com/").header("content-length", "7");
    let cases = [
        request(body(vec![data("some"), failure()])),
        lying.body(body(vec![data("some")])).unwrap(),
    ];
    for (request, is_underneath) in cases.into_iter().zip([true, false]) {
        let (outer, _) = client::seal_stream(&client, request, gateway()).unwrap();
        let got = block_on(read(outer.into_body()));
        let error = got.error.expect("broken off");
        assert_eq!((error.is_underneath(), error.is_message()), (is_underneath, !is_underneath));
        let outer = body(got.frames.into_iter().map(data).collect());
        let (_, _, opened) = block_on(opened(&server, outer, &Breaker::new())).unwrap();
        let got = block_on(read(opened));
        assert_eq!(got.content(), b"some");
        assert!(got.error.expect("no end").is_ended_early());
    }
}

/// A request of which the head has arrived, and what feeds the rest of it.
fn half(
    server: &Arc<Server>,
    client: &Client,
    breaker: &Breaker,
) -> (UnboundedSender<Item>, ResponseStarter, OpenedBody<Channel>) {
    let (frames, _) = sealed(client, pieces());
    let (sender, outer) = channel();
    frames.into_iter().take(2).for_each(|frame| sender.unbounded_send(data(frame)).unwrap());
    let future = opened(server, outer, breaker).now_or_never();
    let (_, starter, mut body) = future.expect("the head is there").unwrap();
    assert_eq!(data_now(&mut body).unwrap(), PIECES[0]);
    (sender, starter, body)
}

#[derive(Default)]
struct Wakes(AtomicUsize);

impl ArcWake for Wakes {
    fn wake_by_ref(wakes: &Arc<Self>) {
        wakes.0.fetch_add(1, Ordering::SeqCst);
    }
}

/// PROTOCOL: a request that breaks after its answer has begun breaks the answer off, at once.
#[test]
fn a_request_that_breaks_later_breaks_its_answer_off() {
    let (server, client) = rig();
    let breaker = Breaker::new();
    let (outer, starter, mut question) = half(&server, &client, &breaker);
    let (answering, inner) = channel();
    let mut sealed = answer(starter, inner, &breaker);
    answering.unbounded_send(data("so far, so good")).unwrap();
    assert!(data_now(&mut sealed).is_some());
    let wakes = Arc::new(Wakes::default());
    let waker = waker(Arc::clone(&wakes));
    let mut context = Context::from_waker(&waker);
    assert!(std::pin::Pin::new(&mut sealed).poll_frame(&mut context).is_pending());

    drop(outer);
    assert!(matches!(poll_now(&mut question), Poll::Ready(Some(Err(_)))));
    assert_eq!(wakes.0.load(Ordering::SeqCst), 1, "whoever sends the answer is told");
    assert!(breaker.is_broken());
    drop(answering);
    let got = block_on(read(sealed));
    assert!(got.frames.is_empty() && got.error.expect("broken off").is_broken_off());
}

/// Even if the handler takes the error of the request for the end of its answer.
#[test]
fn a_handler_that_hides_the_failure_does_not_end_its_answer() {
    let (server, client) = rig();
    let breaker = Breaker::new();
    let (outer, starter, question) = half(&server, &client, &breaker);
    drop(outer);
    let question = std::sync::Mutex::new(question);
    let hiding = StreamBody::new(stream::poll_fn(move |context| {
        let mut question = question.lock().unwrap();
        let frame = std::pin::Pin::new(&mut *question).poll_frame(context);
        frame.map(|frame| frame.and_then(Result::ok).map(Ok::<_, BoxError>))
    }));
    let got = block_on(read(answer(starter, hiding, &breaker)));
    assert!(got.error.expect("broken off").is_broken_off());
}

/// Before that, whoever handles the request knows, and may answer.
#[test]
fn a_request_that_breaks_first_can_be_answered() {
    let (server, client) = rig();
    let breaker = Breaker::new();
    let (outer, starter, mut question) = half(&server, &client, &breaker);
    drop(outer);
    assert!(matches!(poll_now(&mut question), Poll::Ready(Some(Err(_)))));
    let got = block_on(read(answer(starter, body(vec![data("too bad")]), &breaker)));
    assert!(got.error.is_none() && !breaker.is_broken());
}

const LINE: RequestLine<'_> =
    RequestLine { method: "POST", scheme: "https", authority: super::super::AUTHORITY, path: "/" };

/// Seals chunks of our own making.
fn made(client: &Client, chunks: &[&[u8]], end: Option<&[u8]>) -> Frames {
    let mut wire = Vec::new();
    let labels = Labels::BHTTP_CHUNKED;
    let (mut sealer, _) =
        chunked::seal_request(client.recipient(), labels, &mut wire, &mut SystemRandom).unwrap();
    chunks.iter().for_each(|chunk| sealer.seal(chunk, &mut wire).unwrap());
    if let Some(end) = end {
        sealer.finish(end, &mut wire).unwrap();
    }
    body(vec![data(wire)])
}

/// Whoever has trailers may not ask for more, so they must not come before the end is certain.
#[test]
fn trailers_wait_until_the_message_is_complete() {
    let (server, client) = rig();
    let (mut message, fields) = (Vec::new(), HeaderMap::new());
    let mut encoder = ContentEncoder::request(LINE, header_lines(&fields), &mut message).unwrap();
    encoder.chunk(b"content", &mut message).unwrap();
    encoder.finish(header_lines(&trailers()), &mut message).unwrap();
    for (end, complete) in [(None, false), (Some(&[0; 5][..]), true), (Some(&[1]), false)] {
        let outer = made(&client, &[&message], end);
        let (_, _, opened) = block_on(opened(&server, outer, &Breaker::new())).unwrap();
        let got = block_on(read(opened));
        assert_eq!(got.content(), b"content");
        assert_eq!((got.trailers.is_some(), got.error.is_none()), (complete, complete));
    }
}

/// A chunk of a thousand pieces of a byte does not become a thousand frames.
#[test]
fn tiny_pieces_are_put_together() {
    let (server, client) = rig();
    let (mut message, fields) = (Vec::new(), HeaderMap::new());
    let mut encoder = ContentEncoder::request(LINE, header_lines(&fields), &mut message).unwrap();
    let content: Vec<u8> = (0..1000_u32).map(|i| i.to_le_bytes()[0]).collect();
    content.chunks(1).for_each(|byte| encoder.chunk(byte, &mut message).unwrap());
    encoder.finish(header_lines(&fields), &mut message).unwrap();
    let outer = made(&client, &[&message], Some(&[]));
    let (_, _, opened) = block_on(opened(&server, outer, &Breaker::new())).unwrap();
    let got = block_on(read(opened));
    assert!(got.error.is_none());
    assert_eq!(got.content(), content);
    assert!(got.frames.len() < 20, "{}", got.frames.len());
}

/// What fails in the same chunk as the head is told to whoever reads the content.
#[test]
fn a_failure_right_behind_the_head_is_an_error_of_the_content() {
    let (server, client) = rig();
    let (outer, _) = client::seal::<Frames>(&client, request("123456".into()), gateway()).unwrap();
    let wire = block_on(read(outer.into_body())).content();
    let limits = Limits { content: 5, ..Limits::default() };
    let media_type = Some(Client::CHUNKED_MEDIA_TYPE.as_bytes());
    let reader = server.reader(media_type, limits).unwrap();
    let breaker = Breaker::new();
    let (_, _, opened) = block_on(open_request(body(vec![data(wire)]), reader, &breaker)).unwrap();
    let got = block_on(read(opened));
    assert_eq!(got.content(), b"");
    let error = got.error.expect("too large");
    assert_eq!(error.sealing().map(|error| error.code()), Some(Code::TooLarge));
}

#[test]
fn errors_and_debug_output_hold_no_message() {
    let (server, client) = rig();
    let (frames, _) = sealed(&client, body(vec![data("s3cr3t"), data("more")]));
    let outer = body(frames[..2].iter().cloned().map(data).collect());
    let (outer, pending) = (outer, client);
    let (_, starter, opened) = block_on(opened(&server, outer, &Breaker::new())).unwrap();
    let mut shown = format!("{opened:?} {pending:?}");
    shown += &format!("{:?}", answer(starter, pieces(), &Breaker::new()));
    let error = block_on(read(opened)).error.unwrap();
    shown += &format!("{error:?} {error}");
    for secret in ["s3cr3t", "115, 51", "upload", "x-id"] {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
}
