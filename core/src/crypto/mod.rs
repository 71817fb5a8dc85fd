//! The primitives, each behind one small interface: nothing above this module names a library.

pub(crate) mod aead;
pub(crate) mod kdf;
#[cfg(test)]
mod wycheproof;
