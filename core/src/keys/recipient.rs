//! The client's choice: one key and one suite to seal for.

#[cfg(feature = "dangerous-key-log")]
use alloc::sync::Arc;
use core::fmt;

use super::{KeyConfig, KeyConfigList, PublicKey};
#[cfg(feature = "dangerous-key-log")]
use crate::key_log;
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
#[derive(Clone, PartialEq, Eq)]
pub struct Recipient {
    header: Header,
    public_key: PublicKey,
    #[cfg(feature = "dangerous-key-log")]
    key_log: key_log::Attached,
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
        Some(Self {
            header,
            public_key: config.public_key().clone(),
            #[cfg(feature = "dangerous-key-log")]
            key_log: key_log::Attached::none(),
        })
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

    /// **Dangerous**: from now on, the secrets of everything that is sealed for this recipient go
    /// into `log`, for debugging (see [`key_log`]). Whoever has that can read the requests and their
    /// responses.
    #[cfg(feature = "dangerous-key-log")]
    #[must_use]
    pub fn dangerous_with_key_log(self, log: Arc<dyn key_log::KeyLog>) -> Self {
        Self { key_log: key_log::Attached::new(log), ..self }
    }

    #[cfg(feature = "dangerous-key-log")]
    pub(crate) const fn key_log(&self) -> &key_log::Attached {
        &self.key_log
    }

    pub(crate) const fn header(&self) -> Header {
        self.header
    }

    pub(crate) const fn public_key(&self) -> &PublicKey {
        &self.public_key
    }
}

impl fmt::Debug for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Recipient");
        shown.field("header", &self.header).field("public_key", &self.public_key);
        #[cfg(feature = "dangerous-key-log")]
        if self.key_log.is_some() {
            shown.field("dangerous_key_log", &self.key_log);
        }
        shown.finish()
    }
}
