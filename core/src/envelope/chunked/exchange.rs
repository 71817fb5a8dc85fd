use alloc::vec::Vec;
use core::fmt;

use super::{ChunkOpener, ChunkSealer};
use crate::{
    crypto::scrub_stack,
    envelope::{Header, Labels, exchange::Exchange, request},
    error::{Error, Result},
    exporter::Exporter,
    keys::{KeyRing, Recipient},
    random::Random,
    suite::Suite,
};

/// Opens the one chunked response to a request. Made by starting the request, used up by starting
/// the response.
pub struct ResponseOpener(Exchange);

/// Seals the one chunked response to a request. Made by starting to open the request, used up by
/// starting the response.
pub struct ResponseSealer {
    exchange: Exchange,
    key_id: u8,
}

/// Starts a chunked request: appends what precedes the chunks, 39 bytes for X25519, to `out`.
/// Returns what seals the chunks, and what will open the response, which may begin before the
/// request has ended.
///
/// # Errors
/// `InvalidKeyConfig` if the recipient's key is of low order, `RandomFailed`; `out` is then as it
/// was.
pub fn seal_request(
    recipient: &Recipient,
    labels: Labels<'_>,
    out: &mut Vec<u8>,
    random: &mut dyn Random,
) -> Result<(ChunkSealer, ResponseOpener)> {
    let start = out.len();
    out.resize(start.saturating_add(recipient.headroom()), 0);
    let preamble = out.get_mut(start..).unwrap_or_default();
    let started = request::start_sealing(recipient, labels, preamble, random);
    scrub_stack();
    let (context, exchange) = started.inspect_err(|_| out.truncate(start))?;
    Ok((ChunkSealer::request(context, recipient.suite().aead), ResponseOpener(exchange)))
}

/// How many bytes precede the chunks of a request that begins with `bytes`: 39 for X25519. Nothing
/// if `bytes` has fewer than the 7 that tell.
///
/// # Errors
/// `UnknownKey` if the algorithms are not on the allow-list.
pub fn preamble_len(bytes: &[u8]) -> Result<Option<usize>> {
    let Some(hdr) = bytes.first_chunk() else { return Ok(None) };
    let header = Header::from_bytes(*hdr).ok_or(request::UNKNOWN_KEY)?;
    Ok(Some(Header::LEN.saturating_add(header.suite.kem.enc_len())))
}

/// Starts to open a chunked request whose first bytes are `preamble`, of exactly [`preamble_len`]
/// bytes. Returns what opens the chunks, and what will seal the response.
///
/// # Errors
/// `UnknownKey` if the ring has no such key or the key does not accept the algorithms, decided
/// before any work with a private key. `OpenFailed` in every other case; but that the key agreement
/// succeeds says nothing before a chunk has opened.
pub fn open_request(
    ring: &KeyRing,
    labels: Labels<'_>,
    preamble: &[u8],
) -> Result<(ChunkOpener, ResponseSealer)> {
    let (hdr, enc) = preamble.split_first_chunk().ok_or(Error::OPEN)?;
    let accepted = request::accept(ring, *hdr)?;
    let started = accepted.start_opening(labels, enc);
    scrub_stack();
    let (context, exchange) = started?;
    let sealer = ResponseSealer { exchange, key_id: accepted.header.key_id };
    Ok((ChunkOpener::request(context), sealer))
}

impl ResponseOpener {
    /// How many bytes precede the chunks of the response: 16 for AES-128-GCM, 32 for the others.
    #[must_use]
    pub const fn nonce_len(&self) -> usize {
        self.0.nonce_len()
    }

    /// Exports secrets of this exchange, the same as on the other side.
    #[must_use]
    pub fn exporter(&self) -> Exporter {
        self.0.exporter().clone()
    }

    /// Starts to open the response whose first [`Self::nonce_len`] bytes are `nonce`.
    ///
    /// # Errors
    /// `OpenFailed` if `nonce` has another length.
    pub fn start(self, nonce: &[u8]) -> Result<ChunkOpener> {
        if nonce.len() != self.nonce_len() {
            return Err(Error::OPEN);
        }
        let key = self.0.derive(nonce);
        scrub_stack();
        key.map(ChunkOpener::response)
    }
}

impl ResponseSealer {
    /// The id of the key the request was sealed for.
    #[must_use]
    pub const fn key_id(&self) -> u8 {
        self.key_id
    }

    /// The algorithms the request was sealed with.
    #[must_use]
    pub const fn suite(&self) -> Suite {
        self.exchange.suite()
    }

    /// The encapsulated key of the request, public, and different for every honest request.
    #[must_use]
    pub fn enc(&self) -> &[u8] {
        self.exchange.enc()
    }

    /// Exports secrets of this exchange, the same as on the other side.
    #[must_use]
    pub fn exporter(&self) -> Exporter {
        self.exchange.exporter().clone()
    }

    /// Starts the response: appends the nonce that precedes its chunks to `out`, and returns what
    /// seals them.
    ///
    /// # Errors
    /// `RandomFailed`; `out` is then as it was.
    pub fn start(self, out: &mut Vec<u8>, random: &mut dyn Random) -> Result<ChunkSealer> {
        let aead = self.suite().aead;
        let started = self.exchange.start(random);
        scrub_stack();
        let (nonce, key) = started?;
        out.extend_from_slice(&nonce);
        Ok(ChunkSealer::response(key, aead))
    }
}

impl fmt::Debug for ResponseOpener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseOpener").field("suite", &self.0.suite()).finish_non_exhaustive()
    }
}

impl fmt::Debug for ResponseSealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseSealer")
            .field("key_id", &self.key_id)
            .field("suite", &self.exchange.suite())
            .finish_non_exhaustive()
    }
}
