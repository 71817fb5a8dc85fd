//! Helpers shared by the test files of this crate and by the tests of the examples.

pub mod canary;
pub mod chunks;
pub mod independent;
pub mod messages;
pub mod misuse;
pub mod random;
pub mod rig;
pub mod vectors;
