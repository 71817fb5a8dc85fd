//! Streams up and down through `SealwireLayer` and `sealwire_reqwest::Client`: S10.

use axum::Router;
use bench_http::{router, run};
use peer_http_sealwire_stream::{Sealed, server};
use sealwire_tower::SealwireLayer;
use tower_layer::Layer as _;

fn main() {
    run(app, Sealed::new);
}

/// A new router around the layer, since `axum::serve` wants axum's own body.
fn app() -> Router {
    Router::new().fallback_service(SealwireLayer::new(server()).layer(router()))
}
