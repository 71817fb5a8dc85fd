//! What a stranger's message makes a server allocate. A binary of its own, since the allocator that
//! counts is the whole binary's; it counts each test's thread apart.

use std::sync::Arc;

use allocation_counter::{AllocationInfo, measure};
use bytes::Bytes;
use futures::{executor::block_on, stream};
use http::Request;
use http_body::Frame;
use http_body_util::{BodyExt as _, StreamBody};
use sealwire::{
    Aead, Kem, Server, SystemRandom,
    bhttp::{Limits, decode_response},
    envelope::{self, Labels, chunked},
    keys::{KeyPair, KeyRing, Policy, Recipient, ServerKey},
    server::{GATEWAY_PATH, Route},
};
use sealwire_http::server::{Gate, Incoming};
use sealwire_tests::{
    chunks,
    independent::varint_of,
    messages::{prefixed, request, section},
    rig,
};

const AUTHORITY: &str = "api.example.com";
const MOST: u64 = 1024 * 1024;
/// The most that a length can say: 2^62 - 1.
const HUGE: u64 = (1 << 62) - 1;

enum Opener {
    OneShot(envelope::ResponseOpener),
    Chunked(chunked::ResponseOpener),
}

/// A server, with a route that streams, and a client of it.
fn rig() -> (Gate, Recipient) {
    let pair = KeyPair::derive(Kem::X25519HkdfSha256, &[7; 32]).unwrap();
    let mut ring = KeyRing::new();
    ring.add(ServerKey::new(9, pair, &[Aead::ChaCha20Poly1305]).unwrap()).unwrap();
    let recipient = Recipient::choose(&ring.configs().unwrap(), Policy::default()).unwrap();
    let server = Server::new(ring, [AUTHORITY]).unwrap();
    let server = server.with_route("/stream", Route::new().streaming(true)).unwrap();
    (Gate::new(Arc::new(server)), recipient)
}

fn seal(recipient: &Recipient, is_chunked: bool, message: &[u8]) -> (Bytes, Opener) {
    if is_chunked {
        let mut parts: Vec<&[u8]> = message.chunks(16_384).collect();
        parts.push(b"");
        let sealed = chunks::seal(recipient, chunks::LABELS, &parts, &mut SystemRandom).unwrap();
        (sealed.0.into(), Opener::Chunked(sealed.1))
    } else {
        let sealed = rig::seal(recipient, Labels::BHTTP, message, &mut SystemRandom).unwrap();
        (sealed.0.into(), Opener::OneShot(sealed.1))
    }
}

/// An outer request whose body comes in frames of so many bytes. They stay allocated as long as `wire`
/// does, so that what a server allocates is not set off against them.
fn outer(
    is_chunked: bool,
    wire: &Bytes,
    frame: usize,
) -> Request<impl http_body::Body<Data = Bytes, Error = std::io::Error> + use<>> {
    let frames: Vec<_> =
        wire.chunks(frame).map(|frame| Ok(Frame::data(wire.slice_ref(frame)))).collect();
    let media_type = if is_chunked { "message/ohttp-chunked-req" } else { "message/ohttp-req" };
    Request::post(GATEWAY_PATH)
        .header("content-type", media_type)
        .body(StreamBody::new(stream::iter(frames)))
        .unwrap()
}

/// What it takes to sort and open an outer request, and the status of the answer, outside and inside.
fn refused(
    gate: &Gate,
    is_chunked: bool,
    wire: &Bytes,
    frame: usize,
) -> (AllocationInfo, u16, Bytes) {
    let request = outer(is_chunked, wire, frame);
    let mut incoming = None;
    let taken = measure(|| incoming = Some(block_on(gate.receive(request))));
    let Some(Incoming::Answer(answer)) = incoming else { panic!("it was not refused") };
    let status = answer.status().as_u16();
    (taken, status, block_on(answer.into_body().collect()).unwrap().to_bytes())
}

fn status_inside(opener: Opener, body: &[u8]) -> u16 {
    let message = match opener {
        Opener::OneShot(opener) => rig::open_answer(opener, body).unwrap(),
        Opener::Chunked(opener) => chunks::open_answer(opener, body).complete(),
    };
    decode_response(&message, Limits::default()).unwrap().head.status()
}

/// Messages that open, and hold more than may be, or say so.
fn hostile(is_chunked: bool) -> Vec<(&'static str, Vec<u8>, u16)> {
    // In chunks content is counted as it comes, against the limit of its route; this one is cut.
    let huge = varint_of(HUGE, 8);
    let fill = "f".repeat(65_536 - 7 - 4 + 1);
    let with = |section: &[u8]| request(AUTHORITY, "/", section, b"");
    let mut content = request(AUTHORITY, "/", &section(&[]), b"");
    content.pop();
    content.extend_from_slice(&huge);
    // The line's length is what says how much follows, so the section around it is as long.
    let in_line = |line: Vec<u8>| with(&[varint_of(HUGE, 8), line].concat());
    vec![
        ("a section one over the limit", with(&section(&[("x-fill", &fill)])), 413),
        ("10,000 fields", with(&section(&[("a", "b"); 10_000])), 413),
        ("a section of 2^62", with(&[&huge[..], b"a"].concat()), 413),
        ("a name of 2^62", with(&prefixed(&[&huge[..], b"a"].concat())), 413),
        ("a value of 2^62", with(&prefixed(&[&[1, b'a'], &huge[..], b"b"].concat())), 413),
        ("a name of 2^62 in a section of 2^62", in_line(huge.clone()), 413),
        ("a method of 2^62", [&[0], &huge[..], b"G"].concat(), 413),
        ("content of 2^62", content, if is_chunked { 400 } else { 413 }),
    ]
}

#[test]
fn fault_19_what_is_too_large_is_refused_in_less_than_a_mebibyte() {
    let (gate, recipient) = rig();
    let (mut most, mut count) = (0, 0);
    for is_chunked in [false, true] {
        for (what, message, expected) in hostile(is_chunked) {
            for frame in [100, 16_384, usize::MAX] {
                let (wire, opener) = seal(&recipient, is_chunked, &message);
                let (taken, status, body) = refused(&gate, is_chunked, &wire, frame);
                assert_eq!(status, 200, "{what}");
                assert_eq!(status_inside(opener, &body), expected, "{what}");
                assert!(taken.bytes_max <= MOST, "{what}: {taken:?}");
                (most, count) = (taken.bytes_max.max(most), count + 1);
            }
        }
    }
    assert_eq!(count, 2 * 8 * 3);
    println!("at most {most} bytes at a time");
}

/// What is outside the seal needs no key to be forged.
#[test]
fn fault_19_a_chunk_that_says_it_is_huge_is_not_waited_for() {
    let (gate, recipient) = rig();
    let (wire, _) = seal(&recipient, true, &request(AUTHORITY, "/", &section(&[]), b""));
    let preamble = &wire[..7 + 32];
    for length in [65_536 + 17, 1 << 20, 1 << 30, HUGE] {
        let wire = [preamble, &varint_of(length, 8), &[0; 1000]].concat().into();
        let (taken, status, _) = refused(&gate, true, &wire, 100);
        assert_eq!(status, 400);
        assert!(taken.bytes_max <= MOST, "{length}: {taken:?}");
    }
}

/// The final chunk has no length, and its limit is that of any other.
#[test]
fn a_final_chunk_without_end_is_refused() {
    let (gate, recipient) = rig();
    let (wire, _) = seal(&recipient, true, &request(AUTHORITY, "/", &section(&[]), b""));
    let wire = [&wire[..7 + 32], &[0], &vec![0; 10 << 20][..]].concat().into();
    let (taken, status, _) = refused(&gate, true, &wire, 16_384);
    assert_eq!(status, 400);
    assert!(taken.bytes_max <= MOST, "{taken:?}");
}

/// Positive control: the counter sees what is held.
#[test]
fn content_that_is_held_is_counted() {
    let (gate, recipient) = rig();
    let content = vec![b'x'; 1_500_000];
    let message = request(AUTHORITY, "/", &section(&[]), &content);
    for is_chunked in [false, true] {
        let (wire, _) = seal(&recipient, is_chunked, &message);
        let outer = outer(is_chunked, &wire, 16_384);
        let mut incoming = None;
        let taken = measure(|| incoming = Some(block_on(gate.receive(outer))));
        let Some(Incoming::Call(request, _)) = incoming else { panic!("a call") };
        assert!(taken.bytes_max > 1_500_000, "{taken:?}");
        let body = block_on(request.into_body().collect()).unwrap().to_bytes();
        assert!(body == content);
    }
}

/// A handler that streams is called with next to nothing held, however much is to come.
#[test]
fn a_stream_holds_one_chunk() {
    let (gate, recipient) = rig();
    let content = vec![b'x'; 20 << 20];
    let message = request(AUTHORITY, "/stream", &section(&[]), &content);
    let (wire, _) = seal(&recipient, true, &message);
    let outer = outer(true, &wire, 16_384);
    let mut total = 0;
    let taken = measure(|| {
        let Incoming::Call(request, _) = block_on(gate.receive(outer)) else { panic!("a call") };
        let mut body = request.into_body();
        while let Some(frame) = block_on(body.frame()) {
            total += frame.unwrap().into_data().unwrap().len();
        }
    });
    assert_eq!(total, content.len());
    assert!(taken.bytes_max <= 256 * 1024, "{taken:?}");
    println!("a stream of 20 MiB takes {} bytes at a time", taken.bytes_max);
}

/// On the way of a message nothing is allocated for a chunk: neither where it is sealed, nor where it
/// is opened, be it where it lies or put together from pieces.
#[test]
fn chunks_are_sealed_and_opened_without_an_allocation_of_their_own() {
    const CHUNKS: usize = 200;
    let (_, recipient) = rig();
    let pair = KeyPair::derive(Kem::X25519HkdfSha256, &[7; 32]).unwrap();
    let mut ring = KeyRing::new();
    ring.add(ServerKey::new(9, pair, &[Aead::ChaCha20Poly1305]).unwrap()).unwrap();
    let content = vec![0x5A; 16 * 1024];

    let mut wire = Vec::with_capacity((CHUNKS + 2) * (content.len() + 32));
    let (mut sealer, _) =
        chunked::seal_request(&recipient, chunks::LABELS, &mut wire, &mut SystemRandom).unwrap();
    let sealing = measure(|| {
        for _ in 0..CHUNKS {
            sealer.seal(&content, &mut wire).unwrap();
        }
        sealer.finish(b"", &mut wire).unwrap();
    });
    assert_eq!(sealing.count_total, 0, "sealing");

    // Each chunk whole, then in pieces that cut every one: those need the one buffer of the message.
    for (piece, allowed) in [(wire.len(), 1), (10_000, 8)] {
        let mut wire = wire.clone();
        let length = chunked::preamble_len(&wire).unwrap().unwrap();
        let (preamble, sealed) = wire.split_at_mut(length);
        let (mut opener, _) = chunked::open_request(&ring, chunks::LABELS, preamble).unwrap();
        let mut opened = 0;
        let opening = measure(|| {
            for mut piece in sealed.chunks_mut(piece) {
                while let Some(chunk) = opener.next(&mut piece).unwrap() {
                    opened += chunk.len();
                }
            }
            opened += opener.finish().unwrap().len();
        });
        assert_eq!(opened, CHUNKS * content.len());
        assert!(opening.count_total <= allowed, "{} for {CHUNKS} chunks", opening.count_total);
    }
}
