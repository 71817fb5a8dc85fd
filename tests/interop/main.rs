//! Exchanges with implementations by others, in both directions.

mod aloha;
mod hpke;
mod ohttp;
