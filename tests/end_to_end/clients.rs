//! What a second hostile reviewer found in the clients, and what became of it.

use std::{
    convert::Infallible,
    io,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::Router;
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full};
use sealwire::{Buckets, Code, Padding};
use sealwire_reqwest::{Error, test_util};
use sealwire_tower::{OpenedBody, SealedBody, client::SealLayer};
use tower::service_fn;
use tower_layer::Layer as _;
use tower_service::Service as _;

use super::{client, server};

const URL: &str = "https://api.example.com/pay";

/// What anybody between can write: a nonce of zeros and the length of a huge chunk. No key is needed.
fn forged() -> Vec<u8> {
    let mut body = vec![0; 32];
    body.extend([0xBF, 0xFF, 0xFF, 0xFF]);
    body
}

/// Nobody answered but whoever is between.
#[tokio::test]
async fn a_forged_answer_is_not_taken_for_the_servers_reqwest() {
    let (_server, recipient) = test_util::server(["api.example.com"]).unwrap();
    let forge = |_| async {
        Ok(Response::builder()
            .header("content-type", "message/ohttp-chunked-res")
            .body(reqwest::Body::from(forged()))
            .unwrap())
    };
    let client = sealwire_reqwest::Client::builder(recipient).transport(forge).build().unwrap();
    let error = client.post(URL).body("x").send().await.unwrap_err();
    assert!(!error.is_answered() && !error.is_not_sent(), "{error:?}");
    assert_eq!(error.sealing().map(sealwire::Error::code), Some(Code::OpenFailed), "{error:?}");
}

#[tokio::test]
async fn a_forged_answer_is_not_taken_for_the_servers_tower() {
    let claims = service_fn(|_: Request<SealedBody<Full<Bytes>>>| async {
        let answer = Response::builder().header("content-type", "message/ohttp-chunked-res");
        Ok::<_, Infallible>(answer.body(Full::from(forged())).unwrap())
    });
    let request = Request::post(URL).body(Full::from("content")).unwrap();
    let answer: Result<Response<OpenedBody<_>>, _> =
        SealLayer::new(client(&server().1)).layer(claims).call(request).await;
    let error = answer.unwrap_err();
    assert!(!error.is_answered() && !error.is_not_sent(), "{error:?}");
    assert_eq!(error.sealing().map(sealwire::Error::code), Some(Code::OpenFailed), "{error:?}");
}

/// What is there at once is padded, as content in memory is elsewhere.
#[tokio::test]
async fn the_tower_client_pads_as_it_was_told() {
    let lengths = Arc::new(Mutex::new(Vec::new()));
    let seeing = Arc::clone(&lengths);
    let sees = service_fn(move |request: Request<SealedBody<Full<Bytes>>>| {
        let seeing = Arc::clone(&seeing);
        async move {
            let length = request.into_body().collect().await.unwrap().to_bytes().len();
            seeing.lock().unwrap().push(length);
            Ok::<_, Infallible>(Response::new(Full::<Bytes>::default()))
        }
    });
    let padded = client(&server().1).with_padding(Padding::Buckets(Buckets::new([4096]).unwrap()));
    let mut service = SealLayer::new(padded).layer(sees);
    for content in ["yes", "no, and here is why"] {
        let request = Request::post(URL).body(Full::from(content)).unwrap();
        let _ = service.call(request).await;
    }
    let lengths = lengths.lock().unwrap().clone();
    assert_eq!(lengths[0], lengths[1], "{lengths:?}");
}

/// "How long the call may take".
#[tokio::test]
async fn a_timeout_holds_while_a_body_is_collected() {
    let (_server, recipient) = test_util::server(["api.example.com"]).unwrap();
    let client = sealwire_reqwest::Client::builder(recipient).one_shot().build().unwrap();
    let never = reqwest::Body::wrap_stream(futures::stream::pending::<io::Result<Bytes>>());
    let call = client.post(URL).body(never).timeout(Duration::from_millis(20)).send();
    let ended = tokio::time::timeout(Duration::from_secs(2), call).await;
    assert!(ended.is_ok(), "it waits for ever");
}

/// The reason of the core, where the body of a request is longer than it said.
#[tokio::test]
async fn sealing_tells_the_error_of_the_core() {
    let address = super::reqwest::serve_sealed(Router::new().fallback(|| async { "tea" })).await;
    let pieces = futures::stream::iter([io::Result::Ok("12345"), Ok("67890"), Ok("x")]);
    let body = reqwest::Body::wrap_stream(pieces);
    let call = super::reqwest::client(address).post(URL).header("content-length", 5).body(body);
    let error = call.send().await.unwrap_err();
    assert!(error.is_body(), "{error:?}");
    assert!(error.sealing().is_some(), "{error:?}");
}

/// What a URL holds of credentials.
#[tokio::test]
async fn credentials_in_a_url_stay_here() {
    let seen = Arc::new(Mutex::new(String::new()));
    let seeing = Arc::clone(&seen);
    let (_server, recipient) = test_util::server(["api.example.com"]).unwrap();
    let spy = move |request: Request<reqwest::Body>| {
        *seeing.lock().unwrap() += &format!("{} {:?}", request.uri(), request.headers());
        async { Err("no".into()) }
    };
    let client = sealwire_reqwest::Client::builder(recipient).transport(spy).build().unwrap();
    let raw = reqwest::Request::new(
        http::Method::GET,
        "https://user:hunter2@api.example.com/".parse().unwrap(),
    );
    let error = client.execute(raw).await.unwrap_err();
    let seen = seen.lock().unwrap().clone();
    assert!(!seen.contains("hunter2") && !format!("{error:?}").contains("hunter2"));
}

/// What an app sets for all its calls travels inside, and gives way to what a call sets.
#[tokio::test]
async fn default_headers_travel_inside() {
    let echo = |headers: http::HeaderMap| async move {
        let all = |name| headers.get_all(name).iter().map(|value| value.to_str().unwrap());
        format!(
            "{:?} {:?}",
            all("authorization").collect::<Vec<_>>(),
            all("x-many").collect::<Vec<_>>()
        )
    };
    let address = super::reqwest::serve_sealed(Router::new().fallback(echo)).await;
    let mut defaults = http::HeaderMap::new();
    defaults.insert("authorization", "Bearer default".parse().unwrap());
    defaults.append("x-many", "1".parse().unwrap());
    defaults.append("x-many", "2".parse().unwrap());
    let builder = super::reqwest::builder(address).default_headers(defaults);
    assert!(!format!("{builder:?}").contains("Bearer"));
    let client = builder.build().unwrap();
    let call = client.get("https://api.example.com/").send().await.unwrap();
    assert_eq!(call.text().await.unwrap(), r#"["Bearer default"] ["1", "2"]"#);
    let call = client.get("https://api.example.com/").bearer_auth("mine").header("x-many", "3");
    let text = call.send().await.unwrap().text().await.unwrap();
    assert!(!text.contains("default") && !text.contains('1') && text.contains('3'), "{text}");
}

/// Answered, and not acceptable: only what opened says so. Of a response in chunks the head is there
/// before its content is too much.
#[tokio::test]
async fn an_answer_that_is_too_large_was_answered() {
    let big = Router::new().fallback(|| async { vec![b'x'; 1000] });
    let address = super::reqwest::serve_sealed(big).await;
    let limited = || super::reqwest::builder(address).response_limit(999);
    let error = limited().one_shot().build().unwrap().get(URL).send().await.unwrap_err();
    assert!(error.is_answered() && error.is_too_large(), "{error:?}");
    let response = limited().build().unwrap().get(URL).send().await.unwrap();
    let error = response.bytes().await.unwrap_err();
    let reason = Error::of_body(&error).unwrap().sealing().unwrap();
    assert_eq!(reason.code(), Code::TooLarge);

    let limits = sealwire::bhttp::Limits { lines: 0, ..Default::default() };
    let strict = super::reqwest::builder(address).limits(limits).build().unwrap();
    let error = strict.get(URL).send().await.unwrap_err();
    assert!(error.is_answered() && error.is_too_large(), "{error:?}");
}
