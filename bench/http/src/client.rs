use std::{sync::Arc, time::Duration};

use tokio::{runtime::Runtime, task::JoinSet, time::timeout};

use crate::{Order, memory};

/// Calls that are under way at a time, each over a connection of its own.
pub const CONNECTIONS: u64 = 16;

/// What all calls of a command may take together.
const LIMIT: Duration = Duration::from_secs(60);

/// Calls one server.
pub trait Caller: Send + Sync + 'static {
    /// Sends the order, and returns the answer.
    fn call(&self, order: &Order) -> impl Future<Output = Order> + Send;

    /// Streams that many bytes of [`Content`](crate::Content) up, and returns whether the server says that all came.
    fn up(&self, bytes: u64) -> impl Future<Output = bool> + Send {
        async move { panic!("this contestant does not stream {bytes} bytes") }
    }

    /// Streams that many bytes of [`Content`](crate::Content) down, and returns whether all came.
    fn down(&self, bytes: u64) -> impl Future<Output = bool> + Send {
        async move { panic!("this contestant does not stream {bytes} bytes") }
    }
}

/// Calls until the harness has no more commands.
pub(crate) fn run(caller: impl Caller) {
    let runtime = Runtime::new().expect("a runtime");
    let caller = Arc::new(caller);
    bench_peer::converse(|line| {
        let (command, count) = line.split_once(' ').unwrap_or((line, "1"));
        match (command, count.parse()) {
            ("check", Ok(count)) => {
                within_limit(&runtime, calls(&caller, count));
                "ok".to_owned()
            }
            ("call", Ok(count)) => {
                let start = bench_peer::process_cpu_time();
                within_limit(&runtime, calls(&caller, count));
                (bench_peer::process_cpu_time() - start).to_string()
            }
            ("up", Ok(bytes)) => all_or_not(within_limit(&runtime, caller.up(bytes))),
            ("down", Ok(bytes)) => all_or_not(within_limit(&runtime, caller.down(bytes))),
            ("rest", _) => memory::rest().to_string(),
            ("peak", _) => memory::peak().to_string(),
            _ => format!("what is `{line}`?"),
        }
    });
}

fn within_limit<T>(runtime: &Runtime, work: impl Future<Output = T>) -> T {
    runtime.block_on(async { timeout(LIMIT, work).await }).expect("answers come in time")
}

fn all_or_not(all: bool) -> String {
    if all { "ok" } else { "not all of it came" }.to_owned()
}

/// So many calls, each compared with its answer.
async fn calls(caller: &Arc<impl Caller>, count: u64) {
    let mut tasks = JoinSet::new();
    for task in 0..CONNECTIONS {
        let caller = Arc::clone(caller);
        let count = count / CONNECTIONS + u64::from(task < count % CONNECTIONS);
        tasks.spawn(async move {
            let order = Order::usual();
            for _ in 0..count {
                assert_eq!(caller.call(&order).await, order);
            }
        });
    }
    while let Some(task) = tasks.join_next().await {
        task.expect("every call is answered");
    }
}
