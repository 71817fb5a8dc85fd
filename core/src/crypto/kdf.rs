//! HKDF-SHA256 (RFC 5869) and the labeled form of it that HPKE uses (RFC 9180, section 4).

use hkdf::{Hkdf, HkdfExtract};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroize as _;

use crate::error::{Code, Error, Result};

/// `Nh`: the output of the hash in bytes.
pub(crate) const HASH_LEN: usize = 32;
/// The longest output of one Expand: 255 blocks.
pub(crate) const MAX_EXPAND_LEN: usize = 255 * HASH_LEN;

const VERSION: &[u8] = b"HPKE-v1";
const TOO_LONG: Error =
    Error::new(Code::InvalidInput, "more than 8160 bytes were asked of a key derivation");

/// A pseudorandom key, with its HMAC state kept for the Expands to come.
pub(crate) struct Prk(Hkdf<Sha256>);

impl Prk {
    /// Extract(salt, ikm) -> PRK
    pub(crate) fn extract(salt: &[u8], ikm: &[u8]) -> Self {
        Self::extract_parts(salt, [ikm])
    }

    /// A pseudorandom key that an earlier derivation produced.
    pub(crate) fn from_secret(prk: &[u8; HASH_LEN]) -> Result<Self> {
        Hkdf::from_prk(prk)
            .map(Self)
            .map_err(|_| Error::new(Code::Internal, "a pseudorandom key has the wrong length"))
    }

    /// LabeledExtract(salt, label, ikm) = Extract(salt, "HPKE-v1" || suite_id || label || ikm)
    pub(crate) fn labeled_extract(salt: &[u8], suite_id: &[u8], label: &str, ikm: &[u8]) -> Self {
        Self::extract_parts(salt, [VERSION, suite_id, label.as_bytes(), ikm])
    }

    fn extract_parts<const N: usize>(salt: &[u8], ikm: [&[u8]; N]) -> Self {
        let mut extract = HkdfExtract::<Sha256>::new(Some(salt));
        for part in ikm {
            extract.input_ikm(part);
        }
        let (mut prk, hkdf) = extract.finalize();
        prk.as_mut_slice().zeroize();
        Self(hkdf)
    }

    /// Expand(prk, info, L) into the `L` bytes of `out`
    pub(crate) fn expand(&self, info: &[u8], out: &mut [u8]) -> Result<()> {
        self.0.expand(info, out).map_err(|_| TOO_LONG)
    }

    /// LabeledExpand(prk, label, info, L) =
    ///   Expand(prk, I2OSP(L, 2) || "HPKE-v1" || suite_id || label || info, L)
    pub(crate) fn labeled_expand(
        &self,
        suite_id: &[u8],
        label: &str,
        info: &[u8],
        out: &mut [u8],
    ) -> Result<()> {
        let length = u16::try_from(out.len()).map_err(|_| TOO_LONG)?.to_be_bytes();
        self.0
            .expand_multi_info(&[&length, VERSION, suite_id, label.as_bytes(), info], out)
            .map_err(|_| TOO_LONG)
    }
}

/// LabeledExtract("", label, ikm) where only the digest is wanted, and nothing is expanded from it:
/// HKDF-Extract is HMAC keyed by the salt.
pub(crate) fn labeled_digest(suite_id: &[u8], label: &str, ikm: &[u8]) -> Result<[u8; HASH_LEN]> {
    let mut hmac = Hmac::<Sha256>::new_from_slice(&[])
        .map_err(|_| Error::new(Code::Internal, "HMAC refused an empty key"))?;
    for part in [VERSION, suite_id, label.as_bytes(), ikm] {
        hmac.update(part);
    }
    Ok(hmac.finalize().into_bytes().into())
}

#[cfg(test)]
mod tests;
