//! Binary HTTP in chunks, in both directions: what streaming clients and servers have in common.

use alloc::vec::Vec;

use crate::{
    bhttp::{ContentEncoder, Decoder, Event, FieldLines},
    envelope::chunked::{ChunkOpener, ChunkSealer},
    error::Result,
    suite::{Aead, Suite},
};

/// Opens chunks and decodes the message in them.
pub(crate) struct Reader {
    opener: ChunkOpener,
    decoder: Decoder,
    opened: bool,
}

/// Encodes a message of indeterminate length and seals it in chunks.
pub(crate) struct Writer {
    encoder: ContentEncoder,
    sealer: ChunkSealer,
}

impl Reader {
    pub(crate) const fn new(opener: ChunkOpener, decoder: Decoder) -> Self {
        Self { opener, decoder, opened: false }
    }

    /// Whether a chunk has opened, so that there is a client who knows the key.
    pub(crate) const fn has_opened(&self) -> bool {
        self.opened
    }

    /// Whether the request is known to be HEAD, even if its head was never handed out.
    pub(crate) const fn is_head(&self) -> bool {
        self.decoder.is_head()
    }

    /// How many more bytes complete what comes next; nothing in the final chunk.
    pub(crate) fn wanted(&self) -> Option<usize> {
        self.opener.wanted()
    }

    /// Opens what `input` completes, and hands the parts of the message to `sink`.
    pub(crate) fn push(
        &mut self,
        mut input: &mut [u8],
        sink: &mut dyn FnMut(Event<'_>) -> Result<()>,
    ) -> Result<()> {
        while let Some(chunk) = self.opener.next(&mut input)? {
            self.opened = true;
            decode(&mut self.decoder, chunk, sink)?;
        }
        Ok(())
    }

    /// Ends the input. Only if this succeeds was the message complete.
    pub(crate) fn finish(&mut self, sink: &mut dyn FnMut(Event<'_>) -> Result<()>) -> Result<()> {
        let chunk = self.opener.finish()?;
        self.opened = true;
        decode(&mut self.decoder, chunk, sink)?;
        while let Some(event) = self.decoder.finish()? {
            sink(event)?;
        }
        Ok(())
    }
}

/// Whether content of the length that its head declares is known to be more than the key may seal.
pub(crate) fn exceeds_key(encoder: &ContentEncoder, suite: Suite) -> bool {
    let length = encoder.declared_len().unwrap_or(0);
    suite.aead == Aead::Aes128Gcm && length > ChunkSealer::AES_128_GCM_LIMIT
}

fn decode(
    decoder: &mut Decoder,
    mut plaintext: &[u8],
    sink: &mut dyn FnMut(Event<'_>) -> Result<()>,
) -> Result<()> {
    while let Some(event) = decoder.next(&mut plaintext)? {
        sink(event)?;
    }
    Ok(())
}

impl Writer {
    /// Seals `head`, the encoded beginning of a message that `encoder` goes on with. The head goes
    /// out in a chunk of its own, so that the other end can begin before there is content.
    pub(crate) fn start(
        mut sealer: ChunkSealer,
        encoder: ContentEncoder,
        head: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<Self> {
        sealer.seal(head, out)?;
        Ok(Self { encoder, sealer })
    }

    /// Whether the message can have content.
    pub(crate) const fn takes_content(&self) -> bool {
        self.encoder.takes_content()
    }

    /// Appends sealed content to `out`: it is copied there once. Nothing is appended for none.
    pub(crate) fn content(&mut self, content: &[u8], out: &mut Vec<u8>) -> Result<()> {
        let Some(prefix) = self.encoder.admit(content)? else { return Ok(()) };
        self.sealer.seal_parts([&prefix, content], out)
    }

    /// Appends the end of the message: trailers, in the final chunk.
    pub(crate) fn finish<'a>(self, trailers: impl FieldLines<'a>, out: &mut Vec<u8>) -> Result<()> {
        let mut end = Vec::new();
        self.encoder.finish(trailers, &mut end)?;
        self.sealer.finish(&end, out)
    }
}
