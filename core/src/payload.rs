//! Payloads that are not HTTP. **There is no protection against replay**: a sealed payload that is
//! presented twice opens twice. Whoever needs to tell keeps the `enc` of [`Opened`], which is
//! different for every honestly sealed payload, and refuses one it has seen.
//!
//! The format is that of [one-shot envelopes](crate::envelope) under labels made of a media type
//! (RFC 9458, section 4.6), so what was sealed as one type does not open as another, nor as HTTP.
//! With the feature `json`, values of any type that serde knows are sealed and opened as they are.
//!
//! ```
//! use sealwire::keys::{KeyPair, KeyRing, Policy, Recipient, ServerKey};
//! use sealwire::{Aead, Kem, SystemRandom, payload};
//!
//! # let pair = KeyPair::generate(Kem::X25519HkdfSha256, &mut SystemRandom)?;
//! # let mut ring = KeyRing::new();
//! # ring.add(ServerKey::new(1, pair, &[Aead::ChaCha20Poly1305])?)?;
//! # let recipient = Recipient::choose(&ring.configs()?, Policy::default())?;
//! let kind = "application/vnd.example.reading";
//! let (mut sealed, pending) = payload::seal(&recipient, kind, b"21.5 C", &mut SystemRandom)?;
//!
//! let opened = payload::open(&ring, kind, &mut sealed)?;
//! assert_eq!(opened.payload, b"21.5 C");
//! let mut reply = opened.reply.seal(b"noted", &mut SystemRandom)?;
//!
//! assert_eq!(pending.open(&mut reply)?, b"noted");
//! # Ok::<(), sealwire::Error>(())
//! ```

#[cfg(feature = "json")]
mod json;

use alloc::{format, string::String, vec::Vec};
use core::fmt;

#[cfg(feature = "json")]
pub use json::seal_json;

use crate::{
    envelope::{self, Labels, ResponseOpener, ResponseSealer},
    error::{Code, Error, Result},
    keys::{KeyRing, Recipient},
    message_buffer,
    random::Random,
    secret::wipe,
};

/// An opened payload.
pub struct Opened<'a> {
    /// What was sealed, a slice of the message that was opened.
    pub payload: &'a mut [u8],
    /// The encapsulated key: public, 32 bytes for X25519, and the same again only in a replay.
    pub enc: Vec<u8>,
    /// Seals the one reply.
    pub reply: Reply,
}

/// Seals the reply to one payload.
pub struct Reply(ResponseSealer);

/// Opens the reply to one payload.
pub struct PendingReply(ResponseOpener);

/// Seals `payload` as `media_type`, into a new buffer with 55 more bytes for X25519. Returns what
/// opens the reply; without one, drop it.
///
/// # Errors
/// `InvalidInput` if `media_type` is not a type and a subtype in lower case without parameters, or
/// is `message/bhttp`; otherwise those of [`envelope::seal_request`].
pub fn seal(
    recipient: &Recipient,
    media_type: &str,
    payload: &[u8],
    random: &mut dyn Random,
) -> Result<(Vec<u8>, PendingReply)> {
    let labels = labels(media_type)?;
    let mut message = message_buffer(recipient.headroom(), payload);
    message.extend_from_slice(payload);
    seal_message(recipient, labels, message, random)
}

/// Seals what lies behind the headroom of `message`, and wipes it if that fails.
fn seal_message(
    recipient: &Recipient,
    (request, response): (String, String),
    mut message: Vec<u8>,
    random: &mut dyn Random,
) -> Result<(Vec<u8>, PendingReply)> {
    let labels = Labels { request: &request, response: &response };
    let opener = envelope::seal_request(recipient, labels, &mut message, random)
        .inspect_err(|_| wipe(&mut message))?;
    Ok((message, PendingReply(opener)))
}

/// Opens a message sealed as `media_type`, in place.
///
/// # Errors
/// `InvalidInput` for a media type as in [`seal`]; otherwise those of [`envelope::open_request`].
pub fn open<'a>(ring: &KeyRing, media_type: &str, message: &'a mut [u8]) -> Result<Opened<'a>> {
    let (request, response) = labels(media_type)?;
    let labels = Labels { request: &request, response: &response };
    let (payload, sealer) = envelope::open_request(ring, labels, message)?;
    Ok(Opened { payload, enc: sealer.enc().to_vec(), reply: Reply(sealer) })
}

impl Reply {
    /// Seals the reply, into a new buffer.
    ///
    /// # Errors
    /// Those of [`ResponseSealer::seal`].
    pub fn seal(self, payload: &[u8], random: &mut dyn Random) -> Result<Vec<u8>> {
        let mut message = message_buffer(self.0.headroom(), payload);
        message.extend_from_slice(payload);
        self.seal_message(message, random)
    }

    /// Seals what lies behind the headroom of `message`, and wipes it if that fails.
    fn seal_message(self, mut message: Vec<u8>, random: &mut dyn Random) -> Result<Vec<u8>> {
        self.0.seal(&mut message, random).inspect_err(|_| wipe(&mut message))?;
        Ok(message)
    }
}

impl PendingReply {
    /// Opens the reply in place.
    ///
    /// # Errors
    /// Those of [`ResponseOpener::open`].
    pub fn open(self, message: &mut [u8]) -> Result<&mut [u8]> {
        self.0.open(message)
    }
}

/// concat("<media type> request") and concat("<media type> response")
///
/// `message/bhttp` is left to HTTP, which would open what was sealed here.
fn labels(media_type: &str) -> Result<(String, String)> {
    let restricted = |name: &str| {
        let follows = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        !name.is_empty() && name.bytes().all(|byte| follows(byte) || b"!#$&-^_.+".contains(&byte))
    };
    match media_type.split_once('/') {
        Some(("message", "bhttp")) => {
            Err(Error::new(Code::InvalidInput, "the media type message/bhttp is for HTTP"))
        }
        Some((kind, subtype)) if restricted(kind) && restricted(subtype) => {
            Ok((format!("{media_type} request"), format!("{media_type} response")))
        }
        _ => {
            Err(Error::new(Code::InvalidInput, "the media type is not type/subtype in lower case"))
        }
    }
}

impl fmt::Debug for Opened<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opened")
            .field("payload_len", &self.payload.len())
            .field("reply", &self.reply)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Reply").field(&self.0).finish()
    }
}

impl fmt::Debug for PendingReply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PendingReply").field(&self.0).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn media_types_are_plain_and_lower_case() {
        assert_eq!(labels("text/plain").unwrap().0, "text/plain request");
        assert_eq!(labels("application/vnd.a+json").unwrap().1, "application/vnd.a+json response");
        for wrong in [
            "",
            "text",
            "text/",
            "/plain",
            "Text/plain",
            "text/plain; a=b",
            "text/a/b",
            "é/a",
            "message/bhttp",
        ] {
            assert_eq!(labels(wrong).unwrap_err().code(), Code::InvalidInput, "{wrong}");
        }
    }
}
