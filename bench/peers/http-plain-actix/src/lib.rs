//! Streams by actix-web, as those of `bench_http` are by axum.

use std::{future::poll_fn, io, net::TcpListener, pin::Pin, thread};

use actix_web::{
    HttpResponse, Responder,
    dev::Server,
    rt::System,
    web::{Path, Payload, ServiceConfig, get, post, resource},
};
use bench_http::{Content, STREAMS, answer_harness};
use futures_core::Stream as _;

/// Takes and gives streams.
pub fn routes(config: &mut ServiceConfig) {
    let path = format!("{STREAMS}/{{bytes}}");
    config.service(resource(path).route(get().to(give)).route(post().to(take)));
}

/// Starts what `start` makes of a free port, in a thread of its own, until the harness has no more
/// commands.
///
/// # Panics
/// If there is no port.
pub fn serve(start: impl FnOnce(TcpListener) -> io::Result<Server> + Send + 'static) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("an address");
    thread::spawn(|| {
        System::new().block_on(async { start(listener)?.await }).expect("it serves");
    });
    answer_harness(address);
}

/// Says whether all of it came.
async fn take(bytes: Path<u64>, mut payload: Payload) -> String {
    let mut content = Content::new(*bytes);
    while let Some(piece) = poll_fn(|context| Pin::new(&mut payload).poll_next(context)).await {
        content.expect(&piece.expect("the client does not break off"));
    }
    content.is_complete().to_string()
}

async fn give(bytes: Path<u64>) -> impl Responder {
    HttpResponse::Ok().streaming(Content::new(*bytes))
}
