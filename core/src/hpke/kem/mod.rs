//! Key encapsulation (RFC 9180, section 4): one trait, one file an algorithm.

mod x25519;

use alloc::vec::Vec;
use core::fmt;

use crate::{
    error::{Code, Error, Result},
    random::Random,
    secret::Secret,
    suite::Kem,
};

/// `shared_secret` of `Nsecret` = 32 bytes, the same for every KEM on the allow-list.
pub(crate) type SharedSecret = Secret<32>;

/// What a KEM of RFC 9180 does. Implementations write secrets where they will stay.
trait Algorithm: Sized {
    type PublicKey;

    /// GenerateKeyPair()
    fn generate(random: &mut dyn Random) -> Result<(Self, Self::PublicKey)>;
    /// DeriveKeyPair(ikm)
    fn derive(ikm: &[u8]) -> Result<(Self, Self::PublicKey)>;
    /// DeserializePrivateKey(skXm) and pk(skX); the bytes come from the caller, not from a peer
    fn from_bytes(private_key: &[u8]) -> Result<(Self, Self::PublicKey)>;
    /// Encap(pkR): fills `enc`, of `Nenc` bytes, and the shared secret
    fn encapsulate(
        recipient: &Self::PublicKey,
        random: &mut dyn Random,
        enc: &mut [u8],
        shared_secret: &mut SharedSecret,
    ) -> Result<()>;
    /// Decap(enc, skR): every failure is the same one, since `enc` came from a peer
    fn decapsulate(
        &self,
        public_key: &Self::PublicKey,
        enc: &[u8],
        shared_secret: &mut SharedSecret,
    ) -> Result<()>;
}

/// A public key, to encapsulate to.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct PublicKey(Public);

#[derive(Clone, PartialEq, Eq, Hash)]
enum Public {
    X25519(x25519::PublicKey),
}

/// A private key together with its public half.
///
/// It cannot be cloned or printed, lives on the heap so that moving it leaves no copy, and is
/// wiped on drop.
pub struct KeyPair {
    private: Private,
    public: PublicKey,
}

enum Private {
    X25519(x25519::PrivateKey),
}

/// An encapsulated key, which the sender hands to the recipient: 32 bytes for X25519. Public.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Enc(Vec<u8>);

impl PublicKey {
    /// `DeserializePublicKey(pkXm)`: 32 bytes for X25519.
    ///
    /// A key of low order has the right form and is accepted here; encapsulating to it fails.
    ///
    /// # Errors
    /// `InvalidKey` if the length is wrong.
    pub fn from_bytes(kem: Kem, bytes: &[u8]) -> Result<Self> {
        match kem {
            Kem::X25519HkdfSha256 => x25519::public_key_from_bytes(bytes).map(Public::X25519),
        }
        .map(Self)
    }

    /// `SerializePublicKey(pkX)`: 32 bytes for X25519.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        match &self.0 {
            Public::X25519(key) => key,
        }
    }

    /// The mechanism this key is for.
    #[must_use]
    pub const fn kem(&self) -> Kem {
        match &self.0 {
            Public::X25519(_) => Kem::X25519HkdfSha256,
        }
    }

    /// `Encap(pkR)`: fills `enc`, of exactly [`Kem::enc_len`] bytes, and the shared secret.
    pub(super) fn encapsulate(
        &self,
        random: &mut dyn Random,
        enc: &mut [u8],
        shared_secret: &mut SharedSecret,
    ) -> Result<()> {
        match &self.0 {
            Public::X25519(key) => x25519::PrivateKey::encapsulate(key, random, enc, shared_secret),
        }
    }
}

impl KeyPair {
    /// `GenerateKeyPair()`: a fresh key pair.
    ///
    /// # Errors
    /// `RandomFailed`.
    pub fn generate(kem: Kem, random: &mut dyn Random) -> Result<Self> {
        match kem {
            Kem::X25519HkdfSha256 => x25519::PrivateKey::generate(random).map(Self::from),
        }
    }

    /// `DeriveKeyPair(ikm)`: always the same key pair for the same secret `ikm`, which must hold
    /// at least as much entropy as a private key: 32 bytes (RFC 9180, section 7.1.3).
    ///
    /// # Errors
    /// `InvalidInput` if `ikm` is shorter than 32 bytes.
    pub fn derive(kem: Kem, ikm: &[u8]) -> Result<Self> {
        if ikm.len() < 32 {
            return Err(Error::new(Code::InvalidInput, "a key is derived from at least 32 bytes"));
        }
        match kem {
            Kem::X25519HkdfSha256 => x25519::PrivateKey::derive(ikm).map(Self::from),
        }
    }

    /// `DeserializePrivateKey(skXm)`: 32 bytes for X25519, kept as they are (RFC 7748 clamps them
    /// when they are used). The caller's copy stays with the caller, to be wiped there.
    ///
    /// # Errors
    /// `InvalidKey` if the length is wrong.
    pub fn from_private_key(kem: Kem, bytes: &[u8]) -> Result<Self> {
        match kem {
            Kem::X25519HkdfSha256 => x25519::PrivateKey::from_bytes(bytes).map(Self::from),
        }
    }

    /// The private key as it was generated, derived or given: 32 bytes for X25519. RFC 9180,
    /// section 7.1.2, has `SerializePrivateKey` clamp it; this does not, like that RFC's own test
    /// vectors and openssl, and it makes no difference to the key.
    #[must_use]
    pub fn expose_private_key(&self) -> &[u8] {
        match &self.private {
            Private::X25519(key) => key.expose(),
        }
    }

    /// The public half.
    #[must_use]
    pub const fn public_key(&self) -> &PublicKey {
        &self.public
    }

    /// The mechanism this key pair is for.
    #[must_use]
    pub const fn kem(&self) -> Kem {
        self.public.kem()
    }

    /// `Decap(enc, skR)`: fills the shared secret.
    pub(super) fn decapsulate(&self, enc: &[u8], shared_secret: &mut SharedSecret) -> Result<()> {
        match (&self.private, &self.public.0) {
            (Private::X25519(private), Public::X25519(public)) => {
                private.decapsulate(public, enc, shared_secret)
            }
        }
    }
}

impl From<(x25519::PrivateKey, x25519::PublicKey)> for KeyPair {
    fn from((private, public): (x25519::PrivateKey, x25519::PublicKey)) -> Self {
        Self { private: Private::X25519(private), public: PublicKey(Public::X25519(public)) }
    }
}

impl Enc {
    /// Room for an encapsulated key of `kem`.
    pub(super) fn zeroed(kem: Kem) -> Self {
        Self(alloc::vec![0; kem.enc_len()])
    }

    pub(super) fn as_mut(&mut self) -> &mut [u8] {
        &mut self.0
    }
}

impl AsRef<[u8]> for Enc {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Enc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Enc({} bytes)", self.0.len())
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({:?}, ", self.kem())?;
        for byte in self.as_bytes().iter().take(8) {
            write!(f, "{byte:02x}")?;
        }
        f.write_str("..)")
    }
}

impl fmt::Debug for KeyPair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyPair").field("public", &self.public).finish_non_exhaustive()
    }
}
