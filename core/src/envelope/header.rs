//! What precedes the sealed part of a request, and what it is bound to.

use alloc::vec::Vec;

use crate::suite::Suite;

/// What a request and its response are, in the words that both ends must agree on: a message
/// sealed under one pair of labels does not open under another (RFC 9458, section 4.6). None begins
/// with `sealwire app `, under which an [`Exporter`](crate::Exporter) derives other secrets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Labels<'a> {
    /// Bound to the request.
    pub request: &'a str,
    /// Bound to the response.
    pub response: &'a str,
}

impl Labels<'static> {
    /// Binary HTTP in one piece: `message/ohttp-req` and `message/ohttp-res`.
    pub const BHTTP: Self =
        Self { request: "message/bhttp request", response: "message/bhttp response" };

    /// Binary HTTP in chunks: `message/ohttp-chunked-req` and `message/ohttp-chunked-res`.
    pub const BHTTP_CHUNKED: Self = Self {
        request: "message/bhttp chunked request",
        response: "message/bhttp chunked response",
    };
}

/// `hdr`: which key, and which algorithms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) key_id: u8,
    pub(crate) suite: Suite,
}

impl Header {
    /// The length of an encoded header in bytes.
    pub(crate) const LEN: usize = 7;

    /// hdr = concat(encode(1, key_id), encode(2, kem_id), encode(2, kdf_id), encode(2, aead_id))
    pub(crate) const fn to_bytes(self) -> [u8; Self::LEN] {
        let [a, b, c, d, e, f] = self.suite.to_bytes();
        [self.key_id, a, b, c, d, e, f]
    }

    /// Nothing if the suite is not on the allow-list.
    pub(crate) const fn from_bytes(bytes: [u8; Self::LEN]) -> Option<Self> {
        let [key_id, a, b, c, d, e, f] = bytes;
        match Suite::from_bytes([a, b, c, d, e, f]) {
            Some(suite) => Some(Self { key_id, suite }),
            None => None,
        }
    }

    /// info = concat(encode_str("message/bhttp request"), encode(1, 0), hdr)
    pub(super) fn info(self, label: &str) -> Vec<u8> {
        let header = self.to_bytes();
        let mut info = Vec::with_capacity(label.len().saturating_add(1 + header.len()));
        info.extend_from_slice(label.as_bytes());
        info.push(0);
        info.extend_from_slice(&header);
        info
    }
}
