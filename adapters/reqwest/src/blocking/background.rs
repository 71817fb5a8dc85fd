use std::{
    fmt, io,
    pin::Pin,
    sync::{Arc, mpsc},
    task::{Context, Poll},
};

use bytes::Bytes;
use http_body::{Body as HttpBody, Frame, SizeHint};
use reqwest::Body;
use tokio::runtime::{Builder, Runtime};

/// The thread that does the work of a blocking client. It ends when this is dropped.
pub(crate) struct Background(Option<Runtime>);

impl Background {
    pub(crate) fn start() -> io::Result<Self> {
        let mut builder = Builder::new_multi_thread();
        let runtime = builder.worker_threads(1).thread_name("sealwire").enable_all().build()?;
        Ok(Self(Some(runtime)))
    }

    /// Waits for a future that is run in the background. Nothing if it panicked there.
    ///
    /// It waits as a thread does and not as a task, which no runtime forbids.
    pub(crate) fn run<F>(&self, future: F) -> Option<F::Output>
    where
        F: Future<Output: Send + 'static> + Send + 'static,
    {
        let (sender, receiver) = mpsc::sync_channel(1);
        self.0.as_ref()?.spawn(async move { sender.send(future.await) });
        receiver.recv().ok()
    }

    /// A body that keeps the background running until it is dropped: what it is made of comes from
    /// there.
    pub(crate) fn keep_for(self: &Arc<Self>, body: Body) -> Body {
        Body::wrap(Kept { body, _background: Arc::clone(self) })
    }
}

/// Waits for nobody: neither for a call that is under way nor for a reader that is being read, so
/// that it can be dropped anywhere.
impl Drop for Background {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

impl fmt::Debug for Background {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Background").finish_non_exhaustive()
    }
}

struct Kept {
    body: Body,
    _background: Arc<Background>,
}

impl HttpBody for Kept {
    type Data = Bytes;
    type Error = reqwest::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, reqwest::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
