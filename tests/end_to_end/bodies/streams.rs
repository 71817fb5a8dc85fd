use futures::FutureExt as _;
use proptest::{collection::vec, prelude::*};

use super::*;

/// `length` bytes that differ.
fn content(length: usize) -> Vec<u8> {
    (0..=250).cycle().take(length).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// However inner and outer bytes are cut into frames, they are the same at the other end.
    #[test]
    fn any_split_of_a_call_gives_the_same(
        length in prop::sample::select(vec![0, 1, 16383, 16384, 16385, 100_000]),
        inner in vec(any::<prop::sample::Index>(), 0..4),
        outer in vec(any::<prop::sample::Index>(), 0..40),
        with_trailers: bool,
    ) {
        let (server, client) = rig();
        let content = content(length);
        let inner = || {
            let cuts = inner.iter().map(|cut| cut.index(length + 1)).collect();
            let mut items = split(&content, cuts);
            if with_trailers {
                items.push(Ok(Frame::trailers(trailers())));
            }
            body(items)
        };
        let reframe = |frames: Vec<Bytes>| {
            let wire = frames.concat();
            let cuts = outer.iter().map(|cut| cut.index(wire.len())).collect();
            body(split(&wire, cuts))
        };
        let expected = with_trailers.then(trailers);

        let (frames, pending) = sealed(&client, inner());
        let breaker = Breaker::new();
        let (head, starter, opened) =
            block_on(opened(&server, reframe(frames), &breaker)).unwrap();
        prop_assert_eq!(head.fields().get("x-id"), Some(&b"1"[..]));
        let got = block_on(read(opened));
        prop_assert!(got.error.is_none() && got.content() == content);
        prop_assert_eq!(&got.trailers, &expected);

        let frames = block_on(read(answer(starter, inner(), &breaker))).frames;
        let response = block_on(pending.open(outer_response(reframe(frames)))).unwrap();
        let got = block_on(read(response.into_body()));
        prop_assert!(got.error.is_none() && got.content() == content);
        prop_assert_eq!(&got.trailers, &expected);
    }
}

/// What a server-sent event needs, in both directions.
#[test]
fn a_piece_is_readable_at_the_other_end_before_the_next_is_made() {
    let (server, client) = rig();
    let (asking, inner) = channel();
    let (outer, pending) = client::seal_stream(&client, request(inner), gateway()).unwrap();
    let breaker = Breaker::new();
    // The head alone is enough to be called.
    let (_, starter, mut question) =
        opened(&server, outer.into_body(), &breaker).now_or_never().expect("no wait").unwrap();
    assert!(data_now(&mut question).is_none());
    asking.unbounded_send(data("what?")).unwrap();
    assert_eq!(data_now(&mut question).unwrap(), "what?");
    assert!(data_now(&mut question).is_none());

    // The answer begins before the request has ended, and its head arrives before its content.
    let (answering, inner) = channel();
    let outer = outer_response(answer(starter, inner, &breaker));
    let response = pending.open(outer).now_or_never().expect("no wait").unwrap();
    let mut events = response.into_body();
    for i in 0..5 {
        assert!(data_now(&mut events).is_none());
        let event = format!("data: {i}\n\n");
        answering.unbounded_send(data(event.clone())).unwrap();
        assert_eq!(data_now(&mut events).unwrap(), event);
    }
    drop(answering);
    assert!(matches!(poll_now(&mut events), Poll::Ready(None)));
    drop(asking);
    assert!(matches!(poll_now(&mut question), Poll::Ready(None)));
}

#[test]
fn sixteen_mebibytes_in_one_piece_take_no_second_sixteen() {
    let (server, client) = rig();
    let content = content(16 << 20);
    let (frames, _) = sealed(&client, body(vec![data(content.clone())]));
    let largest = frames.iter().map(Bytes::len).max().unwrap();
    assert!(largest < 260 * 1024, "{largest}");
    let outer = body(frames.into_iter().map(data).collect());
    let (_, _, opened) = block_on(opened(&server, outer, &Breaker::new())).unwrap();
    let got = block_on(read(opened));
    assert!(got.error.is_none() && got.content() == content);
}

/// A frame of outer bytes for each frame inside, and none for nothing.
#[test]
fn empty_frames_are_not_sent() {
    let (_, client) = rig();
    let empty = || data("");
    let (frames, _) = sealed(&client, body(vec![empty(), data("a"), empty(), empty(), data("b")]));
    // The head, two pieces, the end.
    assert_eq!(frames.len(), 4);
    assert_eq!(frames[1].len(), frames[2].len());
}

/// No poll goes on for ever, whatever the other end sends.
#[test]
fn endless_nothing_does_not_hold_a_thread() {
    let (_, client) = rig();
    let endless = || StreamBody::new(stream::repeat_with(|| data("")));
    let (outer, pending) = client::seal_stream(&client, request(endless()), gateway()).unwrap();
    let mut outer = outer.into_body();
    assert!(data_now(&mut outer).is_some(), "the head");
    assert!(data_now(&mut outer).is_none());
    assert!(pending.open(outer_response(endless())).now_or_never().is_none());
}

/// Nothing runs beside the bodies: dropping them drops what they were made of.
#[test]
fn dropping_a_body_drops_what_is_underneath() {
    let (server, client) = rig();
    for polls in 0..3 {
        let (sender, inner) = channel();
        sender.unbounded_send(data("a")).unwrap();
        sender.unbounded_send(data("b")).unwrap();
        let (outer, _) = client::seal_stream(&client, request(inner), gateway()).unwrap();
        let future = opened(&server, outer.into_body(), &Breaker::new()).now_or_never();
        let (_, _, mut opened) = future.expect("the head is there").unwrap();
        for _ in 0..polls {
            poll_now(&mut opened).is_ready();
        }
        assert!(!sender.is_closed());
        drop(opened);
        assert!(sender.is_closed(), "after {polls} polls");
    }
}

#[test]
fn what_is_whole_or_passed_tells_its_size() {
    let hint = |body: &dyn Body<Data = Bytes, Error = BodyError>| body.size_hint().exact();
    let whole = SealedBody::<Frames>::whole("sealed".into());
    assert_eq!(hint(&whole), Some(6));
    assert_eq!(block_on(read(whole)).content(), b"sealed");
    let whole = OpenedBody::<Frames>::whole("opened".into(), trailers());
    assert_eq!(hint(&whole), Some(6));
    let got = block_on(read(whole));
    assert_eq!((got.content(), got.trailers), (b"opened".to_vec(), Some(trailers())));
    let full = || http_body_util::Full::new(Bytes::from("full"));
    assert_eq!(hint(&SealedBody::passed(full())), Some(4));
    assert_eq!(hint(&OpenedBody::passed(full())), Some(4));
    assert_eq!(block_on(read(SealedBody::passed(full()))).content(), b"full");
    assert_eq!(block_on(read(OpenedBody::passed(full()))).content(), b"full");
}

/// An adapter can put them where they have to be `Send`.
#[test]
fn all_is_send_and_sync_if_the_bodies_are() {
    fn is_send<T: Send>(_: &T) {}
    let (server, client) = rig();
    let (outer, pending) = client::seal_stream(&client, request(channel().1), gateway()).unwrap();
    fn is_sync<T: Sync>(_: &T) {}
    is_send(&outer);
    is_sync(outer.body());
    is_sync(&OpenedBody::passed(channel().1));
    is_send(&pending.open(outer_response(channel().1)));
    is_send(&opened(&server, outer.into_body(), &Breaker::new()));
}
