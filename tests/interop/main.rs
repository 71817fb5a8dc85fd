//! Exchanges with implementations by others, in both directions.

mod adapters;
mod aloha;
mod chunked;
mod hpke;
mod ohttp;
