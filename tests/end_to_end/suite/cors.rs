//! What browsers ask and are told.

use bytes::Bytes;
use http::{HeaderMap, Request};
use sealwire::{
    Server, Target,
    server::{Cors, RequireSealed, Route},
};

use super::{
    Framework, Stage,
    client::{FORMS, Form, Plain, request},
};

const PAGE: &str = "https://app.example.com";
const OTHER: &str = "https://app.example.com.evil.example";

fn allowing(server: Server) -> Server {
    let sealed_only = Route::new().require_sealed(RequireSealed::On);
    server.with_cors(Cors::origins([PAGE])).with_route("/echo", sealed_only).unwrap()
}

async fn preflight(stage: &Stage, path: &str, origin: &str) -> Plain {
    let request = Request::options(stage.caller.at(path))
        .header("origin", origin)
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "content-type,incremental");
    stage.caller.plain(request.body(Bytes::new()).unwrap()).await
}

#[track_caller]
fn is_allowed(fields: &HeaderMap) {
    assert_eq!(fields["access-control-allow-origin"], PAGE);
    assert_eq!(fields["vary"], "origin");
    assert!(!fields.contains_key("access-control-allow-credentials"));
}

#[track_caller]
fn is_not_allowed(fields: &HeaderMap) {
    assert!(fields.keys().all(|name| !name.as_str().starts_with("access-control")), "{fields:?}");
}

pub(crate) async fn a_page_that_is_listed_may_call<F: Framework>() {
    let stage = Stage::serving::<F>(allowing).await;
    let gateway = sealwire::server::GATEWAY_PATH;
    let got = preflight(&stage, gateway, PAGE).await;
    assert_eq!(got.status, 204);
    is_allowed(&got.fields);
    assert_eq!(got.fields["access-control-allow-methods"], "GET, POST");
    assert_eq!(got.fields["access-control-allow-headers"], "content-type, incremental");
    let got = preflight(&stage, gateway, OTHER).await;
    assert_eq!(got.status, 405);
    is_not_allowed(&got.fields);
}

pub(crate) async fn answers_and_problems_are_for_the_pages_that_are_listed<F: Framework>() {
    let stage = Stage::serving::<F>(allowing).await;
    for (origin, check) in [(PAGE, is_allowed as fn(&HeaderMap)), (OTHER, is_not_allowed)] {
        for form in FORMS {
            let (mut outer, pending) = stage.caller.seal(form, request("GET", "/hello", ""));
            outer.headers_mut().insert("origin", origin.parse().unwrap());
            check(&stage.caller.finish(outer, pending).await.outer);

            // A sealed refusal, one in plain, and one of the media type.
            let elsewhere = Request::get("https://other.example.com/").body(Bytes::new()).unwrap();
            let (mut outer, pending) = stage.caller.seal(form, elsewhere);
            outer.headers_mut().insert("origin", origin.parse().unwrap());
            let got = stage.caller.finish(outer, pending).await;
            assert_eq!(got.status, 421);
            check(&got.outer);

            for (media_type, status) in [(form.media_type(), 400), ("text/plain", 415)] {
                let outer = Request::post(stage.caller.gateway())
                    .header("origin", origin)
                    .header("content-type", media_type);
                let got =
                    stage.caller.plain(outer.body(Bytes::from_static(&[9; 80])).unwrap()).await;
                assert_eq!(got.status, status);
                check(&got.fields);
            }
        }
        let keys = Request::get(stage.caller.gateway()).header("origin", origin);
        check(&stage.caller.plain(keys.body(Bytes::new()).unwrap()).await.fields);
        let plain = Request::get(stage.caller.at("/echo")).header("origin", origin);
        let got = stage.caller.plain(plain.body(Bytes::new()).unwrap()).await;
        assert_eq!(got.status, 403);
        check(&got.fields);
    }
}

pub(crate) async fn nobody_is_listed_unless_configured<F: Framework>() {
    let stage = Stage::of::<F>().await;
    let got = preflight(&stage, sealwire::server::GATEWAY_PATH, PAGE).await;
    assert_eq!(got.status, 405);
    is_not_allowed(&got.fields);
    let (mut outer, pending) = stage.caller.seal(Form::Chunked, request("GET", "/hello", ""));
    outer.headers_mut().insert("origin", PAGE.parse().unwrap());
    is_not_allowed(&stage.caller.finish(outer, pending).await.outer);
}

pub(crate) async fn a_mirror_answers_preflights_on_every_path<F: Framework>() {
    let mirror = |server| allowing(server).with_target(Target::mirror("").unwrap());
    let stage = Stage::serving::<F>(mirror).await;
    let got = preflight(&stage, "/hello", PAGE).await;
    assert_eq!(got.status, 204);
    is_allowed(&got.fields);
    is_not_allowed(&preflight(&stage, "/hello", OTHER).await.fields);
}
