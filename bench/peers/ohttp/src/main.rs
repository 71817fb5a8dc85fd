//! The crates ohttp and bhttp: S1, S2, S5, S6.

use std::io::Cursor;

use bench_peer::{Op, Witness, message, serve};
use bhttp::{Message, Mode, StatusCode};
use ohttp::{
    ClientRequest, KeyConfig, Server, SymmetricSuite,
    hpke::{Aead, Kdf, Kem},
};

fn main() {
    let rows = |aead, rows: &[message::Exchange]| -> Vec<Op> {
        rows.iter().map(|row| op(aead, *row)).collect()
    };
    let mut ops = rows(Aead::Aes128Gcm, &message::AES_128_GCM);
    ops.extend(rows(Aead::ChaCha20Poly1305, &message::CHACHA20_POLY1305));
    serve(ops);
}

fn op(aead: Aead, row: message::Exchange) -> Op {
    let suite = SymmetricSuite::new(Kdf::HkdfSha256, aead);
    let config = KeyConfig::new(1, Kem::X25519Sha256, vec![suite]).unwrap();
    let published = config.encode().unwrap();
    let mut client = KeyConfig::decode(&published).unwrap();
    let server = Server::new(config).unwrap();
    let body = message::body(row.size);
    Op::new(row.row, move |witness| {
        exchange(&mut client, &server, &body, witness);
    })
}

fn exchange(client: &mut KeyConfig, server: &Server, body: &[u8], witness: &mut Witness) {
    let request = encode(request_head(), body);
    let sealer = ClientRequest::from_config(client).unwrap();
    let (sealed, opener) = sealer.encapsulate(&request).unwrap();

    let (request, sealer) = server.decapsulate(&sealed).unwrap();
    let request = decode(&request);
    witness.same(request.control().path().unwrap(), message::PATH.as_bytes());
    look_up(&request, witness);
    witness.same(request.content(), body);

    let response = encode(response_head(), body);
    let sealed = sealer.encapsulate(&response).unwrap();

    let response = decode(&opener.decapsulate(&sealed).unwrap());
    let status = response.control().status().unwrap().code();
    witness.same(&status.to_be_bytes(), &message::STATUS.to_be_bytes());
    look_up(&response, witness);
    witness.same(response.content(), body);
}

fn request_head() -> Message {
    let mut message = Message::request(
        message::METHOD.into(),
        message::SCHEME.into(),
        message::AUTHORITY.into(),
        message::PATH.into(),
    );
    for (name, value) in message::REQUEST_FIELDS {
        message.put_header(name, value);
    }
    message
}

fn response_head() -> Message {
    let mut message = Message::response(StatusCode::try_from(message::STATUS).unwrap());
    for (name, value) in message::RESPONSE_FIELDS {
        message.put_header(name, value);
    }
    message
}

fn encode(mut message: Message, body: &[u8]) -> Vec<u8> {
    message.write_content(body);
    let mut encoded = Vec::new();
    message.write_bhttp(Mode::KnownLength, &mut encoded).unwrap();
    encoded
}

fn decode(encoded: &[u8]) -> Message {
    Message::read_bhttp(&mut Cursor::new(encoded)).unwrap()
}

fn look_up(message: &Message, witness: &mut Witness) {
    let (name, value) = message::LOOKED_UP;
    witness.same(message.header().get(name.as_bytes()).unwrap(), value.as_bytes());
}
