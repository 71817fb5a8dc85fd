//! Sealed calls through an edge that insists on seeing where they go: an nginx that ends TLS, routes
//! by path and logs request bodies. With a mirror target the path of a call stays outside, for nginx
//! to route by; everything else is inside, and a call sent to another path than its own is refused.
//!
//! `cargo run --example mirror`

mod nginx;
mod shop;

use nginx::{Logs, Nginx};
use reqwest::Certificate;
use sealwire::{
    Target,
    keys::{KeyConfigList, Policy, Recipient},
};
use sealwire_examples::{
    Result, columns, keys, serve,
    sse::{Event, Events},
};
use sealwire_reqwest::{Client, RequestBuilder};
use shop::Shop;

#[tokio::main]
async fn main() -> Result<()> {
    let edge = Edge::open().await?;

    let response = edge.order("/orders").send().await?;
    let order = format!("POST /orders?voucher=SPRING-2026\n\n{}", response.status());
    let order = format!("{order}\n{}\n", response.text().await?);

    edge.shop.leave.add_permits(shop::STEPS.len());
    let mut status = "GET /status/ada-lovelace\n\n".to_owned();
    let mut events = edge.status().await?;
    while let Event::Data(step) = events.next().await? {
        status += &format!("{step}\n");
    }

    let detoured = edge.order("/cancellations").send().await?;
    let detoured = format!("{}\n{}\n", detoured.status(), detoured.text().await?);
    let admin = edge.order("/admin").send().await.err();
    let admin = admin.map_or_else(|| "no error".to_owned(), |error| error.to_string());
    let rest = format!("POST /cancellations\n\n{detoured}\nPOST /admin\n\n{admin}");

    let seen = edge.shop.take_seen().concat();
    let Logs { access, errors } = edge.nginx.stop()?;
    let app = format!("{order}\n{status}\n{rest}");
    let titles = ["WHAT THE APP SENT AND GOT", "WHAT NGINX LOGGED", "WHAT THE HANDLERS GOT"];
    columns::print(titles, [&app, &access.replace('\n', "\n\n"), &seen]);
    print!("{errors}");
    Ok(())
}

/// nginx, the shop behind it, and a client that knows both of their keys.
struct Edge {
    shop: Shop,
    nginx: Nginx,
    client: Client,
}

impl Edge {
    async fn open() -> Result<Self> {
        let (ring, pinned) = keys()?;
        let shop = Shop::new();
        let nginx = Nginx::start(serve(shop.service(ring)?).await?)?;
        let client = client(&pinned, &nginx)?;
        Ok(Self { shop, nginx, client })
    }

    /// A call that would be an order, to any path.
    fn order(&self, path: &str) -> RequestBuilder {
        self.client
            .post(format!("https://shop.example{path}?voucher=SPRING-2026"))
            .bearer_auth("token-of-ada")
            .header("cookie", "session=cookie-of-ada")
            .header("x-real-ip", "6.6.6.6")
            .json("two tons of tea")
    }

    async fn status(&self) -> Result<Events> {
        let response = self.client.get("https://shop.example/status/ada-lovelace").send().await?;
        Ok(Events::new(response.error_for_status()?))
    }
}

/// Trusts one certificate for TLS and one key for sealing. The name of the shop leads to our nginx.
fn client(pinned: &KeyConfigList, nginx: &Nginx) -> Result<Client> {
    let http = reqwest::Client::builder()
        .no_proxy()
        .tls_certs_only([Certificate::from_pem(nginx.certificate.as_bytes())?])
        .resolve("shop.example", nginx.address);
    Ok(Client::builder(Recipient::choose(pinned, Policy::streaming())?)
        .target(Target::mirror("")?)
        .http(http)
        .build()?)
}

#[cfg(test)]
mod tests;
