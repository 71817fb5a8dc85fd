use std::fmt;

use http::StatusCode;
use sealwire_http::{BodyError, BoxError, client::CallError};

/// Why a sealed call has no response. It holds neither the target nor anything of a message; the
/// error of the service underneath, if there is one, is the source, and is that service's.
///
/// Whether the server carried the call out:
///
/// - [`is_not_sent`](Self::is_not_sent): no, nothing of it left this layer.
/// - [`is_answered`](Self::is_answered): the server answered this very call, but not with a response
///   that this client accepts.
/// - Anything else: unknown. That includes an answer that is not sealed, and one that does not open,
///   since whoever is between can have let the call pass and put that in its place.
#[derive(Debug)]
pub struct Error(Kind);

#[derive(Debug)]
enum Kind {
    NotReady(BoxError),
    Transport(BoxError),
    Call(CallError),
}

impl Error {
    pub(super) fn transport_not_ready(error: impl Into<BoxError>) -> Self {
        Self(Kind::NotReady(error.into()))
    }

    pub(super) fn transport(error: impl Into<BoxError>) -> Self {
        Self(Kind::Transport(error.into()))
    }

    /// Nothing of the call was handed to the service underneath, so it was not carried out: the
    /// request was refused here, or the service was not ready for one.
    #[must_use]
    pub const fn is_not_sent(&self) -> bool {
        match &self.0 {
            Kind::NotReady(_) => true,
            Kind::Transport(_) => false,
            Kind::Call(error) => error.is_not_sent(),
        }
    }

    /// The server answered this very call, but not with a response that is accepted here: what
    /// opened is no HTTP response, or exceeds a limit.
    #[must_use]
    pub fn is_answered(&self) -> bool {
        matches!(&self.0, Kind::Call(error) if error.is_answered())
    }

    /// Nothing was sent, since it would not have been safe to.
    #[must_use]
    pub const fn is_insecure(&self) -> bool {
        matches!(&self.0, Kind::Call(error) if error.is_insecure())
    }

    /// The service underneath failed. Its error, which can tell whether there was a connection at
    /// all, is the [source](std::error::Error::source).
    #[must_use]
    pub const fn is_transport(&self) -> bool {
        matches!(self.0, Kind::NotReady(_) | Kind::Transport(_))
    }

    /// Something answered, but not with a sealed response: the server refused, or something on the
    /// way did. It proves nothing about whether the call was carried out.
    #[must_use]
    pub const fn is_not_sealed(&self) -> bool {
        matches!(&self.0, Kind::Call(error) if error.is_not_sealed())
    }

    /// The status of an answer that was not sealed.
    #[must_use]
    pub const fn outer_status(&self) -> Option<StatusCode> {
        match &self.0 {
            Kind::Call(error) => error.outer_status(),
            _ => None,
        }
    }

    /// The error of the core, if it is one.
    #[must_use]
    pub const fn sealing(&self) -> Option<&sealwire::Error> {
        match &self.0 {
            Kind::Call(error) => error.sealing(),
            _ => None,
        }
    }

    /// The error of the body of the answer, if it is one.
    #[must_use]
    pub const fn body(&self) -> Option<&BodyError> {
        match &self.0 {
            Kind::Call(error) => error.body(),
            _ => None,
        }
    }
}

impl From<CallError> for Error {
    fn from(error: CallError) -> Self {
        Self(Kind::Call(error))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::NotReady(_) => f.write_str("not sent: the service underneath is not ready"),
            Kind::Transport(_) => f.write_str("the sealed call failed on its way"),
            Kind::Call(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.0 {
            Kind::NotReady(error) | Kind::Transport(error) => Some(&**error),
            Kind::Call(error) => error.source(),
        }
    }
}
