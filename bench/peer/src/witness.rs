//! What sees the results of a run.

use std::hint::black_box;

/// Compares the results of a run with what was sent, or, while the clock runs, only keeps the
/// compiler from leaving the work out.
#[derive(Debug)]
pub struct Witness {
    comparing: bool,
    seen: usize,
    wrong: Option<usize>,
}

impl Witness {
    pub(crate) const fn comparing() -> Self {
        Self { comparing: true, seen: 0, wrong: None }
    }

    pub(crate) const fn idle() -> Self {
        Self { comparing: false, seen: 0, wrong: None }
    }

    /// `got` came out at the other end, where `sent` went in.
    #[inline]
    pub fn same(&mut self, got: &[u8], sent: &[u8]) {
        if self.comparing {
            self.seen += 1;
            if got != sent {
                self.wrong.get_or_insert(self.seen);
            }
        } else {
            black_box((got.as_ptr(), got.len()));
        }
    }

    /// `sealed` was made from `sent`. It is opened to be compared only, never while the clock runs.
    #[inline]
    pub fn opens(&mut self, sealed: &[u8], sent: &[u8], open: impl FnOnce() -> Vec<u8>) {
        if self.comparing {
            self.same(&open(), sent);
        } else {
            black_box((sealed.as_ptr(), sealed.len()));
        }
    }

    /// Appends `part` to `whole` for a comparison to come, never while the clock runs.
    #[inline]
    pub fn keeps(&self, part: &[u8], whole: &mut Vec<u8>) {
        if self.comparing {
            whole.extend_from_slice(part);
        } else {
            black_box((part.as_ptr(), part.len()));
        }
    }

    pub(crate) fn verdict(&self) -> String {
        match (self.wrong, self.seen) {
            (Some(number), _) => format!("result {number} is not what was sent"),
            (None, 0) => "there was no result to compare".to_owned(),
            (None, _) => "ok".to_owned(),
        }
    }
}
