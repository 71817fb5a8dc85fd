//! The engine of the crate hpke-http, which has ChaCha20-Poly1305 and its own wire: S2.

use bench_peer::{Op, Witness, message, serve};
use hpke_http::{Client, HeaderField, Limits, Method, Request, Response, Server};

/// Its mode needs a pre-shared key.
const PSK: &[u8] = b"a pre-shared key of more than 32 bytes";

fn main() {
    serve(message::CHACHA20_POLY1305.map(op).into());
}

fn op(row: message::Exchange) -> Op {
    let (private, public) = hpke_http::generate_key_pair().unwrap().into_parts();
    let (key_id, tenant) = (b"key-1".to_vec(), b"tenant-1".to_vec());
    let limits = Limits::default();
    let client = Client::new(&public, key_id.clone(), PSK.to_vec(), tenant, limits).unwrap();
    let server = Server::new(&private, key_id, limits).unwrap();
    let body = message::body(row.size);
    Op::new(row.row, move |witness| {
        exchange(&client, &server, &body, witness);
    })
}

fn exchange(client: &Client, server: &Server, body: &[u8], witness: &mut Witness) {
    let request = Request {
        method: Method::Post,
        authority: message::AUTHORITY.into(),
        path: message::PATH.into(),
        headers: headers(&message::REQUEST_FIELDS),
        body: body.to_vec(),
    };
    let (sealed, opener) = client.protect(&request).unwrap().into_parts();

    let parsed = server.preparse_owned(sealed).unwrap();
    let known = server.authenticate(parsed.token, PSK).unwrap();
    let opened = known.token.admit(known.replay.decision(true)).unwrap();
    witness.same(&opened.request.path, message::PATH.as_bytes());
    look_up(&opened.request.headers, witness);
    witness.same(&opened.request.body, body);

    let response = Response {
        status: message::STATUS,
        headers: headers(&message::RESPONSE_FIELDS),
        body: body.to_vec(),
    };
    let sealed = opened.response.protect_finite(&response).unwrap();

    let response = opener.open_finite(&sealed).unwrap();
    witness.same(&response.status.to_be_bytes(), &message::STATUS.to_be_bytes());
    look_up(&response.headers, witness);
    witness.same(&response.body, body);
}

fn headers(fields: &[(&str, &str)]) -> Vec<HeaderField> {
    let field =
        |(name, value): &(&str, &str)| HeaderField { name: (*name).into(), value: (*value).into() };
    fields.iter().map(field).collect()
}

fn look_up(headers: &[HeaderField], witness: &mut Witness) {
    let (name, value) = message::LOOKED_UP;
    let found = headers.iter().find(|field| field.name == name.as_bytes());
    witness.same(&found.unwrap().value, value.as_bytes());
}
