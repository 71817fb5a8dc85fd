//! Helpers shared by the test files of this crate.

pub mod independent;
pub mod random;
pub mod rig;
pub mod vectors;
