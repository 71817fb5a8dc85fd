//! One-shot envelopes: the encapsulation of Oblivious HTTP (RFC 9458, section 4). For messages that
//! are sealed as they are produced, see [`chunked`].
//!
//! A message is any bytes under a pair of [`Labels`]; that it is Binary HTTP is for others to know.
//! Everything happens in the caller's buffer: a message to be sealed has room in front of it for
//! what will precede it, and a message that was opened is a slice of what arrived.
//!
//! ```
//! use sealwire::{Aead, Kem, SystemRandom};
//! use sealwire::envelope::{Labels, open_request, seal_request};
//! use sealwire::keys::{KeyConfigList, KeyPair, KeyRing, Policy, Recipient, ServerKey};
//!
//! let mut random = SystemRandom;
//! let mut ring = KeyRing::new();
//! let pair = KeyPair::generate(Kem::X25519HkdfSha256, &mut random)?;
//! ring.add(ServerKey::new(7, pair, &[Aead::ChaCha20Poly1305])?)?;
//! let published = ring.configs()?.encode();
//!
//! let recipient = Recipient::choose(&KeyConfigList::decode(&published)?, Policy::default())?;
//! let mut message = vec![0; recipient.headroom()];
//! message.extend_from_slice(b"a question");
//! let pending = seal_request(&recipient, Labels::BHTTP, &mut message, &mut random)?;
//!
//! let (question, answering) = open_request(&ring, Labels::BHTTP, &mut message)?;
//! assert_eq!(question, b"a question");
//! let mut answer = vec![0; answering.headroom()];
//! answer.extend_from_slice(b"an answer");
//! answering.seal(&mut answer, &mut random)?;
//!
//! assert_eq!(pending.open(&mut answer)?, b"an answer");
//! # Ok::<(), sealwire::Error>(())
//! ```
//!
//! An envelope alone has no protection against replay: whoever has a sealed request can send it
//! again, and it opens again.

pub mod chunked;
mod exchange;
mod header;
mod request;
mod response;

pub(crate) use header::Header;
pub use header::Labels;
pub use request::{open_request, seal_request};
pub use response::{ResponseOpener, ResponseSealer};
