//! A handler sees the inner request, and whoever called gets its response.

use actix_web::{
    App, Either, HttpRequest, HttpResponse,
    body::to_bytes,
    guard,
    http::header::{HeaderName, HeaderValue},
    middleware::NormalizePath,
    test::{TestRequest, call_service, init_service},
    web::{self, Json, Path, Query},
};
use sealwire::client::ClientResponse;
use sealwire_actix::Sealed;
use serde_json::{Value, json};

use super::{call, request, sealed, sealwire};

type Parameters = std::collections::HashMap<String, String>;

async fn order(
    request: HttpRequest,
    id: Path<(String, u32)>,
    query: Query<Parameters>,
    Json(content): Json<Value>,
) -> Json<Value> {
    let info = request.connection_info();
    let all = |name: &str| -> Vec<Vec<u8>> {
        request.headers().get_all(name).map(|value| value.as_bytes().to_vec()).collect()
    };
    Json(json!({
        "method": request.method().as_str(),
        "uri": request.uri().to_string(),
        "version": format!("{:?}", request.version()),
        "pattern": request.match_pattern(),
        "id": id.into_inner(),
        "query": query.into_inner(),
        "content": content,
        "many": all("x-many"),
        "host": info.host(),
        "scheme": info.scheme(),
        "real": info.realip_remote_addr(),
        "peer": request.peer_addr().map(|peer| peer.to_string()),
    }))
}

fn json_of(response: &http::Response<bytes::Bytes>) -> Value {
    serde_json::from_slice(response.body()).unwrap()
}

#[tokio::test]
async fn routes_extractors_and_the_connections_info_are_those_of_the_inner_request() {
    let scope = web::scope("/shops/{shop}").route("/orders/{id}", web::patch().to(order));
    let app = init_service(App::new().service(scope).wrap(sealwire())).await;
    let (outer, pending) = sealed(
        request("PATCH", "/shops/a%20b/orders/7?x=1&y=two")
            .header("content-type", "application/json")
            .header("x-many", "first")
            .header("x-many", http::HeaderValue::from_bytes(b"caf\xe9 \xff").unwrap())
            .header("x-many", "first")
            .body(r#"{"item":"tea"}"#),
    );
    let outer = outer.peer_addr("192.0.2.1:9".parse().unwrap());
    let response = call(&app, (outer.to_request(), pending)).await;
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "application/json");
    let length = response.body().len().to_string();
    assert_eq!(response.headers()["content-length"], *length);
    let expected = json!({
        "method": "PATCH",
        "uri": "https://api.example.com/shops/a%20b/orders/7?x=1&y=two",
        "version": "HTTP/1.1",
        "pattern": "/shops/{shop}/orders/{id}",
        "id": ["a b", 7],
        "query": { "x": "1", "y": "two" },
        "content": { "item": "tea" },
        "many": [b"first", &b"caf\xe9 \xff"[..], b"first"],
        "host": "api.example.com",
        "scheme": "https",
        "real": "192.0.2.1",
        "peer": "192.0.2.1:9",
    });
    assert_eq!(json_of(&response), expected);
}

/// Guards decide by the inner request, and so do middlewares that are wrapped before.
#[tokio::test]
async fn guards_and_middlewares_inside_see_the_inner_request() {
    let target = |request: HttpRequest| async move { request.uri().to_string() };
    let resource = web::resource("/a/b")
        .guard(guard::Host("api.example.com"))
        .guard(guard::fn_guard(|context| context.head().method == "PURGE"))
        .to(target);
    let app = App::new().service(resource).wrap(NormalizePath::trim()).wrap(sealwire());
    let app = init_service(app).await;
    let (outer, pending) = sealed(request("PURGE", "/a//b/?x").body(""));
    let response = call(&app, (outer.to_request(), pending)).await;
    assert_eq!(response.body(), "https://api.example.com/a/b?x");

    let (outer, pending) = sealed(request("GET", "/a/b").body(""));
    assert_eq!(call(&app, (outer.to_request(), pending)).await.status(), 404);
}

/// `OPTIONS *` has no path to be routed by.
#[tokio::test]
async fn what_asks_for_no_path_reaches_the_default_service() {
    let target = |request: HttpRequest| async move {
        format!("{} {} {}", request.method(), request.uri(), request.connection_info().host())
    };
    let app = init_service(App::new().default_service(web::to(target)).wrap(sealwire())).await;
    let parts = http::Request::options("*").header("host", "api.example.com").body("");
    let (outer, pending) = sealed(parts);
    let response = call(&app, (outer.to_request(), pending)).await;
    assert_eq!(response.body(), "OPTIONS * api.example.com");
}

/// To actix `#` is no method, though it is one to HTTP.
#[tokio::test]
async fn a_method_that_actix_cannot_have_is_a_sealed_400() {
    let app = init_service(App::new().default_service(web::to(HttpResponse::Ok)).wrap(sealwire()));
    let app = app.await;
    let (outer, pending) = sealed(request("#", "/").body(""));
    let response = call(&app, (outer.to_request(), pending)).await;
    assert_eq!(response.status(), 400);
    assert_eq!(json_of(&response)["type"], "https://sealwire.dev/problems#invalid-request");
}

#[tokio::test]
async fn a_response_that_switches_protocols_is_a_sealed_500() {
    let switch = || async { HttpResponse::SwitchingProtocols().upgrade("websocket").finish() };
    let app = init_service(App::new().route("/", web::get().to(switch)).wrap(sealwire())).await;
    let (outer, pending) = sealed(request("GET", "/").body(""));
    let response = call(&app, (outer.to_request(), pending)).await;
    assert_eq!(response.status(), 500);
    assert_eq!(json_of(&response)["type"], "https://sealwire.dev/problems#invalid-response");
}

#[tokio::test]
async fn a_response_keeps_its_status_and_all_its_fields() {
    let answer = || async {
        let mut response = HttpResponse::build(299.try_into().unwrap());
        for value in [&b"b=2"[..], b"a=1", b"b=2", b"caf\xe9"] {
            let name = HeaderName::from_static("set-cookie");
            response.append_header((name, HeaderValue::from_bytes(value).unwrap()));
        }
        response.insert_header(("connection", "close")).insert_header(("sealwire-call", "forged"));
        response.insert_header(("content-length", "1"));
        response.body("content")
    };
    let app = init_service(App::new().route("/", web::get().to(answer)).wrap(sealwire())).await;
    let (outer, pending) = sealed(request("GET", "/").body(""));
    let response = call(&app, (outer.to_request(), pending)).await;
    assert_eq!(response.status(), 299);
    let fields = response.headers();
    let cookies: Vec<_> =
        fields.get_all("set-cookie").iter().map(|value| value.as_bytes()).collect();
    assert_eq!(cookies, [&b"b=2"[..], b"a=1", b"b=2", b"caf\xe9"]);
    // As actix does, by what the body has and not by what the handler says that it has.
    assert_eq!(fields["content-length"], "7");
    assert_eq!(fields.keys_len(), 2, "{fields:?}");
    assert_eq!(response.body(), "content");
}

#[tokio::test]
async fn the_extractor_takes_sealed_calls_only() {
    let only = |sealed: Sealed| async move {
        let mut secret = [0; 16];
        sealed.export("label", &mut secret).unwrap();
        format!("{} {secret:?}", sealed.key_id())
    };
    let both = |sealed: Option<Sealed>| async move { sealed.is_some().to_string() };
    let either = |either: Either<Sealed, String>| async move {
        matches!(either, Either::Left(_)).to_string()
    };
    let app = App::new()
        .route("/only", web::get().to(only))
        .route("/both", web::get().to(both))
        .route("/either", web::get().to(either))
        .wrap(sealwire());
    let app = init_service(app).await;
    let get = |path| sealed(request("GET", path).body(""));

    let (outer, pending) = get("/only");
    let exporter = pending.exporter();
    let response = call(&app, (outer.to_request(), pending)).await;
    let mut secret = [0; 16];
    exporter.export("label", &mut secret).unwrap();
    assert_eq!(response.body(), &format!("9 {secret:?}"));
    for path in ["/both", "/either"] {
        let (outer, pending): (_, ClientResponse) = get(path);
        assert_eq!(call(&app, (outer.to_request(), pending)).await.body(), "true");
    }

    let plain = call_service(&app, TestRequest::get().uri("/only").to_request()).await;
    assert_eq!(plain.status(), 403);
    assert_eq!(plain.headers().get("content-type").unwrap(), "application/problem+json");
    let body = to_bytes(plain.into_body()).await.ok().unwrap();
    let problem: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(problem["type"], "https://sealwire.dev/problems#not-sealed");
    assert_eq!(problem["status"], 403);
    for path in ["/both", "/either"] {
        let plain = call_service(&app, TestRequest::get().uri(path).to_request()).await;
        assert_eq!(to_bytes(plain.into_body()).await.ok().unwrap(), "false");
    }
}
