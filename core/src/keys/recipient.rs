//! The client's choice: one key and one suite to seal for.

use super::{KeyConfig, KeyConfigList, PublicKey};
use crate::{
    envelope::Header,
    error::{Code, Error, Result},
    suite::{Aead, Suite},
};

/// What a client is willing to use. By default, everything on the allow-list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    require_256_bit: bool,
}

/// One public key of a server and the suite to use with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipient {
    header: Header,
    public_key: PublicKey,
}

impl Policy {
    /// Refuses AES-128-GCM: only AEADs with a key of 32 bytes are left.
    #[must_use]
    pub const fn require_256_bit(mut self) -> Self {
        self.require_256_bit = true;
        self
    }

    const fn allows(self, suite: Suite) -> bool {
        !(self.require_256_bit && matches!(suite.aead, Aead::Aes128Gcm))
    }
}

impl Recipient {
    /// The first key and suite, in the server's order of preference, that `policy` allows.
    ///
    /// # Errors
    /// `NoUsableKey` if there is none.
    pub fn choose(configs: &KeyConfigList, policy: Policy) -> Result<Self> {
        configs
            .configs()
            .iter()
            .find_map(|config| Self::first_allowed(config, policy))
            .ok_or(Error::new(Code::NoUsableKey, "the policy allows none of the server's suites"))
    }

    fn first_allowed(config: &KeyConfig, policy: Policy) -> Option<Self> {
        let suite = config.suites().find(|&suite| policy.allows(suite))?;
        let header = Header { key_id: config.key_id(), suite };
        Some(Self { header, public_key: config.public_key().clone() })
    }

    /// The id of the key.
    #[must_use]
    pub const fn key_id(&self) -> u8 {
        self.header.key_id
    }

    /// The algorithms.
    #[must_use]
    pub const fn suite(&self) -> Suite {
        self.header.suite
    }

    pub(crate) const fn header(&self) -> Header {
        self.header
    }

    pub(crate) const fn public_key(&self) -> &PublicKey {
        &self.public_key
    }
}
