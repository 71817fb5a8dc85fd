//! A file of 64 MiB is uploaded, with progress, and hashed by the server as it arrives: neither end
//! holds more than a few pieces of it. A second upload is broken off half-way, and the server does
//! not take it for complete.
//!
//! `cargo run --example upload`

mod file;
mod server;

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use file::{MIB, Progress, mib};
use reqwest::Body;
use sealwire::{
    keys::{Policy, Recipient},
    server::GATEWAY_PATH,
};
use sealwire_examples::{Result, columns, keys, proxy, serve};
use sealwire_reqwest::Client;
use server::{Outcome, Receipt, Store};
use tokio::sync::mpsc::{self, UnboundedReceiver};

const LENGTH: u64 = 64 * MIB;
/// How the file begins, to be looked for on the way.
const TEXT: &str = "CONFIDENTIAL: the plans of the tea factory";

#[tokio::main]
async fn main() -> Result<()> {
    let mut files = Files::open().await?;
    let (file, sha256) = file::make(LENGTH, TEXT)?;

    let progress = files.progress(LENGTH, true);
    let receipt = files.upload(file.path(), &progress, LENGTH).await?;
    let outcome = files.outcomes.recv().await.ok_or("no outcome")?;
    println!("at most {} MiB were on their way at a time\n", mib(progress.peak()));
    files.show(
        &format!("PUT /upload/plans.pdf\n{} MiB, SHA-256 {sha256}\n\n{receipt:#?}", mib(LENGTH)),
        &format!("{outcome:#?}"),
    );

    let progress = files.progress(LENGTH, false);
    let error = files.upload(file.path(), &progress, LENGTH / 2).await.err();
    let error = error.map_or_else(|| "no error".to_owned(), |error| error.to_string());
    let outcome = files.outcomes.recv().await.ok_or("no outcome")?;
    files.show(
        &format!("PUT /upload/plans.pdf\nbroken off after {} MiB\n\n{error}", mib(LENGTH / 2)),
        &format!("{outcome:#?}"),
    );
    Ok(())
}

/// A client, a proxy that logs, and the server behind it.
struct Files {
    client: Client,
    log: proxy::Log,
    hashed: Arc<AtomicU64>,
    outcomes: UnboundedReceiver<Outcome>,
}

impl Files {
    async fn open() -> Result<Self> {
        let (ring, pinned) = keys()?;
        let (sender, outcomes) = mpsc::unbounded_channel();
        let hashed = Arc::new(AtomicU64::new(0));
        let store = Store { hashed: Arc::clone(&hashed), outcomes: sender };
        let (proxy, log) = proxy::start(serve(store.service(ring)?).await?).await?;
        // What is streamed is better sealed with a key of 256 bits.
        let client = Client::builder(Recipient::choose(&pinned, Policy::streaming())?)
            .gateway(format!("http://{proxy}{GATEWAY_PATH}").parse()?)
            .allow_http_on_loopback()
            .build()?;
        Ok(Self { client, log, hashed, outcomes })
    }

    /// Of an upload that is to begin: how many bytes it will have, and whether to print how it goes.
    fn progress(&self, total: u64, is_shown: bool) -> Progress {
        self.hashed.store(0, Ordering::Relaxed);
        Progress::new(total, Arc::clone(&self.hashed), is_shown)
    }

    /// Uploads a file, or only the first bytes of it.
    async fn upload(&self, path: &Path, progress: &Progress, until: u64) -> Result<Receipt> {
        let pieces = file::pieces(path, progress.clone(), until).await?;
        let response = self
            .client
            .put("https://files.example/upload/plans.pdf")
            // A stream does not know how long it is. The server does not take less, nor more.
            .header("content-length", progress.total)
            .body(Body::wrap_stream(pieces))
            .send()
            .await?;
        Ok(response.error_for_status()?.json().await?)
    }

    /// Prints the last call.
    fn show(&self, app: &str, handler: &str) {
        let [request, response] = self.log.take().each_ref().map(columns::brief);
        let proxy = format!("{request}\n{response}");
        let titles = ["WHAT THE APP SENT AND GOT", "WHAT THE PROXY SAW", "WHAT THE HANDLER GOT"];
        columns::print(titles, [app, &proxy, handler]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sealwire_tests::canary;
    use std::time::Duration;
    use tokio::time::timeout;

    /// How the last upload ended. Nobody waits that long unless it is never told.
    async fn outcome(files: &mut Files) -> Outcome {
        let outcome = timeout(Duration::from_secs(30), files.outcomes.recv()).await;
        outcome.expect("no outcome in time").expect("no outcome")
    }

    #[tokio::test]
    async fn the_server_hashes_what_the_client_read() {
        let mut files = Files::open().await.unwrap();
        let (file, sha256) = file::make(LENGTH, TEXT).unwrap();
        let receipt =
            files.upload(file.path(), &files.progress(LENGTH, false), LENGTH).await.unwrap();
        assert_eq!(receipt, Receipt { name: "plans.pdf".into(), length: LENGTH, sha256 });
        assert_eq!(outcome(&mut files).await, Outcome::Complete(receipt));
    }

    /// Sockets may buffer some megabytes each, of which there are four. Whoever collected the file
    /// before passing it on would hold all of it.
    #[tokio::test]
    async fn a_part_of_the_file_is_on_its_way_at_a_time() {
        let files = Files::open().await.unwrap();
        let (file, _) = file::make(LENGTH, TEXT).unwrap();
        let progress = files.progress(LENGTH, false);
        files.upload(file.path(), &progress, LENGTH).await.unwrap();
        assert!(progress.peak() < LENGTH / 2, "{} MiB", mib(progress.peak()));
    }

    #[tokio::test]
    async fn what_was_broken_off_is_not_complete() {
        let mut files = Files::open().await.unwrap();
        let (file, _) = file::make(LENGTH, TEXT).unwrap();
        for until in [LENGTH / 4, LENGTH / 2, LENGTH - 1] {
            assert!(
                files.upload(file.path(), &files.progress(LENGTH, false), until).await.is_err()
            );
            let broken_off = Outcome::BrokenOff { name: "plans.pdf".into() };
            assert_eq!(outcome(&mut files).await, broken_off, "{until}");
        }
    }

    /// A file that is shorter than was said: nothing fails, and still it is not all.
    #[tokio::test]
    async fn what_ends_early_is_not_complete() {
        let mut files = Files::open().await.unwrap();
        let (file, _) = file::make(LENGTH / 2, TEXT).unwrap();
        assert!(files.upload(file.path(), &files.progress(LENGTH, false), LENGTH).await.is_err());
        let broken_off = Outcome::BrokenOff { name: "plans.pdf".into() };
        assert_eq!(outcome(&mut files).await, broken_off);
    }

    /// No handler sees a byte of it.
    #[tokio::test]
    async fn a_plain_upload_is_refused() {
        let (ring, _) = keys().unwrap();
        let (sender, mut outcomes) = mpsc::unbounded_channel();
        let store = Store { hashed: Arc::default(), outcomes: sender };
        let hashed = Arc::clone(&store.hashed);
        let server = serve(store.service(ring).unwrap()).await.unwrap();
        let plain = reqwest::Client::builder().no_proxy().build().unwrap();
        let url = format!("http://{server}/upload/plans.pdf");
        let response = plain.put(url).body(TEXT).send().await.unwrap();
        assert_eq!(response.status(), 403);
        let problem = response.text().await.unwrap();
        assert!(problem.contains("https://sealwire.dev/problems#not-sealed"), "{problem}");
        assert_eq!(hashed.load(Ordering::Relaxed), 0);
        assert!(outcomes.try_recv().is_err());
    }

    /// The control is the file itself.
    #[tokio::test]
    async fn the_proxy_sees_nothing_of_the_file() {
        const CANARIES: [&str; 3] = [TEXT, "plans.pdf", "files.example"];
        let files = Files::open().await.unwrap();
        let (file, _) = file::make(MIB / 2, TEXT).unwrap();
        files.upload(file.path(), &files.progress(MIB / 2, false), LENGTH).await.unwrap();
        let [requests, responses] = files.log.take();
        assert!(requests.total > MIB / 2);
        assert_eq!(canary::search(&requests.bytes, &CANARIES), []);
        assert_eq!(canary::search(&responses.bytes, &CANARIES), []);
        let plain = std::fs::read(file.path()).unwrap();
        assert_eq!(canary::search(&plain, &CANARIES).len(), 1);
    }
}
