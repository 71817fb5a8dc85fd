use std::fmt;

use sealwire::{Exporter, Result, Suite};

/// That a message came sealed, and how. It is an extension of every request that did, and of no
/// other, and of every response to a sealed call. Cheap to clone: a handle.
#[derive(Clone)]
pub struct Sealed {
    key_id: u8,
    suite: Suite,
    exporter: Exporter,
}

impl Sealed {
    pub(crate) const fn new(key_id: u8, suite: Suite, exporter: Exporter) -> Self {
        Self { key_id, suite, exporter }
    }

    /// The id of the key that the request was sealed for.
    #[must_use]
    pub const fn key_id(&self) -> u8 {
        self.key_id
    }

    /// The algorithms that the request was sealed with.
    #[must_use]
    pub const fn suite(&self) -> Suite {
        self.suite
    }

    /// Derives a secret that only the two ends of this call have, see [`Exporter::export`].
    ///
    /// # Errors
    /// `InvalidInput` if `out` has more than 8160 bytes.
    pub fn export(&self, label: &str, out: &mut [u8]) -> Result<()> {
        self.exporter.export(label, out)
    }
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sealed")
            .field("key_id", &self.key_id)
            .field("suite", &self.suite)
            .finish_non_exhaustive()
    }
}
