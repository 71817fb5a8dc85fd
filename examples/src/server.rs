use std::net::SocketAddr;

use axum::{Router, serve::ListenerExt as _};
use sealwire::{
    Aead, Kem, SystemRandom,
    keys::{KeyConfigList, KeyPair, KeyRing, ServerKey},
};
use tokio::net::TcpListener;

use crate::Result;

/// A server's key, and what an app is shipped with. A real server reads its key with
/// [`KeyPair::from_pem`], and a real app decodes the bytes that [`KeyConfigList::encode`] gave.
///
/// # Errors
/// If the random source fails.
pub fn keys() -> Result<(KeyRing, KeyConfigList)> {
    let key_pair = KeyPair::generate(Kem::X25519HkdfSha256, &mut SystemRandom)?;
    let mut ring = KeyRing::new();
    ring.add(ServerKey::new(1, key_pair, &[Aead::ChaCha20Poly1305, Aead::Aes128Gcm])?)?;
    let pinned = ring.configs()?;
    Ok((ring, pinned))
}

/// Serves `app` on a free port of this machine, for as long as the example runs.
///
/// # Errors
/// If there is no free port.
pub async fn serve(app: Router) -> Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    // Small pieces of a stream shall not wait for those behind them.
    let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
    tokio::spawn(async move { axum::serve(listener, app).await });
    Ok(address)
}
