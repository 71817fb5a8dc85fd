//! A stand-in for whatever terminates TLS: it forwards bytes, and keeps a copy of every one.

use std::{
    io,
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

/// Every byte of each direction. One log for both could cut a word in two.
#[derive(Clone, Debug, Default)]
pub(crate) struct Log {
    pub(crate) requests: Direction,
    pub(crate) responses: Direction,
}

type Direction = Arc<Mutex<Vec<u8>>>;

/// Starts to forward connections to `upstream`; returns where, and the log.
pub(crate) async fn start(upstream: SocketAddr) -> io::Result<(SocketAddr, Log)> {
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
    log: &Direction,
) -> io::Result<()> {
    let mut buffer = vec![0; 16 * 1024];
    loop {
        let length = from.read(&mut buffer).await?;
        if length == 0 {
            return to.shutdown().await;
        }
        log.lock().map_err(|_| io::ErrorKind::Other)?.extend_from_slice(&buffer[..length]);
        to.write_all(&buffer[..length]).await?;
    }
}
