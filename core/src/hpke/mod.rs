//! Hybrid Public Key Encryption (RFC 9180): modes base and psk.
//!
//! A sender encapsulates a fresh secret to a recipient's public key and sends the encapsulated key,
//! `enc`; both ends derive the same context from it, in which the sender seals, the recipient
//! opens, and both export further secrets.
//!
//! ```
//! use sealwire::{Aead, Kem, Suite, SystemRandom, hpke};
//!
//! let suite = Suite::x25519(Aead::ChaCha20Poly1305);
//! let recipient = hpke::KeyPair::generate(Kem::X25519HkdfSha256, &mut SystemRandom)?;
//!
//! let (enc, mut sender) =
//!     hpke::setup_sender(suite, recipient.public_key(), b"info", &mut SystemRandom)?;
//! let sealed = sender.seal(b"associated data", b"hello")?;
//!
//! let mut receiver = hpke::setup_receiver(suite, enc.as_ref(), &recipient, b"info")?;
//! assert_eq!(receiver.open(b"associated data", &sealed)?, b"hello");
//! # Ok::<(), sealwire::Error>(())
//! ```
//!
//! Key agreement costs the sender two scalar multiplications and the recipient one: a
//! [`KeyPair`] keeps its public half, so that none is derived twice.
//!
//! The modes auth and auth_psk are left out: the successor of RFC 9180 removes them.

mod context;
mod kem;
mod schedule;
mod sequence;

pub(crate) use context::export;
pub use context::{ReceiverContext, SenderContext};
pub(crate) use kem::SharedSecret;
pub use kem::{Enc, KeyPair, PublicKey};
pub use schedule::Psk;
pub(crate) use sequence::MessageKey;

use alloc::vec::Vec;

use crate::{
    error::{Code, Error, Result},
    random::Random,
    suite::Suite,
};
use schedule::{Mode, key_schedule};

/// `SetupBaseS(pkR, info)` (RFC 9180, section 5.1.1).
///
/// # Errors
/// `InvalidKey` if the public key is of another KEM or of low order, `RandomFailed`.
pub fn setup_sender(
    suite: Suite,
    recipient: &PublicKey,
    info: &[u8],
    random: &mut dyn Random,
) -> Result<(Enc, SenderContext)> {
    setup_sender_mode(suite, recipient, info, Mode::Base, random)
}

/// `SetupPSKS(pkR, info, psk, psk_id)` (RFC 9180, section 5.1.2).
///
/// # Errors
/// As [`setup_sender`].
pub fn setup_sender_psk(
    suite: Suite,
    recipient: &PublicKey,
    info: &[u8],
    psk: Psk<'_>,
    random: &mut dyn Random,
) -> Result<(Enc, SenderContext)> {
    setup_sender_mode(suite, recipient, info, Mode::Psk(psk), random)
}

/// `SetupBaseR(enc, skR, info)` (RFC 9180, section 5.1.1).
///
/// # Errors
/// `OpenFailed` if `enc` has the wrong length or is of low order, `InvalidKey` if the key pair is of
/// another KEM.
pub fn setup_receiver(
    suite: Suite,
    enc: &[u8],
    recipient: &KeyPair,
    info: &[u8],
) -> Result<ReceiverContext> {
    setup_receiver_mode(suite, enc, recipient, info, Mode::Base)
}

/// `SetupPSKR(enc, skR, info, psk, psk_id)` (RFC 9180, section 5.1.2).
///
/// # Errors
/// As [`setup_receiver`].
pub fn setup_receiver_psk(
    suite: Suite,
    enc: &[u8],
    recipient: &KeyPair,
    info: &[u8],
    psk: Psk<'_>,
) -> Result<ReceiverContext> {
    setup_receiver_mode(suite, enc, recipient, info, Mode::Psk(psk))
}

/// `SealBase(pkR, info, aad, pt)` (RFC 9180, section 6.1): `enc`, and the ciphertext with its
/// 16-byte tag.
///
/// # Errors
/// As [`setup_sender`] and [`SenderContext::seal`].
pub fn seal(
    suite: Suite,
    recipient: &PublicKey,
    info: &[u8],
    aad: &[u8],
    plaintext: &[u8],
    random: &mut dyn Random,
) -> Result<(Enc, Vec<u8>)> {
    let (enc, mut context) = setup_sender(suite, recipient, info, random)?;
    Ok((enc, context.seal(aad, plaintext)?))
}

/// `OpenBase(enc, skR, info, aad, ct)` (RFC 9180, section 6.1).
///
/// # Errors
/// As [`setup_receiver`] and [`ReceiverContext::open`].
pub fn open(
    suite: Suite,
    enc: &[u8],
    recipient: &KeyPair,
    info: &[u8],
    aad: &[u8],
    sealed: &[u8],
) -> Result<Vec<u8>> {
    setup_receiver(suite, enc, recipient, info)?.open(aad, sealed)
}

/// def Setup<MODE>S(pkR, info, psk, psk_id):
///   shared_secret, enc = Encap(pkR)
///   return enc, KeyScheduleS(mode, shared_secret, info, psk, psk_id)
fn setup_sender_mode(
    suite: Suite,
    recipient: &PublicKey,
    info: &[u8],
    mode: Mode<'_>,
    random: &mut dyn Random,
) -> Result<(Enc, SenderContext)> {
    let mut enc = Enc::zeroed(suite.kem);
    let mut shared_secret = SharedSecret::zeroed();
    encapsulate(suite, recipient, random, enc.as_mut(), &mut shared_secret)?;
    let context = key_schedule(suite, mode, &shared_secret, info)?;
    Ok((enc, SenderContext::new(context)))
}

/// def Setup<MODE>R(enc, skR, info, psk, psk_id):
///   shared_secret = Decap(enc, skR)
///   return KeyScheduleR(mode, shared_secret, info, psk, psk_id)
fn setup_receiver_mode(
    suite: Suite,
    enc: &[u8],
    recipient: &KeyPair,
    info: &[u8],
    mode: Mode<'_>,
) -> Result<ReceiverContext> {
    let mut shared_secret = SharedSecret::zeroed();
    decapsulate(suite, enc, recipient, &mut shared_secret)?;
    key_schedule(suite, mode, &shared_secret, info).map(ReceiverContext::new)
}

/// The first half of `SetupBaseS`, with `enc` written into the message it belongs to.
pub(crate) fn encapsulate(
    suite: Suite,
    recipient: &PublicKey,
    random: &mut dyn Random,
    enc: &mut [u8],
    shared_secret: &mut SharedSecret,
) -> Result<()> {
    if recipient.kem() != suite.kem {
        return Err(WRONG_KEM);
    }
    recipient.encapsulate(random, enc, shared_secret)
}

/// The first half of `SetupBaseR`.
pub(crate) fn decapsulate(
    suite: Suite,
    enc: &[u8],
    recipient: &KeyPair,
    shared_secret: &mut SharedSecret,
) -> Result<()> {
    if recipient.kem() != suite.kem {
        return Err(WRONG_KEM);
    }
    recipient.decapsulate(enc, shared_secret)
}

/// The second half of `SetupBaseS`.
pub(crate) fn base_sender(
    suite: Suite,
    shared_secret: &SharedSecret,
    info: &[u8],
) -> Result<SenderContext> {
    key_schedule(suite, Mode::Base, shared_secret, info).map(SenderContext::new)
}

/// The second half of `SetupBaseR`.
pub(crate) fn base_receiver(
    suite: Suite,
    shared_secret: &SharedSecret,
    info: &[u8],
) -> Result<ReceiverContext> {
    key_schedule(suite, Mode::Base, shared_secret, info).map(ReceiverContext::new)
}

const WRONG_KEM: Error = Error::new(Code::InvalidKey, "the key belongs to another KEM");
