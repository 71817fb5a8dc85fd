//! HPKE over X25519 (RFC 9180), the response of Oblivious HTTP (RFC 9458) and the chunks of both
//! (draft-ietf-ohai-chunked-ohttp) a second time.
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

/// The chunks of one message: what seals and opens them, each under its own nonce.
#[derive(Debug, Clone)]
pub struct Chunks {
    /// The identifier of the AEAD.
    pub aead_id: u16,
    /// The key of every chunk.
    pub key: Vec<u8>,
    /// The nonce of the first chunk.
    pub base_nonce: Vec<u8>,
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

/// `Decap`: the shared secret under `enc`.
#[must_use]
pub fn decapsulate(private: &[u8], enc: &[u8]) -> Vec<u8> {
    shared_secret(&dh(private, enc), enc, &public_key(private))
}

/// The shared secret under `enc`, if a key log has it.
#[must_use]
pub fn logged_secret(log: &str, enc: &[u8]) -> Option<Vec<u8>> {
    log.lines().filter(|line| !line.starts_with('#')).find_map(|line| {
        let (logged, secret) = line.strip_prefix("SEALWIRE_SHARED_SECRET ")?.split_once(' ')?;
        (hex::decode(logged).ok()? == enc).then(|| hex::decode(secret).ok())?
    })
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
        nonce(&self.base_nonce, sequence)
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

    /// The chunks of a request.
    #[must_use]
    pub fn chunks(&self) -> Chunks {
        let (key, base_nonce) = (self.key.clone(), self.base_nonce.clone());
        Chunks { aead_id: self.aead_id, key, base_nonce }
    }
}

impl ResponseKeys {
    /// The chunks of a response.
    #[must_use]
    pub fn chunks(&self, aead_id: u16) -> Chunks {
        Chunks { aead_id, key: self.key.clone(), base_nonce: self.nonce.clone() }
    }
}

impl Chunks {
    /// The nonce of the chunk of that number.
    #[must_use]
    pub fn nonce(&self, number: u64) -> Vec<u8> {
        nonce(&self.base_nonce, number)
    }

    /// The sealed part of the chunk of that number.
    #[must_use]
    pub fn sealed(&self, number: u64, aad: &[u8], plaintext: &[u8]) -> Vec<u8> {
        aead_seal(self.aead_id, &self.key, &self.nonce(number), aad, plaintext)
    }

    /// The chunk of that number with its length, which may be that of an empty one.
    #[must_use]
    pub fn chunk(&self, number: u64, plaintext: &[u8]) -> Vec<u8> {
        framed(&self.sealed(number, b"", plaintext))
    }

    /// The final chunk, the one of that number.
    #[must_use]
    pub fn last(&self, number: u64, plaintext: &[u8]) -> Vec<u8> {
        [&[0][..], &self.sealed(number, b"final", plaintext)].concat()
    }

    /// All of `plaintexts`, the last of them as the final chunk.
    ///
    /// # Panics
    /// If there is none.
    #[must_use]
    pub fn message(&self, plaintexts: &[impl AsRef<[u8]>]) -> Vec<Vec<u8>> {
        let (last, before) = plaintexts.split_last().expect("a final chunk");
        let mut chunks: Vec<_> =
            (0..).zip(before).map(|(number, chunk)| self.chunk(number, chunk.as_ref())).collect();
        chunks.push(self.last(u64::try_from(before.len()).unwrap(), last.as_ref()));
        chunks
    }

    /// The plaintexts of a whole message, the last of them that of the final chunk; nothing unless
    /// all of them open.
    #[must_use]
    pub fn open(&self, mut wire: &[u8]) -> Option<Vec<Vec<u8>>> {
        let open = |number, aad, sealed| {
            aead_open(self.aead_id, &self.key, &self.nonce(number), aad, sealed)
        };
        let mut opened = Vec::new();
        for number in 0.. {
            let (&first, _) = wire.split_first()?;
            let (length, rest) = wire.split_at_checked(1 << (first >> 6))?;
            let length = length
                .iter()
                .skip(1)
                .fold(usize::from(first & 0x3f), |n, &b| n << 8 | usize::from(b));
            if length == 0 {
                opened.push(open(number, b"final", rest)?);
                return Some(opened);
            }
            let (sealed, rest) = rest.split_at_checked(length)?;
            opened.push(open(number, b"", sealed)?);
            wire = rest;
        }
        None
    }
}

/// A sealed chunk behind its length.
#[must_use]
pub fn framed(sealed: &[u8]) -> Vec<u8> {
    [varint(u64::try_from(sealed.len()).expect("64 bits")), sealed.to_vec()].concat()
}

/// The shortest encoding of an integer (RFC 9000, section 16).
#[must_use]
pub fn varint(value: u64) -> Vec<u8> {
    let lengths = [1, 2, 4, 8];
    let shortest = lengths.into_iter().find(|length| value >> (8 * length - 2) == 0);
    varint_of(value, shortest.expect("below 2^62"))
}

/// The encoding of an integer in 1, 2, 4 or 8 bytes, which may be more than it needs.
///
/// # Panics
/// If it needs more.
#[must_use]
pub fn varint_of(value: u64, length: usize) -> Vec<u8> {
    assert!(value >> (8 * length - 2) == 0, "{value} has no encoding of {length} bytes");
    let mut encoded = value.to_be_bytes()[8 - length..].to_vec();
    encoded[0] |= u8::try_from(length.ilog2()).unwrap() << 6;
    encoded
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

/// The key schedule of an encapsulated request, from what precedes its sealed part and from the
/// shared secret.
///
/// # Panics
/// If the request has no header or the AEAD is unknown.
#[must_use]
pub fn request_schedule(request: &[u8], shared_secret: &[u8], label: &str) -> Schedule {
    let header = &request[..7];
    let aead_id = u16::from_be_bytes([header[5], header[6]]);
    schedule(aead_id, shared_secret, &info(label, header), None)
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

/// `ComputeNonce`, and the nonce of a chunk.
fn nonce(base: &[u8], number: u64) -> Vec<u8> {
    let counter = [&[0; 4][..], &number.to_be_bytes()].concat();
    base.iter().zip(counter).map(|(base, count)| base ^ count).collect()
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
