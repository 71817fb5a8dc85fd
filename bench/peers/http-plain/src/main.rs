//! axum and reqwest with nothing between them: what S8, S9 and S10 compare with.

use bench_http::{router, run};
use peer_http_plain::Plain;

fn main() {
    run(router, Plain::new);
}
