//! Further secrets of an exchange, for the application (RFC 9180, section 5.3).

use alloc::{sync::Arc, vec::Vec};
use core::fmt;

use crate::{
    crypto::{kdf, scrub_stack},
    error::{Code, Error, Result},
    hpke,
    secret::Secret,
    suite::Suite,
};

/// Derives secrets that only the two ends of one exchange have, such as the key of a file that is
/// handed over elsewhere. Both ends get the same bytes for the same label.
///
/// A clone is another handle on the same secret, which is wiped when the last of them is dropped.
/// Until then it outlives the exchange, and the keys of the response follow from it: do not keep
/// it longer than needed. It is no proof of who the client is; and a request that is presented twice
/// has the same secrets twice.
///
/// ```
/// # use sealwire::keys::{KeyPair, KeyRing, Policy, Recipient, ServerKey};
/// # use sealwire::{Aead, Kem, SystemRandom, envelope::{Labels, open_request, seal_request}};
/// # let pair = KeyPair::generate(Kem::X25519HkdfSha256, &mut SystemRandom)?;
/// # let mut ring = KeyRing::new();
/// # ring.add(ServerKey::new(1, pair, &[Aead::ChaCha20Poly1305])?)?;
/// # let recipient = Recipient::choose(&ring.configs()?, Policy::default())?;
/// # let mut message = vec![0; recipient.headroom()];
/// let pending = seal_request(&recipient, Labels::BHTTP, &mut message, &mut SystemRandom)?;
/// let (_, answering) = open_request(&ring, Labels::BHTTP, &mut message)?;
///
/// let (mut client_has, mut server_has) = ([0; 32], [0; 32]);
/// pending.exporter().export("file key v1", &mut client_has)?;
/// answering.exporter().export("file key v1", &mut server_has)?;
/// assert_eq!(client_has, server_has);
/// # Ok::<(), sealwire::Error>(())
/// ```
#[derive(Clone)]
pub struct Exporter(Arc<Source>);

struct Source {
    suite: Suite,
    exporter_secret: Secret<{ kdf::HASH_LEN }>,
}

/// What the application may export begins so, and nothing that the protocol exports does.
const APPLICATION: &[u8] = b"sealwire app ";

impl Exporter {
    /// A handle on a copy of `exporter_secret`.
    pub(crate) fn new(suite: Suite, exporter_secret: &[u8; kdf::HASH_LEN]) -> Result<Self> {
        const SHARED: Error = Error::new(Code::Internal, "a new allocation is shared");
        let mut source = Arc::new(Source { suite, exporter_secret: Secret::zeroed() });
        let place = Arc::get_mut(&mut source).ok_or(SHARED)?.exporter_secret.expose_mut();
        place.copy_from_slice(exporter_secret);
        Ok(Self(source))
    }

    /// `Context.Export("sealwire app " || label, L)`: fills `out`, of at most 8160 bytes. The same
    /// label with another length gives other bytes, not more of the same.
    ///
    /// # Errors
    /// `InvalidInput` if `out` is longer.
    pub fn export(&self, label: &str, out: &mut [u8]) -> Result<()> {
        let mut context = Vec::with_capacity(APPLICATION.len().saturating_add(label.len()));
        context.extend_from_slice(APPLICATION);
        context.extend_from_slice(label.as_bytes());
        let exported = self.export_any(&context, out);
        scrub_stack();
        exported
    }

    /// `Context.Export(exporter_context, L)` for the protocol itself; the caller scrubs the stack.
    pub(crate) fn export_any(&self, exporter_context: &[u8], out: &mut [u8]) -> Result<()> {
        let Source { suite, exporter_secret } = &*self.0;
        hpke::export(*suite, exporter_secret.expose(), exporter_context, out)
    }
}

impl fmt::Debug for Exporter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exporter").field("suite", &self.0.suite).finish_non_exhaustive()
    }
}
