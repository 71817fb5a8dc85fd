use std::fmt;

use http::StatusCode;

/// Why a sealed call has no response. It holds neither the target nor anything of a message.
///
/// Whether the server carried the call out:
///
/// - [`is_not_sent`](Self::is_not_sent): no, nothing of it left this machine.
/// - [`sealing`](Self::sealing) with the code `InvalidHttp` or `TooLarge`, after it was sent: the
///   server answered this very call, but not with a response that this client accepts.
/// - Anything else: unknown. That includes a timeout, an answer that is not sealed, and one that
///   does not open, since whoever is between can have let the call pass and put that in its place.
#[derive(Debug)]
pub struct Error(Kind);

#[derive(Debug)]
enum Kind {
    // Nothing was sent.
    SetUp(reqwest::Error),
    Insecure(&'static str),
    Target(&'static str),
    Streaming,
    Building(reqwest::Error),
    Sealing(sealwire::Error),
    Connecting(reqwest::Error),
    // Something was, or may have been.
    Sending(reqwest::Error),
    TooLarge,
    NotSealed(StatusCode),
    Opening(sealwire::Error),
}

impl Error {
    pub(crate) fn set_up(error: reqwest::Error) -> Self {
        Self(Kind::SetUp(error.without_url()))
    }

    pub(crate) const fn insecure(why: &'static str) -> Self {
        Self(Kind::Insecure(why))
    }

    pub(crate) const fn target(why: &'static str) -> Self {
        Self(Kind::Target(why))
    }

    pub(crate) const fn streaming() -> Self {
        Self(Kind::Streaming)
    }

    /// reqwest puts the URL into its errors, and before sealing that is the secret one.
    pub(crate) fn building(error: reqwest::Error) -> Self {
        Self(Kind::Building(error.without_url()))
    }

    pub(crate) const fn sealing_failed(error: sealwire::Error) -> Self {
        Self(Kind::Sealing(error))
    }

    pub(crate) fn sending(error: reqwest::Error) -> Self {
        let error = error.without_url();
        Self(match error {
            _ if error.is_builder() => Kind::Building(error),
            _ if error.is_connect() => Kind::Connecting(error),
            _ => Kind::Sending(error),
        })
    }

    pub(crate) const fn too_large() -> Self {
        Self(Kind::TooLarge)
    }

    pub(crate) fn answer(error: sealwire::Error, status: StatusCode) -> Self {
        Self(match error.code() {
            sealwire::Code::NotSealed => Kind::NotSealed(status),
            _ => Kind::Opening(error),
        })
    }

    /// Nothing of the call left this machine, so it was not carried out: the request was refused
    /// here, or there was no connection to send it on.
    #[must_use]
    pub const fn is_not_sent(&self) -> bool {
        match self.0 {
            Kind::SetUp(_)
            | Kind::Insecure(_)
            | Kind::Target(_)
            | Kind::Streaming
            | Kind::Building(_)
            | Kind::Sealing(_)
            | Kind::Connecting(_) => true,
            Kind::Sending(_) | Kind::TooLarge | Kind::NotSealed(_) | Kind::Opening(_) => false,
        }
    }

    /// There was no connection to the gateway, or to a proxy on the way to it.
    #[must_use]
    pub const fn is_connect(&self) -> bool {
        matches!(self.0, Kind::Connecting(_))
    }

    /// Nothing was sent, since it would not have been safe to.
    #[must_use]
    pub const fn is_insecure(&self) -> bool {
        matches!(self.0, Kind::Insecure(_))
    }

    /// Something answered, but not with a sealed response: the server refused, or something on
    /// the way did. It proves nothing about whether the call was carried out.
    #[must_use]
    pub const fn is_not_sealed(&self) -> bool {
        matches!(self.0, Kind::NotSealed(_))
    }

    /// The status of an answer that was not sealed.
    #[must_use]
    pub const fn outer_status(&self) -> Option<StatusCode> {
        match self.0 {
            Kind::NotSealed(status) => Some(status),
            _ => None,
        }
    }

    /// Connecting, or the call as a whole, took too long.
    #[must_use]
    pub fn is_timeout(&self) -> bool {
        self.http().is_some_and(reqwest::Error::is_timeout)
    }

    /// The error of the core, if it is one.
    #[must_use]
    pub const fn sealing(&self) -> Option<&sealwire::Error> {
        match &self.0 {
            Kind::Sealing(error) | Kind::Opening(error) => Some(error),
            _ => None,
        }
    }

    fn http(&self) -> Option<&reqwest::Error> {
        match &self.0 {
            Kind::SetUp(error)
            | Kind::Building(error)
            | Kind::Connecting(error)
            | Kind::Sending(error) => Some(error),
            _ => None,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::SetUp(_) => f.write_str("the client cannot be set up as configured"),
            Kind::Insecure(why) | Kind::Target(why) => write!(f, "not sent: {why}"),
            Kind::Streaming => f.write_str("not sent: the body of a sealed call must be in memory"),
            Kind::Building(_) => f.write_str("not sent: the request is not a valid one"),
            Kind::Sealing(error) => write!(f, "not sent: {error}"),
            Kind::Connecting(_) => f.write_str("not sent: there is no connection to the gateway"),
            Kind::Sending(error) if error.is_timeout() => f.write_str("the sealed call timed out"),
            Kind::Sending(_) => f.write_str("the sealed call failed on its way"),
            Kind::TooLarge => f.write_str("the answer exceeds the response limit"),
            Kind::NotSealed(status) => write!(f, "the answer, {status}, is not sealed"),
            Kind::Opening(error) => write!(f, "the answer was not accepted: {error}"),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.http().map(|error| error as _)
    }
}
