//! A JSON API whose errors are sealed, too: an app writes into a diary and reads from it, and whoever
//! logs in between learns not even which calls failed. A plain call under /v1 is refused, a health
//! check is not.
//!
//! `cargo run --example json-api`

mod api;
mod problem;

use std::net::SocketAddr;

use api::{Api, Entry};
use sealwire::{
    keys::{KeyConfigList, Policy, Recipient},
    server::GATEWAY_PATH,
};
use sealwire_examples::{Result, columns, keys, proxy, serve};
use sealwire_reqwest::Client;

const API: &str = "https://diary.example/v1";
const TITLES: [&str; 3] = ["WHAT THE APP SENT AND GOT", "WHAT THE PROXY SAW", "WHAT THE API SAW"];

#[tokio::main]
async fn main() -> Result<()> {
    let diary = Diary::open().await?;
    let client = diary.client()?;
    let entry = |day: &str| format!("{API}/entries/{day}");
    let calls = [
        ("PUT …/entries/2026-03-14", client.put(entry("2026-03-14")).json(&a_bad_day())),
        ("GET …/entries", client.get(format!("{API}/entries"))),
        ("GET …/entries/2026-03-14", client.get(entry("2026-03-14"))),
        ("GET …/entries/2026-03-15", client.get(entry("2026-03-15"))),
        ("PUT …/entries/2026-03-15", client.put(entry("2026-03-15")).json("no entry")),
        ("GET …/session", client.get(format!("{API}/session"))),
    ];
    for (name, call) in calls {
        let response = call.bearer_auth("token-of-ada").send().await?;
        let got = format!("{name}\n\n{}\n{}", response.status(), response.text().await?);
        diary.show(&got);
    }
    for path in ["/v1/entries/2026-03-14", "/healthz"] {
        let (status, body) = diary.plain_get(path).await?;
        diary.show(&format!("GET {path}, not sealed\n\n{status}\n{body}"));
    }
    Ok(())
}

fn a_bad_day() -> Entry {
    Entry { mood: "melancholy".into(), text: "The doctor called about the results.".into() }
}

/// The API, a proxy that logs in front of it, and what the app was shipped with.
struct Diary {
    api: Api,
    pinned: KeyConfigList,
    proxy: SocketAddr,
    log: proxy::Log,
}

impl Diary {
    async fn open() -> Result<Self> {
        let (ring, pinned) = keys()?;
        let api = Api::default();
        let (proxy, log) = proxy::start(serve(api.service(ring)?).await?).await?;
        Ok(Self { api, pinned, proxy, log })
    }

    fn client(&self) -> Result<Client> {
        Ok(Client::builder(Recipient::choose(&self.pinned, Policy::streaming())?)
            .gateway(format!("http://{}{GATEWAY_PATH}", self.proxy).parse()?)
            .allow_http_on_loopback()
            .build()?)
    }

    /// What a client without Sealwire gets.
    async fn plain_get(&self, path: &str) -> Result<(u16, String)> {
        let client = reqwest::Client::builder().no_proxy().build()?;
        let url = format!("http://{}{path}", self.proxy);
        let response = client.get(url).bearer_auth("token-of-ada").send().await?;
        Ok((response.status().as_u16(), response.text().await?))
    }

    /// Prints the last call.
    fn show(&self, app: &str) {
        let [requests, responses] = self.log.take().each_ref().map(columns::brief);
        let api = self.api.take_access_log().concat();
        columns::print(TITLES, [app, &format!("{requests}\n{responses}"), &api]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{api::Session, problem::Problem};
    use sealwire_reqwest::RequestBuilder;
    use sealwire_tests::canary;

    async fn call(request: RequestBuilder) -> reqwest::Response {
        request.bearer_auth("token-of-ada").send().await.unwrap()
    }

    fn url(path: &str) -> String {
        format!("{API}{path}")
    }

    #[tokio::test]
    async fn what_was_written_is_read_and_listed_by_its_user_only() {
        let diary = Diary::open().await.unwrap();
        let client = diary.client().unwrap();
        let today = url("/entries/2026-03-14");
        assert_eq!(call(client.put(&today).json(&a_bad_day())).await.status(), 201);
        assert_eq!(call(client.put(&today).json(&a_bad_day())).await.status(), 204);
        assert_eq!(call(client.get(&today)).await.json::<Entry>().await.unwrap(), a_bad_day());
        let days = call(client.get(url("/entries"))).await.json::<Vec<String>>().await.unwrap();
        assert_eq!(days, ["2026-03-14"]);
        let others = client.get(&today).bearer_auth("token-of-bob").send().await.unwrap();
        assert_eq!(others.status(), 404);
    }

    #[tokio::test]
    async fn errors_are_problems_and_the_outer_status_does_not_tell_them() {
        let diary = Diary::open().await.unwrap();
        let client = diary.client().unwrap();
        let calls = [
            (404, call(client.get(url("/entries/2026-03-15"))).await),
            (404, call(client.get(url("/nowhere"))).await),
            (422, call(client.put(url("/entries/2026-03-15")).json("no entry")).await),
            (401, client.get(url("/entries")).send().await.unwrap()),
        ];
        for (status, response) in calls {
            assert_eq!(response.headers()["content-type"], "application/problem+json");
            assert_eq!(response.status(), status);
            assert_eq!(response.json::<Problem>().await.unwrap().status, status);
        }
        let [_, responses] = diary.log.take();
        let text = String::from_utf8_lossy(&responses.bytes);
        assert_eq!(text.matches("HTTP/1.1 ").count(), text.matches("HTTP/1.1 200 OK").count());
        assert!(text.contains("HTTP/1.1 200 OK"));
    }

    #[tokio::test]
    async fn under_v1_only_sealed_calls_are_answered() {
        let diary = Diary::open().await.unwrap();
        let (status, body) = diary.plain_get("/v1/entries").await.unwrap();
        assert_eq!(status, 403);
        assert!(body.contains("https://sealwire.dev/problems#not-sealed"), "{body}");
        assert_eq!(diary.api.take_access_log(), Vec::<String>::new());
        assert_eq!(diary.plain_get("/healthz").await.unwrap(), (200, "ok".into()));
        assert_eq!(diary.api.take_access_log().len(), 1);
    }

    #[tokio::test]
    async fn a_handler_knows_how_its_call_was_sealed() {
        let diary = Diary::open().await.unwrap();
        let client = diary.client().unwrap();
        let session = call(client.get(url("/session"))).await.json::<Session>().await.unwrap();
        let Session { user, key_id, aead } = session;
        assert_eq!((&*user, key_id, &*aead), ("ada", 1, "ChaCha20Poly1305"));
    }

    #[tokio::test]
    async fn the_access_log_names_the_user_and_not_the_token() {
        let diary = Diary::open().await.unwrap();
        call(diary.client().unwrap().get(url("/entries"))).await;
        let log = diary.api.take_access_log().concat();
        assert!(log.contains("GET /v1/entries\nuser: ada\nsealed: true\n"), "{log}");
        assert!(!log.contains("token"), "{log}");
    }

    /// The control is the plain call, whose token the same search finds.
    #[tokio::test]
    async fn the_log_of_the_proxy_holds_nothing_of_a_sealed_call() {
        const CANARIES: [&str; 5] =
            ["melancholy", "The doctor called", "token-of-ada", "2026-03-14", "v1/entries"];
        let diary = Diary::open().await.unwrap();
        let client = diary.client().unwrap();
        call(client.put(url("/entries/2026-03-14")).json(&a_bad_day())).await;
        call(client.get(url("/entries/2026-03-14"))).await.text().await.unwrap();
        for direction in diary.log.take() {
            assert!(direction.total > 0);
            assert_eq!(canary::search(&direction.bytes, &CANARIES), []);
        }
        diary.plain_get("/v1/entries/2026-03-14").await.unwrap();
        let [requests, _] = diary.log.take();
        let found = canary::search(&requests.bytes, &CANARIES);
        let found: Vec<&str> = found.iter().map(|sighting| &*sighting.canary).collect();
        assert_eq!(found, ["token-of-ada", "2026-03-14", "v1/entries"]);
    }
}
