use std::{
    mem,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Waker},
};

/// What connects the two bodies of a call at a server: if the request turns out to be incomplete
/// after its answer has begun, the answer is broken off, and has no end that a client would accept.
/// If it does so before, whoever handles the request knows, and answers what it sees fit.
///
/// Clones share one state; a call has one of its own.
#[derive(Clone, Debug, Default)]
pub struct Breaker(Arc<Mutex<Phase>>);

#[derive(Debug, Default)]
enum Phase {
    #[default]
    Unanswered,
    /// The answer has begun; whoever waits to send more of it.
    Answering(Option<Waker>),
    Broken,
}

impl Breaker {
    /// For one call, that is not answered yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Breaks the answer off if it has begun; before that, nothing happens.
    pub fn request_failed(&self) {
        let mut phase = self.phase();
        if !matches!(*phase, Phase::Answering(_)) {
            return;
        }
        let before = mem::replace(&mut *phase, Phase::Broken);
        drop(phase);
        if let Phase::Answering(Some(waker)) = before {
            waker.wake();
        }
    }

    /// Whether the answer was broken off.
    #[must_use]
    pub fn is_broken(&self) -> bool {
        matches!(*self.phase(), Phase::Broken)
    }

    pub(crate) fn answer_begins(&self) {
        let mut phase = self.phase();
        if matches!(*phase, Phase::Unanswered) {
            *phase = Phase::Answering(None);
        }
    }

    /// Whether the answer was broken off; if not, `context` is woken once it is.
    pub(crate) fn poll_broken(&self, context: &Context<'_>) -> bool {
        match &mut *self.phase() {
            Phase::Unanswered => false,
            Phase::Answering(Some(waker)) => {
                waker.clone_from(context.waker());
                false
            }
            Phase::Answering(none) => {
                *none = Some(context.waker().clone());
                false
            }
            Phase::Broken => true,
        }
    }

    /// Nothing that holds the lock can panic halfway.
    fn phase(&self) -> MutexGuard<'_, Phase> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
