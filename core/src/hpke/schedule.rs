//! From a shared secret to a context (RFC 9180, section 5.1).

use core::fmt;

use sealwire_wipe::WipeBox;

use super::{MessageKey, SharedSecret, context::Context};
use crate::{
    crypto::{
        aead,
        kdf::{self, Prk},
    },
    error::{Code, Error, Result},
    secret::Secret,
    suite::{Aead, Suite},
};

/// A pre-shared key and the name both ends know it by, for the mode psk.
#[derive(Clone, Copy)]
pub struct Psk<'a> {
    psk: &'a [u8],
    id: &'a [u8],
}

impl<'a> Psk<'a> {
    /// `psk` must hold at least 32 bytes of entropy (RFC 9180, section 9.5), hence be at least
    /// that long; `id` must not be empty (`VerifyPSKInputs`, section 5.1).
    ///
    /// # Errors
    /// `InvalidInput` otherwise.
    pub const fn new(psk: &'a [u8], id: &'a [u8]) -> Result<Self> {
        if psk.len() < 32 {
            return Err(Error::new(Code::InvalidInput, "a pre-shared key needs at least 32 bytes"));
        }
        if id.is_empty() {
            return Err(Error::new(Code::InvalidInput, "a pre-shared key needs a name"));
        }
        Ok(Self { psk, id })
    }
}

impl fmt::Debug for Psk<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Psk(..)")
    }
}

/// The modes of RFC 9180 that we speak, each with its own inputs.
#[derive(Clone, Copy)]
pub(super) enum Mode<'a> {
    Base,
    Psk(Psk<'a>),
}

impl<'a> Mode<'a> {
    const fn id(self) -> u8 {
        match self {
            Self::Base => 0x00,
            Self::Psk(_) => 0x01,
        }
    }

    /// `(psk, psk_id)`; both empty by default.
    const fn psk(self) -> (&'a [u8], &'a [u8]) {
        match self {
            Self::Base => (&[], &[]),
            Self::Psk(Psk { psk, id }) => (psk, id),
        }
    }
}

/// suite_id = concat("HPKE", I2OSP(kem_id, 2), I2OSP(kdf_id, 2), I2OSP(aead_id, 2))
pub(super) const fn suite_id(suite: Suite) -> [u8; 10] {
    let [a, b, c, d, e, f] = suite.to_bytes();
    [b'H', b'P', b'K', b'E', a, b, c, d, e, f]
}

/// def KeySchedule<ROLE>(mode, shared_secret, info, psk, psk_id):
///   psk_id_hash = LabeledExtract("", "psk_id_hash", psk_id)
///   info_hash = LabeledExtract("", "info_hash", info)
///   key_schedule_context = concat(mode, psk_id_hash, info_hash)
///   secret = LabeledExtract(shared_secret, "secret", psk)
///   key = LabeledExpand(secret, "key", key_schedule_context, Nk)
///   base_nonce = LabeledExpand(secret, "base_nonce", key_schedule_context, Nn)
///   exporter_secret = LabeledExpand(secret, "exp", key_schedule_context, Nh)
pub(super) fn key_schedule(
    suite: Suite,
    mode: Mode<'_>,
    shared_secret: &SharedSecret,
    info: &[u8],
) -> Result<WipeBox<Context>> {
    let suite_id = suite_id(suite);
    let (psk, psk_id) = mode.psk();
    let context = key_schedule_context(&suite_id, mode, psk_id, info)?;
    let secret = Prk::labeled_extract(shared_secret.expose(), &suite_id, "secret", psk);

    let mut key_bytes = Secret::<32>::zeroed();
    let key_bytes = key_bytes
        .expose_mut()
        .get_mut(..suite.aead.key_len())
        .ok_or(Error::new(Code::Internal, "an AEAD key is longer than 32 bytes"))?;
    secret.labeled_expand(&suite_id, "key", &context, key_bytes)?;
    let key = aead::Key::new(suite.aead, key_bytes)?;

    let mut base_nonce = [0; Aead::NONCE_LEN];
    secret.labeled_expand(&suite_id, "base_nonce", &context, &mut base_nonce)?;

    let mut context_box = WipeBox::new_with(|| Context {
        suite,
        messages: MessageKey::new(key, base_nonce),
        exporter_secret: [0; _],
    });
    secret.labeled_expand(&suite_id, "exp", &context, &mut context_box.exporter_secret)?;
    Ok(context_box)
}

/// key_schedule_context = concat(mode, psk_id_hash, info_hash)
fn key_schedule_context(
    suite_id: &[u8],
    mode: Mode<'_>,
    psk_id: &[u8],
    info: &[u8],
) -> Result<[u8; 1 + 2 * kdf::HASH_LEN]> {
    let psk_id_hash = kdf::labeled_digest(suite_id, "psk_id_hash", psk_id)?;
    let info_hash = kdf::labeled_digest(suite_id, "info_hash", info)?;
    let mut context = [mode.id(); _];
    let (_, hashes) = context.split_at_mut(1);
    let (front, back) = hashes.split_at_mut(kdf::HASH_LEN);
    front.copy_from_slice(&psk_id_hash);
    back.copy_from_slice(&info_hash);
    Ok(context)
}
