//! A request and its response, through the public interface: S1, S2, S5, S6.

use std::iter;

use bench_peer::{Op, Witness, message};
use sealwire::{
    Aead, Kem, SystemRandom,
    bhttp::{self, Fields, Limits, RequestLine},
    envelope::{Labels, open_request, seal_request},
    keys::{KeyConfigList, KeyPair, KeyRing, Policy, Recipient, ServerKey},
};

pub(crate) fn ops() -> Vec<Op> {
    let mut ops: Vec<Op> = Vec::new();
    ops.extend(message::AES_128_GCM.map(|row| op(Aead::Aes128Gcm, row)));
    ops.extend(message::CHACHA20_POLY1305.map(|row| op(Aead::ChaCha20Poly1305, row)));
    ops
}

fn op(aead: Aead, row: message::Exchange) -> Op {
    let pair = KeyPair::generate(Kem::X25519HkdfSha256, &mut SystemRandom).unwrap();
    let mut ring = KeyRing::new();
    ring.add(ServerKey::new(1, pair, &[aead]).unwrap()).unwrap();
    let published = ring.configs().unwrap().encode();
    let configs = KeyConfigList::decode(&published).unwrap();
    let recipient = Recipient::choose(&configs, Policy::default()).unwrap();
    let body = message::body(row.size);
    Op::new(row.row, move |witness| {
        exchange(&recipient, &ring, &body, witness);
    })
}

fn exchange(recipient: &Recipient, ring: &KeyRing, body: &[u8], witness: &mut Witness) {
    let mut sealed = room(recipient.headroom(), body);
    encode_request(body, &mut sealed);
    let opener = seal_request(recipient, Labels::BHTTP, &mut sealed, &mut SystemRandom).unwrap();

    let (request, sealer) = open_request(ring, Labels::BHTTP, &mut sealed).unwrap();
    let request = bhttp::decode_request(request, Limits::default()).unwrap();
    witness.same(request.head.path().as_bytes(), message::PATH.as_bytes());
    look_up(request.head.fields(), witness);
    witness.same(&request.content, body);

    let mut sealed = room(sealer.headroom(), body);
    encode_response(body, &mut sealed);
    sealer.seal(&mut sealed, &mut SystemRandom).unwrap();

    let response = opener.open(&mut sealed).unwrap();
    let response = bhttp::decode_response(response, Limits::default()).unwrap();
    let status = response.head.status();
    witness.same(&status.to_be_bytes(), &message::STATUS.to_be_bytes());
    look_up(response.head.fields(), witness);
    witness.same(&response.content, body);
}

/// A buffer with headroom that need not move when the head, the body and the tag come in.
fn room(headroom: usize, body: &[u8]) -> Vec<u8> {
    let mut message = Vec::with_capacity(headroom + body.len() + 512);
    message.resize(headroom, 0);
    message
}

fn encode_request(body: &[u8], out: &mut Vec<u8>) {
    let line = RequestLine {
        method: message::METHOD,
        scheme: message::SCHEME,
        authority: message::AUTHORITY,
        path: message::PATH,
    };
    let fields = message::lines(&message::REQUEST_FIELDS);
    bhttp::encode_request(line, fields, body, iter::empty(), out).unwrap();
}

fn encode_response(body: &[u8], out: &mut Vec<u8>) {
    let fields = message::lines(&message::RESPONSE_FIELDS);
    bhttp::encode_response(&[], message::STATUS, fields, body, iter::empty(), out).unwrap();
}

fn look_up(fields: &Fields, witness: &mut Witness) {
    let (name, value) = message::LOOKED_UP;
    witness.same(fields.get(name).unwrap(), value.as_bytes());
}
