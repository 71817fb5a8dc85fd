//! What RFCs, their authors and our own generator say must come out.

mod chunked;
mod exporter;
mod hpke;
mod hygiene;
mod key_configs;
mod key_log;
mod known_answers;
mod oblivious;
mod payload;
mod pem;
mod refused;
mod wycheproof;
