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
    prefer_256_bit: bool,
}

/// One public key of a server and the suite to use with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipient {
    header: Header,
    public_key: PublicKey,
}

impl Policy {
    /// For calls that are streamed, in either direction: the server's first suite whose AEAD has a
    /// key of 32 bytes, and only if it offers none, its first suite.
    ///
    /// That may then be AES-128-GCM, which seals at most
    /// [`AES_128_GCM_LIMIT`](crate::envelope::chunked::ChunkSealer::AES_128_GCM_LIMIT) bytes a
    /// message. Whoever would rather not make the call adds [`Self::require_256_bit`].
    #[must_use]
    pub const fn streaming() -> Self {
        Self { require_256_bit: false, prefer_256_bit: true }
    }

    /// Refuses AES-128-GCM: only AEADs with a key of 32 bytes are left.
    #[must_use]
    pub const fn require_256_bit(mut self) -> Self {
        self.require_256_bit = true;
        self
    }

    const fn allows(self, suite: Suite) -> bool {
        !(self.require_256_bit && matches!(suite.aead, Aead::Aes128Gcm))
    }

    /// What to look for first, in the whole of a server's list, before anything that is allowed.
    const fn preferred(self) -> Option<Self> {
        if self.prefer_256_bit { Some(self.require_256_bit()) } else { None }
    }
}

impl Recipient {
    /// The first key and suite, in the server's order of preference, that `policy` prefers, or else
    /// the first that it allows.
    ///
    /// # Errors
    /// `NoUsableKey` if there is none.
    pub fn choose(configs: &KeyConfigList, policy: Policy) -> Result<Self> {
        let first = |policy| {
            configs.configs().iter().find_map(|config| Self::first_allowed(config, policy))
        };
        policy
            .preferred()
            .and_then(first)
            .or_else(|| first(policy))
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
