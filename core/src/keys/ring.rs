//! The keys a server accepts at the same time.

#[cfg(feature = "dangerous-key-log")]
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;

use super::{KeyConfig, KeyConfigList, KeyPair};
#[cfg(feature = "dangerous-key-log")]
use crate::key_log;
use crate::{
    envelope::Header,
    error::{Code, Error, Result},
    suite::Aead,
};

/// A key pair under its key id, with the AEADs its owner accepts.
#[derive(Debug)]
pub struct ServerKey {
    key_pair: KeyPair,
    config: KeyConfig,
}

/// Server keys by key id, the preferred first. A list of several lets a key be replaced while
/// clients still use the old one.
#[derive(Default)]
pub struct KeyRing {
    keys: Vec<ServerKey>,
    #[cfg(feature = "dangerous-key-log")]
    key_log: key_log::Attached,
}

impl ServerKey {
    /// A key that accepts HKDF-SHA256 with each AEAD given, the preferred first.
    ///
    /// # Errors
    /// `InvalidInput` if `aeads` is empty or names one twice.
    pub fn new(key_id: u8, key_pair: KeyPair, aeads: &[Aead]) -> Result<Self> {
        let config = KeyConfig::new(key_id, key_pair.public_key().clone(), aeads)?;
        Ok(Self { key_pair, config })
    }

    /// What to publish.
    #[must_use]
    pub const fn config(&self) -> &KeyConfig {
        &self.config
    }

    pub(crate) const fn key_pair(&self) -> &KeyPair {
        &self.key_pair
    }
}

impl KeyRing {
    /// A ring of no keys, which opens nothing.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            keys: Vec::new(),
            #[cfg(feature = "dangerous-key-log")]
            key_log: key_log::Attached::none(),
        }
    }

    /// Adds a key behind those already there.
    ///
    /// # Errors
    /// `InvalidInput` if its id is taken.
    pub fn add(&mut self, key: ServerKey) -> Result<()> {
        if self.find(key.config.key_id()).is_some() {
            return Err(Error::new(Code::InvalidInput, "the key ring has a key of that id"));
        }
        self.keys.push(key);
        Ok(())
    }

    /// What to publish: all configurations, in the order the keys were added.
    ///
    /// # Errors
    /// `InvalidInput` if the ring is empty.
    pub fn configs(&self) -> Result<KeyConfigList> {
        KeyConfigList::new(self.keys.iter().map(|key| key.config.clone()).collect())
    }

    /// **Dangerous**: from now on, the secrets of every request to any key of this ring go into
    /// `log`, for debugging (see [`key_log`]). Whoever has that can read the requests and their
    /// responses.
    #[cfg(feature = "dangerous-key-log")]
    pub fn dangerous_set_key_log(&mut self, log: Arc<dyn key_log::KeyLog>) {
        self.key_log = key_log::Attached::new(log);
    }

    #[cfg(feature = "dangerous-key-log")]
    pub(crate) const fn key_log(&self) -> &key_log::Attached {
        &self.key_log
    }

    /// The key a request names, if it is there and accepts the request's suite. This is decided
    /// before any work with a private key.
    pub(crate) fn accepting(&self, header: Header) -> Option<&ServerKey> {
        let key = self.find(header.key_id)?;
        key.config.suites().any(|suite| suite == header.suite).then_some(key)
    }

    fn find(&self, key_id: u8) -> Option<&ServerKey> {
        self.keys.iter().find(|key| key.config.key_id() == key_id)
    }
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_tuple("KeyRing");
        shown.field(&self.keys);
        #[cfg(feature = "dangerous-key-log")]
        if self.key_log.is_some() {
            shown.field(&format_args!("dangerous_key_log: {:?}", self.key_log));
        }
        shown.finish()
    }
}
