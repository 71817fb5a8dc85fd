//! Encapsulated requests (RFC 9458, section 4.3): `hdr(7) enc(Nenc) ciphertext tag(16)`.

use alloc::vec::Vec;

use super::{Header, Labels, ResponseOpener, ResponseSealer};
use crate::{
    error::{Code, Error, Result},
    hpke,
    keys::{KeyRing, Recipient},
    random::Random,
};

const UNKNOWN_KEY: Error =
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
/// key is of low order, `RandomFailed`, `TooLarge` beyond the AEAD's limit. The request behind the
/// headroom is then unchanged.
pub fn seal_request(
    recipient: &Recipient,
    labels: Labels<'_>,
    message: &mut Vec<u8>,
    random: &mut dyn Random,
) -> Result<ResponseOpener> {
    let header = recipient.header();
    let Some((front, request)) = message.split_at_mut_checked(recipient.headroom()) else {
        return Err(Error::new(Code::InvalidInput, "the message has no headroom"));
    };
    let (hdr, enc) = front.split_at_mut(Header::LEN);
    let info = header.info(labels.request);
    let mut context =
        hpke::setup_sender_into(header.suite, recipient.public_key(), &info, random, enc)
            .map_err(blame_the_config)?;
    hdr.copy_from_slice(&header.to_bytes());
    let export = |secret: &mut [u8]| context.export(labels.response.as_bytes(), secret);
    let opener = ResponseOpener::new(header.suite, enc, export)?;
    let tag = context.seal_in_place(&[], request)?;
    message.extend_from_slice(&tag);
    Ok(opener)
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
    let header = Header::from_bytes(*hdr).ok_or(UNKNOWN_KEY)?;
    let key = ring.accepting(header).ok_or(UNKNOWN_KEY)?;
    let (enc, sealed) = rest.split_at_mut_checked(header.suite.kem.enc_len()).ok_or(Error::OPEN)?;
    let info = header.info(labels.request);
    let context = hpke::setup_receiver(header.suite, enc, key.key_pair(), &info);
    let mut context = context.inspect_err(|_| sealed.fill(0))?;
    // Before the message is opened: after that nothing may fail.
    let export = |secret: &mut [u8]| context.export(labels.response.as_bytes(), secret);
    let sealer = ResponseSealer::new(header, enc, export)?;
    let request = context.open_in_place(&[], sealed)?;
    Ok((request, sealer))
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
