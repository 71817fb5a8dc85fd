//! Server-sent events, as far as the examples need them; an app would take a crate for it.

use std::fmt;

use reqwest::Response;

use crate::Result;

/// The events of a response, each as soon as it has arrived.
pub struct Events {
    response: Response,
    buffer: Vec<u8>,
}

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
        Self { response, buffer: Vec::new() }
    }

    /// The next event.
    ///
    /// # Errors
    /// The answer was broken off, or ended without having said so.
    pub async fn next(&mut self) -> Result<Event> {
        loop {
            if let Some(end) = self.buffer.windows(2).position(|window| window == b"\n\n") {
                let event: Vec<u8> = self.buffer.drain(..end + 2).collect();
                return parse(std::str::from_utf8(&event)?);
            }
            let piece = self.response.chunk().await?.ok_or("the answer ended too early")?;
            self.buffer.extend_from_slice(&piece);
        }
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
}
