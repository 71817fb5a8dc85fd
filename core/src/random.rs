//! Randomness is an argument: the core has no source of its own.

use core::fmt;

use crate::error::Error;

/// A cryptographically secure source of random bytes.
///
/// Ephemeral keys and response nonces come from it, and a repeated one breaks the encryption.
/// Give it the operating system's generator ([`SystemRandom`] where `std` is) or a hardware one;
/// a generator in user space repeats itself after a fork or a restored snapshot.
pub trait Random {
    /// Fills all of `out`, or fails and stops the call that asked before it produces anything.
    ///
    /// # Errors
    /// [`RandomError`] when the source cannot give that many unpredictable bytes now.
    fn fill(&mut self, out: &mut [u8]) -> Result<(), RandomError>;
}

/// A source of randomness that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RandomError;

impl fmt::Display for RandomError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the random source failed")
    }
}

impl core::error::Error for RandomError {}

impl From<RandomError> for Error {
    fn from(_: RandomError) -> Self {
        Self::RANDOM
    }
}

impl<R: Random + ?Sized> Random for &mut R {
    fn fill(&mut self, out: &mut [u8]) -> Result<(), RandomError> {
        (**self).fill(out)
    }
}

/// The operating system's generator, one system call a request; it keeps no copy.
#[cfg(all(feature = "std", not(target_family = "wasm")))]
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemRandom;

#[cfg(all(feature = "std", not(target_family = "wasm")))]
impl Random for SystemRandom {
    fn fill(&mut self, out: &mut [u8]) -> Result<(), RandomError> {
        use ring::rand::SecureRandom as _;
        ring::rand::SystemRandom::new().fill(out).map_err(|_| RandomError)
    }
}
