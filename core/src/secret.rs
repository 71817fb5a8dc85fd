//! Bytes that must not outlive their use.

use core::fmt;

use subtle::{Choice, ConstantTimeEq};
use zeroize::Zeroize;

/// `N` secret bytes: not printable, not cloneable, compared in constant time, wiped on drop.
///
/// Moving a value copies its bytes and leaves the old ones behind, so secrets are filled in where
/// they will stay: see [`Secret::init_with`], and keep long-lived ones in a box.
pub(crate) struct Secret<const N: usize>([u8; N]);

impl<const N: usize> Secret<N> {
    /// Zeros, to be filled in by [`Self::expose_mut`].
    #[inline]
    pub(crate) const fn zeroed() -> Self {
        Self([0; N])
    }

    /// A secret filled in by `init`, or the error of `init`; wiped in either case.
    #[inline]
    pub(crate) fn init_with<E>(
        init: impl FnOnce(&mut [u8; N]) -> Result<(), E>,
    ) -> Result<Self, E> {
        let mut secret = Self::zeroed();
        init(&mut secret.0)?;
        Ok(secret)
    }

    #[inline]
    pub(crate) const fn expose(&self) -> &[u8; N] {
        &self.0
    }

    #[inline]
    pub(crate) const fn expose_mut(&mut self) -> &mut [u8; N] {
        &mut self.0
    }
}

impl<const N: usize> Drop for Secret<N> {
    #[inline]
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl<const N: usize> ConstantTimeEq for Secret<N> {
    fn ct_eq(&self, other: &Self) -> Choice {
        self.0.ct_eq(&other.0)
    }
}

impl<const N: usize> fmt::Debug for Secret<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret({N} bytes)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;

    #[test]
    fn debug_tells_the_length_only() {
        let secret = Secret::<4>::init_with(|b| {
            b.copy_from_slice(&[0xDE, 0xAD, 0xBE, 0xEF]);
            Ok::<_, ()>(())
        });
        assert_eq!(format!("{:?}", secret.unwrap()), "Secret(4 bytes)");
    }

    #[test]
    fn comparison_sees_every_byte() {
        let make = |last| {
            let mut secret = Secret::<32>::zeroed();
            secret.expose_mut()[31] = last;
            secret
        };
        assert!(bool::from(make(1).ct_eq(&make(1))));
        assert!(!bool::from(make(1).ct_eq(&make(2))));
    }
}
