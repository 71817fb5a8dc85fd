//! What can go wrong, and whose fault it is.
//!
//! There is one error type. Its [`Code`] is stable across versions and languages; its text is a
//! fixed sentence for the developer who reads it. Neither ever holds a byte of a message or a key.
//!
//! Every cryptographic failure to open a message is the same value, [`Code::OpenFailed`]: a wrong
//! key, an altered byte and a hostile public key cannot be told apart, because telling them apart
//! has repeatedly given attackers an oracle.

use core::fmt;

/// The result of this crate's fallible functions.
pub type Result<T, E = Error> = core::result::Result<T, E>;

/// Why a call failed. Cheap to copy, and free of secrets in every representation.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Error {
    code: Code,
    detail: &'static str,
}

/// What happened, as a stable identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Code {
    /// A sealed message could not be opened. The cause is deliberately not told.
    OpenFailed,
    /// A request names a key, or a combination of algorithms, that this server does not accept.
    UnknownKey,
    /// Bytes that should have been a Binary HTTP message (RFC 9292) are not one we accept.
    InvalidHttp,
    /// A payload that opened does not hold what was expected in it.
    InvalidPayload,
    /// A message, a field section or a body exceeds a configured limit.
    TooLarge,
    /// A key configuration, or a list of them, is malformed (RFC 9458, section 3).
    InvalidKeyConfig,
    /// A well-formed key configuration offers no algorithms that the caller's policy allows.
    NoUsableKey,
    /// The peer answered, but not with a sealed response.
    NotSealed,
    /// A private or public key given by the caller is malformed or unusable.
    InvalidKey,
    /// An argument is outside its documented range.
    InvalidInput,
    /// A context has sealed or opened as many messages as its nonce allows, and stays exhausted.
    SequenceExhausted,
    /// The source of randomness failed; nothing was produced.
    RandomFailed,
    /// A library broke its own documented contract. Please report it.
    Internal,
}

/// Whose fault an [`Error`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Fault {
    /// The other end, or something between, sent bytes that were not acceptable.
    Peer,
    /// The calling code passed something it should not have.
    Caller,
    /// The machine let us down.
    Environment,
    /// This library, or one below it, has a defect.
    Bug,
}

impl Error {
    /// The one value for every failure to open a sealed message.
    pub(crate) const OPEN: Self = Self::new(Code::OpenFailed, "the message could not be opened");
    pub(crate) const RANDOM: Self = Self::new(Code::RandomFailed, "the random source failed");

    /// An error with a fixed explanation for the developer.
    #[must_use]
    pub(crate) const fn new(code: Code, detail: &'static str) -> Self {
        Self { code, detail }
    }

    /// What happened, as a stable identifier.
    #[must_use]
    pub const fn code(&self) -> Code {
        self.code
    }

    /// Whose fault it is.
    #[must_use]
    pub const fn fault(&self) -> Fault {
        match self.code {
            Code::OpenFailed
            | Code::UnknownKey
            | Code::InvalidHttp
            | Code::InvalidPayload
            | Code::TooLarge
            | Code::InvalidKeyConfig
            | Code::NoUsableKey
            | Code::NotSealed => Fault::Peer,
            Code::InvalidKey | Code::InvalidInput | Code::SequenceExhausted => Fault::Caller,
            Code::RandomFailed => Fault::Environment,
            Code::Internal => Fault::Bug,
        }
    }

    /// Whether a sealed message could not be opened, for whatever reason.
    #[must_use]
    pub const fn is_open_failed(&self) -> bool {
        matches!(self.code, Code::OpenFailed)
    }
}

impl Code {
    /// The identifier as text, the same in every language binding.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OpenFailed => "open_failed",
            Self::UnknownKey => "unknown_key",
            Self::InvalidHttp => "invalid_http",
            Self::InvalidPayload => "invalid_payload",
            Self::TooLarge => "too_large",
            Self::InvalidKeyConfig => "invalid_key_config",
            Self::NoUsableKey => "no_usable_key",
            Self::NotSealed => "not_sealed",
            Self::InvalidKey => "invalid_key",
            Self::InvalidInput => "invalid_input",
            Self::SequenceExhausted => "sequence_exhausted",
            Self::RandomFailed => "random_failed",
            Self::Internal => "internal",
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.detail)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Error({}: {})", self.code.as_str(), self.detail)
    }
}

impl core::error::Error for Error {}
