//! From a request to the key of its response (RFC 9458, section 4.4; the same for chunks).

use alloc::vec::Vec;

use sealwire_wipe::WipeBox;

use crate::{
    crypto::{aead, kdf::Prk},
    error::{Code, Error, Result},
    exporter::Exporter,
    hpke::MessageKey,
    random::Random,
    secret::Secret,
    suite::{Aead, Suite},
};

/// What both ends keep of a request until its response.
pub(super) struct Exchange {
    suite: Suite,
    /// For whoever asks.
    exporter: Exporter,
    /// `enc`, which becomes the front of the salt.
    salt: Vec<u8>,
    /// `secret`, of which the first `L` bytes count.
    secret: WipeBox<[u8; MAX_L]>,
}

const MAX_L: usize = 32;

impl Exchange {
    /// secret = context.Export("message/bhttp response", L), taken now, so that neither the context
    /// nor the label need be kept for the response.
    pub(super) fn new(
        suite: Suite,
        enc: &[u8],
        exporter: Exporter,
        response_label: &str,
    ) -> Result<Self> {
        let length = nonce_len(suite);
        let mut salt = Vec::with_capacity(enc.len().saturating_add(length));
        salt.extend_from_slice(enc);
        let mut secret = WipeBox::new_with(|| [0; MAX_L]);
        exporter.export_any(response_label.as_bytes(), front(&mut secret, length)?)?;
        Ok(Self { suite, exporter, salt, secret })
    }

    pub(super) const fn exporter(&self) -> &Exporter {
        &self.exporter
    }

    pub(super) const fn suite(&self) -> Suite {
        self.suite
    }

    /// `L`: 16 or 32.
    pub(super) const fn nonce_len(&self) -> usize {
        nonce_len(self.suite)
    }

    pub(super) fn enc(&self) -> &[u8] {
        &self.salt
    }

    /// response_nonce = random(L), and the key that follows from it.
    pub(super) fn start(self, random: &mut dyn Random) -> Result<(Vec<u8>, WipeBox<MessageKey>)> {
        let mut nonce = alloc::vec![0; self.nonce_len()];
        random.fill(&mut nonce)?;
        let key = self.derive(&nonce)?;
        Ok((nonce, key))
    }

    /// salt = concat(enc, response_nonce)
    /// prk = Extract(salt, secret)
    /// aead_key = Expand(prk, "key", Nk)
    /// aead_nonce = Expand(prk, "nonce", Nn)
    pub(super) fn derive(mut self, response_nonce: &[u8]) -> Result<WipeBox<MessageKey>> {
        let (aead, length) = (self.suite.aead, self.nonce_len());
        self.salt.extend_from_slice(response_nonce);
        let prk = Prk::extract(&self.salt, front(&mut self.secret, length)?);

        let mut key_bytes = Secret::<MAX_L>::zeroed();
        let key_bytes = front(key_bytes.expose_mut(), aead.key_len())?;
        prk.expand(b"key", key_bytes)?;
        let mut nonce = [0; Aead::NONCE_LEN];
        prk.expand(b"nonce", &mut nonce)?;

        let key = aead::Key::new(aead, key_bytes)?;
        Ok(WipeBox::new_with(|| MessageKey::new(key, nonce)))
    }
}

/// L = max(Nn, Nk)
const fn nonce_len(suite: Suite) -> usize {
    let (key, nonce) = (suite.aead.key_len(), Aead::NONCE_LEN);
    if key > nonce { key } else { nonce }
}

fn front(bytes: &mut [u8; MAX_L], length: usize) -> Result<&mut [u8]> {
    bytes.get_mut(..length).ok_or(Error::new(Code::Internal, "a key is longer than 32 bytes"))
}
