//! The handlers: 1 KiB of JSON in and the same out, and streams.

use axum::{
    Json, Router,
    body::Body,
    extract::Path,
    routing::{get, post},
};
use http_body_util::BodyExt as _;
use serde::{Deserialize, Serialize};

use crate::Content;

/// Where orders go.
pub const PATH: &str = bench_peer::message::PATH;

/// What streams are below: `STREAMS/N` takes, or gives, [`Content`] of `N` bytes.
pub const STREAMS: &str = "/v1/streams";

/// What is sent, and answered: 1024 bytes of JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    number: u64,
    customer: String,
    express: bool,
    items: Vec<Item>,
    note: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Item {
    product: String,
    quantity: u32,
    cents: u64,
}

const NOTE: &str = "to be left with the neighbours if nobody is in, who know about it and are \
    at home from nine in the morning until four in the afternoon, but not today";

impl Order {
    /// The one that all send.
    #[must_use]
    pub fn usual() -> Self {
        let item = |number: u32| Item {
            product: format!("tea, first flush, lot {number:03}"),
            quantity: number,
            cents: 1995 + u64::from(number),
        };
        Self {
            number: 4_711_001,
            customer: "customer-0042".to_owned(),
            express: true,
            items: (1..=12).map(item).collect(),
            note: NOTE.to_owned(),
        }
    }
}

/// Takes orders, and confirms each by repeating it; takes and gives streams.
pub fn router() -> Router {
    Router::new()
        .route(PATH, post(|Json(order): Json<Order>| async { Json(order) }))
        .route(&format!("{STREAMS}/{{bytes}}"), get(give).post(take))
}

/// Says whether all of it came.
async fn take(Path(bytes): Path<u64>, mut body: Body) -> String {
    let mut content = Content::new(bytes);
    while let Some(frame) = body.frame().await {
        if let Ok(data) = frame.expect("the client does not break off").into_data() {
            content.expect(&data);
        }
    }
    content.is_complete().to_string()
}

async fn give(Path(bytes): Path<u64>) -> Body {
    Body::from_stream(Content::new(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_has_a_kibibyte() {
        let json = serde_json::to_string(&Order::usual()).unwrap();
        assert_eq!(json.len(), 1024, "{json}");
    }
}
