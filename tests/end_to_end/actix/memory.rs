//! A body of any size is held in part only, at both ends together.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use actix_web::{
    HttpResponse,
    web::{self, Data, Payload, ServiceConfig},
};
use bytes::Bytes;
use futures::{Stream, StreamExt as _, stream};
use http_body::Frame;
use http_body_util::{BodyExt as _, StreamBody};
use sealwire::{
    Server,
    bhttp::Limits,
    server::{GATEWAY_PATH, Route},
};
use sealwire_actix::Sealwire;
use sealwire_http::client::seal_stream;

use super::{
    request,
    serving::Serving,
    wire::{Version, send},
};
use crate::server;

const MIB: usize = 1024 * 1024;
const TOTAL: usize = 64 * MIB;
const PIECE: Bytes = Bytes::from_static(&[0xA5; 64 * 1024]);
/// What may be on its way. Most of it is in the buffers of TCP, that the system chooses.
const ON_ITS_WAY: usize = 20 * MIB;

/// How many bytes a sender was asked for.
#[derive(Clone, Default)]
struct Sent(Arc<AtomicUsize>);

impl Sent {
    fn get(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }

    /// All of a body, counted as it is asked for.
    fn body(&self) -> impl Stream<Item = io::Result<Bytes>> + Send + Unpin + use<> {
        let sent = self.clone();
        stream::iter((0..TOTAL / PIECE.len()).map(move |_| {
            sent.0.fetch_add(PIECE.len(), Ordering::Relaxed);
            Ok(PIECE)
        }))
    }

    /// Until nothing more is asked for: whoever has to stop has stopped.
    async fn stopped(&self) -> usize {
        loop {
            let before = self.get();
            tokio::time::sleep(Duration::from_millis(100)).await;
            if before > 0 && self.get() == before {
                return before;
            }
        }
    }
}

/// Takes one piece, waits until the sender stops, and takes the rest: how much was on its way then,
/// and how much it was in all.
async fn taken(sent: &Sent, mut body: impl Stream<Item = Bytes> + Unpin) -> (usize, usize) {
    let mut taken = body.next().await.unwrap().len();
    let on_its_way = sent.stopped().await - taken;
    while let Some(piece) = body.next().await {
        assert!(piece.iter().all(|byte| *byte == 0xA5));
        taken += piece.len();
    }
    (on_its_way, taken)
}

async fn up(sent: Data<Sent>, payload: Payload) -> HttpResponse {
    let pieces = payload.map(Result::unwrap);
    let (on_its_way, taken) = taken(&sent, pieces).await;
    HttpResponse::Ok().body(format!("{on_its_way} {taken}"))
}

async fn down(sent: Data<Sent>) -> HttpResponse {
    HttpResponse::Ok().streaming(sent.body())
}

fn serve(sent: &Sent) -> Serving {
    let streaming = Route::new().streaming(true);
    let server: Server = server().0.with_route("/", streaming).unwrap();
    let sent = Data::new(sent.clone());
    Serving::start(Sealwire::new(server), move |app: &mut ServiceConfig| {
        app.app_data(sent.clone());
        app.route("/up", web::put().to(up)).route("/down", web::get().to(down));
    })
}

async fn call<B>(
    serving: &Serving,
    version: Version,
    call: http::Request<B>,
) -> impl Stream<Item = Bytes> + Unpin
where
    B: http_body::Body<Data = Bytes, Error = io::Error> + Send + Unpin + 'static,
{
    let address = serving.address(version);
    let gateway = format!("http://{address}{GATEWAY_PATH}").parse().unwrap();
    let client = crate::client(&server().1).with_limits(Limits::default());
    let (outer, pending) = seal_stream(&client, call, gateway).unwrap();
    let answer = pending.open(send(address, version, outer).await).await.unwrap();
    Box::pin(answer.into_body().into_data_stream().map(Result::unwrap))
}

#[tokio::test]
async fn megabytes_go_up_in_bounded_memory() {
    for version in [Version::One, Version::Two] {
        let sent = Sent::default();
        let serving = serve(&sent);
        let body = StreamBody::new(sent.body().map(|piece| piece.map(Frame::data)));
        let answer = call(&serving, version, request("PUT", "/up").body(body).unwrap()).await;
        let told = answer.collect::<Vec<_>>().await.concat();
        let (on_its_way, taken) = std::str::from_utf8(&told).unwrap().split_once(' ').unwrap();
        assert_eq!(taken.parse(), Ok(TOTAL), "{version:?}");
        assert!(on_its_way.parse::<usize>().unwrap() < ON_ITS_WAY, "{version:?}: {on_its_way}");
        println!("{version:?} up: {on_its_way} bytes on their way");
    }
}

#[tokio::test]
async fn megabytes_come_down_in_bounded_memory() {
    for version in [Version::One, Version::Two] {
        let sent = Sent::default();
        let serving = serve(&sent);
        let body = http_body_util::Empty::new().map_err(|never| match never {});
        let answer = call(&serving, version, request("GET", "/down").body(body).unwrap()).await;
        let (on_its_way, taken) = taken(&sent, answer).await;
        assert_eq!(taken, TOTAL, "{version:?}");
        assert!(on_its_way < ON_ITS_WAY, "{version:?}: {on_its_way}");
        println!("{version:?} down: {on_its_way} bytes on their way");
    }
}
