use std::{net::SocketAddr, sync::mpsc, thread};

use actix_web::{App, HttpServer, dev::ServerHandle, rt::System, web::ServiceConfig};
use sealwire_actix::Sealwire;

/// What an actix server knows of a connection.
pub(super) struct OfTheConnection(pub(super) u8);

/// A server with one worker, in threads of its own that end when this is dropped.
pub(super) struct Serving {
    /// Where it speaks HTTP/1.1.
    pub(super) address: SocketAddr,
    /// Where it speaks HTTP/2, too, without TLS.
    pub(super) h2c: SocketAddr,
    handle: ServerHandle,
    thread: Option<thread::JoinHandle<()>>,
}

impl Serving {
    /// An app behind `sealwire` on free loopback ports.
    pub(super) fn start(
        sealwire: Sealwire,
        app: impl Fn(&mut ServiceConfig) + Clone + Send + 'static,
    ) -> Self {
        let (started, starting) = mpsc::channel();
        let thread = thread::spawn(move || {
            System::new().block_on(async move {
                let app = move || App::new().configure(app.clone()).wrap(sealwire.clone());
                let server = HttpServer::new(app)
                    .on_connect(|_, data| {
                        data.insert(OfTheConnection(7));
                    })
                    .workers(1)
                    .disable_signals()
                    .bind("127.0.0.1:0")
                    .unwrap()
                    .bind_auto_h2c("127.0.0.1:0")
                    .unwrap();
                let addresses = server.addrs();
                let server = server.run();
                started.send((addresses, server.handle())).unwrap();
                server.await.unwrap();
            });
        });
        let (addresses, handle) = starting.recv().unwrap();
        Self { address: addresses[0], h2c: addresses[1], handle, thread: Some(thread) }
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // The command is sent with the call; the future only waits.
        drop(self.handle.stop(false));
        self.thread.take().map(thread::JoinHandle::join);
    }
}
