//! The algorithms we speak. A key configuration says which of them its server accepts.

/// A key encapsulation mechanism (RFC 9180, section 7.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kem {
    /// DHKEM(X25519, HKDF-SHA256), 0x0020: `enc` and public key of 32 bytes.
    X25519HkdfSha256,
}

/// A key derivation function (RFC 9180, section 7.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kdf {
    /// HKDF-SHA256, 0x0001 (RFC 5869).
    HkdfSha256,
}

/// An authenticated cipher with a 12-byte nonce and a 16-byte tag (RFC 9180, section 7.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Aead {
    /// AES-128-GCM, 0x0001: a 16-byte key.
    Aes128Gcm,
    /// AES-256-GCM, 0x0002: a 32-byte key.
    Aes256Gcm,
    /// ChaCha20-Poly1305, 0x0003 (RFC 8439): a 32-byte key.
    ChaCha20Poly1305,
}

/// One algorithm of each kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Suite {
    /// How the two ends agree on a secret.
    pub kem: Kem,
    /// How keys are derived from it.
    pub kdf: Kdf,
    /// How messages are sealed under those keys.
    pub aead: Aead,
}

impl Kem {
    /// The identifier in IANA's registry of HPKE KEMs.
    #[must_use]
    pub const fn id(self) -> u16 {
        match self {
            Self::X25519HkdfSha256 => 0x0020,
        }
    }

    /// The algorithm of that identifier, if it is on the allow-list.
    #[must_use]
    pub const fn from_id(id: u16) -> Option<Self> {
        match id {
            0x0020 => Some(Self::X25519HkdfSha256),
            _ => None,
        }
    }

    /// `Nenc`: the length of an encapsulated key in bytes.
    #[must_use]
    pub const fn enc_len(self) -> usize {
        match self {
            Self::X25519HkdfSha256 => 32,
        }
    }

    /// `Npk`: the length of a public key in bytes.
    #[must_use]
    pub const fn public_key_len(self) -> usize {
        match self {
            Self::X25519HkdfSha256 => 32,
        }
    }
}

impl Kdf {
    /// The identifier in IANA's registry of HPKE KDFs.
    #[must_use]
    pub const fn id(self) -> u16 {
        match self {
            Self::HkdfSha256 => 0x0001,
        }
    }

    /// The algorithm of that identifier, if it is on the allow-list.
    #[must_use]
    pub const fn from_id(id: u16) -> Option<Self> {
        match id {
            0x0001 => Some(Self::HkdfSha256),
            _ => None,
        }
    }
}

impl Aead {
    /// `Nn`: the length of every nonce in bytes.
    pub const NONCE_LEN: usize = 12;
    /// `Nt`: the length of every tag in bytes.
    pub const TAG_LEN: usize = 16;

    /// The identifier in IANA's registry of HPKE AEADs.
    #[must_use]
    pub const fn id(self) -> u16 {
        match self {
            Self::Aes128Gcm => 0x0001,
            Self::Aes256Gcm => 0x0002,
            Self::ChaCha20Poly1305 => 0x0003,
        }
    }

    /// The algorithm of that identifier, if it is on the allow-list.
    #[must_use]
    pub const fn from_id(id: u16) -> Option<Self> {
        match id {
            0x0001 => Some(Self::Aes128Gcm),
            0x0002 => Some(Self::Aes256Gcm),
            0x0003 => Some(Self::ChaCha20Poly1305),
            _ => None,
        }
    }

    /// `Nk`: the length of the key in bytes, 16 or 32.
    #[must_use]
    pub const fn key_len(self) -> usize {
        match self {
            Self::Aes128Gcm => 16,
            Self::Aes256Gcm | Self::ChaCha20Poly1305 => 32,
        }
    }
}

impl Suite {
    /// X25519, HKDF-SHA256 and the AEAD given.
    #[must_use]
    pub const fn x25519(aead: Aead) -> Self {
        Self { kem: Kem::X25519HkdfSha256, kdf: Kdf::HkdfSha256, aead }
    }

    /// `kem_id kdf_id aead_id`, two bytes each, most significant first: the six bytes that RFC 9180
    /// puts into its `suite_id` and RFC 9458 into its header.
    #[must_use]
    pub const fn to_bytes(self) -> [u8; 6] {
        let [a, b] = self.kem.id().to_be_bytes();
        let [c, d] = self.kdf.id().to_be_bytes();
        let [e, f] = self.aead.id().to_be_bytes();
        [a, b, c, d, e, f]
    }

    /// The suite of these six bytes, if every part of it is on the allow-list.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 6]) -> Option<Self> {
        let [a, b, c, d, e, f] = bytes;
        match (
            Kem::from_id(u16::from_be_bytes([a, b])),
            Kdf::from_id(u16::from_be_bytes([c, d])),
            Aead::from_id(u16::from_be_bytes([e, f])),
        ) {
            (Some(kem), Some(kdf), Some(aead)) => Some(Self { kem, kdf, aead }),
            _ => None,
        }
    }
}
