//! A stand-in for whatever terminates TLS: it forwards bytes, and keeps a copy of them.

use std::{
    io, mem,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

/// How many bytes of each direction are kept. All are counted.
const KEPT: usize = 1024 * 1024;

/// What the proxy has seen. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Log {
    requests: Arc<Mutex<Direction>>,
    responses: Arc<Mutex<Direction>>,
}

/// The bytes of one direction. One log for both could cut a word in two.
#[derive(Debug, Default)]
pub struct Direction {
    /// The first of them, 1 MiB at most.
    pub bytes: Vec<u8>,
    /// How many there were.
    pub total: u64,
}

impl Log {
    /// Adds bytes of a request, for one who sees them otherwise than as a proxy.
    pub fn add_request(&self, bytes: &[u8]) {
        lock(&self.requests).add(bytes);
    }

    /// Adds bytes of a response.
    pub fn add_response(&self, bytes: &[u8]) {
        lock(&self.responses).add(bytes);
    }

    /// What was seen since this was asked last: of requests, and of responses.
    #[must_use]
    pub fn take(&self) -> [Direction; 2] {
        [&self.requests, &self.responses].map(|direction| mem::take(&mut *lock(direction)))
    }
}

/// Starts to forward connections to `upstream`; returns where, and the log.
///
/// # Errors
/// If there is no free port.
pub async fn start(upstream: SocketAddr) -> io::Result<(SocketAddr, Log)> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let log = Log::default();
    let logging = log.clone();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            tokio::spawn(forward(client, upstream, logging.clone()));
        }
    });
    Ok((address, log))
}

async fn forward(client: TcpStream, upstream: SocketAddr, log: Log) -> io::Result<()> {
    let server = TcpStream::connect(upstream).await?;
    let (client_read, client_write) = client.into_split();
    let (server_read, server_write) = server.into_split();
    tokio::try_join!(
        copy(client_read, server_write, &log.requests),
        copy(server_read, client_write, &log.responses)
    )?;
    Ok(())
}

/// Logs before it forwards, so that whoever has an answer finds it in the log.
async fn copy(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    log: &Mutex<Direction>,
) -> io::Result<()> {
    let mut buffer = vec![0; 16 * 1024];
    loop {
        let length = from.read(&mut buffer).await?;
        if length == 0 {
            return to.shutdown().await;
        }
        lock(log).add(&buffer[..length]);
        to.write_all(&buffer[..length]).await?;
    }
}

impl Direction {
    fn add(&mut self, bytes: &[u8]) {
        self.total += bytes.len() as u64;
        let room = KEPT.saturating_sub(self.bytes.len());
        self.bytes.extend(bytes.iter().take(room));
    }
}

fn lock(direction: &Mutex<Direction>) -> MutexGuard<'_, Direction> {
    direction.lock().unwrap_or_else(PoisonError::into_inner)
}
