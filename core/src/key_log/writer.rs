//! The log in a file, or wherever else bytes can be written.

use core::fmt;
use std::{
    io::{ErrorKind, Result, Write},
    sync::{Mutex, MutexGuard, PoisonError},
};

use super::KeyLog;

/// Writes the log, from any thread, and flushes it after every line.
///
/// The file should be readable by its owner only, and be deleted when it has served.
pub struct KeyLogWriter<W>(Mutex<State<W>>);

struct State<W> {
    writer: W,
    /// Why nothing is written any more.
    failed: Option<ErrorKind>,
}

/// What a log begins with, so that nobody who finds one takes it for something harmless.
const WARNING: &str = "\
# DANGER: these are the secrets of sealed calls. Whoever has this file can read and forge them.
# It was written because a program called a function named dangerous_*key_log. Delete it after use.
";

impl<W: Write + Send> KeyLogWriter<W> {
    /// Begins the log in `writer`, with a warning to whoever finds it.
    ///
    /// # Errors
    /// Those of `writer`.
    pub fn new(mut writer: W) -> Result<Self> {
        writer.write_all(WARNING.as_bytes())?;
        writer.flush()?;
        Ok(Self(Mutex::new(State { writer, failed: None })))
    }
}

impl<W> KeyLogWriter<W> {
    /// Why a line could not be written, if one could not. Calls go on then, since a log for
    /// debugging must not break what it is to explain; but nothing more is written.
    #[must_use]
    pub fn failed(&self) -> Option<ErrorKind> {
        self.state().failed
    }

    /// A writer that panicked under another thread can only have left a line that is cut.
    fn state(&self) -> MutexGuard<'_, State<W>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<W: Write + Send> KeyLog for KeyLogWriter<W> {
    fn log(&self, line: &str) {
        let mut state = self.state();
        let State { writer, failed } = &mut *state;
        if failed.is_none() {
            let written = writeln!(writer, "{line}").and_then(|()| writer.flush());
            *failed = written.err().map(|error| error.kind());
        }
    }
}

impl<W> fmt::Debug for KeyLogWriter<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyLogWriter(..)")
    }
}
