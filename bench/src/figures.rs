//! From batches to a figure.

/// What an operation costs, in nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Figure {
    pub(crate) minimum: f64,
    pub(crate) median: f64,
}

impl Figure {
    /// Of a number of batches that is not zero.
    pub(crate) fn of(mut batches: Vec<f64>) -> Self {
        batches.sort_unstable_by(f64::total_cmp);
        let at = |part: usize| batches.get(batches.len() * part / 2).copied().unwrap_or(f64::NAN);
        Self { minimum: at(0), median: at(1) }
    }

    /// What rows and ratios are made of: the fastest batch, since whatever else runs on the machine
    /// can only make one slower.
    pub(crate) fn microseconds(self) -> f64 {
        self.minimum / 1000.0
    }

    /// Beside it in the file, to tell how noisy the machine was.
    pub(crate) fn noise(self) -> f64 {
        self.median / self.minimum
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fastest_batch_counts() {
        let figure = Figure::of(vec![4000.0, 2000.0, 3000.0]);
        assert_eq!((figure.microseconds(), figure.noise()), (2.0, 1.5));
    }
}
