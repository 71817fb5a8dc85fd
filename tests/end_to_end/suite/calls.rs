//! Whole calls.

use bytes::Bytes;
use http::Request;

use super::{
    Framework, Note, PIECE, PIECES, Stage, Told, ToldSealed,
    client::{FORMS, Form, request},
};

pub(crate) async fn a_call_reaches_its_handler_and_the_answer_its_caller<F: Framework>() {
    let stage = Stage::of::<F>().await;
    for form in FORMS {
        let mut call = request("PUT", "/echo?x=%20y", "the content");
        call.headers_mut().append("x-id", "1".parse().unwrap());
        call.headers_mut().append("x-id", "2".parse().unwrap());
        let got = stage.caller.call(form, call).await;
        assert_eq!(got.status, 200, "{form:?}");
        let told: Told = serde_json::from_slice(&got.content).unwrap();
        assert_eq!((&*told.method, &*told.path), ("PUT", "/echo?x=%20y"));
        assert_eq!((&*told.authority, &*told.content), ("api.example.com", &b"the content"[..]));
        let ids: Vec<_> = told.fields.iter().filter(|(name, _)| name == "x-id").collect();
        assert_eq!(ids, [&("x-id".into(), "1".into()), &("x-id".into(), "2".into())]);
        // The two ends can export the same secret, that no other call has.
        assert_eq!(told.sealed, Some(ToldSealed::of(&got.sealed)));
        assert_eq!(told.sealed.unwrap().key_id, 9);
        assert_eq!(stage.witness.so_far().await, [Note::called("/echo")]);
    }
}

pub(crate) async fn the_answer_has_the_form_of_the_request<F: Framework>() {
    let stage = Stage::of::<F>().await;
    for form in FORMS {
        let got = stage.caller.call(form, request("POST", "/echo", "x")).await;
        let (media_type, incremental) = match form {
            Form::OneShot => ("message/ohttp-res", None),
            Form::Chunked | Form::Streamed => ("message/ohttp-chunked-res", Some("?1")),
        };
        assert_eq!(got.outer["content-type"], media_type);
        assert_eq!(got.outer.get("incremental").map(|value| value.to_str().unwrap()), incremental);
        assert_eq!(got.outer["cache-control"], "no-store, no-transform");
        // What the answer says of itself is inside.
        assert!(!got.outer.contains_key("x-answer"));
    }
}

pub(crate) async fn a_path_without_a_handler_is_a_sealed_404<F: Framework>() {
    let stage = Stage::of::<F>().await;
    for form in FORMS {
        assert_eq!(stage.caller.call(form, request("GET", "/nowhere", "")).await.status, 404);
    }
}

pub(crate) async fn head_and_204_have_no_content<F: Framework>() {
    let stage = Stage::of::<F>().await;
    for form in FORMS {
        let got = stage.caller.call(form, request("HEAD", "/hello", "")).await;
        assert_eq!((got.status, &got.content[..]), (200, &b""[..]), "{form:?}");
        assert_eq!(got.fields["content-length"], "5");
        let got = stage.caller.call(form, request("GET", "/hello", "")).await;
        assert_eq!(&got.content[..], b"hello");
        let got = stage.caller.call(form, request("DELETE", "/empty", "")).await;
        assert_eq!((got.status, &got.content[..]), (204, &b""[..]), "{form:?}");
        assert!(!got.fields.contains_key("content-length"));
    }
}

pub(crate) async fn megabytes_up_and_down<F: Framework>() {
    let stage = Stage::of::<F>().await;
    let content = Bytes::from(vec![b'u'; 1_500_000]);
    for form in FORMS {
        let got = stage.caller.call(form, request("POST", "/sink", content.clone())).await;
        assert_eq!(&got.content[..], b"1500000", "{form:?}");
        let got = stage.caller.call(form, request("GET", "/big", "")).await;
        assert!(got.content == PIECE.repeat(PIECES), "{form:?}");
    }
}

pub(crate) async fn a_plain_request_passes_and_is_not_taken_for_sealed<F: Framework>() {
    let stage = Stage::of::<F>().await;
    let mut plain = Request::post(stage.caller.at("/echo?x=1")).body(Bytes::from("plain")).unwrap();
    plain.headers_mut().insert("content-type", "text/plain".parse().unwrap());
    let got = stage.caller.plain(plain).await;
    assert_eq!(got.status, 200);
    let told: Told = serde_json::from_slice(&got.body).unwrap();
    assert_eq!((&*told.path, &*told.content, told.sealed), ("/echo?x=1", &b"plain"[..], None));
}

pub(crate) async fn sealwire_fields_of_an_answer_do_not_reach_the_caller<F: Framework>() {
    let stage = Stage::of::<F>().await;
    for form in FORMS {
        let got = stage.caller.call(form, request("GET", "/ours", "")).await;
        assert!(!got.fields.contains_key("sealwire-call"), "{form:?}");
        let answers: Vec<_> = got.fields.get_all("x-answer").iter().collect();
        assert_eq!(answers, ["1", "2"]);
        assert!(!got.outer.contains_key("sealwire-call") && !got.outer.contains_key("x-answer"));
    }
}
