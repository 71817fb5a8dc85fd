//! From batches to a figure.

/// What something costs, in the unit of the row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Figure {
    pub(crate) value: f64,
    /// The median batch over the fastest, to tell how noisy the machine was.
    pub(crate) noise: f64,
}

impl Figure {
    /// What was measured once.
    pub(crate) const fn once(value: f64) -> Self {
        Self { value, noise: 1.0 }
    }

    /// The fastest of a number of batches that is not zero, since whatever else runs on the machine
    /// can only make one slower.
    pub(crate) fn fastest(batches: Vec<f64>) -> Self {
        let (fastest, median) = fastest_and_median(batches);
        Self { value: fastest, noise: median / fastest }
    }

    /// The median of a number of batches that is not zero, where batches differ by themselves, as
    /// those do in which threads of several processes meet.
    pub(crate) fn median(batches: Vec<f64>) -> Self {
        let (fastest, median) = fastest_and_median(batches);
        Self { value: median, noise: median / fastest }
    }
}

fn fastest_and_median(mut batches: Vec<f64>) -> (f64, f64) {
    batches.sort_unstable_by(f64::total_cmp);
    let at = |index: usize| batches.get(index).copied().unwrap_or(f64::NAN);
    (at(0), at(batches.len() / 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fastest_batch_counts() {
        let figure = Figure::fastest(vec![4.0, 2.0, 3.0]);
        assert_eq!(figure, Figure { value: 2.0, noise: 1.5 });
    }

    #[test]
    fn or_the_median() {
        let figure = Figure::median(vec![4.0, 2.0, 3.0]);
        assert_eq!(figure, Figure { value: 3.0, noise: 1.5 });
    }
}
