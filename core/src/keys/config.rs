//! Key configurations and lists of them (RFC 9458, section 3).

use alloc::vec::Vec;

use super::PublicKey;
use crate::{
    error::{Code, Error, Result},
    suite::{Aead, Kdf, Kem, Suite},
};

/// A pair of a KDF and an AEAD by their identifiers, known to us or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SymmetricAlgorithms {
    /// An identifier from IANA's registry of HPKE KDFs.
    pub kdf_id: u16,
    /// An identifier from IANA's registry of HPKE AEADs.
    pub aead_id: u16,
}

/// One public key, the id requests name it by, and the algorithms its owner accepts with it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct KeyConfig {
    key_id: u8,
    public_key: PublicKey,
    symmetric: Vec<SymmetricAlgorithms>,
}

/// What a server publishes: its key configurations, the preferred first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyConfigList(Vec<KeyConfig>);

impl SymmetricAlgorithms {
    /// The pair as a suite with `kem`, if both parts are on the allow-list.
    #[must_use]
    pub const fn with_kem(self, kem: Kem) -> Option<Suite> {
        match (Kdf::from_id(self.kdf_id), Aead::from_id(self.aead_id)) {
            (Some(kdf), Some(aead)) => Some(Suite { kem, kdf, aead }),
            _ => None,
        }
    }
}

impl From<Aead> for SymmetricAlgorithms {
    /// HKDF-SHA256 and the AEAD.
    fn from(aead: Aead) -> Self {
        Self { kdf_id: Kdf::HkdfSha256.id(), aead_id: aead.id() }
    }
}

impl KeyConfig {
    /// A configuration that offers HKDF-SHA256 with each AEAD given, the preferred first.
    ///
    /// # Errors
    /// `InvalidInput` if `aeads` is empty or names one twice.
    pub fn new(key_id: u8, public_key: PublicKey, aeads: &[Aead]) -> Result<Self> {
        if aeads.is_empty() {
            return Err(Error::new(Code::InvalidInput, "a key configuration needs an AEAD"));
        }
        let twice = |(i, aead)| aeads.iter().take(i).any(|earlier| earlier == aead);
        if aeads.iter().enumerate().any(twice) {
            return Err(Error::new(Code::InvalidInput, "a key configuration names an AEAD twice"));
        }
        let symmetric = aeads.iter().map(|&aead| aead.into()).collect();
        Ok(Self { key_id, public_key, symmetric })
    }

    /// The id that requests for this key begin with.
    #[must_use]
    pub const fn key_id(&self) -> u8 {
        self.key_id
    }

    /// The key to encapsulate to.
    #[must_use]
    pub const fn public_key(&self) -> &PublicKey {
        &self.public_key
    }

    /// The KDF and AEAD pairs on offer, the preferred first, those unknown to us included.
    #[must_use]
    pub fn symmetric_algorithms(&self) -> &[SymmetricAlgorithms] {
        &self.symmetric
    }

    /// The suites on offer that are on our allow-list, the preferred first.
    pub fn suites(&self) -> impl Iterator<Item = Suite> + '_ {
        self.symmetric.iter().filter_map(|pair| pair.with_kem(self.public_key.kem()))
    }

    /// Appends the encoding of this configuration:
    /// `key_id(1) kem_id(2) public_key(Npk) symmetric_length(2) [kdf_id(2) aead_id(2)]*`.
    pub fn encode_into(&self, out: &mut Vec<u8>) {
        out.push(self.key_id);
        out.extend_from_slice(&self.public_key.kem().id().to_be_bytes());
        out.extend_from_slice(self.public_key.as_bytes());
        let pairs = self.symmetric.iter();
        let length = u16::try_from(pairs.len() * 4).unwrap_or(u16::MAX);
        out.extend_from_slice(&length.to_be_bytes());
        for pair in pairs {
            out.extend_from_slice(&pair.kdf_id.to_be_bytes());
            out.extend_from_slice(&pair.aead_id.to_be_bytes());
        }
    }

    /// The encoding of this configuration, without the length that precedes it in a list.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::new();
        self.encode_into(&mut out);
        out
    }

    /// Decodes one configuration that fills `bytes` exactly.
    ///
    /// # Errors
    /// `InvalidKeyConfig` if it is malformed or longer than 65,535 bytes, `NoUsableKey` if its KEM
    /// is not on the allow-list.
    pub fn decode(bytes: &[u8]) -> Result<Self> {
        Self::decode_known(bytes)?
            .ok_or(Error::new(Code::NoUsableKey, "the key configuration has an unknown KEM"))
    }

    /// Nothing if the KEM is unknown, since the key's length is unknown too.
    fn decode_known(bytes: &[u8]) -> Result<Option<Self>> {
        if bytes.len() > MAX_LEN {
            return Err(MALFORMED);
        }
        let mut reader = Reader(bytes);
        let [key_id] = *reader.array()?;
        let Some(kem) = Kem::from_id(reader.u16()?) else {
            return Ok(None);
        };
        let public_key = PublicKey::from_bytes(kem, reader.take(kem.public_key_len())?)?;
        let length = reader.u16()?;
        let (pairs, rest) = reader.take(length.into())?.as_chunks::<4>();
        if pairs.is_empty() || !rest.is_empty() || !reader.0.is_empty() {
            return Err(MALFORMED);
        }
        let symmetric = pairs
            .iter()
            .map(|&[a, b, c, d]| SymmetricAlgorithms {
                kdf_id: u16::from_be_bytes([a, b]),
                aead_id: u16::from_be_bytes([c, d]),
            })
            .collect();
        Ok(Some(Self { key_id, public_key, symmetric }))
    }
}

impl KeyConfigList {
    /// A list of these configurations, the preferred first.
    ///
    /// # Errors
    /// `InvalidInput` if there is none, if one of them has no suite on our allow-list, or if two
    /// have the same key id.
    pub fn new(configs: Vec<KeyConfig>) -> Result<Self> {
        if configs.is_empty() {
            return Err(Error::new(Code::InvalidInput, "a list needs a key configuration"));
        }
        if configs.iter().any(|config| config.suites().next().is_none()) {
            return Err(Error::new(Code::InvalidInput, "a key configuration has no known suite"));
        }
        if has_repeated_id(&configs) {
            return Err(Error::new(Code::InvalidInput, "two key configurations have the same id"));
        }
        Ok(Self(configs))
    }

    /// The configurations with a known KEM, the server's preferred first.
    #[must_use]
    pub fn configs(&self) -> &[KeyConfig] {
        &self.0
    }

    /// The body of `application/ohttp-keys`: `[length(2) configuration(length)]*`.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::new();
        for config in &self.0 {
            let config = config.encode();
            let length = u16::try_from(config.len()).unwrap_or(u16::MAX);
            out.extend_from_slice(&length.to_be_bytes());
            out.extend_from_slice(&config);
        }
        out
    }

    /// Decodes the body of `application/ohttp-keys`. Configurations with an unknown KEM, or with
    /// symmetric algorithms that are all unknown, are skipped by their length; they are not kept.
    ///
    /// # Errors
    /// `InvalidKeyConfig` if any part is malformed, or if two of the configurations kept have the
    /// same id: the list is refused whole. `NoUsableKey` if none was kept.
    pub fn decode(bytes: &[u8]) -> Result<Self> {
        let mut reader = Reader(bytes);
        let mut configs = Vec::new();
        while !reader.0.is_empty() {
            let length = reader.u16()?;
            let config = KeyConfig::decode_known(reader.take(length.into())?)?;
            configs.extend(config.filter(|config| config.suites().next().is_some()));
        }
        if has_repeated_id(&configs) {
            return Err(Error::new(
                Code::InvalidKeyConfig,
                "two key configurations have the same id",
            ));
        }
        if configs.is_empty() {
            return Err(Error::new(Code::NoUsableKey, "no key configuration has known algorithms"));
        }
        Ok(Self(configs))
    }
}

/// A list gives the length of a configuration in two bytes.
const MAX_LEN: usize = u16::MAX as usize;

const MALFORMED: Error = Error::new(Code::InvalidKeyConfig, "the key configuration is malformed");

fn has_repeated_id(configs: &[KeyConfig]) -> bool {
    let mut seen = [false; 256];
    configs.iter().any(|config| {
        seen.get_mut(usize::from(config.key_id)).is_some_and(|seen| core::mem::replace(seen, true))
    })
}

/// Reads from the front, and never past the end.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> Result<&'a [u8]> {
        let (front, rest) = self.0.split_at_checked(length).ok_or(MALFORMED)?;
        self.0 = rest;
        Ok(front)
    }

    fn array<const N: usize>(&mut self) -> Result<&'a [u8; N]> {
        let (front, rest) = self.0.split_first_chunk().ok_or(MALFORMED)?;
        self.0 = rest;
        Ok(front)
    }

    fn u16(&mut self) -> Result<u16> {
        Ok(u16::from_be_bytes(*self.array()?))
    }
}
