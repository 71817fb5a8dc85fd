//! The call: 1 KiB of JSON in, and the same out.

use axum::{Json, Router, routing::post};
use serde::{Deserialize, Serialize};

/// Where orders go.
pub const PATH: &str = bench_peer::message::PATH;

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

/// Takes orders, and confirms each by repeating it.
pub fn router() -> Router {
    Router::new().route(PATH, post(|Json(order): Json<Order>| async { Json(order) }))
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
