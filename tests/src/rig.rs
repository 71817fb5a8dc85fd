//! Two ends of an exchange, and short ways to drive them.

use sealwire::{
    Aead, Error, Kem, Random, Result,
    envelope::{Labels, ResponseOpener, ResponseSealer, open_request, seal_request},
    keys::{KeyConfig, KeyConfigList, KeyPair, KeyRing, Policy, Recipient, ServerKey},
};

/// The AEADs on the allow-list.
pub const AEADS: [Aead; 3] = [Aead::Aes128Gcm, Aead::Aes256Gcm, Aead::ChaCha20Poly1305];

/// Lengths around those where buffers, blocks and chunks change.
pub const SIZES: [usize; 6] = [0, 1, 16383, 16384, 16385, 1 << 20];

/// A server's keys and a client that chose one suite of them.
#[derive(Debug)]
pub struct Rig {
    /// The server: one key that accepts every AEAD.
    pub ring: KeyRing,
    /// The client: the same key, with the AEAD the rig was made for.
    pub recipient: Recipient,
}

impl Rig {
    /// A server with the key pair derived from `seed`, and a client that uses `aead`.
    #[must_use]
    pub fn new(key_id: u8, seed: u8, aead: Aead) -> Self {
        Self::of_pair(key_id, key_pair(seed), aead)
    }

    /// A server with that key pair, and a client that uses `aead`.
    ///
    /// # Panics
    /// Never, unless the library breaks.
    #[must_use]
    pub fn of_pair(key_id: u8, pair: KeyPair, aead: Aead) -> Self {
        let recipient = recipient(key_id, pair.public_key().as_bytes(), aead);
        let mut ring = KeyRing::new();
        ring.add(ServerKey::new(key_id, pair, &AEADS).unwrap()).unwrap();
        Self { ring, recipient }
    }

    /// Seals a request for this server.
    ///
    /// # Panics
    /// If it cannot be sealed.
    pub fn seal(&self, request: &[u8], random: &mut dyn Random) -> (Vec<u8>, ResponseOpener) {
        seal(&self.recipient, Labels::BHTTP, request, random).unwrap()
    }

    /// Opens a request with this server's keys.
    ///
    /// # Errors
    /// Those of `open_request`.
    pub fn open(&self, message: &[u8]) -> Result<(Vec<u8>, ResponseSealer)> {
        open(&self.ring, Labels::BHTTP, message)
    }
}

/// The key pair derived from 32 times `seed`.
///
/// # Panics
/// Never, unless the library breaks.
#[must_use]
pub fn key_pair(seed: u8) -> KeyPair {
    KeyPair::derive(Kem::X25519HkdfSha256, &[seed; 32]).unwrap()
}

/// A key pair of these private bytes.
///
/// # Panics
/// If there are not 32 of them.
#[must_use]
pub fn key_pair_of(private_key: &[u8]) -> KeyPair {
    KeyPair::from_private_key(Kem::X25519HkdfSha256, private_key).unwrap()
}

/// A client's choice of one public key with one AEAD.
///
/// # Panics
/// If the key has not 32 bytes.
#[must_use]
pub fn recipient(key_id: u8, public_key: &[u8], aead: Aead) -> Recipient {
    let key = sealwire::keys::PublicKey::from_bytes(Kem::X25519HkdfSha256, public_key).unwrap();
    let config = KeyConfig::new(key_id, key, &[aead]).unwrap();
    Recipient::choose(&KeyConfigList::new(vec![config]).unwrap(), Policy::default()).unwrap()
}

/// `seal_request` on a copy.
///
/// # Errors
/// Those of `seal_request`.
pub fn seal(
    recipient: &Recipient,
    labels: Labels<'_>,
    request: &[u8],
    random: &mut dyn Random,
) -> Result<(Vec<u8>, ResponseOpener)> {
    let mut message = vec![0; recipient.headroom()];
    message.extend_from_slice(request);
    let opener = seal_request(recipient, labels, &mut message, random)?;
    Ok((message, opener))
}

/// `open_request` on a copy.
///
/// # Errors
/// Those of `open_request`.
pub fn open(
    ring: &KeyRing,
    labels: Labels<'_>,
    message: &[u8],
) -> Result<(Vec<u8>, ResponseSealer)> {
    let mut message = message.to_vec();
    let (request, sealer) = open_request(ring, labels, &mut message)?;
    Ok((request.to_vec(), sealer))
}

/// `ResponseSealer::seal` on a copy.
///
/// # Panics
/// If it cannot be sealed.
pub fn answer(sealer: ResponseSealer, response: &[u8], random: &mut dyn Random) -> Vec<u8> {
    let mut message = vec![0; sealer.headroom()];
    message.extend_from_slice(response);
    sealer.seal(&mut message, random).unwrap();
    message
}

/// `ResponseOpener::open` on a copy.
///
/// # Errors
/// Those of `ResponseOpener::open`.
pub fn open_answer(opener: ResponseOpener, message: &[u8]) -> Result<Vec<u8>> {
    let mut message = message.to_vec();
    opener.open(&mut message).map(|response| response.to_vec())
}

/// The error of something that has to fail, for types that cannot be printed.
///
/// # Panics
/// If it succeeded.
pub fn failure<T>(result: Result<T>) -> Error {
    result.err().expect("this had to fail")
}
