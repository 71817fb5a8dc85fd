use std::fmt;

use http::StatusCode;

/// Why a sealed call has no response. It holds neither the target nor anything of a message.
#[derive(Debug)]
pub struct Error(Kind);

#[derive(Debug)]
enum Kind {
    Insecure(&'static str),
    Streaming,
    TooLarge,
    NotSealed(StatusCode),
    Sealing(sealwire::Error),
    Http(reqwest::Error),
}

impl Error {
    pub(crate) const fn insecure(why: &'static str) -> Self {
        Self(Kind::Insecure(why))
    }

    pub(crate) const fn streaming() -> Self {
        Self(Kind::Streaming)
    }

    pub(crate) const fn too_large() -> Self {
        Self(Kind::TooLarge)
    }

    pub(crate) fn answer(error: sealwire::Error, status: StatusCode) -> Self {
        match error.code() {
            sealwire::Code::NotSealed => Self(Kind::NotSealed(status)),
            _ => error.into(),
        }
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

    /// The connection timed out.
    #[must_use]
    pub fn is_timeout(&self) -> bool {
        matches!(&self.0, Kind::Http(error) if error.is_timeout())
    }

    /// The error of the core, if it is one.
    #[must_use]
    pub const fn sealing(&self) -> Option<&sealwire::Error> {
        match &self.0 {
            Kind::Sealing(error) => Some(error),
            _ => None,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Insecure(why) => f.write_str(why),
            Kind::Streaming => f.write_str("the body of a sealed call must be in memory"),
            Kind::TooLarge => f.write_str("the answer exceeds the response limit"),
            Kind::NotSealed(status) => write!(f, "the answer, {status}, is not sealed"),
            Kind::Sealing(error) => error.fmt(f),
            Kind::Http(_) => f.write_str("the sealed call failed on its way"),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.0 {
            Kind::Http(error) => Some(error),
            _ => None,
        }
    }
}

impl From<sealwire::Error> for Error {
    fn from(error: sealwire::Error) -> Self {
        Self(Kind::Sealing(error))
    }
}

impl From<reqwest::Error> for Error {
    /// reqwest puts the URL into its errors, and before sealing that is the secret one.
    fn from(error: reqwest::Error) -> Self {
        Self(Kind::Http(error.without_url()))
    }
}
