//! The server's end of a sealed call.
//!
//! [`Server::sort`] tells, before a body is read, which outer requests are sealed calls. The body
//! of a [`Call`] opens into a [`ServerRequest`]: the inner request, and the [`ServerResponse`] that
//! seals the answer to it, once; one in chunks is opened by a [`RequestReader`] as it arrives.
//! Whatever cannot be opened becomes an [`Answer`] to send instead, which tells a stranger nothing.
//!
//! This is not yet protected against replay: a sealed request that is sent twice is handled twice.

mod answer;
mod cors;
mod edge;
mod outer;
mod route;
mod stream;

use alloc::{borrow::Cow, boxed::Box, vec::Vec};
use core::fmt;

#[cfg(feature = "http")]
use crate::shared;
use crate::{
    bhttp::{self, FieldLines, Fields, Limits, RequestHead},
    envelope::{Labels, ResponseSealer, chunked::ChunkOpener, open_request},
    error::{Code, Error, Result},
    exporter::Exporter,
    keys::KeyRing,
    media_type, message_buffer,
    ours::without_ours,
    padding::Padding,
    random::Random,
    secret::wipe,
    suite::Suite,
    target::{Target, is_canonical, without_query},
};
pub use answer::Answer;
use answer::Problem;
pub use cors::Cors;
pub use edge::EdgeFields;
use outer::Way;
pub use outer::{Call, FieldsOf, Outer, Sorted};
use route::Routes;
pub use route::{RequireSealed, Route};
pub use stream::{Broken, RequestEvent, RequestReader, ResponseStarter, ResponseWriter};

/// The path of the gateway target (RFC 9540): key configurations by GET, sealed calls by POST.
pub const GATEWAY_PATH: &str = "/.well-known/ohttp-gateway";

/// Opens sealed calls with the keys of one ring, for the authorities it was configured for.
#[derive(Debug)]
pub struct Server {
    ring: KeyRing,
    key_configs: Vec<u8>,
    authorities: Vec<Box<str>>,
    limits: Limits,
    chunk_limit: usize,
    padding: Padding,
    target: Target,
    routes: Routes,
    edge: EdgeFields,
    cors: Cors,
}

/// An opened request.
pub struct ServerRequest<'a> {
    /// Method, target and header fields.
    pub head: RequestHead,
    /// The content, a slice of the body that was opened unless it came in several pieces.
    pub content: Cow<'a, [u8]>,
    /// The trailer fields, often none.
    pub trailers: Fields,
    /// Seals the answer.
    pub response: ServerResponse,
}

/// Seals the answer to one request, and is used up by it.
pub struct ServerResponse {
    sealer: ResponseSealer,
    /// Whether the request was HEAD, so that the answer has no content.
    to_head: bool,
    padding: Padding,
    origin: Option<Box<str>>,
}

impl Server {
    /// The content of a request in bytes, unless configured: 2 MiB.
    pub const DEFAULT_CONTENT_LIMIT: usize = 2 * 1024 * 1024;

    /// A server that answers for `authorities`, such as `api.example.com` or `localhost:8080`, and
    /// refuses requests meant for any other. Names are compared without regard to case, and the
    /// default port of a request's scheme counts as none, on both sides.
    ///
    /// # Errors
    /// `InvalidInput` if there is no key or no authority, or one is not a host with an optional
    /// port: user information, a scheme or a path does not belong there.
    pub fn new<'a>(ring: KeyRing, authorities: impl IntoIterator<Item = &'a str>) -> Result<Self> {
        let key_configs = ring.configs()?.encode();
        let authorities: Vec<Box<str>> = authorities.into_iter().map(Into::into).collect();
        if authorities.is_empty() {
            return Err(Error::new(Code::InvalidInput, "a server needs an authority"));
        }
        for authority in &authorities {
            bhttp::check_authority(authority).map_err(|why| Error::new(Code::InvalidInput, why))?;
        }
        let limits = Limits { content: Self::DEFAULT_CONTENT_LIMIT as u64, ..Limits::default() };
        Ok(Self {
            ring,
            key_configs,
            authorities,
            limits,
            chunk_limit: ChunkOpener::DEFAULT_LIMIT,
            padding: Padding::None,
            target: Target::GATEWAY,
            routes: Routes::default(),
            edge: EdgeFields::new(),
            cors: Cors::new(),
        })
    }

    /// Where sealed calls come in: [`Target::GATEWAY`] unless set.
    #[must_use]
    pub fn with_target(self, target: Target) -> Self {
        Self { target, ..self }
    }

    /// What holds for calls to `path` and everything below it. Of several rules, that with the
    /// longest path decides, and the next what that leaves open; `/` is above all others. Where a
    /// rule for another path than `/` is set, or the target is a mirror, sealed calls whose path is
    /// not [canonical](crate::is_canonical) are refused.
    ///
    /// # Errors
    /// `InvalidInput` if `path` is not canonical, holds a `*` or a `;`, or has a rule already.
    pub fn with_route(mut self, path: &str, route: Route) -> Result<Self> {
        self.routes.add(path, route)?;
        Ok(self)
    }

    /// Which fields of sealed calls are not believed: [`EdgeFields::new`] unless set.
    #[must_use]
    pub fn with_edge_fields(self, edge: EdgeFields) -> Self {
        Self { edge, ..self }
    }

    /// From which origins browsers may call: none unless set.
    #[must_use]
    pub fn with_cors(self, cors: Cors) -> Self {
        Self { cors, ..self }
    }

    /// How much the size of a response tells: nothing is hidden unless this is set.
    #[must_use]
    pub fn with_padding(self, padding: Padding) -> Self {
        Self { padding, ..self }
    }

    /// What a request may hold at most. Where `limits.content` is not set, hence [`u64::MAX`], that
    /// of content stays as it was.
    #[must_use]
    pub fn with_limits(self, limits: Limits) -> Self {
        let content = match limits.content {
            u64::MAX => self.limits.content,
            content => content,
        };
        Self { limits: Limits { content, ..limits }, ..self }
    }

    /// How many bytes a sealed chunk of a request may have, its tag included:
    /// [`ChunkOpener::DEFAULT_LIMIT`] unless set. So many are held of a call that is streamed.
    /// Below 16,400 the chunks of other people's stacks, and of our own, are refused.
    #[must_use]
    pub fn with_chunk_limit(self, bytes: usize) -> Self {
        Self { chunk_limit: bytes, ..self }
    }

    /// How many bytes the body of an outer request may have: what the limits allow inside it, and
    /// the envelope around that.
    #[must_use]
    pub fn body_limit(&self) -> usize {
        const ENVELOPE: usize = 8 * 1024;
        let Limits { section, target, content, .. } = self.limits;
        let content = usize::try_from(content).unwrap_or(usize::MAX);
        [section, section, target, ENVELOPE]
            .iter()
            .fold(content, |sum, part| sum.saturating_add(*part))
    }

    /// Opens the body of an outer POST in place.
    ///
    /// # Errors
    /// The answer to send instead. It is in plain where nothing was opened: 415 for another media
    /// type, 400 `#ohttp-key` for a key or algorithms that are not accepted, and one and the same
    /// 400 for everything else. It is sealed where the message opened but is no request for this
    /// server.
    pub fn open<'a>(
        &self,
        content_type: Option<&[u8]>,
        body: &'a mut [u8],
        random: &mut dyn Random,
    ) -> Result<ServerRequest<'a>, Answer> {
        check_media_type(content_type)?;
        self.open_call(Way::default(), body, random)
    }

    fn open_call<'a>(
        &self,
        way: Way,
        body: &'a mut [u8],
        random: &mut dyn Random,
    ) -> Result<ServerRequest<'a>, Answer> {
        let (message, response) = self.open_envelope(&way, body)?;
        match self.decode(&way, message) {
            Ok(bhttp::Request { head, content, trailers }) => {
                Ok(ServerRequest { head, content, trailers, response })
            }
            Err(problem) => Err(response.seal_or_plain(problem, random)),
        }
    }

    /// Opens the body of an outer POST as a request of the crate `http` and its trailers. The
    /// content is a slice of the body given, not a copy of it.
    ///
    /// # Errors
    /// As [`Self::open`].
    #[cfg(feature = "http")]
    pub fn open_http(
        &self,
        content_type: Option<&[u8]>,
        body: Vec<u8>,
        random: &mut dyn Random,
    ) -> Result<(http::Request<bytes::Bytes>, http::HeaderMap, ServerResponse), Answer> {
        check_media_type(content_type)?;
        self.open_http_call(Way::default(), body, random)
    }

    #[cfg(feature = "http")]
    fn open_http_call(
        &self,
        way: Way,
        mut body: Vec<u8>,
        random: &mut dyn Random,
    ) -> Result<(http::Request<bytes::Bytes>, http::HeaderMap, ServerResponse), Answer> {
        let (message, response) = self.open_envelope(&way, &mut body)?;
        let length = message.len();
        let message = shared::plaintext(body, length);
        let opened = self.decode(&way, &message).and_then(|request| {
            let content = shared::content(&message, request.content);
            let trailers = request.trailers.into_http()?;
            Ok((http::Request::from_parts(request.head.into_http()?, content), trailers))
        });
        match opened {
            Ok((request, trailers)) => Ok((request, trailers, response)),
            Err(problem) => Err(response.seal_or_plain(problem, random)),
        }
    }

    fn open_envelope<'a>(
        &self,
        way: &Way,
        body: &'a mut [u8],
    ) -> Result<(&'a mut [u8], ServerResponse), Answer> {
        match open_request(&self.ring, Labels::BHTTP, body) {
            Ok((message, sealer)) => {
                let to_head = bhttp::is_head(message);
                let (padding, origin) = (self.padding.clone(), way.origin.clone());
                Ok((message, ServerResponse { sealer, to_head, padding, origin }))
            }
            Err(error) => Err(Answer::refusal(error).allow_origin(way.origin.clone())),
        }
    }

    fn decode<'a>(&self, way: &Way, message: &'a [u8]) -> Result<bhttp::Request<'a>, Problem> {
        let mut request = bhttp::decode_request(message, self.limits)?;
        let route = self.admit(way, &mut request.head)?;
        if request.content.len() as u64 > route.limit_or(self.limits.content) {
            return Err(Problem::TOO_LARGE);
        }
        self.edge.filter(&mut request.trailers);
        Ok(request)
    }

    /// Whether the request is one for this server; if so, what holds for its route. Its fields are
    /// then those that a handler may see.
    fn admit(&self, way: &Way, head: &mut RequestHead) -> Result<Route, Problem> {
        self.check(head)?;
        self.check_path(way, head.path())?;
        self.edge.filter_head(head, &way.trusted)?;
        Ok(self.routes.of(head.path()))
    }

    /// Where the path decides anything, everyone must take it for the same.
    fn check_path(&self, way: &Way, path: &str) -> Result<(), Problem> {
        let matters = self.target.is_mirror() || self.routes.depend_on_the_path();
        if matters && !is_canonical(path) {
            return Err(Problem::PATH);
        }
        let mirrored = way.mirrored.as_deref();
        match !self.target.is_mirror() || mirrored == Some(without_query(path)) {
            true => Ok(()),
            false => Err(Problem::PATH),
        }
    }

    /// Whether the request is for one of the authorities.
    fn check(&self, head: &RequestHead) -> Result<(), Problem> {
        let (scheme, host) = (head.scheme(), head.host());
        // No other scheme has a handler here; and CONNECT, which has none, asks for a proxy.
        if !matches!(scheme, "http" | "https") {
            return Err(Problem::INVALID);
        }
        match self.authorities.iter().any(|ours| bhttp::same_authority(scheme, ours, host)) {
            true => Ok(()),
            false => Err(Problem::AUTHORITY),
        }
    }
}

impl ServerResponse {
    /// The id of the key the request was sealed for.
    #[must_use]
    pub const fn key_id(&self) -> u8 {
        self.sealer.key_id()
    }

    /// The algorithms the request was sealed with.
    #[must_use]
    pub const fn suite(&self) -> Suite {
        self.sealer.suite()
    }

    /// What derives further secrets that the client has, too.
    #[must_use]
    pub fn exporter(&self) -> Exporter {
        self.sealer.exporter()
    }

    /// Whether a response with this status has content: not one to HEAD, a 204 or a 304.
    #[must_use]
    pub const fn takes_content(&self, status: u16) -> bool {
        !self.to_head && !matches!(status, 204 | 304)
    }

    /// Seals the final response to the request, or a problem in its place.
    ///
    /// What HTTP does not let a response have is left out: the content of one to HEAD and of a 204
    /// or 304, and the `content-length` of a 204. A response that no client would accept for
    /// another reason, such as a `content-length` that is not the content's, is not sent: the
    /// client gets a sealed 500 of the type `https://sealwire.dev/problems#invalid-response`.
    ///
    /// # Errors
    /// `RandomFailed`, and `InvalidInput` beyond the AEAD's limit. [`Answer::internal_error`], which is
    /// not sealed, is all that is left then.
    pub fn seal<'f, 't>(
        self,
        status: u16,
        fields: impl FieldLines<'f>,
        content: &[u8],
        trailers: impl FieldLines<'t>,
        random: &mut dyn Random,
    ) -> Result<Answer> {
        let mut body = message_buffer(self.sealer.headroom(), content);
        let method = if self.to_head { "HEAD" } else { "GET" };
        let (fields, trailers) = (without_ours(fields), without_ours(trailers));
        match bhttp::encode_response_to(method, &[], status, fields, content, trailers, &mut body) {
            Ok(()) => self.seal_message(body, random),
            Err(_) => self.seal_problem(Problem::INVALID_RESPONSE, random),
        }
    }

    /// Seals a response of the crate `http` and its trailers.
    ///
    /// # Errors
    /// As [`Self::seal`].
    #[cfg(feature = "http")]
    pub fn seal_http(
        self,
        parts: &http::response::Parts,
        content: &[u8],
        trailers: &http::HeaderMap,
        random: &mut dyn Random,
    ) -> Result<Answer> {
        let fields = bhttp::header_lines(&parts.headers);
        let trailers = bhttp::header_lines(trailers);
        self.seal(parts.status.as_u16(), fields, content, trailers, random)
    }

    /// The answer when there is no response to seal, because the handler failed or its body broke
    /// off: a sealed 500 of the type `https://sealwire.dev/problems#handler-failed`. It is in plain
    /// only if the random source failed too.
    #[must_use]
    pub fn internal_error(self, random: &mut dyn Random) -> Answer {
        self.seal_or_plain(Problem::HANDLER_FAILED, random)
    }

    /// The answer to a request that cannot be handed to its handler though it was opened: a sealed
    /// 413 if `why` is `TooLarge`, else a sealed 400. It is in plain only if the random source
    /// failed too.
    #[must_use]
    pub fn refuse(self, why: Code, random: &mut dyn Random) -> Answer {
        self.seal_or_plain(why.into(), random)
    }

    fn seal_or_plain(self, problem: Problem, random: &mut dyn Random) -> Answer {
        let origin = self.origin.clone();
        let sealed = self.seal_problem(problem, random);
        sealed.unwrap_or_else(|_| Answer::internal_error().allow_origin(origin))
    }

    fn seal_problem(self, problem: Problem, random: &mut dyn Random) -> Result<Answer> {
        let mut body = message_buffer(self.sealer.headroom(), &[]);
        problem.encode(self.to_head, &mut body)?;
        self.seal_message(body, random)
    }

    fn seal_message(self, mut body: Vec<u8>, random: &mut dyn Random) -> Result<Answer> {
        let length = body.len().saturating_sub(self.sealer.headroom());
        bhttp::pad(&mut body, self.padding.padded_len(length).saturating_sub(length));
        self.sealer.seal(&mut body, random).inspect_err(|_| wipe(&mut body))?;
        Ok(Answer::sealed(body).allow_origin(self.origin))
    }
}

fn check_media_type(content_type: Option<&[u8]>) -> Result<(), Answer> {
    match media_type::is(content_type, media_type::REQUEST) {
        true => Ok(()),
        false => Err(Answer::plain(Problem::MEDIA_TYPE)),
    }
}

impl fmt::Debug for ServerRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerRequest")
            .field("head", &self.head)
            .field("content_len", &self.content.len())
            .field("response", &self.response)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for ServerResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerResponse")
            .field("sealer", &self.sealer)
            .field("to_head", &self.to_head)
            .finish()
    }
}
