//! What to do with an outer request, by what anyone on the path can read of it.

use alloc::{boxed::Box, sync::Arc, vec::Vec};
use core::fmt;

use super::{Answer, Problem, RequestReader, RequireSealed, Server, ServerRequest};
#[cfg(feature = "http")]
use crate::server::ServerResponse;
use crate::{error::Result, media_type, random::Random, target::without_query};

/// An outer request, before its body is read.
#[derive(Clone, Copy)]
pub struct Outer<'a> {
    /// The method.
    pub method: &'a str,
    /// The path with its query, as it came: nothing decoded, nothing resolved.
    pub path: &'a str,
    /// Its header fields.
    pub fields: &'a FieldsOf<'a>,
}

/// Calls the function given with each value of the field that has this name, in lower case.
pub type FieldsOf<'a> = dyn Fn(&str, &mut dyn FnMut(&[u8])) + 'a;

/// What to do with an outer request.
#[derive(Debug)]
pub enum Sorted {
    /// Send this; the body is not read.
    Answer(Answer),
    /// It is a sealed call: read its body and open it.
    Call(Call),
    /// It is not sealed: hand it on as it is.
    Plain {
        /// It went to a route that only reports what is not sealed: count it.
        report: bool,
    },
}

/// A sealed call whose body is to be opened.
pub struct Call {
    pub(super) server: Arc<Server>,
    pub(super) way: Way,
    is_chunked: bool,
}

/// What of the way a call came matters to what is inside.
#[derive(Default)]
pub(super) struct Way {
    /// The path that a mirrored call must have inside.
    pub(super) mirrored: Option<Box<str>>,
    /// The origin of the page that called, if it is allowed to see the answer.
    pub(super) origin: Option<Box<str>>,
    /// Fields that the edge has set.
    pub(super) trusted: Vec<(Box<str>, Vec<u8>)>,
}

impl Server {
    /// What to do with an outer request. Ask before its body is read.
    ///
    /// On the gateway path, GET and HEAD are answered with the key configurations, an allowed CORS
    /// preflight with 204, POST with anything but a sealed call with 415, and any other method with
    /// 405. With a mirror target a sealed call is a POST of that media type anywhere behind the
    /// prefix.
    #[must_use]
    pub fn sort(self: &Arc<Self>, outer: Outer<'_>) -> Sorted {
        let path = without_query(outer.path);
        if path == self.target.keys_path() {
            return self.gateway(outer);
        }
        match self.target.mirrored(path) {
            Some(mirrored) => self.mirror(outer, path, mirrored),
            None => self.plain(outer, path),
        }
    }

    fn gateway(self: &Arc<Self>, outer: Outer<'_>) -> Sorted {
        let (calls_go_here, origin) = (!self.target.is_mirror(), self.origin(&outer));
        let answer = match outer.method {
            "GET" | "HEAD" => Answer::keys(self.key_configs.clone()),
            "OPTIONS" if outer.is_preflight() && origin.is_some() => Answer::preflight(),
            "POST" if calls_go_here => match outer.media_type() {
                Some(is_chunked) => {
                    return Sorted::Call(self.call(&outer, None, origin, is_chunked));
                }
                None => Answer::plain(Problem::MEDIA_TYPE),
            },
            _ => Answer::method_not_allowed(calls_go_here),
        };
        Sorted::Answer(answer.allow_origin(origin))
    }

    fn mirror(self: &Arc<Self>, outer: Outer<'_>, path: &str, mirrored: &str) -> Sorted {
        let origin = || self.origin(&outer);
        match (outer.method, outer.media_type()) {
            // The query travels inside. One outside could lead the edge to another decision.
            ("POST", Some(_)) if path.len() < outer.path.len() => {
                Sorted::Answer(Answer::not_opened().allow_origin(origin()))
            }
            ("POST", Some(is_chunked)) => {
                Sorted::Call(self.call(&outer, Some(mirrored.into()), origin(), is_chunked))
            }
            ("OPTIONS", _) if outer.is_preflight_of_a_call() => match origin() {
                Some(origin) => Sorted::Answer(Answer::preflight().allow_origin(Some(origin))),
                None => self.plain(outer, path),
            },
            _ => self.plain(outer, path),
        }
    }

    /// The origin of the page that calls, if it may.
    fn origin(&self, outer: &Outer<'_>) -> Option<Box<str>> {
        self.cors.allow(outer.field("origin").as_deref())
    }

    /// [`Self::sort`] for a request of the crate `http`.
    #[cfg(feature = "http")]
    #[must_use]
    pub fn sort_http(self: &Arc<Self>, parts: &http::request::Parts) -> Sorted {
        let fields = |name: &str, each: &mut dyn FnMut(&[u8])| {
            parts.headers.get_all(name).iter().for_each(|value| each(value.as_bytes()));
        };
        let path = parts.uri.path_and_query().map_or("", http::uri::PathAndQuery::as_str);
        self.sort(Outer { method: parts.method.as_str(), path, fields: &fields })
    }

    fn call(
        self: &Arc<Self>,
        outer: &Outer<'_>,
        mirrored: Option<Box<str>>,
        origin: Option<Box<str>>,
        is_chunked: bool,
    ) -> Call {
        let trusted = self.edge.trusted(outer);
        Call { server: Arc::clone(self), way: Way { mirrored, origin, trusted }, is_chunked }
    }

    fn plain(&self, outer: Outer<'_>, path: &str) -> Sorted {
        match self.routes.plain(path) {
            RequireSealed::Off => Sorted::Plain { report: false },
            RequireSealed::Report => Sorted::Plain { report: true },
            RequireSealed::On => {
                Sorted::Answer(Answer::not_sealed().allow_origin(self.origin(&outer)))
            }
        }
    }
}

impl Outer<'_> {
    fn field(&self, name: &str) -> Option<Vec<u8>> {
        let mut found: Option<Vec<u8>> = None;
        (self.fields)(name, &mut |value| {
            found.get_or_insert_with(|| value.to_vec());
        });
        found
    }

    /// Whether it is a sealed request in chunks, or one in one piece; nothing if neither.
    fn media_type(&self) -> Option<bool> {
        let content_type = self.field("content-type");
        let is = |media_type| media_type::is(content_type.as_deref(), media_type);
        if is(media_type::CHUNKED_REQUEST) {
            return Some(true);
        }
        is(media_type::REQUEST).then_some(false)
    }

    fn is_preflight(&self) -> bool {
        self.field("access-control-request-method").is_some()
    }

    /// Where the app has paths too, a preflight for more than a sealed call needs is the app's.
    fn is_preflight_of_a_call(&self) -> bool {
        let method = self.field("access-control-request-method");
        let fields = self.field("access-control-request-headers").unwrap_or_default();
        let mut fields = fields.split(|&byte| byte == b',').map(<[u8]>::trim_ascii);
        let ours = |name: &[u8]| matches!(name, b"content-type" | b"incremental");
        method.is_some_and(|method| method == b"POST")
            && fields.all(|name| name.is_empty() || ours(&name.to_ascii_lowercase()))
    }
}

impl Call {
    /// Whether it is sealed in chunks: then [`Self::reader`] opens it, else [`Self::open`].
    #[must_use]
    pub const fn is_chunked(&self) -> bool {
        self.is_chunked
    }

    /// How many bytes the body of a call in one piece may have.
    #[must_use]
    pub fn body_limit(&self) -> usize {
        self.server.body_limit()
    }

    /// Opens the body of a call in one piece, in place.
    ///
    /// # Errors
    /// As [`Server::open`].
    pub fn open<'a>(
        self,
        body: &'a mut [u8],
        random: &mut dyn Random,
    ) -> Result<ServerRequest<'a>, Answer> {
        self.server.open_call(self.way, body, random)
    }

    /// Opens the body of a call in one piece as a request of the crate `http` and its trailers.
    /// The content is a slice of the body given, not a copy of it.
    ///
    /// # Errors
    /// As [`Server::open`].
    #[cfg(feature = "http")]
    pub fn open_http(
        self,
        body: Vec<u8>,
        random: &mut dyn Random,
    ) -> Result<(http::Request<bytes::Bytes>, http::HeaderMap, ServerResponse), Answer> {
        self.server.open_http_call(self.way, body, random)
    }

    /// Begins to open the body of a call in chunks. How much content it may have is decided by its
    /// route once its head was opened.
    #[must_use]
    pub fn reader(self) -> RequestReader {
        RequestReader::new(self.server, self.way, None)
    }

    /// The answer to a body of more than [`Self::body_limit`] bytes.
    #[must_use]
    pub fn body_too_large(&self) -> Answer {
        Answer::plain(Problem::BODY_TOO_LARGE).allow_origin(self.way.origin.clone())
    }

    /// The answer to a body that did not arrive whole: the same as to any other that cannot be
    /// opened.
    #[must_use]
    pub fn not_opened(&self) -> Answer {
        Answer::not_opened().allow_origin(self.way.origin.clone())
    }

    /// The answer when as many calls are being opened as may be.
    #[must_use]
    pub fn busy(&self) -> Answer {
        Answer::plain(Problem::BUSY).allow_origin(self.way.origin.clone())
    }
}

/// Shows the method; of the rest nothing.
impl fmt::Debug for Outer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outer").field("method", &self.method).finish_non_exhaustive()
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call").field("is_chunked", &self.is_chunked).finish_non_exhaustive()
    }
}
