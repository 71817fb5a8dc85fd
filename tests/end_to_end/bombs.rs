//! Fault 20: decompression bombs. Nothing here decompresses: what a content coding expands to is
//! never seen, in either direction, whatever the libraries around could do.

use std::{io::Write as _, sync::Arc};

use axum::{Router, body::to_bytes, extract::Request, routing};
use http::header::CONTENT_ENCODING;
use sealwire_tower::SealwireLayer;
use tower_layer::Layer as _;

use super::{
    reqwest::{builder, serve},
    server,
};

/// 64 MiB of zeros, in 64 KiB.
fn bomb() -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    for _ in 0..64 {
        encoder.write_all(&[0; 1 << 20]).unwrap();
    }
    encoder.finish().unwrap()
}

#[tokio::test]
async fn fault_20_what_is_compressed_inside_stays_so() {
    let bomb = Arc::new(bomb());
    assert!(bomb.len() < 100_000, "{}", bomb.len());
    let sent = Arc::clone(&bomb);
    let handler = move |request: Request| {
        let sent = Arc::clone(&sent);
        async move {
            assert_eq!(request.headers()[CONTENT_ENCODING], "gzip");
            assert_eq!(to_bytes(request.into_body(), 1 << 20).await.unwrap(), **sent);
            ([(CONTENT_ENCODING, "gzip")], sent.to_vec())
        }
    };
    let app = Router::new().route("/", routing::post(handler));
    let address =
        serve(Router::new().fallback_service(SealwireLayer::new(server().0).layer(app))).await;
    // A client that decompresses all its other answers.
    let http = || ::reqwest::Client::builder().no_proxy().gzip(true);
    let client = builder(address).http(http()).response_limit(1 << 20).build().unwrap();
    for one_shot in [false, true] {
        let client = match one_shot {
            true => builder(address).http(http()).one_shot().build().unwrap(),
            false => client.clone(),
        };
        let call = client.post("https://api.example.com/").header(CONTENT_ENCODING, "gzip");
        let response = call.body(bomb.to_vec()).send().await.unwrap();
        assert_eq!(
            (response.status().as_u16(), &response.headers()[CONTENT_ENCODING]),
            (200, &"gzip".parse().unwrap())
        );
        assert_eq!(response.bytes().await.unwrap(), **bomb);
    }

    // Positive control: this reqwest would have expanded it.
    let sent = Arc::clone(&bomb);
    let plain = Router::new().route(
        "/",
        routing::get(move || async move { ([(CONTENT_ENCODING, "gzip")], sent.to_vec()) }),
    );
    let address = serve(plain).await;
    let response = http().build().unwrap().get(format!("http://{address}/")).send().await.unwrap();
    assert_eq!(response.bytes().await.unwrap().len(), 64 << 20);
}
