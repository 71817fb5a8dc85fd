//! actix-web and reqwest with nothing between them: what S10 by actix-web compares with.

use actix_web::{App, HttpServer};
use bench_http::run_with;
use peer_http_plain::Plain;
use peer_http_plain_actix::{routes, serve};

fn main() {
    let start = |listener| {
        let server = HttpServer::new(|| App::new().configure(routes));
        Ok(server.listen(listener)?.run())
    };
    run_with(|| serve(start), Plain::new);
}
