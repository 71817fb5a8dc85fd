use std::{
    fmt,
    fs::File,
    io::{self, Read},
    pin::Pin,
    sync::{Mutex, PoisonError},
    task::{Context, Poll},
};

use bytes::Bytes;
use http_body::{Body as HttpBody, Frame, SizeHint};
use tokio::task::JoinHandle;

/// The body of a request that is read as it is sent: what `reqwest::blocking::Body::new` is to
/// reqwest. What is in memory needs no such body.
///
/// ```no_run
/// # fn run(client: sealwire_reqwest::blocking::Client) -> Result<(), Box<dyn std::error::Error>> {
/// let file = sealwire_reqwest::blocking::Body::new(std::fs::File::open("report.pdf")?);
/// client.post("https://api.example.com/v1/reports").body(file).send()?;
/// # Ok(())
/// # }
/// ```
pub struct Body(Box<dyn Read + Send>);

impl Body {
    /// A body of all that `reader` has, up to 64 KiB at a time. It is read on a thread of the
    /// client's, and may block that. If it fails the call is broken off.
    pub fn new(reader: impl Read + Send + 'static) -> Self {
        Self(Box::new(reader))
    }
}

impl From<File> for Body {
    fn from(file: File) -> Self {
        Self::new(file)
    }
}

impl From<Body> for reqwest::Body {
    fn from(body: Body) -> Self {
        Self::wrap(Reading(Mutex::new(State::Idle(body.0))))
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Body").finish_non_exhaustive()
    }
}

type Reader = Box<dyn Read + Send>;

/// The lock is for the compiler only: a reader need not be one that several threads may hold.
struct Reading(Mutex<State>);

enum State {
    Idle(Reader),
    Busy(JoinHandle<(Reader, io::Result<Vec<u8>>)>),
    Over,
}

/// Bytes that are read at a time.
const PIECE: usize = 64 * 1024;

impl HttpBody for Reading {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let state = self.0.get_mut().unwrap_or_else(PoisonError::into_inner);
        loop {
            match std::mem::replace(state, State::Over) {
                State::Idle(reader) => {
                    *state = State::Busy(tokio::task::spawn_blocking(|| read(reader)));
                }
                State::Busy(mut busy) => {
                    let Poll::Ready(read) = Pin::new(&mut busy).poll(context) else {
                        *state = State::Busy(busy);
                        return Poll::Pending;
                    };
                    let (reader, piece) = read.map_err(io::Error::other)?;
                    let piece = piece?;
                    if piece.is_empty() {
                        return Poll::Ready(None);
                    }
                    *state = State::Idle(reader);
                    return Poll::Ready(Some(Ok(Frame::data(piece.into()))));
                }
                State::Over => return Poll::Ready(None),
            }
        }
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::default()
    }
}

/// What one read yields: a pipe or a socket is not waited for until it has filled a buffer.
fn read(mut reader: Reader) -> (Reader, io::Result<Vec<u8>>) {
    let mut piece = vec![0; PIECE];
    loop {
        match reader.read(&mut piece) {
            Ok(length) => {
                piece.truncate(length);
                return (reader, Ok(piece));
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return (reader, Err(error)),
        }
    }
}
