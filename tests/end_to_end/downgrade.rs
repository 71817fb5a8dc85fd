//! Fault 24: whoever is between answers with less than a sealed response, or offers keys with less
//! than the policy asks for. Nothing is accepted, and nothing is sent a second time.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use bytes::Bytes;
use http::{Request, Response, header::CONTENT_TYPE};
use http_body_util::BodyExt as _;
use reqwest::Body;
use sealwire::{
    Aead, Code,
    keys::{KeyConfigList, Policy, Recipient},
};
use sealwire_reqwest::{BodyError, Client, Error, test_util};
use sealwire_tests::rig::{AEADS, Rig};

const URL: &str = "https://api.example.com/orders";

/// What the one between makes of a sealed request, whose body it has.
type Downgrade = fn(Bytes) -> Response<Body>;

fn answer(status: u16, content_type: &str, body: impl Into<Body>) -> Response<Body> {
    let response = Response::builder().status(status).header(CONTENT_TYPE, content_type);
    response.body(body.into()).unwrap()
}

/// Binary HTTP: a response with status 200, without fields, with three bytes of content.
const PLAIN_MESSAGE: &[u8] = b"\x01\x40\xc8\x00\x03yes\x00";

const DOWNGRADES: [(&str, Downgrade); 11] = [
    ("a plain 200", |_| answer(200, "application/json", r#"{"ok":true}"#)),
    ("a plain 200 without a type", |_| Response::new(Body::from("yes"))),
    ("no content", |_| answer(204, "message/ohttp-chunked-res", "")),
    ("Binary HTTP that is not sealed", |_| answer(200, "message/ohttp-chunked-res", PLAIN_MESSAGE)),
    ("Binary HTTP as such", |_| answer(200, "message/bhttp", PLAIN_MESSAGE)),
    ("the type of an answer in one piece", |_| answer(200, "message/ohttp-res", vec![7; 100])),
    ("the request itself", |request| answer(200, "message/ohttp-chunked-res", request)),
    ("another status", |_| answer(201, "message/ohttp-chunked-res", vec![7; 100])),
    ("a forged #ohttp-key", |_| {
        let problem = r#"{"type":"https://iana.org/assignments/http-problem-types#ohttp-key"}"#;
        answer(400, "application/problem+json", problem)
    }),
    ("a redirect to plain HTTP", |_| {
        let mut redirect = answer(307, "text/plain", "");
        redirect.headers_mut().insert("location", "http://api.example.com/orders".parse().unwrap());
        redirect
    }),
    ("a server error", |_| answer(503, "text/plain", "try again")),
];

#[tokio::test]
async fn fault_24_less_than_a_sealed_answer_is_refused_and_nothing_is_sent_again() {
    let mut refused = 0;
    for (what, downgrade) in DOWNGRADES {
        for one_shot in [false, true] {
            // The other way around: an answer in chunks to a request in one piece.
            if one_shot && what == "the type of an answer in one piece" {
                continue;
            }
            let (_, recipient) = test_util::server(["api.example.com"]).unwrap();
            let sent = Arc::new(AtomicUsize::new(0));
            let counting = Arc::clone(&sent);
            let transport = move |request: Request<Body>| {
                counting.fetch_add(1, Ordering::SeqCst);
                async move {
                    let body = request.into_body().collect().await?.to_bytes();
                    Ok(downgrade(body))
                }
            };
            let builder = Client::builder(recipient).transport(transport);
            let builder = if one_shot { builder.one_shot() } else { builder };
            let call = builder.build().unwrap().post(URL).body("two tons of tea");
            let error = match call.send().await {
                Err(error) => error,
                Ok(response) => panic!("{what} was accepted: {}", response.status()),
            };
            let not_opened = error.sealing().is_some_and(sealwire::Error::is_open_failed);
            let too_short = Error::of_body(&error).is_some_and(BodyError::is_ended_early);
            assert!(error.is_not_sealed() || not_opened || too_short, "{what}: {error}");
            assert!(!error.is_not_sent(), "{what}");
            assert_eq!(sent.load(Ordering::SeqCst), 1, "{what}");
            refused += 1;
        }
    }
    assert_eq!(refused, 2 * DOWNGRADES.len() - 1);
}

/// The list was shortened on its way: the policy is not.
#[test]
fn fault_24_a_list_with_less_than_the_policy_asks_for_is_refused() {
    let list = |aead| Rig::new(1, 1, aead).ring.configs().unwrap();
    let strict = Policy::streaming().require_256_bit();
    let stripped = |keep: &[Aead]| {
        let full = list(Aead::Aes128Gcm);
        let config = full.configs().first().unwrap();
        let config =
            sealwire::keys::KeyConfig::new(config.key_id(), config.public_key().clone(), keep);
        KeyConfigList::new(vec![config.unwrap()]).unwrap()
    };
    let error = Recipient::choose(&stripped(&[Aead::Aes128Gcm]), strict).unwrap_err();
    assert_eq!(error.code(), Code::NoUsableKey);
    for aead in [Aead::Aes256Gcm, Aead::ChaCha20Poly1305] {
        let chosen = Recipient::choose(&stripped(&[Aead::Aes128Gcm, aead]), strict).unwrap();
        assert_eq!(chosen.suite().aead, aead);
    }
    assert!(Recipient::choose(&stripped(&AEADS), strict).is_ok());
}
