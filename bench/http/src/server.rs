use std::net::SocketAddr;

use axum::Router;
use tokio::{net::TcpListener, runtime::Runtime};

use crate::memory;

/// Serves until the harness has no more commands.
pub(crate) fn run(app: impl FnOnce() -> Router) {
    // As `#[tokio::main]` has it: a worker thread a core.
    let runtime = Runtime::new().expect("a runtime");
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).expect("a free port");
    let address = listener.local_addr().expect("an address");
    runtime.spawn(axum::serve(listener, app()).into_future());
    answer_harness(address);
}

/// Answers for a server that listens there, until the harness has no more commands.
pub fn answer_harness(address: SocketAddr) {
    bench_peer::converse(|command| match command {
        "address" => address.to_string(),
        "cpu" => bench_peer::process_cpu_time().to_string(),
        "rest" => memory::rest().to_string(),
        "peak" => memory::peak().to_string(),
        _ => format!("what is `{command}`?"),
    });
}
