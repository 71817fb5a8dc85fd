//! Whole calls, in chunks, between our adapters and a stack made of the crates ohttp and bhttp: their
//! client and our layer around an axum router, our client and their server.

use std::{cell::RefCell, io::Cursor, rc::Rc};

use ::ohttp::{ClientRequest, KeyConfig as PeerConfig, hpke::Aead as PeerAead};
use axum::{Router, body::Body, routing};
use bytes::Bytes;
use futures::{AsyncReadExt as _, AsyncWriteExt as _, executor::block_on, io::AllowStdIo};
use http::{Request, Response, header::CONTENT_TYPE};
use http_body_util::{BodyExt as _, Full};
use peer_bhttp::{Message, Mode};
use sealwire::{
    Client, Server,
    keys::{KeyConfigList, Policy, Recipient},
    server::GATEWAY_PATH,
};
use sealwire_http::client::{seal, seal_stream};
use sealwire_tests::rig::{AEADS, key_pair};
use sealwire_tower::SealwireLayer;
use tower_layer::Layer as _;
use tower_service::Service as _;

use crate::ohttp::server;

const REQUEST: &str = "message/ohttp-chunked-req";
const RESPONSE: &str = "message/ohttp-chunked-res";

/// Their client writes while it is read from elsewhere.
#[derive(Clone, Default)]
struct Shared(Rc<RefCell<Vec<u8>>>);

impl std::io::Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        std::io::Write::write(&mut *self.0.borrow_mut(), bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn sizes() -> [usize; 5] {
    [0, 1, 16_383, 16_385, 200_000]
}

#[test]
fn their_client_calls_an_axum_router_through_our_layer() {
    let mut ring = sealwire::keys::KeyRing::new();
    let key = sealwire::keys::ServerKey::new(5, key_pair(5), &AEADS[..1]).unwrap();
    ring.add(key).unwrap();
    let published = ring.configs().unwrap().encode();
    let echo = |request: Request<Body>| async move {
        let (method, path) = (request.method().clone(), request.uri().to_string());
        let token = request.headers()["x-token"].clone();
        let content = request.into_body().collect().await.unwrap().to_bytes();
        ([("x-saw", format!("{method} {path}").parse().unwrap()), ("x-token", token)], content)
    };
    let router: Router = Router::new().route("/orders", routing::post(echo));
    let mut service = SealwireLayer::new(Server::new(ring, ["a.example"]).unwrap()).layer(router);
    let mut calls = 0;
    for mode in [Mode::KnownLength, Mode::IndeterminateLength] {
        for size in sizes() {
            let content = vec![0x5A; size];
            let mut message = Message::request(
                b"POST".to_vec(),
                b"https".to_vec(),
                b"a.example".to_vec(),
                b"/orders?a=b".to_vec(),
            );
            message.put_header("x-token", "secret");
            message.write_content(&content);
            let mut plain = Vec::new();
            message.write_bhttp(mode, &mut plain).unwrap();

            let sent = Shared::default();
            let theirs = ClientRequest::from_encoded_config_list(&published).unwrap();
            let mut theirs = theirs.encapsulate_stream(AllowStdIo::new(sent.clone())).unwrap();
            block_on(theirs.write_all(&plain)).unwrap();
            block_on(theirs.close()).unwrap();
            let outer = Request::post(GATEWAY_PATH).header(CONTENT_TYPE, REQUEST);
            let outer = outer.body(Full::new(Bytes::from(sent.0.take()))).unwrap();

            let answer = block_on(service.call(outer)).unwrap();
            assert_eq!(answer.status(), 200);
            assert_eq!(answer.headers()[CONTENT_TYPE], RESPONSE);
            let wire = block_on(answer.into_body().collect()).unwrap().to_bytes();
            let mut opened = Vec::new();
            let mut stream = theirs.response(AllowStdIo::new(Cursor::new(wire))).unwrap();
            block_on(stream.read_to_end(&mut opened)).unwrap();
            let response = Message::read_bhttp(&mut Cursor::new(opened)).unwrap();
            assert_eq!(response.control().status().unwrap().code(), 200);
            let saw = response.header().get(b"x-saw").unwrap();
            assert_eq!(saw, b"POST https://a.example/orders?a=b");
            assert_eq!(response.header().get(b"x-token"), Some(&b"secret"[..]));
            assert!(response.content() == content, "{mode:?} {size}");
            calls += 1;
        }
    }
    assert_eq!(calls, 10);
}

/// Their server can answer in AES-128-GCM only: for the others see chunked.rs.
#[test]
fn our_client_calls_a_server_of_theirs() {
    let theirs = server(0x33, 6, &[PeerAead::Aes128Gcm]);
    let published = PeerConfig::encode_list(&[theirs.config()]).unwrap();
    let list = KeyConfigList::decode(&published).unwrap();
    let client = Client::new(Recipient::choose(&list, Policy::streaming()).unwrap());
    let mut calls = 0;
    for streamed in [false, true] {
        for size in sizes() {
            let content = Bytes::from(vec![0xA5; size]);
            let inner = Request::put("https://a.example/orders?a=b").header("x-token", "secret");
            let gateway = GATEWAY_PATH.parse().unwrap();
            let (outer, pending) = match streamed {
                true => {
                    let inner = inner.body(Full::new(content.clone())).unwrap();
                    seal_stream(&client, inner, gateway).unwrap()
                }
                false => seal(&client, inner.body(content.clone()).unwrap(), gateway).unwrap(),
            };
            assert_eq!(outer.headers()[CONTENT_TYPE], REQUEST);
            let wire = block_on(outer.into_body().collect()).unwrap().to_bytes();
            let mut opening = theirs.clone().decapsulate_stream(AllowStdIo::new(Cursor::new(wire)));
            let mut plain = Vec::new();
            block_on(opening.read_to_end(&mut plain)).unwrap();
            let request = Message::read_bhttp(&mut Cursor::new(plain)).unwrap();
            assert_eq!(request.control().method(), Some(&b"PUT"[..]));
            assert_eq!(request.control().path(), Some(&b"/orders?a=b"[..]));
            assert_eq!(request.header().get(b"x-token"), Some(&b"secret"[..]));
            assert!(request.content() == &content[..], "{streamed} {size}");

            let mut message = Message::response(peer_bhttp::StatusCode::try_from(201_u16).unwrap());
            message.put_header("x-answer", "yes");
            message.write_content(&content);
            let mut plain = Vec::new();
            message.write_bhttp(Mode::IndeterminateLength, &mut plain).unwrap();
            let sent = Shared::default();
            let mut sealing = opening.response(AllowStdIo::new(sent.clone())).unwrap();
            block_on(sealing.write_all(&plain)).unwrap();
            block_on(sealing.close()).unwrap();
            let answer = Response::builder().header(CONTENT_TYPE, RESPONSE);
            let answer = answer.body(Full::new(Bytes::from(sent.0.take()))).unwrap();
            let response = block_on(pending.open(answer)).unwrap();
            assert_eq!(response.status(), 201);
            assert_eq!(response.headers()["x-answer"], "yes");
            let opened = block_on(response.into_body().collect()).unwrap().to_bytes();
            assert!(opened == content, "{streamed} {size}");
            calls += 1;
        }
    }
    assert_eq!(calls, 10);
}
