//! The core's two readers, as one.

use http::response;
use sealwire::{
    Error, Result, SystemRandom,
    bhttp::{Event, RequestHead},
    client::ResponseReader,
    server::{Answer, Broken, RequestEvent, RequestReader, ResponseStarter},
};

use crate::{BodyError, pieces::Gatherer};

/// Opens a message of one direction.
pub(crate) trait Reader {
    /// What precedes the content.
    type Head;

    /// How many more bytes complete what comes next; nothing in the final chunk.
    fn wanted(&self) -> Option<usize>;

    /// Opens `input` in place.
    fn push(
        &mut self,
        input: &mut [u8],
        head: &mut Option<Self::Head>,
        found: &mut Gatherer<'_>,
    ) -> Result<(), Fail>;

    /// Ends the input.
    fn finish(
        &mut self,
        head: &mut Option<Self::Head>,
        found: &mut Gatherer<'_>,
    ) -> Result<(), Fail>;
}

/// Why a message could not be opened, and what to answer if it was a request without a head.
pub(crate) struct Fail {
    pub(crate) error: BodyError,
    pub(crate) answer: Option<Box<Answer>>,
}

impl Reader for ResponseReader {
    type Head = response::Parts;

    fn wanted(&self) -> Option<usize> {
        self.wanted()
    }

    fn push(
        &mut self,
        input: &mut [u8],
        head: &mut Option<Self::Head>,
        found: &mut Gatherer<'_>,
    ) -> Result<(), Fail> {
        Ok(self.push(input, &mut |event| take_response(event, head, found))?)
    }

    fn finish(
        &mut self,
        head: &mut Option<Self::Head>,
        found: &mut Gatherer<'_>,
    ) -> Result<(), Fail> {
        Ok(self.finish(&mut |event| take_response(event, head, found))?)
    }
}

impl Reader for RequestReader {
    type Head = (RequestHead, ResponseStarter);

    fn wanted(&self) -> Option<usize> {
        self.wanted()
    }

    fn push(
        &mut self,
        input: &mut [u8],
        head: &mut Option<Self::Head>,
        found: &mut Gatherer<'_>,
    ) -> Result<(), Fail> {
        let sink = &mut |event: RequestEvent<'_>| take_request(event, head, found);
        Ok(self.push(input, &mut SystemRandom, sink)?)
    }

    fn finish(
        &mut self,
        head: &mut Option<Self::Head>,
        found: &mut Gatherer<'_>,
    ) -> Result<(), Fail> {
        let sink = &mut |event: RequestEvent<'_>| take_request(event, head, found);
        Ok(self.finish(&mut SystemRandom, sink)?)
    }
}

/// Informational responses come too late to be of use, and are dropped.
fn take_response(
    event: Event<'_>,
    head: &mut Option<response::Parts>,
    found: &mut Gatherer<'_>,
) -> Result<()> {
    match event {
        Event::Response(response) => *head = Some(response.into_http()?),
        Event::Content(content) => found.content(content),
        Event::Trailers(trailers) => found.trailers(trailers)?,
        Event::Informational(_) | Event::Request(_) => {}
    }
    Ok(())
}

fn take_request(
    event: RequestEvent<'_>,
    head: &mut Option<(RequestHead, ResponseStarter)>,
    found: &mut Gatherer<'_>,
) -> Result<()> {
    match event {
        RequestEvent::Head(request, starter) => *head = Some((request, starter)),
        RequestEvent::Content(content) => found.content(content),
        RequestEvent::Trailers(trailers) => found.trailers(trailers)?,
    }
    Ok(())
}

impl From<BodyError> for Fail {
    fn from(error: BodyError) -> Self {
        Self { error, answer: None }
    }
}

impl From<Error> for Fail {
    fn from(error: Error) -> Self {
        BodyError::message(error).into()
    }
}

impl From<Broken> for Fail {
    fn from(broken: Broken) -> Self {
        match broken {
            Broken::Answer(answer) => {
                Self { error: BodyError::broken_off(), answer: Some(Box::new(answer)) }
            }
            Broken::Handed(error) => error.into(),
        }
    }
}
