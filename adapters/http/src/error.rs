use std::{error, fmt};

/// Any error, as bodies have them.
pub type BoxError = Box<dyn error::Error + Send + Sync>;

/// Why a body ended before it was complete. What came of it so far must not be taken for all of it.
///
/// It holds nothing of a message or a key; the source, if there is one, is the error of the body
/// underneath.
#[derive(Debug)]
pub struct BodyError(Kind);

#[derive(Debug)]
enum Kind {
    Underneath(BoxError),
    Message(sealwire::Error),
    EndedEarly,
    BrokenOff,
}

impl BodyError {
    pub(crate) fn underneath(error: impl Into<BoxError>) -> Self {
        Self(Kind::Underneath(error.into()))
    }

    pub(crate) const fn message(error: sealwire::Error) -> Self {
        Self(Kind::Message(error))
    }

    pub(crate) const fn ended_early() -> Self {
        Self(Kind::EndedEarly)
    }

    pub(crate) const fn broken_off() -> Self {
        Self(Kind::BrokenOff)
    }

    /// The body underneath failed: of an opened body the outer one, of a sealed body the one that
    /// was to be sealed. Its error is the source of this one.
    #[must_use]
    pub const fn is_underneath(&self) -> bool {
        matches!(self.0, Kind::Underneath(_))
    }

    /// The sealed message is not what it should be: a chunk did not open, or what was in it is not
    /// acceptable, such as content beyond a limit or beside its `content-length`. See
    /// [`Self::sealing`].
    #[must_use]
    pub const fn is_message(&self) -> bool {
        matches!(self.0, Kind::Message(_))
    }

    /// The outer body ended, without an error of its own, before the sealed message did.
    #[must_use]
    pub const fn is_ended_early(&self) -> bool {
        matches!(self.0, Kind::EndedEarly)
    }

    /// The answer was broken off on purpose, because its request turned out to be incomplete.
    #[must_use]
    pub const fn is_broken_off(&self) -> bool {
        matches!(self.0, Kind::BrokenOff)
    }

    /// The error of the core, if it is one.
    #[must_use]
    pub const fn sealing(&self) -> Option<&sealwire::Error> {
        match &self.0 {
            Kind::Message(error) => Some(error),
            _ => None,
        }
    }

    /// The error of the body underneath, if it is one.
    #[must_use]
    pub fn into_underneath(self) -> Option<BoxError> {
        match self.0 {
            Kind::Underneath(error) => Some(error),
            _ => None,
        }
    }
}

impl fmt::Display for BodyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Underneath(_) => f.write_str("the body underneath a sealed message failed"),
            Kind::Message(error) => write!(f, "the sealed message is broken: {error}"),
            Kind::EndedEarly => f.write_str("the body ended before the sealed message did"),
            Kind::BrokenOff => f.write_str("the answer was broken off, as its request was"),
        }
    }
}

impl error::Error for BodyError {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        match &self.0 {
            Kind::Underneath(error) => Some(&**error),
            Kind::Message(error) => Some(error),
            Kind::EndedEarly | Kind::BrokenOff => None,
        }
    }
}
