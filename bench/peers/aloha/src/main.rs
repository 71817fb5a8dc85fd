//! The crate aloha: S1, S2, S5, S6.

use aloha::{
    Config,
    bhttp::{Builder, Framing, Parser},
    id,
};
use bench_peer::{Op, Witness, message, serve};

fn main() {
    let mut ops: Vec<Op> = Vec::new();
    ops.extend(message::AES_128_GCM.map(|row| op(id::AeadId::AESGCM128, row)));
    ops.extend(message::CHACHA20_POLY1305.map(|row| op(id::AeadId::CHACHA20POLY1305, row)));
    serve(ops);
}

fn op(aead: id::AeadId, row: message::Exchange) -> Op {
    let server = Config::builder()
        .with_id(1)
        .gen_keypair(id::KemId::X25519HKDFSHA256, &mut rand::rng())
        .push_alg(id::KdfId::HKDFSHA256, aead)
        .build()
        .unwrap();
    let mut published = Vec::new();
    server.get_client().compose(&mut published).unwrap();
    let client = Config::parse(&mut published.as_slice()).unwrap();
    let body = message::body(row.size);
    Op::new(row.row, move |witness| {
        exchange(&client, &server, &body, witness);
    })
}

fn exchange(client: &Config, server: &Config, body: &[u8], witness: &mut Witness) {
    let request = encode_request(body);
    let (sealed, opening) = client.encrypt_req(0, &request, &mut rand::rng()).unwrap();

    let (request, answering) = server.decrypt_req_in_place(sealed).unwrap();
    see_request(&request, body, witness);

    let response = encode_response(body);
    let sealed = answering.encrypt_res(&response, &mut rand::rng()).unwrap();

    let response = opening.decrypt_res_in_place(sealed).unwrap();
    see_response(&response, body, witness);
}

fn encode_request(body: &[u8]) -> Vec<u8> {
    let mut encoded = Vec::new();
    Builder::new(&mut encoded, Framing::KnownLenReq)
        .push_ctrl(
            message::METHOD.as_bytes(),
            message::SCHEME.as_bytes(),
            message::AUTHORITY.as_bytes(),
            message::PATH.as_bytes(),
        )
        .unwrap()
        .push_headers(&message::REQUEST_FIELDS.map(|(n, v)| (n.as_bytes(), v.as_bytes())))
        .unwrap()
        .push_content(body)
        .unwrap()
        .push_tailers(&[])
        .unwrap();
    encoded
}

fn encode_response(body: &[u8]) -> Vec<u8> {
    let mut encoded = Vec::new();
    Builder::new(&mut encoded, Framing::KnownLenRes)
        .push_status(message::STATUS.into())
        .unwrap()
        .next()
        .unwrap()
        .push_headers(&message::RESPONSE_FIELDS.map(|(n, v)| (n.as_bytes(), v.as_bytes())))
        .unwrap()
        .push_content(body)
        .unwrap()
        .push_tailers(&[])
        .unwrap();
    encoded
}

/// The parser is lazy: what it is not asked for it does not decode.
fn see_request(encoded: &[u8], body: &[u8], witness: &mut Witness) {
    let control = Parser::new(encoded).next_req().unwrap();
    witness.same(control.get().unwrap().path, message::PATH.as_bytes());
    let fields = control.next().unwrap();
    look_up(fields.iter().map(Result::unwrap), witness);
    let content = fields.next().unwrap();
    witness.same(content.iter().next().unwrap().unwrap(), body);
    content.next().unwrap().next().unwrap();
}

fn see_response(encoded: &[u8], body: &[u8], witness: &mut Witness) {
    let control = Parser::new(encoded).next_res().unwrap();
    let (status, _) = control.iter().next().unwrap().unwrap();
    witness.same(&status.to_be_bytes(), &usize::from(message::STATUS).to_be_bytes());
    let fields = control.next().unwrap();
    look_up(fields.iter().map(Result::unwrap), witness);
    let content = fields.next().unwrap();
    witness.same(content.iter().next().unwrap().unwrap(), body);
    content.next().unwrap().next().unwrap();
}

fn look_up<'a>(mut fields: impl Iterator<Item = (&'a [u8], &'a [u8])>, witness: &mut Witness) {
    let (name, value) = message::LOOKED_UP;
    let found = fields.find(|(found, _)| *found == name.as_bytes());
    witness.same(found.unwrap().1, value.as_bytes());
}
