//! Messages of indeterminate length (RFC 9292, section 3.2), encoded piece by piece.

use alloc::vec::Vec;

use super::content::Declared;
use super::encode::{
    FieldLines, Framing, append, check_final, check_interim, check_request, final_fields, invalid,
    length, line_len, put_framing, put_line, put_lines, section_len, vec_len,
};
use super::head::RequestLine;
use super::strict::Section;
use crate::{Result, varint};

/// Encodes the head of a response of indeterminate length: informational responses as they come,
/// then the final one, which begins the content. Each call appends to the caller's buffer.
#[derive(Debug, Default)]
pub struct ResponseEncoder {
    begun: bool,
    to_head: bool,
}

/// Encodes the content and the end of a message of indeterminate length. Each call appends to the
/// caller's buffer; a message is complete after [`finish`](Self::finish), behind which
/// [`pad`](super::pad) may follow.
#[derive(Debug)]
#[must_use = "a message without its end is not complete"]
pub struct ContentEncoder {
    declared: Declared,
    written: u64,
}

impl ResponseEncoder {
    /// An encoder of a response to a request with any method but HEAD.
    #[must_use]
    pub const fn new() -> Self {
        Self { begun: false, to_head: false }
    }

    /// An encoder of a response to a request with that method. It leaves out what
    /// [`encode_response_to`](super::encode_response_to) leaves out.
    #[must_use]
    pub fn to(method: &str) -> Self {
        Self { begun: false, to_head: method == "HEAD" }
    }

    /// Appends an informational response, `status` 100 to 199, but not 101.
    ///
    /// # Errors
    ///
    /// [`Code::InvalidInput`](crate::Code::InvalidInput) for another status or fields that a peer
    /// would refuse; `out` is left as it was, and the encoder can still be used.
    //
    // Indeterminate-Length Informational Response { Informational Response Control Data,
    //   Indeterminate-Length Field Section }
    pub fn informational<'a>(
        &mut self,
        status: u16,
        fields: impl FieldLines<'a>,
        out: &mut Vec<u8>,
    ) -> Result<()> {
        check_interim(status).map_err(invalid)?;
        self.head(Section::Informational, status, fields, out)
    }

    /// Appends the head of the final response, `status` 200 to 599.
    ///
    /// # Errors
    ///
    /// [`Code::InvalidInput`](crate::Code::InvalidInput) for another status or fields that a peer
    /// would refuse; `out` is left as it was, and the encoder can still be used.
    pub fn response<'a>(
        &mut self,
        status: u16,
        fields: impl FieldLines<'a>,
        out: &mut Vec<u8>,
    ) -> Result<ContentEncoder> {
        check_final(status).map_err(invalid)?;
        let fields = final_fields(status, fields);
        let declared = Declared::from_fields(fields.clone()).map_err(invalid)?;
        self.head(Section::Header, status, fields, out)?;
        let declared = declared.for_response(status, self.to_head);
        Ok(ContentEncoder { declared, written: 0 })
    }

    fn head<'a>(
        &mut self,
        section: Section,
        status: u16,
        fields: impl FieldLines<'a>,
        out: &mut Vec<u8>,
    ) -> Result<()> {
        let status = u64::from(status);
        let fields_len = section_len(section, fields.clone())? + 1;
        let len = usize::from(!self.begun) + varint::len(status) + fields_len;
        append(out, len, |out| {
            if !self.begun {
                put_framing(Framing::IndeterminateResponse, out);
            }
            varint::put(out, status);
            put_terminated(section, fields, out);
        })?;
        self.begun = true;
        Ok(())
    }
}

impl ContentEncoder {
    /// Appends the head of a request, and encodes what follows it.
    ///
    /// # Errors
    ///
    /// [`Code::InvalidInput`](crate::Code::InvalidInput) when a peer would refuse the head; `out`
    /// is left as it was.
    //
    // Indeterminate-Length Message { Framing Indicator (i) = 2, Request Control Data,
    //   Indeterminate-Length Field Section, ... }
    pub fn request<'a>(
        line: RequestLine<'_>,
        fields: impl FieldLines<'a>,
        out: &mut Vec<u8>,
    ) -> Result<Self> {
        check_request(line, fields.clone()).map_err(invalid)?;
        let declared = Declared::from_fields(fields.clone()).map_err(invalid)?;
        let len = 1 + line_len(line) + section_len(Section::Header, fields.clone())? + 1;
        append(out, len, |out| {
            put_framing(Framing::IndeterminateRequest, out);
            put_line(line, out);
            put_terminated(Section::Header, fields, out);
        })?;
        Ok(Self { declared, written: 0 })
    }

    /// Appends one chunk of content. Nothing is written for an empty one, whose length would be
    /// the end of the content, and nothing in a response that has none: to HEAD, a 204 or a 304.
    ///
    /// # Errors
    ///
    /// [`Code::InvalidInput`](crate::Code::InvalidInput) when the content gets longer than its
    /// `content-length`; `out` is left as it was.
    //
    // Indeterminate-Length Content Chunk { Chunk Length (i) = 1.., Chunk }
    pub fn chunk(&mut self, chunk: &[u8], out: &mut Vec<u8>) -> Result<()> {
        if let Some(prefix) = self.admit(chunk)? {
            out.reserve(vec_len(chunk.len()));
            out.extend_from_slice(&prefix);
            out.extend_from_slice(chunk);
        }
        Ok(())
    }

    /// The length of the content, if the fields tell and it binds.
    pub(crate) const fn declared_len(&self) -> Option<u64> {
        self.declared.len()
    }

    /// Whether content is written at all.
    pub(crate) const fn takes_content(&self) -> bool {
        !self.declared.is_empty()
    }

    /// Counts a chunk, and tells what to write in front of it; nothing if it is not to be written.
    pub(crate) fn admit(&mut self, chunk: &[u8]) -> Result<Option<varint::Encoded>> {
        if chunk.is_empty() || self.declared.is_empty() {
            return Ok(None);
        }
        let total = self.written.saturating_add(length(chunk));
        self.declared.admit(total).map_err(invalid)?;
        self.written = total;
        Ok(Some(varint::Encoded::new(length(chunk))))
    }

    /// Appends the end of the content and the trailers, and thereby ends the message.
    ///
    /// # Errors
    ///
    /// [`Code::InvalidInput`](crate::Code::InvalidInput) when the content is shorter than its
    /// `content-length`, or a peer would refuse the trailers; `out` is left as it was, an
    /// incomplete message.
    pub fn finish<'a>(self, trailers: impl FieldLines<'a>, out: &mut Vec<u8>) -> Result<()> {
        self.declared.end(self.written).map_err(invalid)?;
        let len = 1 + section_len(Section::Trailer, trailers.clone())? + 1;
        append(out, len, |out| {
            varint::put(out, 0);
            put_terminated(Section::Trailer, trailers, out);
        })
    }
}

/// Indeterminate-Length Field Section { Field Line ..., Content Terminator (i) = 0 }
fn put_terminated<'a>(section: Section, lines: impl FieldLines<'a>, out: &mut Vec<u8>) {
    put_lines(section, lines, out);
    varint::put(out, 0);
}
