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
//! | upper-case letters in a name or in the scheme | lowered |
//! | a control byte other than a tab in a value; a space or tab at either end | refused |
//! | `transfer-encoding`; an `expect` with `100-continue` anywhere in it | refused |
//! | a `content-length` that is no number, contradicts another, or the content | refused |
//! | a `content-length` with needless zeros in front | refused |
//! | a second `content-length` that agrees with the first; one of zero in a 204 | dropped |
//! | `connection`, `keep-alive`, `proxy-connection`, `upgrade`, `te` but `trailers` | dropped |
//! | a twin of these, of `transfer-encoding` or of `content-length` (see below) | dropped |
//! | `host` twice, or in contradiction to the authority | refused |
//! | `content-length` among trailers or in an informational response | refused |
//! | other fields that RFC 9110, 6.5.1 forbids among trailers, and their twins | dropped |
//! | content of a 204 or 304 response, or of one to HEAD | refused |
//! | an informational 101, which as HTTP/1.1 would switch protocols | refused |
//! | nonzero padding, and an end anywhere but where RFC 9292, 3.8 allows it | refused |
//!
//! A *twin* is a name that becomes another one when every sign in it but letters, digits and
//! hyphens is taken for a hyphen: `transfer_encoding`, `content.length`. CGI and what descends from
//! it cannot tell the two apart. They are dropped and not refused, since by themselves they mean
//! nothing, and web servers have long dropped them without a word.
//!
//! Encoding never emits what decoding refuses or drops, limits excepted: a peer's [`Limits`] are
//! not known here. What a peer would drop is left out, as are `transfer-encoding` and an `expect`
//! of `100-continue`, which belong to one connection only, the content of a response that has none
//! (to HEAD, 204, 304), and the `content-length` of a 204; all else is an error of the caller. That
//! holds for a response decoded as the answer to the method it was encoded for:
//! [`encode_response`], [`decode_response`] and [`ResponseEncoder::new`] are for all but HEAD.

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
