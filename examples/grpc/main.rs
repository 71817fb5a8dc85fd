//! gRPC, sealed: an ordinary tonic client over a layer that seals, an ordinary tonic service behind
//! one that opens, for a unary call and for a stream. Names of methods, metadata, messages and the
//! status at the end are inside.
//!
//! `cargo run --example grpc`

mod kitchen;
mod messages;
mod tap;

/// What tonic's generator made of the description in `build.rs`.
mod generated {
    #![allow(clippy::wildcard_imports, unused_qualifications, unreachable_pub, missing_docs)]
    include!(concat!(env!("OUT_DIR"), "/tea.v1.Kitchen.rs"));
}

use generated::kitchen_client::KitchenClient;
use hyper_util::{
    client::legacy::{Client as HttpClient, connect::HttpConnector},
    rt::TokioExecutor,
};
use kitchen::TeaKitchen;
use messages::Tea;
use sealwire::{
    keys::{KeyConfigList, Policy, Recipient},
    server::GATEWAY_PATH,
};
use sealwire_examples::{Result, columns, keys, proxy::Log};
use sealwire_tower::{
    SealedBody,
    client::{SealLayer, SealService},
};
use tonic::{Request, metadata::MetadataValue};
use tower_layer::Layer as _;

/// What the tonic client stands on: sealing, and under it hyper.
type Channel = SealService<HttpClient<HttpConnector, SealedBody<tonic::body::Body>>>;

#[tokio::main]
async fn main() -> Result<()> {
    let mut house = TeaHouse::open().await?;

    let price = house.client.quote(tea("lapsang souchong")).await?.into_inner();
    house.show(&format!("Quote \"lapsang souchong\"\n\n{price:#?}"));

    let refused = house.client.quote(tea("coffee")).await.err();
    let refused = refused.map_or_else(String::new, |status| status.message().to_owned());
    house.show(&format!("Quote \"coffee\"\n\n{refused}"));

    house.kitchen.leave.add_permits(kitchen::STEPS.len());
    let mut steps = house.client.brew(tea("lapsang souchong")).await?.into_inner();
    let mut brewed = "Brew \"lapsang souchong\"\n\n".to_owned();
    while let Some(step) = steps.message().await? {
        brewed += &format!("{}\n", step.text);
    }
    house.show(&brewed);
    Ok(())
}

fn tea(name: &str) -> Request<Tea> {
    let mut request = Request::new(Tea { name: name.into() });
    let token = MetadataValue::from_static("Bearer token-of-ada");
    request.metadata_mut().insert("authorization", token);
    request
}

/// A service, what is seen in front of it, and a client.
struct TeaHouse {
    kitchen: TeaKitchen,
    log: Log,
    client: KitchenClient<Channel>,
}

impl TeaHouse {
    async fn open() -> Result<Self> {
        let (ring, pinned) = keys()?;
        let (kitchen, log) = (TeaKitchen::new(), Log::default());
        let address = kitchen.serve(ring, log.clone()).await?;
        let gateway = format!("http://{address}{GATEWAY_PATH}").parse()?;
        Ok(Self { kitchen, log, client: client(&pinned, gateway)? })
    }

    /// Prints the last call.
    fn show(&self, app: &str) {
        let [request, response] = self.log.take().each_ref().map(columns::brief);
        let titles = ["WHAT THE APP SENT AND GOT", "WHAT THE EDGE SAW", "WHAT THE METHOD GOT"];
        let seen = self.kitchen.take_seen().concat();
        columns::print(titles, [app, &format!("{request}\n{response}"), &seen]);
    }
}

fn client(pinned: &KeyConfigList, gateway: http::Uri) -> Result<KitchenClient<Channel>> {
    // A sealed call is sent once: hyper must not try again by itself.
    let http = HttpClient::builder(TokioExecutor::new())
        .http2_only(true)
        .retry_canceled_requests(false)
        .build_http();
    let recipient = Recipient::choose(pinned, Policy::streaming())?;
    let sealing =
        SealLayer::new(sealwire::Client::new(recipient)).gateway(gateway).allow_http_on_loopback();
    Ok(KitchenClient::with_origin(sealing.layer(http), "https://tea.example".parse()?))
}

#[cfg(test)]
mod tests;
