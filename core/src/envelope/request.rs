//! Encapsulated requests (RFC 9458, section 4.3): `hdr(7) enc(Nenc) ciphertext tag(16)`.

use alloc::vec::Vec;

use super::{Header, Labels, ResponseOpener, ResponseSealer, exchange::Exchange};
#[cfg(feature = "dangerous-key-log")]
use crate::key_log;
use crate::{
    crypto::scrub_stack,
    error::{Code, Error, Result},
    hpke::{self, ReceiverContext, SenderContext, SharedSecret},
    keys::{KeyRing, Recipient, ServerKey},
    random::Random,
};

pub(super) const UNKNOWN_KEY: Error =
    Error::new(Code::UnknownKey, "the request names a key or algorithms that are not accepted");

impl Recipient {
    /// How many bytes [`seal_request`] needs in front of a message: 39 for X25519.
    #[must_use]
    pub const fn headroom(&self) -> usize {
        Header::LEN + self.suite().kem.enc_len()
    }
}

/// Seals `message` in place, and returns what will open the response.
///
/// `message` begins with [`Recipient::headroom`] bytes of any value, and the request follows them.
/// It becomes the encapsulated request, 16 bytes longer than it was: with that much capacity to
/// spare it is not moved.
///
/// # Errors
/// `InvalidInput` if `message` is shorter than the headroom, `InvalidKeyConfig` if the recipient's
/// key is of low order, `RandomFailed`, `InvalidInput` too beyond the AEAD's limit. The request behind the
/// headroom is then unchanged.
pub fn seal_request(
    recipient: &Recipient,
    labels: Labels<'_>,
    message: &mut Vec<u8>,
    random: &mut dyn Random,
) -> Result<ResponseOpener> {
    let Some((preamble, request)) = message.split_at_mut_checked(recipient.headroom()) else {
        return Err(Error::new(Code::InvalidInput, "the message has no headroom"));
    };
    let (mut context, exchange) = start_sealing(recipient, labels, preamble, random)?;
    let tag = context.seal_in_place(&[], request)?;
    scrub_stack();
    message.extend_from_slice(&tag);
    Ok(ResponseOpener::new(exchange))
}

/// Opens an encapsulated request in place: returns the request, a slice of `message`, and what will
/// seal the response.
///
/// # Errors
/// `UnknownKey` if the ring has no such key or the key does not accept the algorithms, decided
/// before any work with a private key. `OpenFailed` in every other case, with the sealed part of
/// `message` zeroed.
pub fn open_request<'a>(
    ring: &KeyRing,
    labels: Labels<'_>,
    message: &'a mut [u8],
) -> Result<(&'a mut [u8], ResponseSealer)> {
    let (hdr, rest) = message.split_first_chunk_mut().ok_or(Error::OPEN)?;
    let accepted = accept(ring, *hdr)?;
    let enc_len = accepted.header.suite.kem.enc_len();
    let (enc, sealed) = rest.split_at_mut_checked(enc_len).ok_or(Error::OPEN)?;
    // What the response needs is made before the message is opened: after that nothing may fail.
    let started = accepted.start_opening(labels, enc);
    let (mut context, exchange) = started.inspect_err(|_| {
        sealed.fill(0);
        scrub_stack();
    })?;
    let request = context.open_in_place(&[], sealed);
    scrub_stack();
    Ok((request?, ResponseSealer::new(accepted.header.key_id, exchange)))
}

/// Fills `preamble`, of exactly [`Recipient::headroom`] bytes, with what precedes the sealed part
/// of a request, and only if all went well. The caller scrubs the stack when it has done its part.
///
/// hdr = concat(encode(1, key_id), encode(2, kem_id), encode(2, kdf_id), encode(2, aead_id))
/// enc, context = SetupBaseS(pkR, info)
pub(super) fn start_sealing(
    recipient: &Recipient,
    labels: Labels<'_>,
    preamble: &mut [u8],
    random: &mut dyn Random,
) -> Result<(SenderContext, Exchange)> {
    const WRONG_LENGTH: Error = Error::new(Code::Internal, "no room for what precedes a request");
    let header = recipient.header();
    let (hdr, enc) = preamble.split_first_chunk_mut().ok_or(WRONG_LENGTH)?;
    let mut shared_secret = SharedSecret::zeroed();
    hpke::encapsulate(header.suite, recipient.public_key(), random, enc, &mut shared_secret)
        .map_err(blame_the_config)?;
    #[cfg(feature = "dangerous-key-log")]
    recipient.key_log().log(enc, &shared_secret);
    let info = header.info(labels.request);
    let context = hpke::base_sender(header.suite, &shared_secret, &info)?;
    let exchange = Exchange::new(header.suite, enc, context.exporter()?, labels.response)?;
    *hdr = header.to_bytes();
    Ok((context, exchange))
}

/// A header and the key it names.
pub(super) struct Accepted<'r> {
    pub(super) header: Header,
    key: &'r ServerKey,
    #[cfg(feature = "dangerous-key-log")]
    key_log: &'r key_log::Attached,
}

/// The header and the key it names, if the ring has it and it accepts the algorithms.
pub(super) fn accept(ring: &KeyRing, hdr: [u8; Header::LEN]) -> Result<Accepted<'_>> {
    let header = Header::from_bytes(hdr).ok_or(UNKNOWN_KEY)?;
    let key = ring.accepting(header).ok_or(UNKNOWN_KEY)?;
    Ok(Accepted {
        header,
        key,
        #[cfg(feature = "dangerous-key-log")]
        key_log: ring.key_log(),
    })
}

impl Accepted<'_> {
    /// context = SetupBaseR(enc, skR, info); here too the caller scrubs the stack.
    pub(super) fn start_opening(
        &self,
        labels: Labels<'_>,
        enc: &[u8],
    ) -> Result<(ReceiverContext, Exchange)> {
        let suite = self.header.suite;
        let mut shared_secret = SharedSecret::zeroed();
        hpke::decapsulate(suite, enc, self.key.key_pair(), &mut shared_secret)?;
        #[cfg(feature = "dangerous-key-log")]
        self.key_log.log(enc, &shared_secret);
        let info = self.header.info(labels.request);
        let context = hpke::base_receiver(suite, &shared_secret, &info)?;
        let exchange = Exchange::new(suite, enc, context.exporter()?, labels.response)?;
        Ok((context, exchange))
    }
}

/// The caller gave us a key configuration, and the key in it turned out to be unusable.
fn blame_the_config(error: Error) -> Error {
    match error.code() {
        Code::InvalidKey => {
            Error::new(Code::InvalidKeyConfig, "the public key of the server is of low order")
        }
        _ => error,
    }
}
