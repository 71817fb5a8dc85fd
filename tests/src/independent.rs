//! HPKE over X25519 (RFC 9180) and the response of Oblivious HTTP (RFC 9458) a second time.
//!
//! It shares no line with the library under test: only the primitives are the same crates, and
//! those have vectors of their own. It shows every intermediate value, wipes nothing, and is fit
//! for tests only.

use aes_gcm::{Aes128Gcm, Aes256Gcm, KeyInit, aead::AeadInOut};
use chacha20poly1305::ChaCha20Poly1305;
use hkdf::Hkdf;
use sha2::Sha256;

/// The identifier of DHKEM(X25519, HKDF-SHA256).
pub const KEM_ID: u16 = 0x0020;
/// The identifier of HKDF-SHA256.
pub const KDF_ID: u16 = 0x0001;

const KEM_SUITE: &[u8] = b"KEM\x00\x20";

/// What the key schedule of HPKE gives, and what it passes on the way.
#[derive(Debug, Clone)]
pub struct Schedule {
    /// The identifier of the AEAD.
    pub aead_id: u16,
    /// `key_schedule_context`
    pub context: Vec<u8>,
    /// `secret`
    pub secret: Vec<u8>,
    /// `key`
    pub key: Vec<u8>,
    /// `base_nonce`
    pub base_nonce: Vec<u8>,
    /// `exporter_secret`
    pub exporter_secret: Vec<u8>,
}

/// What the key derivation of an encapsulated response gives, and what it passes on the way.
#[derive(Debug, Clone)]
pub struct ResponseKeys {
    /// `salt`
    pub salt: Vec<u8>,
    /// `prk`
    pub prk: Vec<u8>,
    /// `aead_key`
    pub key: Vec<u8>,
    /// `aead_nonce`
    pub nonce: Vec<u8>,
}

/// HKDF-Extract.
#[must_use]
pub fn extract(salt: &[u8], ikm: &[u8]) -> Vec<u8> {
    Hkdf::<Sha256>::extract(Some(salt), ikm).0.to_vec()
}

/// HKDF-Expand.
///
/// # Panics
/// If `prk` is too short or `length` too long.
#[must_use]
pub fn expand(prk: &[u8], info: &[u8], length: usize) -> Vec<u8> {
    let mut out = vec![0; length];
    Hkdf::<Sha256>::from_prk(prk).unwrap().expand(info, &mut out).unwrap();
    out
}

/// `LabeledExtract` (RFC 9180, section 4).
#[must_use]
pub fn labeled_extract(salt: &[u8], suite_id: &[u8], label: &str, ikm: &[u8]) -> Vec<u8> {
    extract(salt, &[b"HPKE-v1", suite_id, label.as_bytes(), ikm].concat())
}

/// `LabeledExpand` (RFC 9180, section 4).
///
/// # Panics
/// If `length` needs more than 16 bits.
#[must_use]
pub fn labeled_expand(
    prk: &[u8],
    suite_id: &[u8],
    label: &str,
    info: &[u8],
    length: usize,
) -> Vec<u8> {
    let prefix = u16::try_from(length).unwrap().to_be_bytes();
    let info = [&prefix[..], b"HPKE-v1", suite_id, label.as_bytes(), info].concat();
    expand(prk, &info, length)
}

/// `DeriveKeyPair`: the private and the public key.
#[must_use]
pub fn derive_key_pair(ikm: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let prk = labeled_extract(&[], KEM_SUITE, "dkp_prk", ikm);
    let private = labeled_expand(&prk, KEM_SUITE, "sk", &[], 32);
    let public = public_key(&private);
    (private, public)
}

/// X25519 of the base point.
#[must_use]
pub fn public_key(private: &[u8]) -> Vec<u8> {
    x25519_dalek::x25519(array(private), x25519_dalek::X25519_BASEPOINT_BYTES).to_vec()
}

/// X25519.
#[must_use]
pub fn dh(private: &[u8], public: &[u8]) -> Vec<u8> {
    x25519_dalek::x25519(array(private), array(public)).to_vec()
}

/// `ExtractAndExpand` (RFC 9180, section 4.1): the shared secret.
#[must_use]
pub fn shared_secret(dh: &[u8], enc: &[u8], recipient: &[u8]) -> Vec<u8> {
    let prk = labeled_extract(&[], KEM_SUITE, "eae_prk", dh);
    labeled_expand(&prk, KEM_SUITE, "shared_secret", &[enc, recipient].concat(), 32)
}

/// `KeySchedule` in mode base, or in mode psk if a key and its name are given.
///
/// # Panics
/// If the AEAD is unknown.
#[must_use]
pub fn schedule(
    aead_id: u16,
    shared_secret: &[u8],
    info: &[u8],
    psk: Option<(&[u8], &[u8])>,
) -> Schedule {
    let suite = hpke_suite(aead_id);
    let mode = u8::from(psk.is_some());
    let (psk, psk_id) = psk.unwrap_or_default();
    let context = [
        vec![mode],
        labeled_extract(&[], &suite, "psk_id_hash", psk_id),
        labeled_extract(&[], &suite, "info_hash", info),
    ]
    .concat();
    let secret = labeled_extract(shared_secret, &suite, "secret", psk);
    let take = |label, length| labeled_expand(&secret, &suite, label, &context, length);
    Schedule {
        aead_id,
        key: take("key", key_len(aead_id)),
        base_nonce: take("base_nonce", 12),
        exporter_secret: take("exp", 32),
        context,
        secret,
    }
}

impl Schedule {
    /// `ComputeNonce`
    #[must_use]
    pub fn nonce(&self, sequence: u64) -> Vec<u8> {
        let counter = [&[0; 4][..], &sequence.to_be_bytes()].concat();
        self.base_nonce.iter().zip(counter).map(|(base, count)| base ^ count).collect()
    }

    /// `Seal`, as the message of that number.
    #[must_use]
    pub fn seal(&self, sequence: u64, aad: &[u8], plaintext: &[u8]) -> Vec<u8> {
        aead_seal(self.aead_id, &self.key, &self.nonce(sequence), aad, plaintext)
    }

    /// `Open`, as the message of that number.
    #[must_use]
    pub fn open(&self, sequence: u64, aad: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
        aead_open(self.aead_id, &self.key, &self.nonce(sequence), aad, sealed)
    }

    /// `Export`
    #[must_use]
    pub fn export(&self, context: &[u8], length: usize) -> Vec<u8> {
        labeled_expand(&self.exporter_secret, &hpke_suite(self.aead_id), "sec", context, length)
    }
}

/// `hdr` of an encapsulated request.
#[must_use]
pub fn header(key_id: u8, aead_id: u16) -> Vec<u8> {
    [&[key_id][..], &suite_bytes(aead_id)].concat()
}

/// `info` of an encapsulated request under that label.
#[must_use]
pub fn info(label: &str, header: &[u8]) -> Vec<u8> {
    [label.as_bytes(), &[0], header].concat()
}

/// The keys of an encapsulated response (RFC 9458, section 4.4).
///
/// # Panics
/// If the AEAD is unknown.
#[must_use]
pub fn response_keys(aead_id: u16, enc: &[u8], nonce: &[u8], secret: &[u8]) -> ResponseKeys {
    let salt = [enc, nonce].concat();
    let prk = extract(&salt, secret);
    ResponseKeys {
        key: expand(&prk, b"key", key_len(aead_id)),
        nonce: expand(&prk, b"nonce", 12),
        salt,
        prk,
    }
}

/// `Nk`, which is also the length of a response nonce.
///
/// # Panics
/// If the AEAD is unknown.
#[must_use]
pub fn key_len(aead_id: u16) -> usize {
    match aead_id {
        1 => 16,
        2 | 3 => 32,
        _ => panic!("unknown AEAD {aead_id}"),
    }
}

/// Ciphertext and tag.
///
/// # Panics
/// If the AEAD is unknown, or key or nonce have the wrong length.
#[must_use]
pub fn aead_seal(aead_id: u16, key: &[u8], nonce: &[u8], aad: &[u8], plaintext: &[u8]) -> Vec<u8> {
    fn with<C: KeyInit + AeadInOut>(
        key: &[u8],
        n: &[u8],
        aad: &[u8],
        mut text: Vec<u8>,
    ) -> Vec<u8> {
        let cipher = C::new_from_slice(key).unwrap();
        let nonce = n.try_into().unwrap();
        let tag = cipher.encrypt_inout_detached(nonce, aad, text.as_mut_slice().into()).unwrap();
        text.extend_from_slice(&tag);
        text
    }
    let text = plaintext.to_vec();
    match aead_id {
        1 => with::<Aes128Gcm>(key, nonce, aad, text),
        2 => with::<Aes256Gcm>(key, nonce, aad, text),
        3 => with::<ChaCha20Poly1305>(key, nonce, aad, text),
        _ => panic!("unknown AEAD {aead_id}"),
    }
}

/// The plaintext, if the tag is right.
///
/// # Panics
/// If the AEAD is unknown, or key or nonce have the wrong length.
#[must_use]
pub fn aead_open(
    aead_id: u16,
    key: &[u8],
    nonce: &[u8],
    aad: &[u8],
    sealed: &[u8],
) -> Option<Vec<u8>> {
    fn with<C: KeyInit + AeadInOut>(
        key: &[u8],
        nonce: &[u8],
        aad: &[u8],
        sealed: &[u8],
    ) -> Option<Vec<u8>> {
        let cipher = C::new_from_slice(key).unwrap();
        let (text, tag) = sealed.split_at_checked(sealed.len().checked_sub(16)?)?;
        let mut text = text.to_vec();
        let (nonce, tag) = (nonce.try_into().unwrap(), tag.try_into().unwrap());
        cipher.decrypt_inout_detached(nonce, aad, text.as_mut_slice().into(), tag).ok()?;
        Some(text)
    }
    match aead_id {
        1 => with::<Aes128Gcm>(key, nonce, aad, sealed),
        2 => with::<Aes256Gcm>(key, nonce, aad, sealed),
        3 => with::<ChaCha20Poly1305>(key, nonce, aad, sealed),
        _ => panic!("unknown AEAD {aead_id}"),
    }
}

fn suite_bytes(aead_id: u16) -> Vec<u8> {
    [KEM_ID, KDF_ID, aead_id].iter().flat_map(|id| id.to_be_bytes()).collect()
}

fn hpke_suite(aead_id: u16) -> Vec<u8> {
    [&b"HPKE"[..], &suite_bytes(aead_id)].concat()
}

fn array(bytes: &[u8]) -> [u8; 32] {
    bytes.try_into().expect("32 bytes")
}
