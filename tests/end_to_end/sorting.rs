//! What a server does with an outer request before it reads the body, and what of the way a call
//! came is held against what is inside. No I/O.

use std::sync::Arc;

use sealwire::{
    Client, Server, SystemRandom, Target,
    bhttp::{Fields, Limits, RequestLine},
    client::PendingResponse,
    server::{
        Answer, Broken, Call, Cors, EdgeFields, GATEWAY_PATH, Outer, RequestEvent, RequireSealed,
        Route, Sorted,
    },
};

use super::{AUTHORITY, client, server};

const CHUNKED: (&str, &str) = ("content-type", "message/ohttp-chunked-req");
const ONE_SHOT: (&str, &str) = ("content-type", "message/ohttp-req");
const PAGE: (&str, &str) = ("origin", "https://app.example.com");

fn sort(server: &Arc<Server>, method: &str, path: &str, fields: &[(&str, &str)]) -> Sorted {
    let fields = |name: &str, each: &mut dyn FnMut(&[u8])| {
        let found = fields.iter().filter(|(other, _)| *other == name);
        found.for_each(|(_, value)| each(value.as_bytes()));
    };
    server.sort(Outer { method, path, fields: &fields })
}

fn answer(sorted: Sorted) -> Answer {
    match sorted {
        Sorted::Answer(answer) => answer,
        other => panic!("{other:?}"),
    }
}

fn call(sorted: Sorted) -> Call {
    match sorted {
        Sorted::Call(call) => call,
        other => panic!("{other:?}"),
    }
}

fn field<'a>(answer: &'a Answer, name: &str) -> Option<&'a str> {
    answer.fields().find(|(other, _)| *other == name).map(|(_, value)| value)
}

fn line(path: &str) -> RequestLine<'_> {
    RequestLine { method: "GET", scheme: "https", authority: AUTHORITY, path }
}

fn seal(client: &Client, path: &str, fields: &Fields, content: &[u8]) -> Vec<u8> {
    let sealed = client.seal_chunked(line(path), fields.lines(), content, &mut SystemRandom);
    sealed.unwrap().0
}

/// What a handler gets: path, fields and content, or the status of the sealed refusal.
fn open(call: Call, client: &Client, path: &str, content: &[u8]) -> Result<Fields, u16> {
    let mut fields = Fields::new();
    for name in ["x-forwarded-for", "x_real_ip", "X-Country", "Sealwire-Call", "authorization"] {
        fields.push(name, "inner").unwrap();
    }
    let (mut wire, pending) =
        client.seal_chunked(line(path), fields.lines(), content, &mut SystemRandom).unwrap();
    let (mut reader, mut head) = (call.reader(), None);
    let mut sink = |event: RequestEvent<'_>| {
        if let RequestEvent::Head(found, starter) = event {
            head = Some((found, starter));
        }
        Ok(())
    };
    let pushed = reader.push(&mut wire, &mut SystemRandom, &mut sink);
    let answer = match pushed.and_then(|()| reader.finish(&mut SystemRandom, &mut sink)) {
        Ok(()) => return Ok(head.unwrap().0.into_fields()),
        Err(Broken::Answer(answer)) => answer,
        Err(Broken::Handed(error)) => head.unwrap().1.refuse(error.code(), &mut SystemRandom),
    };
    Err(status(pending, answer))
}

/// The status of a sealed refusal.
fn status(pending: PendingResponse, answer: Answer) -> u16 {
    let mut response = pending.open(answer.status(), Some(b"message/ohttp-chunked-res")).unwrap();
    let mut status = 0;
    let mut sink = |event: sealwire::bhttp::Event<'_>| {
        if let sealwire::bhttp::Event::Response(head) = event {
            status = head.status();
        }
        Ok(())
    };
    response.push(&mut answer.into_body(), &mut sink).unwrap();
    response.finish(&mut sink).unwrap();
    status
}

#[test]
fn the_gateway_answers_for_itself() {
    let server = Arc::new(server().0);
    for method in ["GET", "HEAD"] {
        let keys = answer(sort(&server, method, GATEWAY_PATH, &[]));
        assert_eq!(
            (keys.status(), field(&keys, "content-type")),
            (200, Some("application/ohttp-keys"))
        );
        assert_eq!(field(&keys, "cache-control"), Some("no-store, no-transform"));
    }
    let method = answer(sort(&server, "PUT", GATEWAY_PATH, &[CHUNKED]));
    assert_eq!((method.status(), field(&method, "allow")), (405, Some("GET, HEAD, POST")));
    for content_type in ["", "application/json", "message/ohttp-res", "message/ohttp-reqs"] {
        let fields = [("content-type", content_type)];
        assert_eq!(answer(sort(&server, "POST", GATEWAY_PATH, &fields)).status(), 415);
    }
    assert!(call(sort(&server, "POST", GATEWAY_PATH, &[CHUNKED])).is_chunked());
    assert!(!call(sort(&server, "POST", GATEWAY_PATH, &[ONE_SHOT])).is_chunked());
    // A query on the gateway says nothing.
    call(sort(&server, "POST", "/.well-known/ohttp-gateway?x", &[CHUNKED]));
    for path in ["/", "/orders", "/.well-known/ohttp-gateway/", "/.well-known/OHTTP-gateway"] {
        assert!(matches!(sort(&server, "POST", path, &[CHUNKED]), Sorted::Plain { report: false }));
    }
    let busy = call(sort(&server, "POST", GATEWAY_PATH, &[CHUNKED])).busy();
    assert_eq!((busy.status(), field(&busy, "retry-after")), (503, Some("1")));
}

#[test]
fn another_gateway_path_takes_the_place_of_the_first() {
    let server = Arc::new(server().0.with_target(Target::gateway_at("/in").unwrap()));
    call(sort(&server, "POST", "/in", &[CHUNKED]));
    assert_eq!(answer(sort(&server, "GET", "/in", &[])).status(), 200);
    assert!(matches!(sort(&server, "GET", GATEWAY_PATH, &[]), Sorted::Plain { .. }));
}

/// The outer path is the inner one; whoever moved a call to another path is refused.
#[test]
fn a_mirrored_call_is_for_the_path_it_was_sent_to() {
    let (server, pinned) = server();
    let server = Arc::new(server.with_target(Target::mirror("/sealed").unwrap()));
    let client = client(&pinned);
    let try_out = |outer: &str, inner: &str| {
        open(call(sort(&server, "POST", outer, &[CHUNKED])), &client, inner, b"").map(|_| ())
    };
    assert_eq!(try_out("/sealed/orders", "/orders?item=tea"), Ok(()));
    for (outer, inner) in [
        ("/sealed/orders", "/admin"),
        ("/sealed/orders", "/orders/"),
        ("/sealed/orders", "/orders/1"),
        ("/sealed/orders", "/Orders"),
        ("/sealed/orders", "/sealed/orders"),
        ("/sealed/a/../orders", "/a/../orders"),
        ("/sealed//orders", "//orders"),
        ("/sealed/%6Frders", "/%6Frders"),
    ] {
        assert_eq!(try_out(outer, inner), Err(400), "{outer} {inner}");
    }
    // The query belongs inside.
    assert_eq!(answer(sort(&server, "POST", "/sealed/orders?x", &[CHUNKED])).status(), 400);
    // Nobody gets around the paths by the gateway; keys are there.
    let refused = answer(sort(&server, "POST", GATEWAY_PATH, &[CHUNKED]));
    assert_eq!((refused.status(), field(&refused, "allow")), (405, Some("GET, HEAD")));
    assert_eq!(answer(sort(&server, "GET", GATEWAY_PATH, &[])).status(), 200);
    for (method, path) in
        [("PUT", "/sealed/orders"), ("POST", "/orders"), ("POST", "/sealedorders")]
    {
        assert!(matches!(sort(&server, method, path, &[CHUNKED]), Sorted::Plain { .. }));
    }
}

/// A server that mirrors does not open calls of which it was not told where they came in.
#[test]
fn a_mirrored_call_without_a_path_is_refused() {
    let (server, pinned) = server();
    let server = Arc::new(server.with_target(Target::mirror("").unwrap()));
    let mut wire = seal(&client(&pinned), "/orders", &Fields::new(), b"");
    let mut reader = server.reader(Some(b"message/ohttp-chunked-req"), Limits::default()).unwrap();
    let mut handed = false;
    let mut sink = |_: RequestEvent<'_>| {
        handed = true;
        Ok(())
    };
    reader.push(&mut wire, &mut SystemRandom, &mut sink).unwrap();
    let broken = reader.finish(&mut SystemRandom, &mut sink).unwrap_err();
    assert!(matches!(broken, Broken::Answer(_)) && !handed);
}

#[test]
fn plain_requests_are_passed_reported_or_refused_by_route() {
    let (server, _) = server();
    let route = |rule| Route::new().require_sealed(rule);
    let server = server.with_route("/", route(RequireSealed::On)).unwrap();
    let server = server.with_route("/healthz", route(RequireSealed::Off)).unwrap();
    let server = Arc::new(server.with_route("/old", route(RequireSealed::Report)).unwrap());
    for path in ["/", "/orders", "/healthzz", "/old/../orders", "/healthz/..;/x", "//healthz", "*"]
    {
        assert_eq!(answer(sort(&server, "GET", path, &[])).status(), 403, "{path}");
    }
    assert!(matches!(sort(&server, "GET", "/healthz?x", &[]), Sorted::Plain { report: false }));
    assert!(matches!(sort(&server, "POST", "/old/a", &[ONE_SHOT]), Sorted::Plain { report: true }));
    // Keys and calls are not plain requests.
    assert_eq!(answer(sort(&server, "GET", GATEWAY_PATH, &[])).status(), 200);
    call(sort(&server, "POST", GATEWAY_PATH, &[CHUNKED]));
}

/// Nobody has to send two gigabytes to learn that they are too many.
#[test]
fn content_that_is_announced_to_be_too_long_is_refused_at_the_head() {
    let (server, pinned) = server();
    let server = server.with_route("/small", Route::new().content_limit(10).streaming(true));
    let server = Arc::new(server.unwrap());
    let client = client(&pinned);
    for (announced, refused) in [("10", false), ("11", true), ("2305843009213693952", true)] {
        let (mut fields, mut wire) = (Fields::new(), Vec::new());
        fields.push("content-length", announced).unwrap();
        let started =
            client.start(line("/small"), fields.lines(), &mut wire, &mut SystemRandom).unwrap();
        let mut reader = call(sort(&server, "POST", GATEWAY_PATH, &[CHUNKED])).reader();
        let mut handed = false;
        let pushed = reader.push(&mut wire, &mut SystemRandom, &mut |_| {
            handed = true;
            Ok(())
        });
        assert_eq!((pushed.is_err(), handed), (refused, !refused), "{announced}");
        if let Err(broken) = pushed {
            let Broken::Answer(answer) = broken else { panic!("{broken:?}") };
            assert_eq!(status(started.1, answer), 413);
        }
    }
}

#[test]
fn a_route_limits_content_and_wants_paths_that_mean_one_thing() {
    let (server, pinned) = server();
    let server = server.with_route("/small", Route::new().content_limit(10)).unwrap();
    let server = Arc::new(server.with_route("/any", Route::new().streaming(true)).unwrap());
    let client = client(&pinned);
    let try_out = |path: &str, length: usize| {
        let call = call(sort(&server, "POST", GATEWAY_PATH, &[CHUNKED]));
        open(call, &client, path, &vec![b'x'; length]).map(|_| ())
    };
    assert_eq!(try_out("/small", 10), Ok(()));
    assert_eq!(try_out("/small/more", 11), Err(413));
    assert_eq!(try_out("/any", 3 << 20), Ok(()));
    assert_eq!(try_out("/", 2 << 20), Ok(()));
    assert_eq!(try_out("/", (2 << 20) + 1), Err(413));
    for path in ["/small/../any", "//any", "/%61ny", "/any\\x"] {
        assert_eq!(try_out(path, 0), Err(400), "{path}");
    }

    // In one piece the same limits hold.
    let one_shot = |path: &str, length: usize| {
        let content = vec![b'x'; length];
        let sealed = client.seal(line(path), Fields::new().lines(), &content, &mut SystemRandom);
        let (mut body, _) = sealed.unwrap().into_parts();
        let call = call(sort(&server, "POST", GATEWAY_PATH, &[ONE_SHOT]));
        call.open(&mut body, &mut SystemRandom).is_ok()
    };
    assert!(one_shot("/small", 10) && !one_shot("/small", 11));
    assert!(one_shot("/any", 2 << 20) && !one_shot("/any", (2 << 20) + 1));
}

/// What the edge says of a connection, a client cannot say inside.
#[test]
fn edge_fields_come_from_the_edge_or_not_at_all() {
    let (server, pinned) = server();
    let edge = EdgeFields::new().trust("X-Country").unwrap();
    let server = Arc::new(server.with_edge_fields(edge));
    let outer =
        [CHUNKED, ("x-country", "outer-1"), ("x-country", "outer-2"), ("x-real-ip", "outer")];
    let call = call(sort(&server, "POST", GATEWAY_PATH, &outer));
    let fields = open(call, &client(&pinned), "/", b"").unwrap();
    let got: Vec<(&str, &[u8])> = fields.iter().collect();
    let expected: [(&str, &[u8]); 3] =
        [("authorization", b"inner"), ("x-country", b"outer-1"), ("x-country", b"outer-2")];
    assert_eq!(got, expected);
}

#[test]
fn pages_of_listed_origins_may_call() {
    let cors = Cors::origins(["https://app.example.com"]);
    let server = Arc::new(server().0.with_cors(cors));
    let preflight = ("access-control-request-method", "POST");
    let leave = answer(sort(&server, "OPTIONS", GATEWAY_PATH, &[PAGE, preflight]));
    assert_eq!((leave.status(), leave.body()), (204, &b""[..]));
    assert_eq!(field(&leave, "access-control-allow-origin"), Some(PAGE.1));
    assert_eq!(field(&leave, "access-control-allow-methods"), Some("GET, POST"));
    assert_eq!(field(&leave, "access-control-allow-headers"), Some("content-type, incremental"));
    assert_eq!(field(&leave, "vary"), Some("origin"));

    let other = ("origin", "https://evil.example");
    let refused = answer(sort(&server, "OPTIONS", GATEWAY_PATH, &[other, preflight]));
    assert_eq!((refused.status(), field(&refused, "access-control-allow-origin")), (405, None));

    // A page sees what it is answered, problems too.
    for (method, fields) in
        [("GET", [PAGE, CHUNKED]), ("PUT", [PAGE, CHUNKED]), ("POST", [PAGE, PAGE])]
    {
        let answer = answer(sort(&server, method, GATEWAY_PATH, &fields));
        assert_eq!(field(&answer, "access-control-allow-origin"), Some(PAGE.1), "{method}");
    }
    let busy = call(sort(&server, "POST", GATEWAY_PATH, &[PAGE, CHUNKED])).busy();
    assert_eq!(field(&busy, "access-control-allow-origin"), Some(PAGE.1));
    let mut reader = call(sort(&server, "POST", GATEWAY_PATH, &[PAGE, CHUNKED])).reader();
    match reader.finish(&mut SystemRandom, &mut |_| Ok(())) {
        Err(Broken::Answer(answer)) => {
            assert_eq!(field(&answer, "access-control-allow-origin"), Some(PAGE.1));
        }
        other => panic!("{other:?}"),
    }
}

/// A mirror shares its paths with the app, whose own preflights it leaves alone.
#[test]
fn a_mirror_answers_the_preflights_of_calls_only() {
    let cors = Cors::origins(["https://app.example.com"]);
    let target = Target::mirror("").unwrap();
    let server = Arc::new(server().0.with_cors(cors).with_target(target));
    let asking = |method| ("access-control-request-method", method);
    let leave = answer(sort(&server, "OPTIONS", "/orders", &[PAGE, asking("POST")]));
    assert_eq!(leave.status(), 204);
    for fields in [[PAGE, asking("PUT")], [("origin", "https://evil.example"), asking("POST")]] {
        assert!(matches!(sort(&server, "OPTIONS", "/orders", &fields), Sorted::Plain { .. }));
    }
}
