//! Bytes that must not outlive their use.

use alloc::vec::Vec;
use core::fmt;

use zeroize::Zeroize;

/// `N` secret bytes: not printable, not cloneable, not comparable, wiped on drop.
///
/// Moving a value copies its bytes and leaves the old ones behind, so a secret begins as zeros where
/// it will stay, and is filled in there. Long-lived ones belong into a box.
pub(crate) struct Secret<const N: usize>([u8; N]);

impl<const N: usize> Secret<N> {
    /// Zeros, to be filled in by [`Self::expose_mut`].
    #[inline]
    pub(crate) const fn zeroed() -> Self {
        Self([0; N])
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

impl<const N: usize> fmt::Debug for Secret<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret({N} bytes)")
    }
}

/// Empties `buffer` and overwrites all of its memory, what lies behind its length too, at the speed
/// of `memset`.
pub(crate) fn wipe(buffer: &mut Vec<u8>) {
    let capacity = buffer.capacity();
    buffer.clear();
    buffer.resize(capacity, 0);
    zeroize::optimization_barrier(buffer);
    buffer.clear();
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;

    #[test]
    fn debug_tells_the_length_only() {
        let mut secret = Secret::<4>::zeroed();
        secret.expose_mut().copy_from_slice(&[0xDE, 0xAD, 0xBE, 0xEF]);
        assert_eq!(format!("{secret:?}"), "Secret(4 bytes)");
    }
}
