//! Measures a row: its contestants take turns, so that all see the same machine.

mod batches;
mod calls;
mod streams;

use crate::{
    Result,
    figures::Figure,
    program::Programs,
    rows::{Kind, Row},
};

/// What came of a row.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) row: &'static Row,
    /// A figure for each operation.
    pub(crate) ours: Vec<Figure>,
    /// In the order of the row's peers, each as ours.
    pub(crate) peers: Vec<Vec<Figure>>,
    /// The parts of the primitives, and last what is measured beside them.
    pub(crate) parts: Vec<Figure>,
}

/// Starts what the row needs, measures, and ends what it started.
pub(crate) fn row(row: &'static Row, programs: &Programs) -> Result<Outcome> {
    match row.kind {
        Kind::Batches => batches::measure(row, programs),
        Kind::Calls(end) => calls::measure(row, end, programs),
        Kind::Streams { .. } => streams::measure(row, programs),
    }
}
