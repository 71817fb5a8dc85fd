use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

/// Memory that calls share until their handlers have them. Clones share it.
#[derive(Clone, Debug)]
pub(crate) struct Budget {
    held: Arc<AtomicUsize>,
    most: usize,
}

/// What one call holds of it, given back on drop.
#[derive(Debug)]
pub(crate) struct Charge {
    budget: Budget,
    arrived: usize,
    refused: bool,
}

/// What every call may hold beside the budget: as much as a connection holds of a streamed call. So
/// small calls are served whatever the large ones have used up.
const FREE: usize = 64 * 1024;

impl Budget {
    pub(crate) fn new(most: usize) -> Self {
        Self { held: Arc::default(), most }
    }

    /// The same, with another bound.
    pub(crate) fn with_most(self, most: usize) -> Self {
        Self { most, ..self }
    }

    /// For one call, of which nothing has arrived.
    pub(crate) fn charge(&self) -> Charge {
        Charge { budget: self.clone(), arrived: 0, refused: false }
    }
}

impl Charge {
    /// Whether `more` bytes may be held.
    pub(crate) fn admit(&mut self, more: usize) -> bool {
        let before = self.counted();
        self.arrived = self.arrived.saturating_add(more);
        let more = self.counted() - before;
        let held = self.budget.held.fetch_add(more, Ordering::Relaxed);
        self.refused = more > 0 && held.saturating_add(more) > self.budget.most;
        !self.refused
    }

    /// Whether the last bytes were more than there is memory for.
    pub(crate) const fn refused(&self) -> bool {
        self.refused
    }

    const fn counted(&self) -> usize {
        self.arrived.saturating_sub(FREE)
    }
}

impl Drop for Charge {
    fn drop(&mut self) {
        self.budget.held.fetch_sub(self.counted(), Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_held_is_bounded_and_given_back() {
        let budget = Budget::new(1000);
        let mut first = budget.charge();
        assert!(first.admit(FREE) && first.admit(600));
        let mut second = budget.charge();
        assert!(second.admit(FREE), "small calls are free");
        assert!(second.admit(400) && second.admit(0));
        assert!(!second.admit(1));
        drop(second);
        assert!(first.admit(400) && !first.admit(1));
        drop(first);
        assert_eq!(budget.held.load(Ordering::Relaxed), 0);
        assert!(budget.charge().admit(FREE + 1000));
        assert!(!budget.charge().admit(usize::MAX));
        assert_eq!(budget.held.load(Ordering::Relaxed), 0);
    }
}
