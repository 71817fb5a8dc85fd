use std::{
    env, fs, io::Write as _, net::TcpListener, path::PathBuf, process::Command, time::Duration,
};

use sealwire_tests::canary;
use tokio::time::{sleep, timeout};

use super::*;
use crate::shop::STEPS;

/// What only the two ends may know. The path is not among it: that is what a mirror target shows.
const CANARIES: [&str; 6] = [
    "SPRING-2026",
    "token-of-ada",
    "cookie-of-ada",
    "two tons of tea",
    "receipt-of-tea-0815",
    "packed into chests",
];

/// Only an edge that holds events back runs into this.
const PATIENCE: Duration = Duration::from_secs(30);

/// What there is to test with, or nothing where there is no nginx.
async fn edge() -> Option<Edge> {
    nginx()?;
    Some(Edge::open().await.unwrap())
}

/// Where nginx is. That there is none is said where the test runner cannot swallow it, and a failure
/// in CI, where nobody would read it.
fn nginx() -> Option<PathBuf> {
    let found = nginx::find();
    if found.is_some() {
        return found;
    }
    let ci = env::var("CI").is_ok_and(|value| !matches!(value.as_str(), "" | "0" | "false"));
    assert!(!ci, "{}", nginx::MISSING);
    writeln!(std::io::stderr(), "SKIPPED, nothing was tested: {}", nginx::MISSING).unwrap();
    None
}

#[tokio::test]
async fn nginx_logs_the_path_and_sealed_bytes() {
    let Some(edge) = edge().await else { return };
    let response = edge.order("/orders").send().await.unwrap();
    assert!(response.text().await.unwrap().contains("receipt-of-tea-0815"));
    let seen = edge.shop.take_seen().concat();
    for word in &CANARIES[..4] {
        assert!(seen.contains(word), "{word}: {seen}");
    }
    let Logs { access, errors } = edge.nginx.stop().unwrap();
    let begin = "\"POST /orders HTTP/1.1\" 200 auth=\"-\" cookie=\"-\" \
                 type=\"message/ohttp-chunked-req\" body=\"\\x01\\x00 \\x00\\x01\\x00\\x03";
    assert!(access.starts_with(begin), "{access}");
    assert!(logged_body(&access).len() > 100, "{access}");
    assert_eq!(canary::search(access.as_bytes(), &CANARIES), []);
    assert_eq!(canary::search(errors.as_bytes(), &CANARIES), []);
}

/// The same words, unsealed, to the same nginx: the search finds what a request tells.
#[tokio::test]
async fn positive_control_nginx_logs_what_is_not_sealed() {
    let Some(edge) = edge().await else { return };
    let response = plain(&edge.nginx)
        .post("https://shop.example/orders?voucher=SPRING-2026")
        .bearer_auth("token-of-ada")
        .header("cookie", "session=cookie-of-ada")
        .json("two tons of tea")
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 403);
    assert_eq!(edge.shop.take_seen(), Vec::<String>::new());
    let Logs { access, .. } = edge.nginx.stop().unwrap();
    let found = canary::search(access.as_bytes(), &CANARIES);
    let found: Vec<&str> = found.iter().map(|sighting| &*sighting.canary).collect();
    assert_eq!(found, CANARIES[..4], "{access}");
}

#[tokio::test]
async fn the_address_of_a_caller_is_what_nginx_says() {
    let Some(edge) = edge().await else { return };
    edge.order("/orders").send().await.unwrap();
    let seen = edge.shop.take_seen().concat();
    assert!(seen.contains("x-real-ip: 127.0.0.1\n") && !seen.contains("6.6.6.6"), "{seen}");
}

#[tokio::test]
async fn nginx_decides_by_path() {
    let Some(edge) = edge().await else { return };
    let error = edge.order("/admin").send().await.unwrap_err();
    assert!(error.is_not_sealed(), "{error}");
    assert_eq!(error.outer_status(), Some(reqwest::StatusCode::FORBIDDEN));
    assert_eq!(edge.shop.take_seen(), Vec::<String>::new());
}

/// nginx sends a call to another path than the app did.
#[tokio::test]
async fn a_call_that_was_detoured_gets_a_sealed_400() {
    let Some(edge) = edge().await else { return };
    let response = edge.order("/cancellations").send().await.unwrap();
    assert_eq!(response.status(), 400);
    let problem = response.text().await.unwrap();
    assert!(problem.contains("https://sealwire.dev/problems#path"), "{problem}");
    assert_eq!(edge.shop.take_seen(), Vec::<String>::new());
    // Where it was sealed for, the same call is handled.
    assert_eq!(edge.order("/refunds").send().await.unwrap().status(), 200);
    assert_eq!(edge.shop.take_seen().len(), 1);
}

/// Whoever else has the port is not taken for nginx, which says what was wrong.
#[tokio::test]
async fn a_port_that_is_taken_is_an_error() {
    let Some(program) = nginx() else { return };
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = other.local_addr().unwrap();
    let error = Nginx::try_start(&program, address, address).err().expect("a foreign listener");
    assert!(error.to_string().contains("Address already in use"), "{error}");
}

/// It is stopped by a signal here, so that it does not even hear that it should end.
#[tokio::test]
async fn an_nginx_that_does_not_end_is_killed() {
    let Some(edge) = edge().await else { return };
    edge.order("/orders").send().await.unwrap();
    let pid = fs::read_to_string(edge.nginx.folder.path().join("nginx.pid")).unwrap();
    assert!(Command::new("kill").args(["-STOP", pid.trim()]).status().unwrap().success());
    let Logs { access, .. } = edge.nginx.stop_within(Duration::from_millis(50)).unwrap();
    assert!(access.starts_with("\"POST /orders "), "{access}");
}

/// Someone who reads the log sends what is in it to where they would rather have it. That they get a
/// sealed answer shows that it opened; that no handler ran, that it was refused.
#[tokio::test]
async fn a_body_from_the_log_is_good_for_its_own_path_only() {
    let Some(edge) = edge().await else { return };
    edge.order("/orders").send().await.unwrap();
    assert_eq!(edge.shop.take_seen().len(), 1);
    let sealed = logged_body(&first_line(&edge.nginx).await);
    let response = plain(&edge.nginx)
        .post("https://shop.example/refunds")
        .header("content-type", "message/ohttp-chunked-req")
        .body(sealed)
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "message/ohttp-chunked-res");
    let answer = response.bytes().await.unwrap();
    assert_eq!(canary::search(&answer, &["sealwire.dev/problems"]), []);
    assert_eq!(edge.shop.take_seen(), Vec::<String>::new());
}

/// No step is taken before the one before it was told: if nginx waited for more, there would never
/// be more.
#[tokio::test]
async fn events_come_through_one_by_one() {
    let Some(edge) = edge().await else { return };
    let mut events = timeout(PATIENCE, edge.status()).await.expect("a head").unwrap();
    for step in STEPS {
        edge.shop.leave.add_permits(1);
        let event = timeout(PATIENCE, events.next()).await.expect("an event").unwrap();
        assert_eq!(event, Event::Data(step.into()));
    }
    let event = timeout(PATIENCE, events.next()).await.expect("an end").unwrap();
    assert_eq!(event, Event::End);
    assert_eq!(canary::search(edge.nginx.stop().unwrap().access.as_bytes(), &CANARIES), []);
}

/// A client without Sealwire that trusts the same certificate.
fn plain(nginx: &Nginx) -> reqwest::Client {
    reqwest::Client::builder()
        .no_proxy()
        .tls_certs_only([Certificate::from_pem(nginx.certificate.as_bytes()).unwrap()])
        .resolve("shop.example", nginx.address)
        .build()
        .unwrap()
}

/// The first line of the log, which nginx writes once it is done with a call: soon, not before.
async fn first_line(nginx: &Nginx) -> String {
    let wait = async {
        loop {
            let log = fs::read_to_string(nginx.folder.path().join("access.log")).unwrap();
            if let Some((line, _)) = log.split_once('\n') {
                return line.to_owned();
            }
            sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(PATIENCE, wait).await.expect("a line in the log")
}

/// The body in the first line of the log. nginx writes quotes, backslashes and whatever is not
/// printable ASCII as `\x2F`.
fn logged_body(access: &str) -> Vec<u8> {
    let (_, body) = access.lines().next().unwrap().split_once("body=\"").unwrap();
    let mut rest = body.strip_suffix('"').unwrap().as_bytes();
    let mut bytes = Vec::new();
    while let Some((&first, others)) = rest.split_first() {
        let escaped = others.strip_prefix(b"x").filter(|_| first == b'\\').map(|hex| &hex[..2]);
        let Some(digits) = escaped else {
            bytes.push(first);
            rest = others;
            continue;
        };
        bytes.extend(hex::decode(digits).unwrap());
        rest = &others[3..];
    }
    bytes
}
