//! The server's side of sealed calls, for any framework: which requests are sealed calls, what is
//! in them, and the answer sealed.
//!
//! ```
//! use bytes::Bytes;
//! use http::{Request, Response};
//! use http_body_util::Full;
//! use sealwire_http::server::{Gate, Incoming};
//!
//! async fn serve(gate: &Gate, request: Request<Full<Bytes>>) -> Response<impl http_body::Body> {
//!     match gate.receive(request).await {
//!         // The handler sees the inner request, the network the sealed answer.
//!         Incoming::Call(request, answering) => {
//!             let text = format!("you asked for {}", request.uri().path());
//!             answering.seal(Response::new(Full::from(text))).await
//!         }
//!         Incoming::Answer(answer) => answer,
//!         Incoming::Plain(_) => Gate::whole(Response::new(Bytes::from("this was not sealed"))),
//!     }
//! }
//! ```

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use bytes::Bytes;
use http::{Request, Response, request, response};
use http_body::Body;
use sealwire::{
    Code, Error, Server, SystemRandom,
    bhttp::header_lines,
    server::{Answer, Call, Outer, ResponseStarter, ServerResponse, Sorted},
};

use crate::{
    BodyError, BoxError, Breaker, Incomplete, OpenedBody, Sealed, SealedBody,
    budget::{Budget, Charge},
    collect,
    collect::collect_if,
    open_request,
    pieces::wipe,
    ready::{Ready, Then, ready},
};

/// Where sealed calls come in. Cheap to clone; clones share the server and count together.
#[derive(Clone, Debug)]
pub struct Gate {
    server: Arc<Server>,
    response_limit: usize,
    concurrent_opens: usize,
    opening: Arc<AtomicUsize>,
    memory: Budget,
}

/// What came in.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "it is taken apart where it arrives, and not kept")]
pub enum Incoming<B> {
    /// A sealed call was opened: this is what is inside, and what seals the answer.
    Call(Request<OpenedBody<B>>, Answering),
    /// Send this: it is no call that can be handled.
    Answer(Response<SealedBody<B>>),
    /// It was not sealed, and may be handled all the same.
    Plain(Request<B>),
}

/// Which way an outer request goes, by its head.
#[derive(Debug)]
pub enum Way {
    /// It is a sealed call, to be [opened](Gate::open).
    Call(Call),
    /// Send this.
    Answer(Answer),
    /// It is not sealed, and may be handled all the same.
    Plain,
}

/// Seals the answer to one call, and is used up by it.
#[derive(Debug)]
pub struct Answering {
    form: Form,
    response_limit: usize,
}

#[derive(Debug)]
enum Form {
    OneShot(ServerResponse),
    Chunked(ResponseStarter, Breaker),
}

impl Gate {
    /// The content of a handler's response to a call in one piece in bytes, unless configured:
    /// 16 MiB. Answers to calls in chunks are streamed, and have no limit.
    pub const DEFAULT_RESPONSE_LIMIT: usize = 16 * 1024 * 1024;
    /// The content of calls that are on their way to their handlers, all together, in bytes, unless
    /// configured: 256 MiB.
    pub const DEFAULT_MEMORY_LIMIT: usize = 256 * 1024 * 1024;

    /// A gate to what `server` can open.
    pub fn new(server: impl Into<Arc<Server>>) -> Self {
        Self {
            server: server.into(),
            response_limit: Self::DEFAULT_RESPONSE_LIMIT,
            concurrent_opens: usize::MAX,
            opening: Arc::default(),
            memory: Budget::new(Self::DEFAULT_MEMORY_LIMIT),
        }
    }

    /// How many bytes of content a handler may answer a call in one piece with, since that answer
    /// is held in memory. Beyond, the handler's body is dropped and the client gets a sealed 500.
    #[must_use]
    pub fn response_limit(self, bytes: usize) -> Self {
        Self { response_limit: bytes, ..self }
    }

    /// How many bytes calls may hold, all together, until their handlers have them. A call that
    /// would hold more is answered with 503. The first 64 KiB of each call are not counted, so that
    /// small ones are served whatever strangers have sent of large ones; what a connection holds of
    /// a streamed call is no more than that either. As buffers double when they grow, the memory
    /// used can be twice as much.
    #[must_use]
    pub fn memory_limit(self, bytes: usize) -> Self {
        Self { memory: self.memory.with_most(bytes), ..self }
    }

    /// How many calls may be on their way from their head to their handler; those beyond are
    /// answered with 503. Not limited unless set, and better left so unless the HTTP server bounds
    /// how long a body may take: strangers who send a head and then nothing would take all places,
    /// where [`Self::memory_limit`] counts what they send.
    #[must_use]
    pub fn concurrent_opens(self, calls: usize) -> Self {
        Self { concurrent_opens: calls, ..self }
    }

    /// What opens the calls.
    #[must_use]
    pub const fn server(&self) -> &Arc<Server> {
        &self.server
    }

    /// Sorts a request and, if it is a sealed call, opens it.
    pub async fn receive<B>(&self, request: Request<B>) -> Incoming<B>
    where
        B: Body<Data = Bytes>,
        B::Error: Into<BoxError>,
    {
        let (parts, body) = request.into_parts();
        match self.way(&parts) {
            Way::Plain => Incoming::Plain(Request::from_parts(parts, body)),
            Way::Answer(answer) => Incoming::Answer(outer(answer)),
            Way::Call(call) => match self.open(call, body).await {
                Ok((request, answering)) => Incoming::Call(request, answering),
                Err(answer) => Incoming::Answer(outer(answer)),
            },
        }
    }

    /// Which way a request goes, before its body is read. One that is not sealed on a route that
    /// reports those is counted: `sealwire.server.plain_requests`.
    #[must_use]
    pub fn way(&self, parts: &request::Parts) -> Way {
        way(self.server.sort_http(parts))
    }

    /// [`Self::way`] for a request of another library than `http`.
    #[must_use]
    pub fn sort(&self, outer: Outer<'_>) -> Way {
        way(self.server.sort(outer))
    }

    /// Opens a sealed call: all of it, or on a route that streams its head.
    ///
    /// # Errors
    /// The answer to send instead.
    pub async fn open<B>(
        &self,
        call: Call,
        body: B,
    ) -> Result<(Request<OpenedBody<B>>, Answering), Answer>
    where
        B: Body<Data = Bytes>,
        B::Error: Into<BoxError>,
    {
        let Some(_place) = Place::take(&self.opening, self.concurrent_opens) else {
            return Err(call.busy());
        };
        let (response_limit, charge) = (self.response_limit, self.memory.charge());
        let (mut request, form) = match call.is_chunked() {
            true => open_chunked(call, body, charge).await?,
            false => open_one_shot(call, body, charge).await?,
        };
        request.extensions_mut().insert(form.sealed());
        Ok((request, Answering { form, response_limit }))
    }

    /// A response that is sent as it is.
    pub fn whole<B>(response: Response<Bytes>) -> Response<SealedBody<B>> {
        response.map(SealedBody::whole)
    }
}

fn way(sorted: Sorted) -> Way {
    match sorted {
        Sorted::Call(call) => Way::Call(call),
        Sorted::Answer(answer) => Way::Answer(answer),
        Sorted::Plain { report } => {
            if report {
                metrics::counter!("sealwire.server.plain_requests").increment(1);
            }
            Way::Plain
        }
    }
}

/// One of the calls that are being opened.
struct Place(Arc<AtomicUsize>);

impl Place {
    fn take(opening: &Arc<AtomicUsize>, limit: usize) -> Option<Self> {
        let place = Self(Arc::clone(opening));
        (opening.fetch_add(1, Ordering::Relaxed) < limit).then_some(place)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

async fn open_one_shot<B>(
    call: Call,
    body: B,
    mut charge: Charge,
) -> Result<(Request<OpenedBody<B>>, Form), Answer>
where
    B: Body<Data = Bytes>,
{
    let body = match collect_if(body, call.body_limit(), |more| charge.admit(more)).await {
        Ok((body, _)) => body,
        Err(Incomplete::TooLarge) if charge.refused() => return Err(call.busy()),
        Err(Incomplete::TooLarge) => return Err(call.body_too_large()),
        // Whoever broke off is not there to read it.
        Err(Incomplete::BrokenOff(_)) => return Err(call.not_opened()),
    };
    let (request, trailers, response) = call.open_http(body, &mut SystemRandom)?;
    let request = request.map(|content| OpenedBody::whole(content, trailers));
    Ok((request, Form::OneShot(response)))
}

async fn open_chunked<B>(
    call: Call,
    body: B,
    mut charge: Charge,
) -> Result<(Request<OpenedBody<B>>, Form), Answer>
where
    B: Body<Data = Bytes>,
    B::Error: Into<BoxError>,
{
    let breaker = Breaker::new();
    let (head, starter, body) =
        open_request(body, call.reader(), &breaker).await.map_err(|answer| *answer)?;
    let parts = match head.into_http() {
        Ok(parts) => parts,
        Err(error) => return Err(starter.refuse(error.code(), &mut SystemRandom)),
    };
    if starter.is_streaming() {
        return Ok((Request::from_parts(parts, body), Form::Chunked(starter, breaker)));
    }
    // How much there may be is for the reader to say, which knows the route.
    let body = match collect_if(body, usize::MAX, |more| charge.admit(more)).await {
        Ok((content, trailers)) => OpenedBody::whole(content.into(), trailers),
        Err(_) if charge.refused() => return Err(starter.busy(&mut SystemRandom)),
        Err(incomplete) => return Err(refuse(starter, &incomplete)),
    };
    Ok((Request::from_parts(parts, body), Form::Chunked(starter, breaker)))
}

/// The sealed answer to a call that did not arrive whole.
fn refuse(starter: ResponseStarter, incomplete: &Incomplete<BodyError>) -> Answer {
    let why = match incomplete {
        Incomplete::TooLarge => Code::TooLarge,
        Incomplete::BrokenOff(error) => error.sealing().map_or(Code::OpenFailed, Error::code),
    };
    starter.refuse(why, &mut SystemRandom)
}

impl Form {
    fn sealed(&self) -> Sealed {
        match self {
            Self::OneShot(sealer) => {
                Sealed::new(sealer.key_id(), sealer.suite(), sealer.exporter())
            }
            Self::Chunked(starter, _) => {
                Sealed::new(starter.key_id(), starter.suite(), starter.exporter())
            }
        }
    }
}

impl Answering {
    /// Seals the response of a handler: as a whole if the call was in one piece, or if the response
    /// is there already and small, and otherwise as it comes.
    pub async fn seal<R>(self, response: Response<R>) -> Response<SealedBody<R>>
    where
        R: Body<Data = Bytes>,
        R::Error: Into<BoxError>,
    {
        let (parts, body) = response.into_parts();
        match self.form {
            Form::OneShot(sealer) => {
                outer(seal_whole(sealer, &parts, body, self.response_limit).await)
            }
            Form::Chunked(starter, breaker) => seal_chunked(starter, &parts, body, breaker).await,
        }
    }

    /// Seals a 500 when there is no response, because the handler failed.
    pub fn internal_error<R>(self) -> Response<SealedBody<R>> {
        outer(match self.form {
            Form::OneShot(sealer) => sealer.internal_error(&mut SystemRandom),
            Form::Chunked(starter, _) => starter.internal_error(&mut SystemRandom),
        })
    }

    /// Seals a refusal when the request is one that the framework cannot have: 413 if `why` is
    /// `TooLarge`, else 400.
    pub fn refuse<R>(self, why: Code) -> Response<SealedBody<R>> {
        outer(match self.form {
            Form::OneShot(sealer) => sealer.refuse(why, &mut SystemRandom),
            Form::Chunked(starter, _) => starter.refuse(why, &mut SystemRandom),
        })
    }
}

/// A response that is there is sealed as a whole: that costs less, and can be padded.
async fn seal_chunked<R>(
    starter: ResponseStarter,
    parts: &response::Parts,
    body: R,
    breaker: Breaker,
) -> Response<SealedBody<R>>
where
    R: Body<Data = Bytes>,
    R::Error: Into<BoxError>,
{
    let (status, fields) = (parts.status.as_u16(), header_lines(&parts.headers));
    let mut body = Box::pin(body);
    let Ready { content, then } = match starter.takes_content(status) {
        true => ready(body.as_mut()).await,
        false => Ready::nothing(),
    };
    let answer = match then {
        Then::More => match starter.start(status, fields, &mut SystemRandom) {
            Ok((answer, writer)) => {
                let (head, first) = answer.into_http_parts();
                let body = SealedBody::response(first, writer, content, body, breaker);
                return Response::from_parts(head, body);
            }
            Err(_) => Answer::internal_error(),
        },
        Then::End(trailers) => {
            let trailers = header_lines(&trailers);
            let sealed = starter.seal(status, fields, &content, trailers, &mut SystemRandom);
            // What was put together here, or is held by nobody else.
            if let Ok(mut content) = content.try_into_mut() {
                wipe(&mut content);
            }
            sealed.unwrap_or_else(|_| Answer::internal_error())
        }
        // Nothing of it was sent yet.
        Then::Failed(_) => starter.internal_error(&mut SystemRandom),
    };
    outer(answer)
}

async fn seal_whole<R>(
    sealer: ServerResponse,
    parts: &response::Parts,
    body: R,
    limit: usize,
) -> Answer
where
    R: Body<Data = Bytes>,
{
    let collected = match sealer.takes_content(parts.status.as_u16()) {
        true => collect(body, limit).await,
        false => Ok(Default::default()),
    };
    match collected {
        Ok((mut content, trailers)) => {
            let sealed = sealer.seal_http(parts, &content, &trailers, &mut SystemRandom);
            wipe(&mut content);
            sealed.unwrap_or_else(|_| Answer::internal_error())
        }
        // A part of a response is none.
        Err(_) => sealer.internal_error(&mut SystemRandom),
    }
}

fn outer<R>(answer: Answer) -> Response<SealedBody<R>> {
    Gate::whole(answer.into_http())
}
