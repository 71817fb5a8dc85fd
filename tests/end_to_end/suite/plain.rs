//! Requests that are not sealed, where they should be.

use std::sync::OnceLock;

use bytes::Bytes;
use http::Request;
use metrics_util::debugging::{DebugValue, DebuggingRecorder, Snapshotter};
use sealwire::{
    Server,
    server::{RequireSealed, Route},
};

use super::{
    Framework, Note, Stage,
    client::{FORMS, Plain, request},
};

const NOT_SEALED: &str = "https://sealwire.dev/problems#not-sealed";
/// What a router can take for `/echo`, or for what is below it.
const OTHER_SPELLINGS: [&str; 6] =
    ["//echo", "/%65cho", "/x/../echo", "/echo;/..;a", "/echo%2Fx", "/./echo"];

fn rule(rule: RequireSealed) -> impl FnOnce(Server) -> Server {
    let route = Route::new().require_sealed(rule);
    move |server| server.with_route("/echo", route).unwrap()
}

async fn plain(stage: &Stage, path: &str) -> Plain {
    stage.caller.plain(Request::post(stage.caller.at(path)).body(Bytes::new()).unwrap()).await
}

pub(crate) async fn a_route_that_takes_sealed_calls_only_refuses_plain_ones<F: Framework>() {
    let stage = Stage::serving::<F>(rule(RequireSealed::On)).await;
    for path in ["/echo", "/echo/", "/echo?x", "/echo/below"] {
        plain(&stage, path).await.is_problem(403, NOT_SEALED);
    }
    for path in OTHER_SPELLINGS {
        plain(&stage, path).await.is_problem(403, NOT_SEALED);
    }
    assert!(stage.witness.so_far().await.is_empty());
    assert_eq!(plain(&stage, "/hello").await.body, "hello");
    assert_eq!(plain(&stage, "/echoes").await.status, 404);
    for form in FORMS {
        assert_eq!(stage.caller.call(form, request("GET", "/echo", "")).await.status, 200);
    }
}

pub(crate) async fn off_is_the_default_and_passes<F: Framework>() {
    for stage in [Stage::of::<F>().await, Stage::serving::<F>(rule(RequireSealed::Off)).await] {
        assert_eq!(plain(&stage, "/echo").await.status, 200);
        assert_eq!(stage.witness.so_far().await, [Note::called("/echo")]);
    }
}

/// Who counts for the whole process; the tests that look at it take turns.
fn counting() -> &'static (Snapshotter, tokio::sync::Mutex<()>) {
    static COUNTING: OnceLock<(Snapshotter, tokio::sync::Mutex<()>)> = OnceLock::new();
    COUNTING.get_or_init(|| {
        let recorder = DebuggingRecorder::new();
        let snapshotter = recorder.snapshotter();
        recorder.install().unwrap();
        (snapshotter, tokio::sync::Mutex::default())
    })
}

/// How many plain requests were counted since this was asked last.
fn counted() -> u64 {
    let snapshot = counting().0.snapshot().into_vec();
    let counts = snapshot.into_iter().filter_map(|(key, _, _, value)| match value {
        DebugValue::Counter(count) if key.key().name() == "sealwire.server.plain_requests" => {
            Some(count)
        }
        _ => None,
    });
    counts.sum()
}

pub(crate) async fn a_route_that_reports_plain_requests_counts_and_passes_them<F: Framework>() {
    let _turn = counting().1.lock().await;
    let stage = Stage::serving::<F>(rule(RequireSealed::Report)).await;
    counted();
    assert_eq!(plain(&stage, "/echo").await.status, 200);
    assert_eq!(counted(), 1);
    for path in OTHER_SPELLINGS {
        assert_ne!(plain(&stage, path).await.status, 403, "{path}");
    }
    assert_eq!(counted(), OTHER_SPELLINGS.len() as u64);
    plain(&stage, "/hello").await;
    for form in FORMS {
        stage.caller.call(form, request("GET", "/echo", "")).await;
    }
    assert_eq!(counted(), 0);
}
