//! Streams up and down through the middleware for actix-web and `sealwire_reqwest::Client`: S10 by
//! actix-web.

use actix_web::{App, HttpServer};
use bench_http::run_with;
use peer_http_plain_actix::{routes, serve};
use peer_http_sealwire_stream::{Sealed, server};
use sealwire_actix::Sealwire;

fn main() {
    let start = |listener| {
        let sealwire = Sealwire::new(server());
        let app = move || App::new().configure(routes).wrap(sealwire.clone());
        Ok(HttpServer::new(app).listen(listener)?.run())
    };
    run_with(|| serve(start), Sealed::new);
}
