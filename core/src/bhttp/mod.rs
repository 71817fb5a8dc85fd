//! Binary HTTP (RFC 9292).
