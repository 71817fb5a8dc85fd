//! The crate hpke-http, which has no layer of its own for axum or reqwest, in as little glue as
//! there can be: the handler takes the order from the opened request without a second router, and
//! every replay decision is yes.

use std::sync::Arc;

use axum::{Router, body::Bytes, extract::State, routing::post};
use bench_http::{Caller, Order, PATH, run};
use bench_peer::message::AUTHORITY;
use hpke_http::{
    Client, EntropySource, Error, HeaderField, Limits, Method, Request, Response, Server,
    generate_key_pair_with_entropy,
};

const GATEWAY: &str = "/protected";
const KEY_ID: &[u8] = b"key-1";
/// Its mode needs a pre-shared key.
const PSK: &[u8] = b"a pre-shared key of more than 32 bytes";

struct Protected {
    http: reqwest::Client,
    url: String,
    client: Client,
}

fn main() {
    run(app, |address| {
        let (_, public) = keys();
        let tenant = b"tenant-1".to_vec();
        Protected {
            http: reqwest::Client::builder().no_proxy().build().unwrap(),
            url: format!("http://{address}{GATEWAY}"),
            client: Client::new(&public, KEY_ID.into(), PSK.into(), tenant, Limits::default())
                .unwrap(),
        }
    });
}

fn app() -> Router {
    let server = Server::new(&keys().0, KEY_ID.into(), Limits::default()).unwrap();
    Router::new().route(GATEWAY, post(handle)).with_state(Arc::new(server))
}

async fn handle(State(server): State<Arc<Server>>, body: Bytes) -> Vec<u8> {
    let parsed = server.preparse_owned(body.into()).unwrap();
    let known = server.authenticate(parsed.token, PSK).unwrap();
    let opened = known.token.admit(known.replay.decision(true)).unwrap();
    assert_eq!(opened.request.path, PATH.as_bytes());
    let order: Order = serde_json::from_slice(&opened.request.body).unwrap();
    let body = serde_json::to_vec(&order).unwrap();
    let response = Response { status: 200, headers: vec![json()], body };
    opened.response.protect_finite(&response).unwrap()
}

impl Caller for Protected {
    async fn call(&self, order: &Order) -> Order {
        let request = Request {
            method: Method::Post,
            authority: AUTHORITY.into(),
            path: PATH.into(),
            headers: vec![json()],
            body: serde_json::to_vec(order).unwrap(),
        };
        let (sealed, opener) = self.client.protect(&request).unwrap().into_parts();
        let answer = self.http.post(&self.url).body(sealed).send().await.unwrap();
        let response = opener.open_finite(&answer.bytes().await.unwrap()).unwrap();
        assert_eq!(response.status, 200);
        serde_json::from_slice(&response.body).unwrap()
    }
}

fn json() -> HeaderField {
    HeaderField { name: b"content-type".into(), value: b"application/json".into() }
}

/// Both ends make the same key, so that it need not be handed over.
fn keys() -> (Vec<u8>, Vec<u8>) {
    struct Constant;
    impl EntropySource for Constant {
        fn fill(&mut self, destination: &mut [u8]) -> Result<(), Error> {
            destination.fill(1);
            Ok(())
        }
    }
    let (private, public) = generate_key_pair_with_entropy(&mut Constant).unwrap().into_parts();
    (private.to_vec(), public)
}
