//! Streamed calls without anything between the two ends: in any pieces, cut, altered, refused.

use std::{iter, sync::Arc};

use sealwire::{
    Aead, Buckets, Client, Code, Padding, Server, SystemRandom,
    bhttp::{Event, Fields, Limits, RequestHead, RequestLine},
    client::PendingResponse,
    keys::{KeyConfigList, Policy, Recipient},
    server::{Answer, Broken, RequestEvent, RequestReader, ResponseStarter},
};

use super::{AUTHORITY, client, server};

pub(super) const LINE: RequestLine<'_> =
    RequestLine { method: "POST", scheme: "https", authority: AUTHORITY, path: "/upload" };
const REQUEST: Option<&[u8]> = Some(Client::CHUNKED_MEDIA_TYPE.as_bytes());
pub(super) const RESPONSE: Option<&[u8]> = Some(Server::CHUNKED_MEDIA_TYPE.as_bytes());

pub(super) fn one(name: &str, value: &str) -> Fields {
    let mut fields = Fields::new();
    fields.push(name, value).unwrap();
    fields
}

/// A request with that content, each piece sealed as it comes.
pub(super) fn sealed(
    client: &Client,
    line: RequestLine<'_>,
    pieces: &[&[u8]],
) -> (Vec<u8>, PendingResponse) {
    let mut wire = Vec::new();
    let fields = one("x-id", "1");
    let (mut writer, pending) =
        client.start(line, fields.lines(), &mut wire, &mut SystemRandom).unwrap();
    for piece in pieces {
        writer.content(piece, &mut wire).unwrap();
    }
    writer.finish(one("x-sum", "2").lines(), &mut wire).unwrap();
    (wire, pending)
}

/// What a reader handed out.
#[derive(Default)]
pub(super) struct Got {
    pub(super) head: Option<(RequestHead, ResponseStarter)>,
    content: Vec<u8>,
    trailers: Fields,
}

impl Got {
    fn take(&mut self, event: RequestEvent<'_>) {
        match event {
            RequestEvent::Head(head, starter) => {
                assert!(self.head.replace((head, starter)).is_none());
            }
            RequestEvent::Content(content) => self.content.extend_from_slice(content),
            RequestEvent::Trailers(trailers) => self.trailers = trailers,
        }
    }

    fn push(&mut self, reader: &mut RequestReader, piece: &mut [u8]) -> Result<(), Broken> {
        reader.push(piece, &mut SystemRandom, &mut |event| {
            self.take(event);
            Ok(())
        })
    }

    fn finish(&mut self, reader: &mut RequestReader) -> Result<(), Broken> {
        reader.finish(&mut SystemRandom, &mut |event| {
            self.take(event);
            Ok(())
        })
    }
}

fn reader(server: &Arc<Server>) -> RequestReader {
    server.reader(REQUEST, Limits::default()).unwrap()
}

/// Reads `wire` in pieces of `size` bytes.
pub(super) fn read(server: &Arc<Server>, wire: &[u8], size: usize) -> (Got, Result<(), Broken>) {
    let (mut got, mut reader) = (Got::default(), reader(server));
    for piece in wire.to_vec().chunks_mut(size) {
        if let Err(broken) = got.push(&mut reader, piece) {
            return (got, Err(broken));
        }
    }
    let end = got.finish(&mut reader);
    (got, end)
}

/// Opens a whole response: its status, content and trailers.
pub(super) fn open(pending: PendingResponse, body: &[u8], size: usize) -> (u16, Vec<u8>, Fields) {
    let (mut status, mut content, mut trailers) = (0, Vec::new(), Fields::new());
    let mut sink = |event: Event<'_>| {
        match event {
            Event::Response(head) => status = head.status(),
            Event::Content(piece) => content.extend_from_slice(piece),
            Event::Trailers(fields) => trailers = fields,
            other => panic!("{other:?}"),
        }
        Ok(())
    };
    let mut reader = pending.open(200, RESPONSE).unwrap();
    for piece in body.to_vec().chunks_mut(size) {
        reader.push(piece, &mut sink).unwrap();
    }
    reader.finish(&mut sink).unwrap();
    (status, content, trailers)
}

/// The client of a HEAD request takes no content, be it that of a refusal.
#[test]
fn a_refused_head_request_gets_a_status() {
    let (server, pinned) = server();
    let line = RequestLine { method: "HEAD", authority: "evil.example", ..LINE };
    let (wire, pending) = sealed(&client(&pinned), line, &[]);
    let limits = Limits { section: 3, ..Limits::default() };
    let server = Arc::new(server);
    let answer = refusal(read(&server, &wire, 1000).1);
    assert_eq!(open(pending, answer.body(), 1000).0, 421);
    let (mut wire, pending) = sealed(&client(&pinned), line, &[]);
    let mut reader = server.reader(REQUEST, limits).unwrap();
    let mut got = Got::default();
    let result = got.push(&mut reader, &mut wire).and_then(|()| got.finish(&mut reader));
    assert_eq!(open(pending, refusal(result).body(), 1000).0, 413);
}

fn refusal(result: Result<(), Broken>) -> Answer {
    match result {
        Err(Broken::Answer(answer)) => answer,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_streamed_call_there_and_back_in_any_pieces() {
    let (server, pinned) = server();
    let server = Arc::new(server);
    let big = vec![0xA5; 100_000];
    let cases: [&[&[u8]]; 4] = [&[], &[b"a"], &[b"one", b"", b"two"], &[&big, b"x", &big]];
    for pieces in cases {
        let expected = pieces.concat();
        for size in [1, 7, 4096, usize::MAX] {
            let (wire, pending) = sealed(&client(&pinned), LINE, pieces);
            let (got, end) = read(&server, &wire, size);
            end.unwrap();
            let (head, starter) = got.head.unwrap();
            assert_eq!(head.line(), LINE);
            assert_eq!(head.fields().get("x-id"), Some(&b"1"[..]));
            assert_eq!(got.content, expected);
            assert_eq!(got.trailers.get("x-sum"), Some(&b"2"[..]));
            assert_eq!((starter.key_id(), starter.suite().aead), (9, Aead::ChaCha20Poly1305));

            let none = Fields::new();
            let (answer, mut writer) = starter.start(201, none.lines(), &mut SystemRandom).unwrap();
            let mut out = answer.into_body();
            for piece in pieces {
                writer.content(piece, &mut out).unwrap();
            }
            writer.finish(one("x-sum", "3").lines(), &mut out).unwrap();
            let (status, content, trailers) = open(pending, &out, size);
            assert_eq!((status, content), (201, expected.clone()));
            assert_eq!(trailers.get("x-sum"), Some(&b"3"[..]));
        }
    }
}

/// Whoever pushes what is wanted, no more and no less, finds all content but that of the final
/// chunk in what was pushed.
#[test]
fn what_is_wanted_is_opened_where_it_lies() {
    let (server, pinned) = server();
    let server = Arc::new(server);
    let pieces: [&[u8]; 2] = [&[1; 40_000], b"x"];
    let (mut wire, pending) = sealed(&client(&pinned), LINE, &pieces);
    let (mut rest, mut reader, mut sizes) = (&mut wire[..], reader(&server), Vec::new());
    let (mut content, mut answering) = (0, None);
    while let Some(wanted) = reader.wanted() {
        let (piece, behind) = rest.split_at_mut(wanted);
        let range = piece.as_ptr_range();
        reader
            .push(piece, &mut SystemRandom, &mut |event| {
                match event {
                    RequestEvent::Head(_, starter) => answering = Some(starter),
                    RequestEvent::Content(found) => {
                        assert!(range.contains(&found.as_ptr()));
                        content += found.len();
                    }
                    RequestEvent::Trailers(_) => panic!("they are in the final chunk"),
                }
                Ok(())
            })
            .unwrap();
        sizes.push(wanted);
        rest = behind;
    }
    assert_eq!(content, 40_001);
    // The header, the key, the first byte of a length and what follows it, chunks of 16 KiB.
    assert_eq!((sizes[0], sizes[1], sizes[2]), (7, 32, 1));
    assert!(sizes.contains(&3) && sizes.contains(&(16 * 1024 + 16)));
    reader.push(rest, &mut SystemRandom, &mut |_| Ok(())).unwrap();
    reader.finish(&mut SystemRandom, &mut |_| Ok(())).unwrap();

    let starter = answering.unwrap();
    let (answer, _) = starter.start(200, Fields::new().lines(), &mut SystemRandom).unwrap();
    let mut out = answer.into_body();
    let mut reader = pending.open(200, RESPONSE).unwrap();
    assert_eq!(reader.wanted(), Some(32), "the nonce");
    reader.push(&mut out[..30], &mut |_| Ok(())).unwrap();
    assert_eq!(reader.wanted(), Some(2));
    reader.push(&mut out[30..32], &mut |_| Ok(())).unwrap();
    assert_eq!(reader.wanted(), Some(1), "a length");
}

/// The head, and every event of a stream, can be read before the next one is made.
#[test]
fn nothing_waits_for_what_comes_later() {
    let (server, pinned) = server();
    let server = Arc::new(server);
    let (mut wire, none) = (Vec::new(), Fields::new());
    let (mut writer, pending) =
        client(&pinned).start(LINE, none.lines(), &mut wire, &mut SystemRandom).unwrap();
    let (mut got, mut reader) = (Got::default(), reader(&server));
    got.push(&mut reader, &mut wire).unwrap();
    let (_, starter) = got.head.take().expect("the head is there");
    wire.clear();
    writer.content(b"first", &mut wire).unwrap();
    got.push(&mut reader, &mut wire).unwrap();
    assert_eq!(got.content, b"first");

    // The response begins before the request has ended.
    let (answer, mut answering) = starter.start(200, none.lines(), &mut SystemRandom).unwrap();
    let mut out = answer.into_body();
    let mut response = pending.open(200, RESPONSE).unwrap();
    let mut events = Vec::new();
    let mut sink = |event: Event<'_>| {
        events.push(format!("{event:?}"));
        Ok(())
    };
    response.push(&mut out, &mut sink).unwrap();
    for _ in 0..3 {
        out.clear();
        answering.content(b"data: x\n\n", &mut out).unwrap();
        response.push(&mut out, &mut sink).unwrap();
    }
    assert_eq!(events.len(), 4, "{events:?}");
}

#[test]
fn a_request_sealed_at_once_is_one_final_chunk() {
    let (server, pinned) = server();
    let server = Arc::new(server);
    let none = Fields::new();
    for content in [&b""[..], b"all of it", &[7; 40_000]] {
        let (wire, _) =
            client(&pinned).seal_chunked(LINE, none.lines(), content, &mut SystemRandom).unwrap();
        if content.len() < 16_000 {
            assert_eq!(wire[39], 0, "the length of a final chunk");
        }
        let (got, end) = read(&server, &wire, 1000);
        end.unwrap();
        assert_eq!(got.content, content);
    }
}

/// Fault 2: no cut is taken for the end, whatever was handed out before.
#[test]
fn fault_02_a_stream_cut_at_every_byte_is_never_complete() {
    let (server, pinned) = server();
    let server = Arc::new(server);
    let (wire, pending) = sealed(&client(&pinned), LINE, &[b"some", b"content"]);
    let mut refused = 0;
    for cut in 0..wire.len() {
        let (got, end) = read(&server, &wire[..cut], 1 << 20);
        assert!(b"somecontent".starts_with(&got.content[..]));
        match (end.expect_err("cut"), got.head) {
            (Broken::Answer(answer), None) => assert_eq!(answer.status(), 400),
            (Broken::Handed(error), Some(_)) => assert_eq!(error.code(), Code::OpenFailed),
            other => panic!("{other:?}"),
        }
        refused += 1;
    }
    assert_eq!(refused, wire.len());

    // The same for the response.
    let (got, end) = read(&server, &wire, 1 << 20);
    end.unwrap();
    let none = Fields::new();
    let (_, starter) = got.head.unwrap();
    let (answer, mut writer) = starter.start(200, none.lines(), &mut SystemRandom).unwrap();
    let mut out = answer.into_body();
    writer.content(b"some", &mut out).unwrap();
    writer.finish(none.lines(), &mut out).unwrap();
    // A response opens once, so the last cut stands for all: right before the end.
    let mut reader = pending.open(200, RESPONSE).unwrap();
    let cut = out.len() - 1;
    reader.push(&mut out[..cut], &mut |_| Ok(())).unwrap();
    assert_eq!(reader.finish(&mut |_| Ok(())).unwrap_err().code(), Code::OpenFailed);
    assert_eq!(reader.push(&mut [0], &mut |_| Ok(())).unwrap_err().code(), Code::OpenFailed);
}

#[test]
fn refusals_look_as_they_do_for_a_request_in_one_piece() {
    let (server, pinned) = server();
    let server = Arc::new(server);
    assert_eq!(server.reader(None, Limits::default()).unwrap_err().status(), 415);
    let one_shot = Some(&b"message/ohttp-req"[..]);
    assert_eq!(server.reader(one_shot, Limits::default()).unwrap_err().status(), 415);

    let (good, _) = sealed(&client(&pinned), LINE, &[b"content"]);
    let altered = |at: usize| {
        let mut wire = good.clone();
        wire[at] ^= 1;
        refusal(read(&server, &wire, 11).1)
    };
    for at in [0, 2, 4, 6] {
        let body = String::from_utf8(altered(at).into_body()).unwrap();
        assert!(body.contains("#ohttp-key"), "{at}: {body}");
    }
    // enc, the length of the first chunk, the first chunk, its tag.
    let refused = refusal(read(&server, &[], 1).1);
    for at in [7, 38, 39, 41, 60] {
        assert_eq!(altered(at), refused, "{at}");
    }
}

#[test]
fn what_opened_but_is_no_request_for_this_server_is_answered_sealed() {
    let (server, pinned) = server();
    let server = Arc::new(server);
    let line = RequestLine { authority: "evil.example", ..LINE };
    let (wire, pending) = sealed(&client(&pinned), line, &[b"content"]);
    let (got, end) = read(&server, &wire, 50);
    assert!(got.head.is_none() && got.content.is_empty());
    let answer = refusal(end);
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.fields().next(), Some(("content-type", "message/ohttp-chunked-res")));
    let (status, content, _) = open(pending, answer.body(), 9);
    assert_eq!(status, 421);
    assert!(String::from_utf8(content).unwrap().contains("#authority"));

    // A head that is too large.
    let limits = Limits { section: 3, ..Limits::default() };
    let (mut wire, pending) = sealed(&client(&pinned), LINE, &[b"content"]);
    let mut reader = server.reader(REQUEST, limits).unwrap();
    let answer = refusal(Got::default().push(&mut reader, &mut wire));
    assert_eq!(open(pending, answer.body(), 9).0, 413);
}

#[test]
fn what_fails_after_the_head_is_told_to_whoever_has_it() {
    let (server, pinned) = server();
    let server = Arc::new(server);
    let limits = Limits { content: 5, ..Limits::default() };
    let (mut wire, _) = sealed(&client(&pinned), LINE, &[b"12345", b"6"]);
    let mut reader = server.reader(REQUEST, limits).unwrap();
    let mut got = Got::default();
    match got.push(&mut reader, &mut wire) {
        Err(Broken::Handed(error)) => assert_eq!(error.code(), Code::TooLarge),
        other => panic!("{other:?}"),
    }
    assert!(got.head.is_some());
    assert_eq!(got.content, b"12345");
    assert!(matches!(got.finish(&mut reader), Err(Broken::Handed(_))), "the error is final");
}

#[test]
fn a_handler_that_fails_is_answered_sealed() {
    let (server, pinned) = server();
    let server = Arc::new(server);
    let starter = || {
        let (wire, pending) = sealed(&client(&pinned), LINE, &[]);
        let (got, end) = read(&server, &wire, 100);
        end.unwrap();
        (got.head.unwrap().1, pending)
    };
    let (failing, pending) = starter();
    let answer = failing.internal_error(&mut SystemRandom);
    let (status, content, _) = open(pending, answer.body(), 100);
    assert_eq!(status, 500);
    assert!(String::from_utf8(content).unwrap().contains("#handler-failed"));

    // A response that cannot be sent.
    let (invalid, pending) = starter();
    let none = Fields::new();
    let (answer, mut writer) = invalid.start(101, none.lines(), &mut SystemRandom).unwrap();
    let mut out = answer.into_body();
    writer.content(b"ignored", &mut out).unwrap();
    writer.finish(none.lines(), &mut out).unwrap();
    let (status, content, _) = open(pending, &out, 100);
    assert_eq!(status, 500);
    assert!(String::from_utf8(content).unwrap().contains("#invalid-response"));

    // Content that is not what was announced: there is no end, so the client sees a cut.
    let (lying, pending) = starter();
    let length = one("content-length", "3");
    let (answer, mut writer) = lying.start(200, length.lines(), &mut SystemRandom).unwrap();
    let mut out = answer.into_body();
    writer.content(b"12", &mut out).unwrap();
    assert_eq!(writer.finish(none.lines(), &mut out).unwrap_err().code(), Code::InvalidInput);
    let mut reader = pending.open(200, RESPONSE).unwrap();
    reader.push(&mut out, &mut |_| Ok(())).unwrap();
    assert!(reader.finish(&mut |_| Ok(())).is_err());
}

#[test]
fn answers_that_are_not_sealed_in_chunks_are_refused() {
    let (_, pinned) = server();
    let pending = || sealed(&client(&pinned), LINE, &[]).1;
    for (status, content_type) in
        [(500, RESPONSE), (200, None), (200, Some(&b"message/ohttp-res"[..]))]
    {
        assert_eq!(pending().open(status, content_type).unwrap_err().code(), Code::NotSealed);
    }
    let mut empty = pending().open(200, RESPONSE).unwrap();
    assert_eq!(empty.finish(&mut |_| Ok(())).unwrap_err().code(), Code::OpenFailed);
}

/// Sizes within one bucket look alike, in both directions, in one piece or in chunks.
#[test]
fn padding_makes_sizes_alike() {
    let (server, pinned) = server();
    let buckets = || Padding::Buckets(Buckets::new([1024, 8192]).unwrap());
    let server = Arc::new(server.with_padding(buckets()));
    let recipient = Recipient::choose(
        &KeyConfigList::decode(&pinned).unwrap(),
        Policy::default().require_256_bit(),
    );
    let client = Client::new(recipient.unwrap()).with_padding(buckets());
    let none = Fields::new();
    let mut sizes = [Vec::new(), Vec::new(), Vec::new(), Vec::new()];
    for length in [0, 1, 500, 900] {
        let content = vec![b'x'; length];
        let random = &mut SystemRandom;
        let (mut body, pending) =
            client.seal(LINE, none.lines(), &content, random).unwrap().into_parts();
        sizes[0].push(body.len());
        let request = server.open(Some(b"message/ohttp-req"), &mut body, random).unwrap();
        assert_eq!(request.content, content);
        let answer =
            request.response.seal(200, none.lines(), &content, iter::empty(), random).unwrap();
        sizes[1].push(answer.body().len());
        let mut body = answer.into_body();
        let response = pending.open(200, Some(b"message/ohttp-res"), &mut body).unwrap();
        assert_eq!(response.content, content);

        let (body, pending) = client.seal_chunked(LINE, none.lines(), &content, random).unwrap();
        sizes[2].push(body.len());
        let (got, end) = read(&server, &body, 100);
        end.unwrap();
        assert_eq!(got.content, content);
        let (_, starter) = got.head.unwrap();
        let answer = starter.internal_error(random);
        sizes[3].push(answer.body().len());
        assert_eq!(open(pending, answer.body(), 100).0, 500);
    }
    for sizes in &sizes {
        assert_eq!(sizes.iter().collect::<std::collections::BTreeSet<_>>().len(), 1, "{sizes:?}");
    }
}

#[test]
fn debug_output_holds_no_message() {
    let (server, pinned) = server();
    let server = Arc::new(server);
    let (wire, pending) = sealed(&client(&pinned), LINE, &[b"secret-content"]);
    let mut shown = format!("{pending:?}");
    let mut reader = reader(&server);
    reader
        .push(&mut wire.clone(), &mut SystemRandom, &mut |event| {
            shown += &format!("{event:?}");
            Ok(())
        })
        .unwrap();
    shown += &format!("{reader:?}");
    let decimal = format!("{:?}", b"secret");
    for secret in ["secret-content", "upload", AUTHORITY, decimal.trim_matches(['[', ']'])] {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
}
