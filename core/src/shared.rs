//! Messages whose parts share the buffer they arrived in.

use alloc::{borrow::Cow, vec::Vec};

use bytes::Bytes;

use crate::suite::Aead;

/// The `length` bytes of plaintext that precede the tag at the end of an opened message.
pub(crate) fn plaintext(mut message: Vec<u8>, length: usize) -> Bytes {
    message.truncate(message.len().saturating_sub(Aead::TAG_LEN));
    let start = message.len().saturating_sub(length);
    Bytes::from(message).slice(start..)
}

/// The content of a decoded message: a slice of it, unless it had to be put together.
pub(crate) fn content(message: &Bytes, content: Cow<'_, [u8]>) -> Bytes {
    match content {
        Cow::Borrowed(slice) => message.slice_ref(slice),
        Cow::Owned(vec) => vec.into(),
    }
}
