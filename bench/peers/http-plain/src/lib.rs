//! reqwest with nothing around it.

use bench_http::{Caller, Content, Order, PATH, STREAMS};
use reqwest::Body;

/// Calls the server at an address, unprotected.
#[derive(Debug)]
pub struct Plain {
    http: reqwest::Client,
    server: String,
}

impl Plain {
    /// For the server at that address.
    ///
    /// # Panics
    /// If reqwest has no client.
    #[must_use]
    pub fn new(address: &str) -> Self {
        Self {
            http: reqwest::Client::builder().no_proxy().build().unwrap(),
            server: format!("http://{address}"),
        }
    }
}

impl Caller for Plain {
    async fn call(&self, order: &Order) -> Order {
        let url = format!("{}{PATH}", self.server);
        let answer = self.http.post(url).json(order).send().await.unwrap();
        answer.json().await.unwrap()
    }

    async fn up(&self, bytes: u64) -> bool {
        let url = format!("{}{STREAMS}/{bytes}", self.server);
        let body = Body::wrap_stream(Content::new(bytes));
        let answer = self.http.post(url).body(body).send().await.unwrap();
        answer.text().await.unwrap() == "true"
    }

    async fn down(&self, bytes: u64) -> bool {
        let url = format!("{}{STREAMS}/{bytes}", self.server);
        let mut answer = self.http.get(url).send().await.unwrap();
        let mut content = Content::new(bytes);
        while let Some(chunk) = answer.chunk().await.unwrap() {
            content.expect(&chunk);
        }
        content.is_complete()
    }
}
