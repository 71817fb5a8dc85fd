//! axum and reqwest with nothing between them: what S8 and S9 compare with.

use bench_http::{Caller, Order, PATH, router, run};

struct Plain {
    http: reqwest::Client,
    url: String,
}

fn main() {
    run(router, |address| Plain {
        http: reqwest::Client::builder().no_proxy().build().unwrap(),
        url: format!("http://{address}{PATH}"),
    });
}

impl Caller for Plain {
    async fn call(&self, order: &Order) -> Order {
        let answer = self.http.post(&self.url).json(order).send().await.unwrap();
        answer.json().await.unwrap()
    }
}
