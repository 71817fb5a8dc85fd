//! An answer that comes word by word, as language models give them: each token is sealed, sent and
//! opened before the next one is made, and whoever logs in between sees when tokens come, and what
//! they weigh, but none of them.
//!
//! `cargo run --example events`

mod model;

use std::{io::Write as _, time::Duration};

use model::{Model, Prompt};
use sealwire::{
    keys::{Policy, Recipient},
    server::GATEWAY_PATH,
};
use sealwire_examples::{
    Result, columns, keys, proxy, serve,
    sse::{Event, Events},
};
use sealwire_reqwest::Client;
use tokio::time::sleep;

const QUESTION: &str = "The doctor called. Should I be worried?";

#[tokio::main]
async fn main() -> Result<()> {
    let chat = Chat::open().await?;
    // The model thinks for a while about each token.
    let leave = chat.model.leave.clone();
    tokio::spawn(async move {
        loop {
            sleep(Duration::from_millis(80)).await;
            leave.add_permits(1);
        }
    });

    println!("the app asks:    {QUESTION}");
    print!("and is answered: ");
    let mut events = chat.ask().await?;
    let mut answer = String::new();
    let [request, response] = chat.log.take().each_ref().map(columns::brief);
    let mut seen = format!("{request}\n{response}");
    while let Event::Data(token) = events.next().await? {
        print!("{token}");
        std::io::stdout().flush()?;
        answer += &format!("{token}\n");
        let [_, more] = chat.log.take();
        seen += &format!("+ {} bytes\n", more.total);
    }
    println!("\n");
    columns::print(
        ["WHAT THE APP RECEIVED", "WHAT THE PROXY SAW", "WHAT THE MODEL GOT"],
        [&format!("POST /v1/chat\n\n{answer}"), &seen, &*chat.model.asked.lock().await],
    );
    Ok(())
}

/// The model, a proxy that logs in front of it, and a client.
struct Chat {
    model: Model,
    client: Client,
    log: proxy::Log,
}

impl Chat {
    async fn open() -> Result<Self> {
        let (ring, pinned) = keys()?;
        let model = Model::new();
        let (proxy, log) = proxy::start(serve(model.service(ring)?).await?).await?;
        let client = Client::builder(Recipient::choose(&pinned, Policy::streaming())?)
            .gateway(format!("http://{proxy}{GATEWAY_PATH}").parse()?)
            .allow_http_on_loopback()
            .build()?;
        Ok(Self { model, client, log })
    }

    async fn ask(&self) -> Result<Events> {
        let prompt = Prompt { prompt: QUESTION.into() };
        let request = self.client.post("https://chat.example/v1/chat").json(&prompt);
        Ok(Events::new(request.send().await?.error_for_status()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ANSWER;
    use sealwire_tests::canary;
    use std::sync::atomic::Ordering;
    use tokio::time::timeout;

    /// Only whoever holds tokens back runs into this: then the test would wait for ever.
    const PATIENCE: Duration = Duration::from_secs(30);

    async fn ask(chat: &Chat) -> Events {
        timeout(PATIENCE, chat.ask()).await.expect("the head is held back").unwrap()
    }

    async fn next(events: &mut Events) -> Result<Event> {
        timeout(PATIENCE, events.next()).await.expect("an event is held back")
    }

    /// No token may be made before the one before it was received: if anything on the way waited for
    /// more, there would never be more.
    #[tokio::test]
    async fn each_token_arrives_before_the_next_one_is_made() {
        let chat = Chat::open().await.unwrap();
        let mut events = ask(&chat).await;
        for (number, word) in ANSWER.split_inclusive(' ').enumerate() {
            assert_eq!(chat.model.made.load(Ordering::SeqCst), number);
            chat.model.leave.add_permits(1);
            assert_eq!(next(&mut events).await.unwrap(), Event::Data(word.to_owned()));
        }
        assert_eq!(next(&mut events).await.unwrap(), Event::End);
        assert_eq!(*chat.model.asked.lock().await, QUESTION);
    }

    #[tokio::test]
    async fn an_answer_that_breaks_off_is_not_taken_for_all() {
        let chat = Chat::open().await.unwrap();
        chat.model.leave.add_permits(2);
        let mut events = ask(&chat).await;
        assert_eq!(next(&mut events).await.unwrap(), Event::Data("Tea ".into()));
        assert_eq!(next(&mut events).await.unwrap(), Event::Data("helps ".into()));
        chat.model.leave.close();
        let error = next(&mut events).await.unwrap_err();
        assert!(error.is::<reqwest::Error>(), "{error}");
    }

    /// The control is the same text, unsealed.
    #[tokio::test]
    async fn the_proxy_sees_no_token() {
        let chat = Chat::open().await.unwrap();
        chat.model.leave.add_permits(100);
        let mut events = ask(&chat).await;
        let mut answer = String::new();
        while let Event::Data(token) = next(&mut events).await.unwrap() {
            answer += &token;
        }
        let canaries: Vec<&str> = ["v1/chat", "chat.example", "text/event-stream"]
            .into_iter()
            .chain([QUESTION, ANSWER])
            .chain(QUESTION.split(' ').chain(ANSWER.split(' ')).filter(|word| word.len() >= 8))
            .filter(|word| word.len() >= 8)
            .collect();
        for direction in chat.log.take() {
            assert!(direction.total > 0);
            assert_eq!(canary::search(&direction.bytes, &canaries), []);
        }
        assert!(!canary::search(format!("{QUESTION}{answer}").as_bytes(), &canaries).is_empty());
    }
}
