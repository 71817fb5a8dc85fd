//! What strangers get: keys, and refusals that are not sealed.

use bytes::Bytes;
use http::Request;
use sealwire::server::GATEWAY_PATH;

use super::{
    Framework, Note, Stage,
    client::{Form, request},
};

fn outer(stage: &Stage, method: &str, content_type: &str) -> Request<Bytes> {
    let request = Request::builder().method(method).uri(stage.caller.gateway());
    let body = Bytes::from_static(b"whatever");
    request.header("content-type", content_type).body(body).unwrap()
}

pub(crate) async fn the_gateway_publishes_its_keys<F: Framework>() {
    let stage = Stage::of::<F>().await;
    let (_, pinned) = crate::server();
    for method in ["GET", "HEAD"] {
        let keys = Request::builder().method(method).uri(stage.caller.gateway());
        let got = stage.caller.plain(keys.body(Bytes::new()).unwrap()).await;
        assert_eq!(
            (got.status, &got.fields["content-type"]),
            (200, &"application/ohttp-keys".parse().unwrap())
        );
        assert_eq!(got.fields["cache-control"], "no-store, no-transform");
        assert_eq!(got.fields["content-length"], pinned.len().to_string());
        assert_eq!(got.body, if method == "GET" { pinned.clone() } else { Vec::new() });
    }
}

pub(crate) async fn other_methods_are_a_405_that_names_those_allowed<F: Framework>() {
    let stage = Stage::of::<F>().await;
    for method in ["PUT", "DELETE", "PATCH", "OPTIONS", "QUERY"] {
        let got = stage.caller.plain(outer(&stage, method, Form::Chunked.media_type())).await;
        got.is_problem(405, "about:blank");
        assert_eq!(got.fields["allow"], "GET, HEAD, POST");
    }
}

pub(crate) async fn another_media_type_is_a_415<F: Framework>() {
    let stage = Stage::of::<F>().await;
    for media_type in ["application/json", "message/ohttp-res", "message/bhttp", ""] {
        let got = stage.caller.plain(outer(&stage, "POST", media_type)).await;
        got.is_problem(415, "about:blank");
    }
}

/// What is announced is refused before it is sent, what is not as soon as it is too much.
pub(crate) async fn a_message_in_one_piece_has_a_limit<F: Framework>() {
    let stage = Stage::of::<F>().await;
    let (server, _) = crate::server();
    for length in [server.body_limit() + 1, server.body_limit()] {
        let got = stage.caller.raw(Form::OneShot, vec![0; length]).await;
        match length > server.body_limit() {
            true => got.is_problem(413, "about:blank"),
            false => got.is_problem(400, super::opening::UNKNOWN_KEY),
        }
    }
}

/// A handler for the gateway's path would never be asked, whatever the request is.
pub(crate) async fn the_gateway_is_no_path_of_the_app<F: Framework>() {
    let stage = Stage::of::<F>().await;
    let got = stage.caller.call(Form::Chunked, request("GET", GATEWAY_PATH, "")).await;
    assert_eq!(got.status, 404, "a sealed call in a sealed call is one for the app");
    assert_eq!(stage.witness.so_far().await, Vec::<Note>::new());
}
