//! **Dangerous**: a log of the secrets of every exchange, to look into captured traffic with.
//!
//! Whoever has the log can read, and forge, every message of the exchanges in it. It is for
//! debugging, on traffic that anyone may see. It exists only with the feature `dangerous-key-log`,
//! and is written only after [`Recipient::dangerous_with_key_log`] in a client or
//! [`KeyRing::dangerous_set_key_log`] in a server was called. Either end alone is enough to read
//! both directions.
//!
//! # Format
//!
//! Lines of ASCII, one an exchange, of which those that begin with `#` and empty ones are comments:
//!
//! ```text
//! SEALWIRE_SHARED_SECRET <enc> <shared_secret>
//! ```
//!
//! Both values are in lower-case hexadecimal: the encapsulated key, which stands in the message
//! behind its header of 7 bytes, and the shared secret of the KEM (RFC 9180, section 4). With the
//! header and the labels of the message (see [`Labels`](crate::envelope::Labels)), the keys of
//! request and response follow from it as RFC 9180, section 5.1, and RFC 9458, section 4.4, say.
//!
//! A line is written as soon as the keys are agreed on, before it is known whether the message
//! opens: a message that was altered on its way has one too.
//!
//! ```
//! # #[cfg(all(unix, feature = "std"))] {
//! use std::{fs::OpenOptions, os::unix::fs::OpenOptionsExt, sync::Arc};
//! use sealwire::{key_log::KeyLogWriter, keys::Recipient};
//!
//! fn debugging(recipient: Recipient) -> std::io::Result<Recipient> {
//!     // Its owner's only. A file that is there would keep the mode it has: this takes a new one.
//!     let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open("keys.log")?;
//!     let log = KeyLogWriter::new(file)?;
//!     Ok(recipient.dangerous_with_key_log(Arc::new(log)))
//! }
//! # }
//! ```
//!
//! [`Recipient::dangerous_with_key_log`]: crate::keys::Recipient::dangerous_with_key_log
//! [`KeyRing::dangerous_set_key_log`]: crate::keys::KeyRing::dangerous_set_key_log

#[cfg(feature = "std")]
mod writer;

use alloc::{string::String, sync::Arc};
use core::{
    fmt::{self, Write as _},
    panic::{RefUnwindSafe, UnwindSafe},
};

use zeroize::Zeroizing;

#[cfg(feature = "std")]
pub use writer::KeyLogWriter;

use crate::hpke::SharedSecret;

/// Takes the lines of the log (see the [module](self)).
///
/// It is called while a message is sealed or opened, on whichever thread does that, which waits for
/// it and panics with it.
pub trait KeyLog: Send + Sync {
    /// Takes one line, without its end. It is overwritten when this returns.
    fn log(&self, line: &str);
}

/// The log of a client or a server, if there is one. Two are equal if they are one and the same.
#[derive(Clone, Default)]
pub(crate) struct Attached(Option<Arc<dyn KeyLog>>);

impl Attached {
    pub(crate) fn new(log: Arc<dyn KeyLog>) -> Self {
        Self(Some(log))
    }

    pub(crate) const fn none() -> Self {
        Self(None)
    }

    pub(crate) const fn is_some(&self) -> bool {
        self.0.is_some()
    }

    /// Logs that the two ends agreed on a shared secret under `enc`.
    pub(crate) fn log(&self, enc: &[u8], shared_secret: &SharedSecret) {
        if let Some(log) = &self.0 {
            log.log(&line(enc, shared_secret.expose()));
        }
    }
}

/// With its whole capacity from the start, so that growing leaves nothing behind.
fn line(enc: &[u8], shared_secret: &[u8]) -> Zeroizing<String> {
    const LABEL: &str = "SEALWIRE_SHARED_SECRET";
    let digits = enc.len().saturating_add(shared_secret.len()).saturating_mul(2);
    let mut line =
        Zeroizing::new(String::with_capacity(digits.saturating_add(LABEL.len() + "  ".len())));
    line.push_str(LABEL);
    for value in [enc, shared_secret] {
        line.push(' ');
        for byte in value {
            // A string takes whatever is written to it.
            let _ = write!(line, "{byte:02x}");
        }
    }
    line
}

impl PartialEq for Attached {
    fn eq(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Some(one), Some(other)) => Arc::ptr_eq(one, other),
            (one, other) => one.is_none() && other.is_none(),
        }
    }
}

impl Eq for Attached {}

// A log is only ever called, so what a panic did to it breaks nothing here; and a feature must not
// take away what a recipient is without it.
impl UnwindSafe for Attached {}
impl RefUnwindSafe for Attached {}

impl fmt::Debug for Attached {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_some() { "attached" } else { "none" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_a_label_and_two_values_and_never_grows() {
        let line = line(&[0x00, 0xA5], &[0xFF; 32]);
        let secret = "ff".repeat(32);
        assert_eq!(*line, alloc::format!("SEALWIRE_SHARED_SECRET 00a5 {secret}"));
        assert_eq!(line.capacity(), line.len());
    }
}
