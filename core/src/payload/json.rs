//! Payloads that are values of Rust, sealed as JSON (RFC 8259).

use alloc::vec::Vec;
use core::mem;
use std::io::{self, Write};

use serde::{Deserialize, Serialize};

use super::{Opened, PendingReply, Reply, labels, seal_message};
use crate::{
    error::{Code, Error, Result},
    keys::Recipient,
    message_buffer,
    random::Random,
    secret::wipe,
    suite::Aead,
};

/// Seals `value` as JSON under `media_type`, for example `application/json` or one of your own that
/// ends in `+json`. **There is no protection against replay** (see the [module](super)).
///
/// The value is written into the message itself. Whatever does not become one is wiped; what the
/// value's own `Serialize` allocates is its own affair.
///
/// ```
/// use serde::{Deserialize, Serialize};
/// # use sealwire::keys::{KeyPair, KeyRing, Policy, Recipient, ServerKey};
/// use sealwire::{Aead, Kem, SystemRandom, payload};
///
/// #[derive(Serialize, Deserialize)]
/// struct Reading {
///     sensor: String,
///     celsius: f64,
/// }
///
/// # let pair = KeyPair::generate(Kem::X25519HkdfSha256, &mut SystemRandom)?;
/// # let mut ring = KeyRing::new();
/// # ring.add(ServerKey::new(1, pair, &[Aead::ChaCha20Poly1305])?)?;
/// # let recipient = Recipient::choose(&ring.configs()?, Policy::default())?;
/// let kind = "application/vnd.example.reading+json";
/// let reading = Reading { sensor: "attic".into(), celsius: 21.5 };
/// let (mut sealed, pending) =
///     payload::seal_json(&recipient, kind, &reading, &mut SystemRandom)?;
///
/// let opened = payload::open(&ring, kind, &mut sealed)?;
/// let reading: Reading = opened.json()?;
/// let warm = reading.celsius > 20.0;
/// let mut reply = opened.reply.seal_json(&warm, &mut SystemRandom)?;
///
/// assert!(pending.open_json::<bool>(&mut reply)?);
/// # Ok::<(), sealwire::Error>(())
/// ```
///
/// # Errors
/// `InvalidInput` if the value cannot be serialised, or not as JSON; otherwise those of
/// [`seal`](super::seal).
pub fn seal_json(
    recipient: &Recipient,
    media_type: &str,
    value: &(impl Serialize + ?Sized),
    random: &mut dyn Random,
) -> Result<(Vec<u8>, PendingReply)> {
    let labels = labels(media_type)?;
    let message = Message::of(value, recipient.headroom())?;
    seal_message(recipient, labels, message, random)
}

impl Opened<'_> {
    /// The value that was sealed as JSON. It may borrow from the payload.
    ///
    /// # Errors
    /// `InvalidPayload` if the payload is not JSON, or not that of a `T`, or has more than 127
    /// levels: whoever sealed it means something else.
    pub fn json<'de, T: Deserialize<'de>>(&'de self) -> Result<T> {
        parse(self.payload)
    }
}

impl Reply {
    /// Seals `value` as JSON, into a new buffer, as [`seal_json`] does.
    ///
    /// # Errors
    /// `InvalidInput` if the value cannot be serialised, or not as JSON; otherwise those of
    /// [`Self::seal`].
    pub fn seal_json(
        self,
        value: &(impl Serialize + ?Sized),
        random: &mut dyn Random,
    ) -> Result<Vec<u8>> {
        let message = Message::of(value, self.0.headroom())?;
        self.seal_message(message, random)
    }
}

impl PendingReply {
    /// Opens the reply in place, and returns the value in it. It may borrow from `message`.
    ///
    /// # Errors
    /// `InvalidPayload` as [`Opened::json`]; otherwise those of [`Self::open`].
    pub fn open_json<'de, T: Deserialize<'de>>(self, message: &'de mut [u8]) -> Result<T> {
        parse(self.open(message)?)
    }
}

/// What serde says about it may quote the payload, so it is not passed on.
fn parse<'de, T: Deserialize<'de>>(payload: &'de [u8]) -> Result<T> {
    serde_json::from_slice(payload)
        .map_err(|_| Error::new(Code::InvalidPayload, "the payload is not the JSON of that type"))
}

/// A message in the making, which leaves nothing of itself behind: not when it has to grow, and not
/// when it comes to nothing.
struct Message(Vec<u8>);

impl Message {
    /// Zeros for what will precede it, and `value` as JSON.
    fn of(value: &(impl Serialize + ?Sized), headroom: usize) -> Result<Vec<u8>> {
        let mut message = Self(message_buffer(headroom, &[]));
        serde_json::to_writer(&mut message, value)
            .map_err(|_| Error::new(Code::InvalidInput, "the value cannot be written as JSON"))?;
        Ok(mem::take(&mut message.0))
    }

    /// Makes room for `more` bytes, and the tag that will follow the last of them.
    fn reserve(&mut self, more: usize) {
        let needed = self.0.len().saturating_add(more).saturating_add(Aead::TAG_LEN);
        if needed > self.0.capacity() {
            let mut larger = Vec::with_capacity(needed.max(self.0.capacity().saturating_mul(2)));
            larger.extend_from_slice(&self.0);
            wipe(&mut self.0);
            self.0 = larger;
        }
    }
}

impl Write for Message {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.reserve(bytes.len());
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Message {
    fn drop(&mut self) {
        wipe(&mut self.0);
    }
}
