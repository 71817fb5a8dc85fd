use std::{sync::Arc, time::Duration};

use tokio::{runtime::Runtime, task::JoinSet, time::timeout};

use crate::Order;

/// Calls that are under way at a time, each over a connection of its own.
pub const CONNECTIONS: u64 = 16;

/// What all calls of a command may take together.
const LIMIT: Duration = Duration::from_secs(60);

/// Calls one server.
pub trait Caller: Send + Sync + 'static {
    /// Sends the order, and returns the answer.
    fn call(&self, order: &Order) -> impl Future<Output = Order> + Send;
}

/// Calls until the harness has no more commands.
pub(crate) fn run(caller: impl Caller) {
    let runtime = Runtime::new().expect("a runtime");
    let caller = Arc::new(caller);
    let calls = |count| {
        let calls = async { timeout(LIMIT, calls(&caller, count)).await };
        runtime.block_on(calls).expect("calls are answered in time");
    };
    bench_peer::converse(|command| {
        match (command, command.strip_prefix("call ").map(str::parse)) {
            ("check", _) => {
                calls(1);
                "ok".to_owned()
            }
            (_, Some(Ok(count))) => {
                let start = bench_peer::process_cpu_time();
                calls(count);
                (bench_peer::process_cpu_time() - start).to_string()
            }
            _ => format!("what is `{command}`?"),
        }
    });
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
