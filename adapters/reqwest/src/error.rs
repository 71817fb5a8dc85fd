use std::{error, fmt};

use http::StatusCode;
use sealwire_http::{BodyError, BoxError, client::CallError};

/// Why a sealed call has no response. It holds neither the target nor anything of a message.
///
/// Whether the server carried the call out:
///
/// - [`is_not_sent`](Self::is_not_sent): no, nothing of it left this machine.
/// - [`is_body`](Self::is_body): no, unless a handler acts before its request is complete, as on a
///   route that streams: the request was broken off.
/// - [`is_answered`](Self::is_answered): the server answered this very call, but not with a response
///   that this client accepts.
/// - Anything else: unknown. That includes a timeout, an answer that is not sealed, and one that
///   does not open, since whoever is between can have let the call pass and put that in its place.
///
/// A response that is there can still end early. Its methods then fail with a [`reqwest::Error`],
/// and [`of_body`](Self::of_body) finds the reason in it.
#[derive(Debug)]
pub struct Error(Kind);

#[derive(Debug)]
enum Kind {
    // Nothing was sent.
    SetUp(BoxError),
    Gateway,
    Building(reqwest::Error),
    ContentTooLarge,
    Content(BoxError),
    TimedOut,
    Sealing(CallError),
    Connecting(reqwest::Error),
    // Something was, or may have been.
    Body(BodyError),
    Sending(BoxError),
    Answer(CallError),
}

impl Error {
    pub(crate) fn set_up(error: reqwest::Error) -> Self {
        Self(Kind::SetUp(error.without_url().into()))
    }

    pub(crate) const fn gateway() -> Self {
        Self(Kind::Gateway)
    }

    /// reqwest puts the URL into its errors, and before sealing that is the secret one.
    pub(crate) fn building(error: reqwest::Error) -> Self {
        Self(Kind::Building(error.without_url()))
    }

    pub(crate) const fn content_too_large() -> Self {
        Self(Kind::ContentTooLarge)
    }

    pub(crate) fn content(error: reqwest::Error) -> Self {
        Self(Kind::Content(error.without_url().into()))
    }

    /// Before there was anything to send.
    pub(crate) const fn timed_out() -> Self {
        Self(Kind::TimedOut)
    }

    pub(crate) const fn sealing_failed(error: CallError) -> Self {
        Self(Kind::Sealing(error))
    }

    pub(crate) fn sending(error: reqwest::Error) -> Self {
        let error = error.without_url();
        Self(match error {
            _ if error.is_builder() => Kind::Building(error),
            _ if error.is_connect() => Kind::Connecting(error),
            _ => Kind::Sending(error.into()),
        })
    }

    #[cfg(feature = "test-util")]
    pub(crate) fn double(error: sealwire::Error) -> Self {
        Self(Kind::SetUp(error.into()))
    }

    #[cfg(feature = "test-util")]
    pub(crate) fn double_failed(error: BoxError) -> Self {
        Self(Kind::Sending(error))
    }

    #[cfg(feature = "blocking")]
    pub(crate) fn no_background(error: std::io::Error) -> Self {
        Self(Kind::SetUp(error.into()))
    }

    #[cfg(feature = "blocking")]
    pub(crate) fn stopped() -> Self {
        Self(Kind::Sending("the thread of the blocking client stopped".into()))
    }

    pub(crate) const fn body(error: BodyError) -> Self {
        Self(Kind::Body(error))
    }

    pub(crate) const fn answer(error: CallError) -> Self {
        Self(Kind::Answer(error))
    }

    /// Nothing of the call left this machine, so it was not carried out: the request was refused
    /// here, or there was no connection to send it on.
    #[must_use]
    pub const fn is_not_sent(&self) -> bool {
        match self.0 {
            Kind::SetUp(_)
            | Kind::Gateway
            | Kind::Building(_)
            | Kind::ContentTooLarge
            | Kind::Content(_)
            | Kind::TimedOut
            | Kind::Sealing(_)
            | Kind::Connecting(_) => true,
            Kind::Body(_) | Kind::Sending(_) | Kind::Answer(_) => false,
        }
    }

    /// The server answered this very call, but not with a response that is accepted here: what
    /// opened is no HTTP response, or exceeds a limit.
    #[must_use]
    pub fn is_answered(&self) -> bool {
        matches!(&self.0, Kind::Answer(error) if error.is_answered())
    }

    /// There was no connection to the gateway, or to a proxy on the way to it.
    #[must_use]
    pub const fn is_connect(&self) -> bool {
        matches!(self.0, Kind::Connecting(_))
    }

    /// Nothing was sent, since it would not have been safe to.
    #[must_use]
    pub const fn is_insecure(&self) -> bool {
        match &self.0 {
            Kind::Sealing(error) => error.is_insecure(),
            _ => false,
        }
    }

    /// The body of the request failed: its stream ended in an error, or was not as long as its
    /// `content-length`. What was sent of the call has no end that a server would accept.
    #[must_use]
    pub const fn is_body(&self) -> bool {
        matches!(self.0, Kind::Content(_) | Kind::Body(_))
    }

    /// Something answered, but not with a sealed response: the server refused, or something on
    /// the way did. It proves nothing about whether the call was carried out.
    #[must_use]
    pub const fn is_not_sealed(&self) -> bool {
        match &self.0 {
            Kind::Answer(error) => error.is_not_sealed(),
            _ => false,
        }
    }

    /// The status of an answer that was not sealed.
    #[must_use]
    pub const fn outer_status(&self) -> Option<StatusCode> {
        match &self.0 {
            Kind::Answer(error) => error.outer_status(),
            _ => None,
        }
    }

    /// The response has more content than [`response_limit`](crate::ClientBuilder::response_limit),
    /// or more of something else than [`limits`](crate::ClientBuilder::limits) allow; or the outer
    /// answer to a call in one piece does, which whoever is between can have made so.
    #[must_use]
    pub fn is_too_large(&self) -> bool {
        match &self.0 {
            Kind::Answer(error) => {
                error.is_too_large()
                    || error.sealing().is_some_and(|error| error.code() == sealwire::Code::TooLarge)
            }
            _ => false,
        }
    }

    /// Connecting, or the call as a whole, took too long.
    #[must_use]
    pub fn is_timeout(&self) -> bool {
        matches!(self.0, Kind::TimedOut)
            || find::<reqwest::Error>(self).is_some_and(reqwest::Error::is_timeout)
    }

    /// The error of the core, if it is one.
    #[must_use]
    pub const fn sealing(&self) -> Option<&sealwire::Error> {
        match &self.0 {
            Kind::Sealing(error) | Kind::Answer(error) => error.sealing(),
            Kind::Body(error) => error.sealing(),
            _ => None,
        }
    }

    /// Why the body of a response, or of a request, ended early, wherever in `error` that stands:
    /// for the [`reqwest::Error`] of a method of the response, or the [`std::io::Error`] of reading
    /// a blocking one. None if it has another reason, such as content that is no JSON.
    ///
    /// reqwest puts the URL into such an error, and that is the one of the sealed call: see
    /// [`reqwest::Error::without_url`] before it is logged.
    #[must_use]
    pub fn of_body<'a>(error: &'a (dyn error::Error + 'static)) -> Option<&'a BodyError> {
        find(error)
    }
}

/// The first error of that type among `error` and its sources.
fn find<'a, E>(error: &'a (dyn error::Error + 'static)) -> Option<&'a E>
where
    E: error::Error + 'static,
{
    std::iter::successors(Some(error), |error| error.source())
        .find_map(|error| error.downcast_ref())
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::SetUp(_) => f.write_str("the client cannot be set up as configured"),
            Kind::Gateway => f.write_str("the URL of the gateway is not one of HTTP"),
            Kind::Building(_) => f.write_str("not sent: the request is not a valid one"),
            Kind::TimedOut => f.write_str("not sent: the body did not come in time"),
            Kind::ContentTooLarge => {
                f.write_str("not sent: the body is too large for a call sealed in one piece")
            }
            Kind::Content(_) => f.write_str("not sent: the body of the request failed"),
            Kind::Sealing(error) => error.fmt(f),
            Kind::Connecting(_) => f.write_str("not sent: there is no connection to the gateway"),
            _ if self.is_timeout() => f.write_str("the sealed call timed out"),
            Kind::Body(_) => f.write_str("broken off: the body of the request failed"),
            Kind::Sending(_) => f.write_str("the sealed call failed on its way"),
            Kind::Answer(_) if self.is_too_large() => {
                f.write_str("the answer exceeds the response limit")
            }
            Kind::Answer(error) => error.fmt(f),
        }
    }
}

impl error::Error for Error {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        match &self.0 {
            Kind::Building(error) | Kind::Connecting(error) => Some(error),
            Kind::SetUp(error) | Kind::Content(error) | Kind::Sending(error) => Some(&**error),
            Kind::Body(error) => Some(error),
            Kind::Sealing(error) | Kind::Answer(error) => Some(error),
            Kind::Gateway | Kind::ContentTooLarge | Kind::TimedOut => None,
        }
    }
}
