//! Binary HTTP (RFC 9292): HTTP messages as bytes outside of any HTTP connection.
//!
//! This module knows no cryptography. It encodes messages of known length in one call
//! ([`encode_request`], [`encode_response_to`]), streams messages of indeterminate length
//! ([`ContentEncoder`], [`ResponseEncoder`]), and decodes both, as they arrive ([`Decoder`]) or in
//! one call ([`decode_request`], [`decode_response_to`]).
//!
//! Decoding is strict, because what leaves here may be forwarded as HTTP/1.1, where a byte too
//! much becomes another request. What is refused and what is dropped:
//!
//! | in the message | what happens |
//! |---|---|
//! | a name that is not a token (RFC 9110, 5.6.2), an empty one, any pseudo-field | refused |
//! | upper-case letters in a name | lowered |
//! | a control byte other than a tab in a value; a space or tab at either end | refused |
//! | `transfer-encoding`; `expect: 100-continue` | refused |
//! | a `content-length` that is no number, contradicts another, or the content | refused |
//! | a second `content-length` that agrees with the first | dropped |
//! | `connection`, `keep-alive`, `proxy-connection`, `upgrade`, `te` but `trailers` | dropped |
//! | `host` twice, or in contradiction to the authority | refused |
//! | `content-length` among trailers or in an informational response | refused |
//! | other fields that RFC 9110, 6.5.1 forbids among trailers | dropped |
//! | content of a 204 or 304 response, or of one to HEAD | refused |
//! | nonzero padding, and an end anywhere but where RFC 9292, 3.8 allows it | refused |
//!
//! Encoding never emits what decoding refuses or drops: what a peer would drop is left out, as are
//! `transfer-encoding` and `expect: 100-continue`, which belong to one connection only; all else
//! is an error of the caller.

mod content;
mod control;
mod decode;
mod encode;
mod fields;
mod head;
#[cfg(feature = "http")]
mod http;
mod limits;
mod message;
mod section;
mod stream;
mod strict;

pub(crate) use self::control::is_head;
pub use self::decode::{Decoder, Event};
pub use self::encode::{FieldLines, encode_request, encode_response, encode_response_to, pad};
pub use self::fields::{Fields, Iter};
pub use self::head::{RequestHead, RequestLine, ResponseHead};
#[cfg(feature = "http")]
pub use self::http::{HeaderLines, encode_http_request, encode_http_response, header_lines};
pub use self::limits::Limits;
pub use self::message::{Request, Response, decode_request, decode_response, decode_response_to};
pub use self::stream::{ContentEncoder, ResponseEncoder};
pub(crate) use self::strict::{authority as check_authority, same_authority};
