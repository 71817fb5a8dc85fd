//! Server-sent events, as far as the examples need them; an app would take a crate for it.

use std::fmt;

use reqwest::Response;

use crate::Result;

/// The events of a response, each as soon as it has arrived.
pub struct Events {
    response: Response,
    buffer: Vec<u8>,
    /// How far into the buffer no event ends.
    searched: usize,
}

/// How many bytes an event may have. The server decides how many it sends, and we what we hold.
const EVENT_LIMIT: usize = 64 * 1024;

/// What ends an event.
const END: &[u8] = b"\n\n";

/// One event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The data of an event, of one line.
    Data(String),
    /// The event named `end`, by which our examples say that there will be no more.
    End,
}

impl Events {
    /// The events that come in this response.
    #[must_use]
    pub const fn new(response: Response) -> Self {
        Self { response, buffer: Vec::new(), searched: 0 }
    }

    /// The next event.
    ///
    /// # Errors
    /// The answer was broken off, or ended without having said so, or an event is too long.
    pub async fn next(&mut self) -> Result<Event> {
        loop {
            let end = self.end();
            if end.unwrap_or(self.buffer.len()) > EVENT_LIMIT {
                return Err(format!("an event has more than {EVENT_LIMIT} bytes").into());
            }
            if let Some(end) = end {
                let event: Vec<u8> = self.buffer.drain(..end).collect();
                return parse(std::str::from_utf8(&event)?);
            }
            let piece = self.response.chunk().await?.ok_or("the answer ended too early")?;
            self.buffer.extend_from_slice(&piece);
        }
    }

    /// How long the event is that the buffer begins with, if all of it is there.
    fn end(&mut self) -> Option<usize> {
        let rest = &self.buffer[self.searched..];
        let found = rest.windows(END.len()).position(|window| window == END);
        let end = found.map(|at| self.searched + at + END.len());
        // Half of what ends an event may have come.
        self.searched = if end.is_some() { 0 } else { self.buffer.len().saturating_sub(1) };
        end
    }
}

fn parse(event: &str) -> Result<Event> {
    if event.lines().any(|line| line == "event: end") {
        return Ok(Event::End);
    }
    let data = event.lines().find_map(|line| line.strip_prefix("data: "));
    Ok(Event::Data(data.ok_or("an event without data")?.to_owned()))
}

impl fmt::Debug for Events {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Events").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn events_are_told_apart_and_an_end_without_a_word_is_an_error() {
        let text = "event: x\ndata: one \n\ndata: two\n\nevent: end\ndata: \n\ndata: half";
        let mut events = Events::new(http::Response::new(text).into());
        for event in [Event::Data("one ".into()), Event::Data("two".into()), Event::End] {
            assert_eq!(events.next().await.unwrap(), event);
        }
        assert!(events.next().await.is_err());
    }
    /// A response that comes in these pieces.
    fn pieces(pieces: Vec<String>) -> Events {
        let pieces = pieces.into_iter().map(Ok::<_, std::io::Error>);
        let body = reqwest::Body::wrap_stream(futures::stream::iter(pieces));
        Events::new(http::Response::new(body).into())
    }

    #[tokio::test]
    async fn an_event_may_be_cut_anywhere() {
        let text = "data: one\n\ndata: two\n\n";
        for length in 1..=text.len() {
            let cut = text.as_bytes().chunks(length);
            let cut = cut.map(|piece| String::from_utf8(piece.to_vec()).unwrap());
            let mut events = pieces(cut.collect());
            assert_eq!(events.next().await.unwrap(), Event::Data("one".into()), "{length}");
            assert_eq!(events.next().await.unwrap(), Event::Data("two".into()), "{length}");
        }
    }

    /// However much comes of it, and whether or not it ends.
    #[tokio::test]
    async fn an_event_that_is_too_long_is_an_error() {
        let data = |length: usize| format!("data: {}", "x".repeat(length - "data: \n\n".len()));
        let mut events = pieces(vec![data(EVENT_LIMIT) + "\n\n", data(EVENT_LIMIT + 1) + "\n\n"]);
        assert!(events.next().await.is_ok());
        assert!(events.next().await.unwrap_err().to_string().contains("65536"));

        let mut endless = pieces(vec!["x".repeat(1000); 1000]);
        assert!(endless.next().await.unwrap_err().to_string().contains("65536"));
        assert!(endless.buffer.len() <= EVENT_LIMIT + 1000);
    }
}
