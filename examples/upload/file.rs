//! The file to be uploaded, and the stream that reads it and counts.

use std::{
    io::{self, Write as _},
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use futures::{Stream, TryStreamExt as _};
use sealwire::{Random as _, SystemRandom};
use sealwire_examples::Result;
use sha2::{Digest as _, Sha256};
use tempfile::NamedTempFile;
use tokio::fs::File;
use tokio_util::{bytes::Bytes, io::ReaderStream};

/// How much is read at a time.
const PIECE: usize = 64 * 1024;

/// How an upload goes. Clones share it.
#[derive(Clone, Debug)]
pub(crate) struct Progress {
    pub(crate) total: u64,
    sent: Arc<AtomicU64>,
    hashed: Arc<AtomicU64>,
    /// The most that was on its way at a time.
    peak: Arc<AtomicU64>,
    is_shown: bool,
}

impl Progress {
    /// `hashed` is what the server counts, which only an example can look at.
    pub(crate) fn new(total: u64, hashed: Arc<AtomicU64>, is_shown: bool) -> Self {
        Self { total, sent: Arc::default(), hashed, peak: Arc::default(), is_shown }
    }

    /// The most bytes that were read from the file, but not yet hashed by the server: what all that
    /// is between the two held, in memory and on the wire.
    pub(crate) fn peak(&self) -> u64 {
        self.peak.load(Ordering::Relaxed)
    }

    fn add(&self, length: usize) {
        let sent = self.sent.fetch_add(length as u64, Ordering::Relaxed) + length as u64;
        let hashed = self.hashed.load(Ordering::Relaxed);
        self.peak.fetch_max(sent.saturating_sub(hashed), Ordering::Relaxed);
        if self.is_shown && (sent.is_multiple_of(8 * MIB) || sent == self.total) {
            let [sent, total, hashed] = [sent, self.total, hashed].map(mib);
            println!("read {sent} of {total} MiB, and the server has hashed {hashed}");
        }
    }
}

pub(crate) const MIB: u64 = 1024 * 1024;

pub(crate) fn mib(bytes: u64) -> String {
    format!("{}.{}", bytes / MIB, bytes % MIB * 10 / MIB)
}

/// A temporary file of `length` bytes that begins with `text`, and its SHA-256.
pub(crate) fn make(length: u64, text: &str) -> Result<(NamedTempFile, String)> {
    let mut file = NamedTempFile::new()?;
    let mut hash = Sha256::new();
    let mut piece = vec![0; PIECE];
    SystemRandom.fill(&mut piece)?;
    piece[..text.len()].copy_from_slice(text.as_bytes());
    let mut left = length;
    while left > 0 {
        let piece = &piece[..PIECE.min(usize::try_from(left)?)];
        file.write_all(piece)?;
        hash.update(piece);
        left -= piece.len() as u64;
    }
    Ok((file, hex::encode(hash.finalize())))
}

/// The file in pieces. It fails once `until` bytes were read, as it would if the user changed their
/// mind, or took the disk away.
pub(crate) async fn pieces(
    path: &Path,
    progress: Progress,
    until: u64,
) -> Result<impl Stream<Item = io::Result<Bytes>> + use<>> {
    let file = ReaderStream::with_capacity(File::open(path).await?, PIECE);
    let mut read = 0;
    Ok(file.and_then(move |piece| {
        read += piece.len() as u64;
        let is_enough = read > until;
        if !is_enough {
            progress.add(piece.len());
        }
        async move {
            if is_enough { Err(io::Error::other("the user changed their mind")) } else { Ok(piece) }
        }
    }))
}
