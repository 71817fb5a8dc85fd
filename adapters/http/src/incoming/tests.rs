//! What can be seen from inside only: how much is held.

use std::sync::Arc;

use sealwire::{
    Aead, Kem, Server, SystemRandom,
    bhttp::{Limits, RequestLine, encode_request},
    envelope::{Labels, chunked},
    keys::{KeyPair, KeyRing, Policy, Recipient, ServerKey},
    server::RequestReader,
};

use super::*;

const CHUNK: usize = chunked::ChunkSealer::MAX_CHUNK_LEN;

/// A reader, and a request for it in the largest chunks that it takes.
fn rig(content: &[u8]) -> (Opening<RequestReader>, Vec<u8>) {
    let pair = KeyPair::derive(Kem::X25519HkdfSha256, &[7; 32]).unwrap();
    let mut ring = KeyRing::new();
    ring.add(ServerKey::new(9, pair, &[Aead::ChaCha20Poly1305]).unwrap()).unwrap();
    let recipient = Recipient::choose(&ring.configs().unwrap(), Policy::default()).unwrap();
    let line = RequestLine { method: "PUT", scheme: "https", authority: "a.example", path: "/" };
    let (mut message, none) = (Vec::new(), std::iter::empty());
    encode_request(line, none.clone(), content, none, &mut message).unwrap();
    let mut wire = Vec::new();
    let labels = Labels::BHTTP_CHUNKED;
    let (sealer, _) =
        chunked::seal_request(&recipient, labels, &mut wire, &mut SystemRandom).unwrap();
    sealer.with_chunk_len(CHUNK).unwrap().finish(&message, &mut wire).unwrap();
    let server = Arc::new(Server::new(ring, ["a.example"]).unwrap());
    let media_type = Some(sealwire::Client::CHUNKED_MEDIA_TYPE.as_bytes());
    let reader = server.reader(media_type, Limits::default()).ok().unwrap();
    (Opening::new(reader, None), wire)
}

/// The content that comes out, and the most bytes that were held.
fn run(opening: &mut Opening<RequestReader>, frames: &[&[u8]]) -> (Vec<u8>, usize) {
    let (mut content, mut most) = (Vec::new(), 0);
    for frame in frames {
        opening.append(Bytes::copy_from_slice(frame));
        most = most.max(opening.arrived.capacity());
        while opening.step().is_ok_and(|opened| opened) {
            while let Some(piece) = opening.pieces.next_content() {
                content.extend_from_slice(&piece);
            }
        }
    }
    opening.finish().ok().unwrap();
    while let Some(piece) = opening.pieces.next_content() {
        content.extend_from_slice(&piece);
    }
    (content, most)
}

#[test]
fn a_chunk_and_an_outer_frame_are_held_at_most() {
    let content: Vec<u8> =
        (0..400_000_u32).map(|i| i.to_le_bytes()[0] ^ i.to_le_bytes()[1]).collect();
    for size in [1, 5, 1000, CHUNK - 1, CHUNK, CHUNK + 21, 300_000] {
        let (mut opening, wire) = rig(&content);
        let frames: Vec<&[u8]> = wire.chunks(size).collect();
        let (got, most) = run(&mut opening, &frames);
        assert!(got == content, "{size}");
        assert!(most <= CHUNK + 16 + size, "{most} for frames of {size}");
    }
}

/// What is announced is not what memory is taken for.
#[test]
fn memory_grows_with_what_arrives() {
    let (mut opening, wire) = rig(&[1; 100_000]);
    // The preamble, the length of a chunk of 64 KiB, and a little of it.
    for byte in &wire[..100] {
        opening.append(Bytes::copy_from_slice(&[*byte]));
        while opening.step().ok().unwrap() {}
    }
    assert_eq!(opening.reader.wanted(), Some(CHUNK + 16));
    assert!(opening.arrived.capacity() <= 128, "{}", opening.arrived.capacity());
}

#[test]
fn a_frame_that_nobody_else_holds_is_opened_where_it_lies() {
    let content = vec![3; 50_000];
    let (mut opening, wire) = rig(&[&content[..], &[4; 60_000]].concat());
    let frame = Bytes::from(wire);
    let range = frame.as_ptr().addr()..frame.as_ptr().addr() + frame.len();
    opening.append(frame);
    while !opening.pieces.has_content() {
        assert!(opening.step().ok().unwrap());
    }
    let piece = opening.pieces.next_content().unwrap();
    assert!(piece.len() > 60_000 && range.contains(&piece.as_ptr().addr()));
}
