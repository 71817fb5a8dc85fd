//! What a handler is told by the edge, a client cannot tell it.

use bytes::Bytes;
use http::Request;
use sealwire::server::EdgeFields;

use super::{
    Framework, Stage, Told,
    client::{FORMS, Form, request},
    handmade::{self, message},
};

/// What the handler of a sealed call sees of these fields.
async fn ask(stage: &Stage, form: Form, inside: &[(&str, &str)], outside: &[(&str, &str)]) -> Told {
    let mut call = request("GET", "/echo", "");
    for (name, value) in inside {
        let name = name.parse::<http::HeaderName>().unwrap();
        call.headers_mut().append(name, value.parse().unwrap());
    }
    let (mut outer, pending) = stage.caller.seal(form, call);
    for (name, value) in outside {
        let name = name.parse::<http::HeaderName>().unwrap();
        outer.headers_mut().append(name, value.parse().unwrap());
    }
    let got = stage.caller.finish(outer, pending).await;
    serde_json::from_slice(&got.content).unwrap()
}

fn values<'a>(told: &'a Told, wanted: &str) -> Vec<&'a str> {
    let fields = told.fields.iter();
    fields.filter(|(name, _)| name == wanted).map(|(_, value)| &**value).collect()
}

const BY_THE_EDGE: [&str; 7] = [
    "forwarded",
    "x-forwarded-for",
    "x_forwarded_for",
    "x-forwarded-proto",
    "x-real-ip",
    "x-client-cert",
    "client-cert",
];

pub(crate) async fn a_client_cannot_speak_for_the_edge<F: Framework>() {
    let stage = Stage::of::<F>().await;
    for form in FORMS {
        let mut inside = BY_THE_EDGE.map(|name| (name, "forged")).to_vec();
        inside.push(("x-id", "1"));
        let told = ask(&stage, form, &inside, &[("x-forwarded-for", "of the outer request")]).await;
        for name in BY_THE_EDGE {
            assert!(values(&told, name).is_empty(), "{name}");
        }
        assert_eq!(values(&told, "x-id"), ["1"]);
    }
}

pub(crate) async fn trusted_fields_come_from_outside<F: Framework>() {
    let trust = || EdgeFields::new().trust("X-Forwarded-For").unwrap();
    let stage = Stage::serving::<F>(|server| server.with_edge_fields(trust())).await;
    for form in FORMS {
        let inside = [("x-forwarded-for", "forged"), ("x-real-ip", "forged")];
        let outside = [
            ("x-forwarded-for", "10.0.0.1"),
            ("X-Forwarded-For", "10.0.0.2"),
            ("x-real-ip", "y"),
            ("x-other", "z"),
        ];
        let told = ask(&stage, form, &inside, &outside).await;
        assert_eq!(values(&told, "x-forwarded-for"), ["10.0.0.1", "10.0.0.2"]);
        assert!(values(&told, "x-real-ip").is_empty() && values(&told, "x-other").is_empty());
        // Where the edge says nothing, nothing is said.
        let told = ask(&stage, form, &inside, &[]).await;
        assert!(values(&told, "x-forwarded-for").is_empty());
    }
}

/// The client takes them out, so they are put in by hand.
pub(crate) async fn sealwire_fields_of_a_call_do_not_reach_the_handler<F: Framework>() {
    let stage = Stage::of::<F>().await;
    for form in handmade::FORMS {
        let fields =
            [("sealwire-call", "x"), ("sealwire_call", "x"), ("sealwire-new", "x"), ("x-id", "1")];
        let got = stage.send_message(form, &message("/echo", &fields, "")).await;
        let told: Told = serde_json::from_slice(&got.content).unwrap();
        assert!(told.fields.iter().all(|(name, _)| !name.starts_with("sealwire")), "{told:?}");
        assert_eq!(values(&told, "x-id"), ["1"]);
    }
}

/// That a request was sealed is told by no field, and by nothing that a plain one can have.
pub(crate) async fn a_plain_request_cannot_claim_to_be_sealed<F: Framework>() {
    let stage = Stage::of::<F>().await;
    let plain =
        Request::get(stage.caller.at("/echo")).header("sealed", "1").header("sealwire-call", "x");
    let got = stage.caller.plain(plain.body(Bytes::new()).unwrap()).await;
    assert_eq!(serde_json::from_slice::<Told>(&got.body).unwrap().sealed, None);
}
