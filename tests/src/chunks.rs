//! Short ways to drive chunked messages: sealed from a list of chunks, opened from pieces of the
//! wire, with what was released told apart from what was complete.

use sealwire::{
    Random, Result,
    envelope::{
        Labels,
        chunked::{
            ChunkOpener, ResponseOpener, ResponseSealer, open_request, preamble_len, seal_request,
        },
    },
    keys::{KeyRing, Recipient},
};

use crate::{independent, random::Deterministic};

/// The labels of these messages.
pub const LABELS: Labels<'static> = Labels::BHTTP_CHUNKED;

/// What came of opening a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// The chunks that were released before the end.
    pub released: Vec<Vec<u8>>,
    /// The final chunk, or why there is none.
    pub end: Result<Vec<u8>>,
}

impl Opened {
    /// All of the message.
    ///
    /// # Panics
    /// If it was not complete.
    #[must_use]
    pub fn complete(&self) -> Vec<u8> {
        [self.released.concat(), self.end.clone().expect("a complete message")].concat()
    }

    /// The chunks of a complete message, the final one as the last.
    ///
    /// # Panics
    /// If it was not complete.
    #[must_use]
    pub fn chunks(mut self) -> Vec<Vec<u8>> {
        self.released.push(self.end.expect("a complete message"));
        self.released
    }
}

/// Seals a request of these chunks, the last of them as the final one.
///
/// # Errors
/// Those of `seal_request`.
///
/// # Panics
/// If there is no chunk, or one is longer than fits.
pub fn seal(
    recipient: &Recipient,
    labels: Labels<'_>,
    chunks: &[impl AsRef<[u8]>],
    random: &mut dyn Random,
) -> Result<(Vec<u8>, ResponseOpener)> {
    let mut wire = Vec::new();
    let (mut sealer, opener) = seal_request(recipient, labels, &mut wire, random)?;
    let (last, before) = chunks.split_last().expect("a final chunk");
    for chunk in before {
        sealer.seal(chunk.as_ref(), &mut wire).unwrap();
    }
    sealer.finish(last.as_ref(), &mut wire).unwrap();
    Ok((wire, opener))
}

/// Seals a response of these chunks, the last of them as the final one.
///
/// # Panics
/// If there is no chunk, or one is longer than fits, or the random source fails.
pub fn answer(
    sealer: ResponseSealer,
    chunks: &[impl AsRef<[u8]>],
    random: &mut dyn Random,
) -> Vec<u8> {
    let mut wire = Vec::new();
    let mut sealer = sealer.start(&mut wire, random).unwrap();
    let (last, before) = chunks.split_last().expect("a final chunk");
    for chunk in before {
        sealer.seal(chunk.as_ref(), &mut wire).unwrap();
    }
    sealer.finish(last.as_ref(), &mut wire).unwrap();
    wire
}

/// Starts to open a request that is there as a whole: what opens its chunks, what seals the
/// response, and the chunks.
///
/// # Errors
/// Those of `open_request`; its `OpenFailed` too for one that is cut before its chunks begin.
pub fn start<'w>(
    ring: &KeyRing,
    labels: Labels<'_>,
    wire: &'w [u8],
) -> Result<(ChunkOpener, ResponseSealer, &'w [u8])> {
    let length = preamble_len(wire)?.unwrap_or(wire.len()).min(wire.len());
    let (preamble, chunks) = wire.split_at(length);
    let (opener, sealer) = open_request(ring, labels, preamble)?;
    Ok((opener, sealer, chunks))
}

/// Starts to open a response that is there as a whole.
///
/// # Errors
/// Those of `ResponseOpener::start`.
pub fn start_answer(opener: ResponseOpener, wire: &[u8]) -> Result<(ChunkOpener, &[u8])> {
    let (nonce, chunks) = wire.split_at(opener.nonce_len().min(wire.len()));
    Ok((opener.start(nonce)?, chunks))
}

/// Opens the chunks as they arrive in `pieces`.
///
/// # Panics
/// If an empty chunk is released, or the opener takes less than it was given without saying why, or
/// its end is not final.
pub fn open<'p>(mut opener: ChunkOpener, pieces: impl IntoIterator<Item = &'p [u8]>) -> Opened {
    let mut released = Vec::new();
    let mut failed = None;
    for piece in pieces {
        let mut piece = piece.to_vec();
        let mut input = &mut piece[..];
        loop {
            match opener.next(&mut input) {
                Ok(Some(chunk)) => {
                    assert!(!chunk.is_empty() && failed.is_none());
                    released.push(chunk.to_vec());
                }
                Ok(None) => {
                    assert!(input.is_empty() && failed.is_none());
                    break;
                }
                Err(error) => {
                    assert!(failed.is_none_or(|first| first == error), "an error is final");
                    failed = Some(error);
                    break;
                }
            }
        }
    }
    let end = opener.finish().map(|last| last.to_vec());
    if let Some(error) = failed {
        assert_eq!(end, Err(error), "an error is final");
    }
    // Whatever the end was, there is none after it.
    let again = opener.finish().map(|_| ()).expect_err("a message ends once");
    assert_eq!(opener.next(&mut &mut [0; 40][..]).map(|_| ()), Err(again));
    assert!(end.is_ok() || end == Err(again));
    Opened { released, end }
}

/// Opens a whole request from one piece.
///
/// # Errors
/// Those of [`start`].
pub fn open_whole(
    ring: &KeyRing,
    labels: Labels<'_>,
    wire: &[u8],
) -> Result<(Opened, ResponseSealer)> {
    let (opener, sealer, chunks) = start(ring, labels, wire)?;
    Ok((open(opener, [chunks]), sealer))
}

/// Opens a whole response from one piece.
///
/// # Panics
/// If there is not even a nonce.
#[must_use]
pub fn open_answer(opener: ResponseOpener, wire: &[u8]) -> Opened {
    let (opener, chunks) = start_answer(opener, wire).expect("a nonce");
    open(opener, [chunks])
}

/// Cuts `wire` into pieces of at most `longest` bytes, among them empty ones.
pub fn pieces<'w>(wire: &'w [u8], longest: usize, random: &mut Deterministic) -> Vec<&'w [u8]> {
    let mut rest = wire;
    let mut pieces = Vec::new();
    while !rest.is_empty() {
        let length = random.below(longest + 1).min(rest.len());
        let (piece, after) = rest.split_at(length);
        pieces.push(piece);
        rest = after;
    }
    pieces
}

/// The keys of a request's chunks and of a response's, by independent code: `private` is that of
/// the recipient, `response_nonce` what precedes the response.
///
/// # Panics
/// If `request` has no header and encapsulated key.
#[must_use]
pub fn independent_keys(
    private: &[u8],
    aead_id: u16,
    request: &[u8],
    labels: Labels<'_>,
    response_nonce: &[u8],
) -> [independent::Chunks; 2] {
    let enc = &request[7..39];
    let shared = independent::decapsulate(private, enc);
    let schedule = independent::request_schedule(request, &shared, labels.request);
    let secret = schedule.export(labels.response.as_bytes(), independent::key_len(aead_id));
    let keys = independent::response_keys(aead_id, enc, response_nonce, &secret);
    [schedule.chunks(), keys.chunks(aead_id)]
}
