//! Calls that open and are not for this server, or too much for it: refused in sealed answers.

use bytes::Bytes;
use http::Request;
use sealwire::server::Route;
use sealwire_tests::messages::{self, section};

use super::{
    Framework, Stage,
    client::{FORMS, Form, channel, data, read, request},
    handmade,
    streams::streaming,
};

const TOO_LARGE: &str = "https://sealwire.dev/problems#too-large";
pub(super) const PATH: &str = "https://sealwire.dev/problems#path";
const INVALID: &str = "https://sealwire.dev/problems#invalid-request";

pub(crate) async fn another_authority_is_a_sealed_421<F: Framework>() {
    let stage = Stage::of::<F>().await;
    for form in FORMS {
        for authority in ["other.example.com", "api.example.com:8443", "localhost"] {
            let uri = format!("https://{authority}/echo");
            let call = Request::get(uri).body(Bytes::new()).unwrap();
            let got = stage.caller.call(form, call).await;
            got.is_problem(421, "https://sealwire.dev/problems#authority");
            assert_eq!(got.outer["cache-control"], "no-store, no-transform");
        }
        let call = Request::get("http://LOCALHOST:8080/hello").body(Bytes::new()).unwrap();
        assert_eq!(stage.caller.call(form, call).await.status, 200);
    }
    assert_eq!(stage.witness.so_far().await.len(), FORMS.len());
}

pub(crate) async fn a_route_limits_content<F: Framework>() {
    let limits = |server: sealwire::Server| {
        let server = server.with_route("/sink", Route::new().content_limit(1000)).unwrap();
        server.with_route("/stream", Route::new().streaming(true).content_limit(1000)).unwrap()
    };
    let stage = Stage::serving::<F>(limits).await;
    for form in FORMS {
        let got = stage.caller.call(form, request("POST", "/sink", vec![0; 1001])).await;
        got.is_problem(413, TOO_LARGE);
        assert!(stage.witness.so_far().await.is_empty());
        let got = stage.caller.call(form, request("POST", "/sink", vec![0; 1000])).await;
        assert_eq!((got.status, &got.content[..]), (200, &b"1000"[..]));
        stage.witness.so_far().await;
    }
    // Where the handler has been called, what is too much ends in an error, and with it the answer.
    let (sender, body) = channel();
    let call = request("POST", "/stream", "").map(|_| body);
    let answer = stage.caller.stream(call).await.unwrap();
    for _ in 0..2 {
        sender.unbounded_send(data(vec![0; 600])).unwrap();
    }
    drop(sender);
    assert!(read(answer, http::HeaderMap::new()).await.is_err());
}

/// Without a rule the limit is the server's, of 2 MiB.
pub(crate) async fn a_server_limits_content<F: Framework>() {
    let content = Bytes::from(vec![0; sealwire::Server::DEFAULT_CONTENT_LIMIT + 1]);
    let stage = Stage::of::<F>().await;
    for form in FORMS {
        let got = stage.caller.call(form, request("POST", "/sink", content.clone())).await;
        got.is_problem(413, TOO_LARGE);
        let most = content.slice(1..);
        assert_eq!(stage.caller.call(form, request("POST", "/sink", most)).await.status, 200);
    }
    let stage = Stage::serving::<F>(streaming).await;
    let got = stage.caller.call(Form::Streamed, request("POST", "/sink", content.clone())).await;
    assert_eq!(got.content, content.len().to_string(), "a route that streams takes any amount");
}

pub(crate) async fn where_a_path_decides_it_has_to_be_canonical<F: Framework>() {
    let rule = |server: sealwire::Server| server.with_route("/sink", Route::new()).unwrap();
    let stage = Stage::serving::<F>(rule).await;
    let open = Stage::of::<F>().await;
    for form in FORMS {
        for path in ["//hello", "/a/../hello", "/%68ello", "/a%2Fb", "/a;/..;b/c", "/hello%c3"] {
            let got = stage.caller.call(form, request("GET", path, "")).await;
            got.is_problem(400, PATH);
            // Where no path decides, it is for the app to say.
            let got = open.caller.call(form, request("GET", path, "")).await;
            assert!(
                got.fields.get("content-type").is_none_or(|it| it != "application/problem+json")
            );
        }
        assert_eq!(stage.caller.call(form, request("GET", "/hello?//", "")).await.status, 200);
    }
}

/// Fault 19 over the network; what it takes of memory is measured in `tests/memory`.
pub(crate) async fn fault_19_oversized_heads_are_refused<F: Framework>() {
    let hello = |section: &[u8]| messages::request(crate::AUTHORITY, "/hello", section, b"");
    let stage = Stage::of::<F>().await;
    for form in handmade::FORMS {
        let filling = |length: usize| section(&[("x-fill", &"f".repeat(length))]);
        // The name takes 7 bytes, and the length of the value 4.
        for (length, fits) in [(65_536 - 7 - 4, true), (65_536 - 7 - 4 + 1, false)] {
            let message = hello(&filling(length));
            let got = stage.send_message(form, &message).await;
            match fits {
                true => assert_eq!(got.status, 200),
                false => got.is_problem(413, TOO_LARGE),
            }
        }
        let fields = vec![("a", "b"); 10_000];
        let message = hello(&section(&fields));
        stage.send_message(form, &message).await.is_problem(413, TOO_LARGE);

        let huge = [&[0xff; 8][..], b"a"].concat();
        let message = hello(&huge);
        stage.send_message(form, &message).await.is_problem(413, TOO_LARGE);

        // Cut inside its fields it is no request.
        let cut = hello(&[9, 1, b'a']);
        stage.send_message(form, &cut).await.is_problem(400, INVALID);
    }
}
