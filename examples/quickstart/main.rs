//! The main job: an app posts JSON through a proxy that logs everything it sees, a handler gets it
//! in the clear, and the answer goes back sealed.
//!
//! `cargo run --example quickstart`

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use axum::{
    Extension, Json, Router,
    extract::State,
    http::{HeaderMap, Method, Uri},
    routing::post,
};
use sealwire::{
    Aead, Kem, Server, SystemRandom,
    keys::{KeyConfigList, KeyPair, KeyRing, Policy, Recipient, ServerKey},
    server::GATEWAY_PATH,
};
use sealwire_examples::{Result, columns, proxy};
use sealwire_reqwest::Client;
use sealwire_tower::{Sealed, SealwireLayer};
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;
use tower_layer::Layer as _;

#[derive(Debug, Serialize, Deserialize)]
struct Order {
    item: String,
    card: String,
}

#[derive(Debug, Serialize, Deserialize)]
struct Receipt {
    receipt: String,
}

/// What each party saw of the one call.
struct Transcript {
    app_sent: String,
    /// The request and the response.
    proxy_saw: [Vec<u8>; 2],
    handler_got: String,
    app_received: String,
}

#[tokio::main]
async fn main() -> Result<()> {
    let transcript = run().await?;
    let [request, response] = transcript.proxy_saw.each_ref().map(|log| columns::readable(log));
    columns::print(
        ["WHAT THE APP SENT", "WHAT THE PROXY SAW", "WHAT THE HANDLER GOT"],
        [&transcript.app_sent, &request, &transcript.handler_got],
    );
    columns::print(
        ["WHAT THE APP RECEIVED", "WHAT THE PROXY SAW", ""],
        [&transcript.app_received, &response, ""],
    );
    Ok(())
}

async fn run() -> Result<Transcript> {
    let shop = Shop::open().await?;

    // The app was shipped with the server's public key, and calls as it always did.
    let recipient = Recipient::choose(&KeyConfigList::decode(&shop.pinned)?, Policy::streaming())?;
    let client = Client::builder(recipient)
        .gateway(format!("http://{}{GATEWAY_PATH}", shop.proxy).parse()?)
        .allow_http_on_loopback()
        .build()?;
    let response = client
        .post("https://shop.example/v1/customers/ada-lovelace/orders?voucher=SPRING-2026")
        .bearer_auth("token-of-ada")
        .header("x-tracking-id", "device-7f3a9c")
        .json(&order())
        .send()
        .await?;
    let (status, receipt) = (response.status(), response.json::<Receipt>().await?);

    Ok(Transcript {
        app_sent: format!(
            "POST /v1/customers/ada-lovelace/orders?voucher=SPRING-2026\nhost: shop.example\n\
             authorization: Bearer token-of-ada\nx-tracking-id: device-7f3a9c\n\
             content-type: application/json\n\n{}",
            serde_json::to_string_pretty(&order())?
        ),
        proxy_saw: shop.log.take().map(|direction| direction.bytes),
        handler_got: copy(&shop.handled)?,
        app_received: format!("{status}\n\n{}", serde_json::to_string_pretty(&receipt)?),
    })
}

fn copy<T: Clone>(shared: &Mutex<T>) -> Result<T> {
    Ok(shared.lock().map_err(|_| "whoever writes it panicked")?.clone())
}

/// A server with one handler, and a proxy in front of it that logs everything it sees.
struct Shop {
    pinned: Vec<u8>,
    proxy: SocketAddr,
    log: proxy::Log,
    handled: Arc<Mutex<String>>,
}

impl Shop {
    async fn open() -> Result<Self> {
        // The server has a key, and the layer around an ordinary router.
        let key_pair = KeyPair::generate(Kem::X25519HkdfSha256, &mut SystemRandom)?;
        let mut ring = KeyRing::new();
        ring.add(ServerKey::new(1, key_pair, &[Aead::ChaCha20Poly1305, Aead::Aes128Gcm])?)?;
        let pinned = ring.configs()?.encode();
        let handled = Arc::new(Mutex::new(String::new()));
        let router = Router::new()
            .route("/v1/customers/{customer}/orders", post(place_order))
            .with_state(Arc::clone(&handled));
        let sealed = SealwireLayer::new(Server::new(ring, ["shop.example"])?).layer(router);
        let app = Router::new().fallback_service(sealed);

        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let (proxy, log) = proxy::start(listener.local_addr()?).await?;
        tokio::spawn(async move { axum::serve(listener, app).await });
        Ok(Self { pinned, proxy, log, handled })
    }
}

fn order() -> Order {
    Order { item: "two tons of tea".into(), card: "4111-1111-1111-1111".into() }
}

/// An ordinary handler. It writes down what reached it, so that the example can show it.
async fn place_order(
    State(handled): State<Arc<Mutex<String>>>,
    sealed: Option<Extension<Sealed>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    Json(order): Json<Order>,
) -> Json<Receipt> {
    let mut got = format!("{method} {uri}\nsealed: {}\n", sealed.is_some());
    for (name, value) in &headers {
        got += &format!("{name}: {}\n", value.to_str().unwrap_or("?"));
    }
    got += &format!("\n{order:#?}");
    if let Ok(mut handled) = handled.lock() {
        *handled = got;
    }
    Json(Receipt { receipt: "receipt-of-tea-0815".into() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use sealwire_tests::canary;

    /// Words that only the app and the handler may know.
    const CANARIES: [&str; 10] = [
        "two tons of tea",
        "4111-1111-1111-1111",
        "token-of-ada",
        "x-tracking-id",
        "device-7f3a9c",
        "v1/customers",
        "ada-lovelace",
        "SPRING-2026",
        "shop.example",
        "receipt-of-tea-0815",
    ];

    #[tokio::test]
    async fn the_handler_gets_the_order_and_the_app_the_receipt() {
        let transcript = run().await.unwrap();
        assert!(transcript.app_received.starts_with("200 OK"));
        for word in &CANARIES[..5] {
            assert!(transcript.handler_got.contains(word), "{word}: {}", transcript.handler_got);
        }
        assert!(transcript.handler_got.contains("SPRING-2026"));
        assert!(transcript.handler_got.contains("sealed: true"));
        assert!(transcript.app_received.contains("receipt-of-tea-0815"));
    }

    #[tokio::test]
    async fn the_log_of_the_proxy_holds_ciphertext_only() {
        let transcript = run().await.unwrap();
        // Both directions were logged: the sealed request and the sealed response are there.
        let [request, response] = &transcript.proxy_saw;
        assert_eq!(find(request, b"message/ohttp-chunked-req"), 1);
        assert_eq!(find(response, b"message/ohttp-chunked-res"), 1);
        assert_eq!(canary::search(request, &CANARIES), []);
        assert_eq!(canary::search(response, &CANARIES), []);
    }

    /// The same call without sealing, through the same proxy: the search finds every word.
    #[tokio::test]
    async fn positive_control_an_unsealed_call_is_found_in_the_log() {
        let shop = Shop::open().await.unwrap();
        let url =
            format!("http://{}/v1/customers/ada-lovelace/orders?voucher=SPRING-2026", shop.proxy);
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let response = client
            .post(url)
            .header("host", "shop.example")
            .bearer_auth("token-of-ada")
            .header("x-tracking-id", "device-7f3a9c")
            .json(&order())
            .send()
            .await
            .unwrap();
        assert!(response.text().await.unwrap().contains("receipt-of-tea-0815"));
        assert!(shop.handled.lock().unwrap().contains("sealed: false"));
        let [requests, responses] =
            shop.log.take().map(|direction| canary::search(&direction.bytes, &CANARIES));
        let found = |word: &str, sightings: &[canary::Sighting]| {
            sightings.iter().any(|sighting| sighting.canary == word)
        };
        let (receipt, asked) = CANARIES.split_last().unwrap();
        assert!(found(receipt, &responses), "{receipt}");
        for word in asked {
            assert!(found(word, &requests), "{word}");
        }
    }

    fn find(haystack: &[u8], needle: &[u8]) -> usize {
        haystack.windows(needle.len()).filter(|window| *window == needle).count()
    }
}
