//! An ordinary tonic service, and the layer in front of it.

use std::{
    net::SocketAddr,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
};

use futures::{Stream, StreamExt as _, stream};
use sealwire::{
    Server,
    keys::KeyRing,
    server::{RequireSealed, Route},
};
use sealwire_examples::proxy::Log;
use sealwire_tower::SealwireLayer;
use tokio::sync::Semaphore;
use tonic::{
    Request, Response, Status,
    transport::{self, server::TcpIncoming},
};
use tower::util::{MapRequestLayer, MapResponseLayer};

use crate::{
    generated::kitchen_server::{Kitchen, KitchenServer},
    messages::{Price, Step, Tea},
    tap,
};

pub(crate) const STEPS: [&str; 3] = ["water is boiling", "leaves are steeping", "cup is warm"];

/// Clones share all of it.
#[derive(Clone)]
pub(crate) struct TeaKitchen {
    /// A permit for each step that may be made.
    pub(crate) leave: Arc<Semaphore>,
    seen: Arc<Mutex<Vec<String>>>,
}

#[tonic::async_trait]
impl Kitchen for TeaKitchen {
    async fn quote(&self, request: Request<Tea>) -> Result<Response<Price>, Status> {
        self.log("Quote", &request);
        match request.into_inner().name.as_str() {
            "coffee" => Err(Status::failed_precondition("I'm a teapot")),
            name => Ok(Response::new(Price { pence: 350, remark: format!("{name} is worth it") })),
        }
    }

    type BrewStream = Pin<Box<dyn Stream<Item = Result<Step, Status>> + Send>>;

    async fn brew(&self, request: Request<Tea>) -> Result<Response<Self::BrewStream>, Status> {
        self.log("Brew", &request);
        let leave = Arc::clone(&self.leave);
        let steps = stream::iter(STEPS).then(move |text| {
            let leave = Arc::clone(&leave);
            async move {
                let leave = leave.acquire().await.map_err(|_| Status::aborted("no more gas"))?;
                leave.forget();
                Ok(Step { text: text.into() })
            }
        });
        Ok(Response::new(steps.boxed()))
    }
}

impl TeaKitchen {
    pub(crate) fn new() -> Self {
        Self { leave: Arc::new(Semaphore::new(0)), seen: Arc::default() }
    }

    /// Serves on a free port. What comes to the server's door and leaves by it goes into `log`.
    pub(crate) async fn serve(
        &self,
        ring: KeyRing,
        log: Log,
    ) -> sealwire_examples::Result<SocketAddr> {
        let sealed_only = Route::new().require_sealed(RequireSealed::On);
        let server = Server::new(ring, ["tea.example"])?.with_route("/", sealed_only)?;
        let incoming = TcpIncoming::bind(([127, 0, 0, 1], 0).into())?;
        let address = incoming.local_addr()?;
        let (requests, responses) = (log.clone(), log);
        let serving = transport::Server::builder()
            .layer(MapRequestLayer::new(move |request| tap::request(&requests, request)))
            .layer(MapResponseLayer::new(move |response| tap::response(&responses, response)))
            .layer(SealwireLayer::new(server))
            .add_service(KitchenServer::new(self.clone()))
            .serve_with_incoming(incoming);
        tokio::spawn(serving);
        Ok(address)
    }

    /// What the methods got since this was asked last.
    pub(crate) fn take_seen(&self) -> Vec<String> {
        std::mem::take(&mut *self.seen.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn log(&self, method: &str, request: &Request<Tea>) {
        let token = request.metadata().get("authorization").and_then(|value| value.to_str().ok());
        let name = &request.get_ref().name;
        let line = format!("{method} {name:?}\nauthorization: {}\n", token.unwrap_or("-"));
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).push(line);
    }
}
