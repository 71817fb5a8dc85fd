//! Chunked envelopes (Chunked Oblivious HTTP, draft-ietf-ohai-chunked-ohttp): messages that are
//! sealed and opened as they are produced, in chunks that authenticate one by one.
//!
//! ```text
//! request  = hdr(7) enc(Nenc) [length(i) sealed chunk]* 0(i) sealed final chunk
//! response = response_nonce(L) [length(i) sealed chunk]* 0(i) sealed final chunk
//! ```
//!
//! A chunk is sealed with no associated data, the final one with `final`, and each with the next
//! nonce. So chunks cannot be altered, reordered, repeated, left out or moved elsewhere, and a
//! message that was cut is told from a complete one. What a chunk held may be used as soon as it
//! opened, but only [`ChunkOpener::finish`] says that the message was complete.
//!
//! ```
//! use sealwire::{Aead, Kem, SystemRandom};
//! use sealwire::envelope::{Labels, chunked};
//! use sealwire::keys::{KeyPair, KeyRing, Policy, Recipient, ServerKey};
//!
//! let mut random = SystemRandom;
//! let mut ring = KeyRing::new();
//! let pair = KeyPair::generate(Kem::X25519HkdfSha256, &mut random)?;
//! ring.add(ServerKey::new(7, pair, &[Aead::ChaCha20Poly1305])?)?;
//! let recipient = Recipient::choose(&ring.configs()?, Policy::default())?;
//! let labels = Labels::BHTTP_CHUNKED;
//!
//! let mut wire = Vec::new();
//! let (mut sealer, pending) =
//!     chunked::seal_request(&recipient, labels, &mut wire, &mut random)?;
//! sealer.seal(b"one, ", &mut wire)?;
//! sealer.seal(b"two, ", &mut wire)?;
//! sealer.finish(b"three", &mut wire)?;
//!
//! let length = chunked::preamble_len(&wire)?.expect("all of it is there");
//! let (preamble, mut chunks) = wire.split_at_mut(length);
//! let (mut opener, answering) = chunked::open_request(&ring, labels, preamble)?;
//! let mut question = Vec::new();
//! while let Some(chunk) = opener.next(&mut chunks)? {
//!     question.extend_from_slice(chunk);
//! }
//! question.extend_from_slice(opener.finish()?);
//! assert_eq!(question, b"one, two, three");
//!
//! let mut wire = Vec::new();
//! answering.start(&mut wire, &mut random)?.finish(b"four", &mut wire)?;
//! let (nonce, mut chunks) = wire.split_at_mut(pending.nonce_len());
//! let mut opener = pending.start(nonce)?;
//! assert!(opener.next(&mut chunks)?.is_none());
//! assert_eq!(opener.finish()?, b"four");
//! # Ok::<(), sealwire::Error>(())
//! ```

mod exchange;
mod open;
mod seal;

pub use exchange::{ResponseOpener, ResponseSealer, open_request, preamble_len, seal_request};
pub use open::ChunkOpener;
pub use seal::ChunkSealer;

/// How many bytes of a request tell how many precede its chunks: 7.
pub const HEADER_LEN: usize = super::Header::LEN;

/// The associated data of the final chunk; every other has none.
const FINAL: &[u8] = b"final";

#[cfg(test)]
mod tests;
