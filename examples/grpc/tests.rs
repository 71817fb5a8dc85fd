use std::time::Duration;

use sealwire_tests::canary;
use tokio::time::timeout;
use tonic::Code;

use super::*;
use crate::{kitchen::STEPS, messages::Step};

const CANARIES: [&str; 7] = [
    "tea.v1.Kitchen",
    "tea.example",
    "token-of-ada",
    "lapsang souchong",
    "is worth it",
    "grpc-status",
    "I'm a teapot",
];
/// Only whoever holds steps back runs into this.
const PATIENCE: Duration = Duration::from_secs(30);

#[tokio::test]
async fn a_unary_call_is_answered() {
    let mut house = TeaHouse::open().await.unwrap();
    let price = house.client.quote(tea("lapsang souchong")).await.unwrap().into_inner();
    assert_eq!((price.pence, &*price.remark), (350, "lapsang souchong is worth it"));
    let seen = house.kitchen.take_seen().concat();
    assert_eq!(seen, "Quote \"lapsang souchong\"\nauthorization: Bearer token-of-ada\n");
}

#[tokio::test]
async fn an_error_is_the_status_that_the_method_gave() {
    let mut house = TeaHouse::open().await.unwrap();
    let status = house.client.quote(tea("coffee")).await.unwrap_err();
    assert_eq!((status.code(), status.message()), (Code::FailedPrecondition, "I'm a teapot"));
}

/// No step may be made before the one before it was received.
#[tokio::test]
async fn each_step_arrives_before_the_next_one_is_made() {
    let mut house = TeaHouse::open().await.unwrap();
    let call = timeout(PATIENCE, house.client.brew(tea("oolong"))).await.expect("a head");
    let mut steps = call.unwrap().into_inner();
    for text in STEPS {
        house.kitchen.leave.add_permits(1);
        let step = timeout(PATIENCE, steps.message()).await.expect("a step").unwrap();
        assert_eq!(step, Some(Step { text: text.into() }));
    }
    assert_eq!(steps.message().await.unwrap(), None);
}

#[tokio::test]
async fn a_stream_that_fails_half_way_ends_with_its_status() {
    let mut house = TeaHouse::open().await.unwrap();
    house.kitchen.leave.add_permits(1);
    let call = timeout(PATIENCE, house.client.brew(tea("oolong"))).await.expect("a head");
    let mut steps = call.unwrap().into_inner();
    assert!(steps.message().await.unwrap().is_some());
    house.kitchen.leave.close();
    assert_eq!(steps.message().await.unwrap_err().code(), Code::Aborted);
}

#[tokio::test]
async fn the_edge_sees_nothing_of_a_call() {
    let mut house = TeaHouse::open().await.unwrap();
    house.client.quote(tea("lapsang souchong")).await.unwrap();
    house.client.quote(tea("coffee")).await.unwrap_err();
    for direction in house.log.take() {
        assert!(direction.total > 0);
        assert_eq!(canary::search(&direction.bytes, &CANARIES), []);
    }
}

/// The same client without the layer: the search finds what it sends, and it gets no answer.
#[tokio::test]
async fn positive_control_an_unsealed_call_is_seen_and_refused() {
    let (ring, _) = keys().unwrap();
    let (kitchen, log) = (TeaKitchen::new(), Log::default());
    let address = kitchen.serve(ring, log.clone()).await.unwrap();
    let http: HttpClient<HttpConnector, tonic::body::Body> =
        HttpClient::builder(TokioExecutor::new()).http2_only(true).build_http();
    let origin = format!("http://{address}").parse().unwrap();
    let mut client = KitchenClient::with_origin(http, origin);
    let status = client.quote(tea("lapsang souchong")).await.unwrap_err();
    assert!(status.message().contains("403 Forbidden"), "{status:?}");
    assert_eq!(kitchen.take_seen(), Vec::<String>::new());
    let [requests, _] = log.take();
    let found = canary::search(&requests.bytes, &CANARIES);
    let found: Vec<&str> = found.iter().map(|sighting| &*sighting.canary).collect();
    // Nobody reads the message of a call that is refused.
    assert_eq!(found, ["tea.v1.Kitchen", "token-of-ada"]);
}
