//! What is outside stays outside, and what is inside comes out sealed.

use std::{fmt, io};

use actix_web::{
    App, Error, HttpMessage as _, HttpRequest, HttpResponse, ResponseError,
    body::to_bytes,
    dev::{Payload, Service as _, ServiceResponse},
    error::{ErrorBadRequest, ErrorForbidden},
    http::StatusCode,
    rt::task::yield_now,
    test::{TestRequest, call_service, init_service, try_call_service},
    web::{self, Json},
};
use bytes::Bytes;
use futures::{StreamExt as _, stream};
use http_body_util::BodyExt as _;
use sealwire::server::EdgeFields;
use sealwire_actix::Sealwire;
use sealwire_http::client::seal;
use serde_json::Value;

use super::{call, open, request, sealed, sealwire, server};

#[derive(Clone, Copy)]
struct OfTheConnection(u8);

#[derive(Clone, Copy)]
struct OfTheRoute;

/// What an app around `sealwire` tells that a handler sees, if a middleware outside has added
/// extensions, and has made actix remember what the outer fields say.
async fn told(sealwire: Sealwire) -> String {
    let tell = |request: HttpRequest| async move {
        let info = request.connection_info().clone();
        let connection = request.extensions().get::<OfTheConnection>().map(|extension| extension.0);
        let route = request.extensions().get::<OfTheRoute>().is_some();
        let mut fields: Vec<_> = request.headers().keys().map(ToString::to_string).collect();
        fields.sort();
        let real = info.realip_remote_addr();
        format!("{fields:?} {connection:?} {route} {} {} {real:?}", info.host(), info.scheme())
    };
    let app = App::new().route("/", web::get().to(tell)).wrap(sealwire).wrap_fn(|request, next| {
        request.extensions_mut().insert(OfTheConnection(7));
        request.extensions_mut().insert(OfTheRoute);
        assert_eq!(request.connection_info().host(), "outer.example");
        next.call(request)
    });
    let app = init_service(app).await;
    let (outer, pending) = sealed(
        request("GET", "/")
            .header("x-inner", "1")
            .header("cookie", "inner=1")
            .header("forwarded", "for=203.0.113.9;host=inner.example;proto=gopher")
            .header("x-forwarded-for", "203.0.113.9")
            .body(""),
    );
    let outer = outer
        .peer_addr("192.0.2.1:9".parse().unwrap())
        .insert_header(("host", "outer.example"))
        .insert_header(("x-outer", "1"))
        .insert_header(("cookie", "outer=1"))
        .insert_header(("x-forwarded-proto", "http"))
        .insert_header(("x-forwarded-for", "198.51.100.2"));
    let response = call(&app, (outer.to_request(), pending)).await;
    String::from_utf8(response.into_body().into()).unwrap()
}

#[tokio::test]
async fn nothing_of_the_outer_request_is_seen_but_what_is_asked_for() {
    let nothing = r#"["cookie", "x-inner"] None false api.example.com https Some("192.0.2.1")"#;
    assert_eq!(told(sealwire()).await, nothing);
    let with_one = nothing.replace("None", "Some(7)");
    let copying = sealwire().copy_extension::<OfTheConnection>().copy_extension::<String>();
    assert_eq!(told(copying).await, with_one);
}

#[tokio::test]
async fn what_a_proxy_says_of_the_client_is_believed_where_it_is_trusted() {
    let edge = EdgeFields::new().trust("x-forwarded-for").unwrap();
    let told = told(Sealwire::new(server().0.with_edge_fields(edge))).await;
    let expected = r#"["cookie", "x-forwarded-for", "x-inner"] None false api.example.com https Some("198.51.100.2")"#;
    assert_eq!(told, expected);
}

#[tokio::test]
async fn a_plain_request_passes_untouched() {
    let tell = |request: HttpRequest, payload: web::Payload| async move {
        let field = request.headers().get("x-forwarded-for").is_some();
        let payload = payload.into_inner();
        let untouched = matches!(payload, Payload::H1 { .. });
        let content: Vec<_> = payload.map(Result::unwrap).collect().await;
        format!("{} {field} {untouched} {content:?}", request.uri())
    };
    let app = App::new().route("/plain", web::post().to(tell)).wrap(sealwire());
    let app = init_service(app).await;
    let plain = TestRequest::post()
        .uri("/plain?x=1")
        .insert_header(("x-forwarded-for", "198.51.100.2"))
        .set_payload("content");
    let response = call_service(&app, plain.to_request()).await;
    let body = to_bytes(response.into_body()).await.ok().unwrap();
    assert_eq!(body, r#"/plain?x=1 true true [b"content"]"#);
}

#[derive(Debug)]
struct OutOfTea;

impl fmt::Display for OutOfTea {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("secret: there is no tea")
    }
}

impl ResponseError for OutOfTea {
    fn status_code(&self) -> StatusCode {
        StatusCode::CONFLICT
    }

    fn error_response(&self) -> HttpResponse {
        HttpResponse::build(self.status_code()).insert_header(("x-tea", "0")).body(self.to_string())
    }
}

#[tokio::test]
async fn errors_of_handlers_and_extractors_are_sealed_like_any_response() {
    let fails = || async { Err::<String, Error>(ErrorBadRequest("secret: it is wrong")) };
    let own = || async { Err::<String, _>(OutOfTea) };
    let app = App::new()
        .route("/fails", web::get().to(fails))
        .route("/own", web::get().to(own))
        .route("/json", web::get().to(|_: Json<Value>| HttpResponse::Ok()))
        .wrap(sealwire());
    let app = init_service(app).await;
    for (path, status, says) in [
        ("/fails", 400, "secret: it is wrong"),
        ("/own", 409, "secret: there is no tea"),
        ("/json", 400, "Json deserialize error"),
        ("/nowhere", 404, ""),
    ] {
        let call = request("GET", path).header("content-type", "application/json").body("{secret");
        let (outer, pending) = sealed(call);
        let response = call_service(&app, outer.to_request()).await;
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers().len(), 2, "{:?}", response.headers());
        assert!(response.response().error().is_none());
        let response = open(response, pending).await;
        assert_eq!(response.status(), status, "{path}");
        let body = String::from_utf8_lossy(response.body());
        assert!(body.contains(says), "{path}: {body}");
        assert_eq!(response.headers().contains_key("x-tea"), path == "/own");
    }
}

/// Nobody outside can make a response of it that is not sealed, nor log what it was.
#[tokio::test]
async fn the_error_of_a_middleware_inside_comes_out_as_its_response_sealed() {
    let app = App::new()
        .wrap_fn(|_, _| async { Err::<ServiceResponse, Error>(ErrorForbidden("secret: not you")) })
        .wrap(sealwire());
    let app = init_service(app).await;
    let (outer, pending) = sealed(request("GET", "/").body(""));
    let error = try_call_service(&app, outer.to_request()).await.err().unwrap();
    let said = format!("{error} {error:?}");
    assert_eq!(said, "the handler of a sealed call failed HandlerFailed");
    let response = error.error_response();
    assert_eq!(response.status(), 200);
    let body = to_bytes(response.into_body()).await.unwrap();
    assert!(!body.windows(6).any(|part| part == b"secret"));
    let (response, _) = pending.open_http(200, Some(b"message/ohttp-res"), body.into()).unwrap();
    assert_eq!(response.status(), 403);
    assert_eq!(response.body(), "secret: not you");

    // A plain request fails as it would without the middleware.
    let error = try_call_service(&app, TestRequest::get().to_request()).await.err().unwrap();
    assert_eq!(error.to_string(), "secret: not you");
}

/// Actix logs the error of a body that fails.
#[tokio::test]
async fn the_error_of_a_body_tells_nothing_of_what_failed() {
    let failing = || async {
        let failure = stream::once(async {
            yield_now().await;
            Err::<Bytes, _>(io::Error::other("secret: the database is gone"))
        });
        let beginning = stream::iter([Ok("the secret beginning".into())]);
        HttpResponse::Ok().streaming(beginning.chain(failure))
    };
    let app = init_service(App::new().route("/", web::get().to(failing)).wrap(sealwire())).await;
    let call = request("GET", "/").body(Bytes::new()).unwrap();
    let gateway = http::Uri::from_static("https://api.example.com/.well-known/ohttp-gateway");
    let (outer, _) =
        seal::<http_body_util::Empty<Bytes>>(&crate::client(&server().1), call, gateway).unwrap();
    let (parts, body) = outer.into_parts();
    let outer = TestRequest::post()
        .uri(parts.uri.path())
        .insert_header(("content-type", parts.headers["content-type"].as_bytes()))
        .set_payload(body.collect().await.unwrap().to_bytes());
    let response = call_service(&app, outer.to_request()).await;
    assert_eq!(response.status(), 200);
    let error = to_bytes(response.into_body()).await.unwrap_err();
    let said = format!("{error} {error:?}");
    assert!(said.contains("BodyFailed") && !said.contains("secret"), "{said}");
}
