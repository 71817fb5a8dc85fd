use std::{sync::Arc, time::Duration};

use futures::{
    Stream, StreamExt as _,
    channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded},
    stream,
};
use sealwire_http::Sealed;
use serde::{Deserialize, Serialize};

/// Who learns what handlers see, and releases what they send. Clones are one.
#[derive(Clone)]
pub(crate) struct Witness(Arc<Shared>);

struct Shared {
    note: UnboundedSender<Note>,
    notes: futures::lock::Mutex<UnboundedReceiver<Note>>,
    release: UnboundedSender<Option<String>>,
    released: futures::lock::Mutex<UnboundedReceiver<Option<String>>>,
}

/// What a handler sees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Note {
    /// The handler of this path was called.
    Called(String),
    /// Some content came, so many bytes.
    Content(usize),
    /// The content ended: so many bytes in all.
    Complete(usize),
    /// The content ended in an error, after so many bytes.
    Broken(usize),
}

/// What the handler of `/echo` knows of its request.
#[derive(Debug, Serialize, Deserialize, PartialEq, Eq)]
pub(crate) struct Told {
    pub(crate) method: String,
    /// The host, with its port if it has one, that the handler takes the request to be for.
    pub(crate) authority: String,
    /// With the query.
    pub(crate) path: String,
    /// Names in lower case, in the order in which they came.
    pub(crate) fields: Vec<(String, String)>,
    pub(crate) content: Vec<u8>,
    /// Nothing if the request did not come sealed.
    pub(crate) sealed: Option<ToldSealed>,
}

/// How a request came sealed.
#[derive(Debug, Serialize, Deserialize, PartialEq, Eq)]
pub(crate) struct ToldSealed {
    pub(crate) key_id: u8,
    pub(crate) suite: String,
    /// 16 bytes under the label `suite`.
    pub(crate) exported: [u8; 16],
}

impl Witness {
    pub(super) fn new() -> Self {
        let (note, notes) = unbounded();
        let (release, released) = unbounded();
        let (notes, released) = (notes.into(), released.into());
        Self(Arc::new(Shared { note, notes, release, released }))
    }

    /// For handlers: tells what was seen.
    pub(crate) fn note(&self, note: Note) {
        let _ = self.0.note.unbounded_send(note);
    }

    /// For the handlers of `/events` and `/fail`: what the test releases, as it does.
    pub(crate) fn events(&self) -> impl Stream<Item = String> + Send + Unpin + use<> {
        let next = |shared: Arc<Shared>| async {
            let event = shared.released.lock().await.next().await??;
            Some((event, shared))
        };
        stream::unfold(Arc::clone(&self.0), next).boxed()
    }

    /// What comes next. Fails if nothing does.
    pub(super) async fn next(&self) -> Note {
        let mut notes = self.0.notes.lock().await;
        let next = tokio::time::timeout(Duration::from_secs(10), notes.next()).await;
        next.expect("the handler saw nothing").unwrap()
    }

    /// What was seen and not asked for yet.
    pub(super) async fn so_far(&self) -> Vec<Note> {
        let mut notes = self.0.notes.lock().await;
        let mut seen = Vec::new();
        while let Ok(note) = notes.try_recv() {
            seen.push(note);
        }
        seen
    }

    /// Lets `/events` send this, and `/fail` fail.
    pub(super) fn release(&self, event: &str) {
        self.0.release.unbounded_send(Some(event.into())).unwrap();
    }

    /// Lets `/events` end.
    pub(super) fn release_no_more(&self) {
        self.0.release.unbounded_send(None).unwrap();
    }
}

impl Note {
    pub(crate) fn called(path: &str) -> Self {
        Self::Called(path.into())
    }
}

impl ToldSealed {
    pub(crate) fn of(sealed: &Sealed) -> Self {
        let mut exported = [0; 16];
        sealed.export("suite", &mut exported).unwrap();
        Self { key_id: sealed.key_id(), suite: format!("{:?}", sealed.suite()), exported }
    }
}
