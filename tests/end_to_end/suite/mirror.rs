//! Calls whose outer path is their own.

use bytes::Bytes;
use http::{Request, Uri};
use sealwire::{Server, Target, server::GATEWAY_PATH};

use super::{
    Framework, Note, Stage,
    client::{FORMS, Form, Got, request},
    refused::PATH,
};

fn mirror(prefix: &'static str) -> impl FnOnce(Server) -> Server {
    move |server| server.with_target(Target::mirror(prefix).unwrap())
}

async fn sent_to(stage: &Stage, form: Form, outer: &str, inner: Request<Bytes>) -> Got {
    let (mut request, pending) = stage.caller.seal(form, inner);
    *request.uri_mut() = stage.caller.at(outer);
    stage.caller.finish(request, pending).await
}

pub(crate) async fn a_call_sent_to_its_own_path_is_handled<F: Framework>() {
    for prefix in ["", "/sealed"] {
        let stage = Stage::serving::<F>(mirror(prefix)).await;
        let target = Target::mirror(prefix).unwrap();
        for form in FORMS {
            let call = request("PUT", "/echo?in=side", "x");
            let outer = target.outer_path("/echo?in=side").unwrap();
            let got = sent_to(&stage, form, &outer, call).await;
            assert_eq!(got.status, 200);
            let told: super::Told = serde_json::from_slice(&got.content).unwrap();
            assert_eq!((&*told.method, &*told.path), ("PUT", "/echo?in=side"));
        }
    }
}

pub(crate) async fn a_call_sent_to_another_path_is_a_sealed_400<F: Framework>() {
    let stage = Stage::serving::<F>(mirror("/sealed")).await;
    for form in FORMS {
        for (outer, inner) in [
            ("/sealed/hello", "/empty"),
            ("/sealed/hello/", "/hello"),
            ("/sealed/Hello", "/hello"),
            ("/sealed/a/../hello", "/hello"),
            ("/sealed//hello", "//hello"),
            ("/sealed/%68ello", "/%68ello"),
        ] {
            let got = sent_to(&stage, form, outer, request("GET", inner, "")).await;
            got.is_problem(400, PATH);
        }
    }
    assert!(stage.witness.so_far().await.is_empty());
}

pub(crate) async fn a_query_outside_is_refused<F: Framework>() {
    let stage = Stage::serving::<F>(mirror("")).await;
    for form in FORMS {
        for outer in ["/hello?", "/hello?a=b"] {
            let (parts, wire, _) =
                stage.caller.sealed(form, request("GET", "/hello?a=b", "")).await;
            let mut outer_request = Request::from_parts(parts, wire);
            *outer_request.uri_mut() = stage.caller.at(outer);
            let got = stage.caller.plain(outer_request).await;
            got.is_problem(400, "https://sealwire.dev/problems#not-opened");
        }
    }
    assert!(stage.witness.so_far().await.is_empty());
}

pub(crate) async fn keys_stay_at_the_gateway_and_calls_do_not_go_there<F: Framework>() {
    let stage = Stage::serving::<F>(mirror("")).await;
    let keys = Request::get(stage.caller.gateway()).body(Bytes::new()).unwrap();
    assert_eq!(stage.caller.plain(keys).await.body, crate::server().1);
    for form in FORMS {
        let (parts, wire, _) = stage.caller.sealed(form, request("GET", "/hello", "")).await;
        let got = stage.caller.plain(Request::from_parts(parts, wire)).await;
        got.is_problem(405, "about:blank");
        assert_eq!(got.fields["allow"], "GET, HEAD");
    }
    // Nor does one that says so inside.
    let (mut outer, pending) = stage.caller.seal(Form::Chunked, request("GET", "/hello", ""));
    *outer.uri_mut() = Uri::from_static("http://127.0.0.1/elsewhere");
    stage.caller.finish(outer, pending).await.is_problem(400, PATH);
    let inside = request("POST", GATEWAY_PATH, "");
    let (mut outer, pending) = stage.caller.seal(Form::Chunked, inside);
    *outer.uri_mut() = stage.caller.at("/hello");
    stage.caller.finish(outer, pending).await.is_problem(400, PATH);
}

pub(crate) async fn plain_requests_pass_a_mirror<F: Framework>() {
    let stage = Stage::serving::<F>(mirror("")).await;
    let plain = Request::post(stage.caller.at("/hello?a=b")).body(Bytes::from("x")).unwrap();
    assert_eq!(stage.caller.plain(plain).await.body, "hello");
    assert_eq!(stage.witness.so_far().await, [Note::called("/hello")]);
}
