//! The one HTTP exchange that all contestants carry: `POST https://api.example.com/v1/orders` with
//! a random body, answered by a 200 with a random body of the same length.

/// The method of the request.
pub const METHOD: &str = "POST";
/// The scheme of the request.
pub const SCHEME: &str = "https";
/// The authority of the request.
pub const AUTHORITY: &str = "api.example.com";
/// The path of the request.
pub const PATH: &str = "/v1/orders";
/// The header fields of the request.
pub const REQUEST_FIELDS: [(&str, &str); 5] = [
    ("content-type", "application/json"),
    ("accept", "application/json"),
    ("user-agent", "orders/2.4.1"),
    ("authorization", "Bearer 3q2-7wAAb8Yx5n0sVfQeTn4mJkLz0pRu"),
    ("idempotency-key", "0b1f3c52-9a77-4d0e-8e0b-6a1f5d2c9e44"),
];
/// The status of the response.
pub const STATUS: u16 = 200;
/// The header fields of the response.
pub const RESPONSE_FIELDS: [(&str, &str); 2] =
    [("content-type", "application/json"), ("cache-control", "no-store")];

/// The field that a receiver looks up, and its value.
pub const LOOKED_UP: (&str, &str) = REQUEST_FIELDS[0];

/// `info` and associated data of the single-shot operations of S11.
pub const INFO: &[u8] = b"sealwire bench";
/// See [`INFO`].
pub const AAD: &[u8] = b"POST /v1/orders";

/// Field lines as slices of bytes.
pub fn lines<'a>(
    fields: &'a [(&'a str, &'a str)],
) -> impl Iterator<Item = (&'a [u8], &'a [u8])> + Clone {
    fields.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes()))
}

/// The exchanges that rows measure: the name of the row, and the bytes each way.
#[derive(Clone, Copy, Debug)]
pub struct Exchange {
    /// The row.
    pub row: &'static str,
    /// Bytes in the body of the request, and of the response.
    pub size: usize,
}

/// S1, S5 and S6 are sealed by AES-128-GCM.
pub const AES_128_GCM: [Exchange; 3] = [
    Exchange { row: "S1", size: 1 << 10 },
    Exchange { row: "S5", size: 64 << 10 },
    Exchange { row: "S6", size: 1 << 20 },
];
/// S2 is sealed by ChaCha20-Poly1305.
pub const CHACHA20_POLY1305: [Exchange; 1] = [Exchange { row: "S2", size: 1 << 10 }];

/// Bytes that no compression shortens: xorshift64*, the same in every run and every contestant.
#[must_use]
pub fn body(size: usize) -> Vec<u8> {
    let mut state = 0x5ea1_317e_0000_0001_u64;
    let mut next = || {
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        let [high, ..] = state.wrapping_mul(0x2545_f491_4f6c_dd1d).to_be_bytes();
        high
    };
    (0..size).map(|_| next()).collect()
}
