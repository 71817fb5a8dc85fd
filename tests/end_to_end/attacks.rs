//! What a hostile reviewer tried, and what became of it.

use std::sync::Arc;

use bytes::Bytes;
use futures::{FutureExt as _, executor::block_on};
use http::Request;
use http_body_util::Full;
use sealwire::{
    Client, Code, Server, SystemRandom,
    bhttp::{self, Limits, RequestLine},
    envelope::{Labels, chunked::seal_request},
    server::{Cors, EdgeFields, GATEWAY_PATH, Outer, RequireSealed, Route, Sorted},
};
use sealwire_http::server::{Gate, Incoming};

use super::{AUTHORITY, client, recipient, server};

fn sort(server: &Arc<Server>, method: &str, path: &str, fields: &[(&str, &str)]) -> Sorted {
    let fields = |name: &str, each: &mut dyn FnMut(&[u8])| {
        let found = fields.iter().filter(|(other, _)| *other == name);
        found.for_each(|(_, value)| each(value.as_bytes()));
    };
    server.sort(Outer { method, path, fields: &fields })
}

fn on() -> Route {
    Route::new().require_sealed(RequireSealed::On)
}

/// 64 MiB of padding through a server that takes 2 MiB of anything.
#[test]
fn padding_of_a_call_in_chunks_has_the_limit_of_content() {
    let (server, pinned) = server();
    let gate = Gate::new(server);
    let line = RequestLine { method: "GET", scheme: "https", authority: AUTHORITY, path: "/" };
    let mut message = Vec::new();
    let none = std::iter::empty::<(&[u8], &[u8])>();
    bhttp::encode_request(line, none.clone(), b"", none, &mut message).unwrap();
    let mut wire = Vec::new();
    let (sealer, _) =
        seal_request(&recipient(&pinned), Labels::BHTTP_CHUNKED, &mut wire, &mut SystemRandom)
            .unwrap();
    sealer.finish_padded(&message, 64 << 20, &mut wire).unwrap();
    let outer = Request::post(GATEWAY_PATH)
        .header("content-type", Client::CHUNKED_MEDIA_TYPE)
        .body(Full::new(Bytes::from(wire)))
        .unwrap();
    match block_on(gate.receive(outer)) {
        Incoming::Answer(_) => {}
        other => panic!("{other:?}"),
    }
}

/// Strangers who send a head, and not one byte of a body, keep nobody else out.
#[test]
fn calls_of_which_nothing_arrived_take_nothing() {
    let (server, pinned) = server();
    let gate = Gate::new(server);
    let (_senders, bodies): (Vec<_>, Vec<_>) = (0..5000)
        .map(|_| {
            futures::channel::mpsc::unbounded::<
                Result<http_body::Frame<Bytes>, sealwire_http::BoxError>,
            >()
        })
        .unzip();
    let mut strangers: Vec<_> = bodies
        .into_iter()
        .map(|body| {
            let outer = Request::post(GATEWAY_PATH)
                .header("content-type", Client::CHUNKED_MEDIA_TYPE)
                .body(http_body_util::StreamBody::new(body))
                .unwrap();
            Box::pin(gate.receive(outer))
        })
        .collect();
    for stranger in &mut strangers {
        assert!(stranger.now_or_never().is_none());
    }
    let inner = Request::get("https://api.example.com/").body(Bytes::new()).unwrap();
    let (outer, _) = sealwire_http::client::seal::<Full<Bytes>>(
        &client(&pinned),
        inner,
        GATEWAY_PATH.parse().unwrap(),
    )
    .unwrap();
    match block_on(gate.receive(outer)) {
        Incoming::Call(..) => {}
        Incoming::Answer(answer) => panic!("an honest call got {}", answer.status()),
        Incoming::Plain(_) => panic!(),
    }
}

/// A rule that can never hold must be refused, not stand there and protect nothing.
#[test]
fn a_rule_that_holds_for_nothing_is_refused() {
    let mut accepted = Vec::new();
    for path in ["//", "/a//", "/admin/*", "/admin/{id}", "/admin/{*rest}"] {
        match server().0.with_route(path, on()) {
            Ok(server) => {
                let server = Arc::new(server);
                let open = ["/", "/a", "/a/b", "/admin/1"]
                    .iter()
                    .all(|path| matches!(sort(&server, "GET", path, &[]), Sorted::Plain { .. }));
                accepted.push((path, if open { "protects nothing" } else { "?" }));
            }
            Err(error) => assert_eq!(error.code(), Code::InvalidInput),
        }
    }
    assert!(accepted.is_empty(), "{accepted:?}");
}

/// actix decodes all but %25, %2F and %2B before it matches; servlet containers cut `;…` off.
#[test]
fn no_spelling_of_a_path_gets_around_its_rule() {
    let server = server().0.with_route("/v1/keys:rotate", on()).unwrap();
    let server = Arc::new(server.with_route("/admin", on()).unwrap());
    let passed: Vec<_> =
        ["/v1/keys:rotate", "/v1/keys%3Arotate", "/admin", "/admin;x", "/admin;/x"]
            .into_iter()
            .filter(|path| matches!(sort(&server, "POST", path, &[]), Sorted::Plain { .. }))
            .collect();
    assert!(passed.is_empty(), "{passed:?}");
}

/// `..Limits::default()` is how a struct of limits is written, and lifts the one that matters.
#[test]
fn a_limit_on_lines_does_not_lift_that_on_content() {
    let server = server().0.with_limits(Limits { lines: 512, ..Limits::default() });
    assert!(server.body_limit() < 16 << 20, "{}", server.body_limit());
}

#[test]
fn fields_that_only_the_edge_sets() {
    let (server, pinned) = server();
    let gate = Gate::new(server);
    let mut inner = Request::get("https://api.example.com/");
    for name in [
        "x-rewrite-url",
        "x-original-url",
        "proxy",
        "x-ms-client-principal",
        "x-amzn-oidc-identity",
        "x-goog-authenticated-user-email",
        "x-auth-request-user",
        "remote-email",
        "remote-groups",
        "cf-access-authenticated-user-email",
        "x-webauth-user",
        "x-appengine-user-ip",
        "x-authentik-username",
        "tailscale-user-login",
        "x-vercel-forwarded-for",
        "cloudfront-viewer-address",
        "x-ssl",
        "x-host",
        "do-connecting-ip",
        "x-azure-clientip",
        "x-http-host-override",
        "cf-ipcountry",
        "x-proxyuser-ip",
        "x-nf-client-connection-ip",
        "akamai-origin-hop",
        "x-scheme",
        "x-tls-client-cert",
        "ssl-client-cert",
        "front-end-https",
    ] {
        inner = inner.header(name, "admin");
    }
    let inner = inner.body(Bytes::new()).unwrap();
    let (outer, _) = sealwire_http::client::seal::<Full<Bytes>>(
        &client(&pinned),
        inner,
        GATEWAY_PATH.parse().unwrap(),
    )
    .unwrap();
    match block_on(gate.receive(outer)) {
        Incoming::Call(request, _) => {
            let names: Vec<_> = request.headers().keys().map(|name| name.as_str()).collect();
            assert!(names.is_empty(), "{names:?}");
        }
        _ => panic!(),
    }
}

#[test]
fn what_frames_a_message_or_is_ours_cannot_be_trusted_from_outside() {
    let mut accepted = Vec::new();
    for name in ["content-length", "transfer-encoding", "host", "connection", "sealwire-call", "te"]
    {
        if EdgeFields::new().trust(name).is_ok() {
            accepted.push(name);
        }
    }
    assert!(accepted.is_empty(), "{accepted:?}");
}

/// SPEC 1.1: the origin is named in every answer of the server's own.
#[test]
fn a_page_sees_why_a_plain_call_was_refused() {
    let cors = Cors::origins(["https://app.example.com"]);
    let server = Arc::new(server().0.with_cors(cors).with_route("/", on()).unwrap());
    match sort(&server, "GET", "/a", &[("origin", "https://app.example.com")]) {
        Sorted::Answer(answer) => {
            assert!(answer.fields().any(|(name, _)| name == "access-control-allow-origin"));
        }
        other => panic!("{other:?}"),
    }
}

/// A body that breaks off under us is answered as any that does not open: to the header.
#[test]
fn a_body_that_breaks_off_is_answered_like_any_that_does_not_open() {
    let cors = Cors::origins(["https://app.example.com"]);
    let gate = Gate::new(server().0.with_cors(cors));
    let headers = |items: Vec<Result<http_body::Frame<Bytes>, sealwire_http::BoxError>>| {
        let outer = Request::post(GATEWAY_PATH)
            .header("content-type", Client::CHUNKED_MEDIA_TYPE)
            .header("origin", "https://app.example.com")
            .body(http_body_util::StreamBody::new(futures::stream::iter(items)))
            .unwrap();
        match block_on(gate.receive(outer)) {
            Incoming::Answer(answer) => (answer.status(), answer.headers().clone()),
            _ => panic!(),
        }
    };
    assert_eq!(headers(vec![]), headers(vec![Err("too long for a layer above".into())]));
}

/// A 204 to a call in one piece waits for nothing either.
#[test]
fn an_answer_without_content_to_a_call_in_one_piece_waits_for_nothing() {
    let (server, pinned) = server();
    let gate = Gate::new(server);
    let inner = Request::head("https://api.example.com/").body(Bytes::new()).unwrap();
    let (outer, _) = sealwire_http::client::seal_one_shot::<Full<Bytes>>(
        &client(&pinned),
        inner,
        GATEWAY_PATH.parse().unwrap(),
        1 << 20,
    )
    .unwrap();
    let Incoming::Call(_, answering) = block_on(gate.receive(outer)) else { panic!() };
    let (_sender, endless) = futures::channel::mpsc::unbounded::<
        Result<http_body::Frame<Bytes>, sealwire_http::BoxError>,
    >();
    let response = http::Response::new(http_body_util::StreamBody::new(endless));
    assert!(answering.seal(response).now_or_never().is_some());
}

/// In a mirror, a preflight for what no sealed call needs is the app's.
#[test]
fn a_mirror_leaves_the_apps_preflights_alone() {
    let server = server().0.with_cors(Cors::origins(["https://app.example.com"]));
    let server = Arc::new(server.with_target(sealwire::Target::mirror("").unwrap()));
    let fields = [
        ("origin", "https://app.example.com"),
        ("access-control-request-method", "POST"),
        ("access-control-request-headers", "authorization,content-type"),
    ];
    assert!(matches!(sort(&server, "OPTIONS", "/orders", &fields), Sorted::Plain { .. }));
}

/// What is held of a body within the limit is not much more than the limit.
#[test]
fn a_collected_body_takes_no_more_than_its_limit() {
    let limit = 2 << 20;
    let frames: Vec<Result<http_body::Frame<Bytes>, std::convert::Infallible>> = (0..)
        .map(|n| if n == 0 { 17_000 } else { 9_000 })
        .scan(0, |sum, n| {
            *sum += n;
            (*sum <= 1_100_000).then_some(n)
        })
        .map(|n| Ok(http_body::Frame::data(Bytes::from(vec![0; n]))))
        .collect();
    let body = http_body_util::StreamBody::new(futures::stream::iter(frames));
    let (content, _) = block_on(sealwire_http::collect(body, limit)).unwrap();
    assert!(content.capacity() <= limit, "{} for {}", content.capacity(), content.len());
}

/// Large calls share what memory there is, small ones are served in any case.
#[test]
fn large_calls_share_a_budget_that_small_ones_do_not_need() {
    let (server, pinned) = server();
    let gate = Gate::new(server).memory_limit(1 << 20);
    let call = |length: usize, one_shot: bool| {
        let inner = Request::post("https://api.example.com/").body(vec![0; length].into()).unwrap();
        let (client, gateway) = (client(&pinned), GATEWAY_PATH.parse().unwrap());
        let sealed = match one_shot {
            true => sealwire_http::client::seal_one_shot(&client, inner, gateway, 1 << 20),
            false => sealwire_http::client::seal(&client, inner, gateway),
        };
        sealed.unwrap()
    };
    // Of this one all has arrived but the end.
    let (outer, _) = call(1 << 20, false);
    let (parts, body) = outer.into_parts();
    let _: &sealwire_http::SealedBody<Full<Bytes>> = &body;
    let whole = block_on(sealwire_http::collect(body, usize::MAX)).unwrap().0;
    let (sender, frames) = futures::channel::mpsc::unbounded();
    sender
        .unbounded_send(Ok::<_, sealwire_http::BoxError>(http_body::Frame::data(Bytes::from(
            whole,
        ))))
        .unwrap();
    let outer = Request::from_parts(parts, http_body_util::StreamBody::new(frames));
    let mut waiting = Box::pin(gate.receive(outer));
    assert!(waiting.as_mut().now_or_never().is_none());

    let status = |length, one_shot| {
        let (outer, pending) = call(length, one_shot);
        match block_on(gate.receive(outer)) {
            Incoming::Call(..) => 200,
            Incoming::Answer(answer) if answer.status() == 200 => {
                block_on(pending.open(answer)).unwrap().status().as_u16()
            }
            Incoming::Answer(answer) => answer.status().as_u16(),
            Incoming::Plain(_) => panic!("it is sealed"),
        }
    };
    for one_shot in [false, true] {
        assert_eq!(status(30_000, one_shot), 200);
        assert_eq!(status(300_000, one_shot), 503);
    }
    drop(waiting);
    for one_shot in [false, true] {
        assert_eq!(status(300_000, one_shot), 200);
    }
}
