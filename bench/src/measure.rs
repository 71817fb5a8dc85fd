//! Takes a row's contestants in turns, batch by batch.

use crate::{
    Result,
    contestant::{Contestants, Program},
    figures::Figure,
    rows::{OURS, Row},
};

/// What a batch should take, in nanoseconds: long against the clock's call, short against the
/// slices in which the system gives the processor to others.
const BATCH: u64 = 1_500_000;
/// The runs that a batch has at least, however long they take.
const RUNS: u64 = 4;
/// The rounds of a row, in each of which every operation has one batch: as many as fit into this
/// time, in nanoseconds, within these limits.
const BUDGET: f64 = 6e9;
const ROUNDS: (f64, f64) = (60.0, 200.0);

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

/// One operation of one contestant.
struct Lane {
    program: Program,
    op: &'static str,
    runs: u64,
    batches: Vec<f64>,
}

/// Checks every operation, then measures.
pub(crate) fn row(row: &'static Row, contestants: &mut Contestants) -> Result<Outcome> {
    let lane = |program, op: &&'static str| Lane::new(program, op);
    let mut lanes: Vec<Lane> = row.ops.iter().map(|op| lane(OURS, op)).collect();
    for peer in row.peers {
        lanes.extend(peer.ops.iter().map(|op| lane(peer.program, op)));
    }
    if let Some(primitives) = &row.primitives {
        let parts = primitives.parts.iter().map(|(_, _, op)| op);
        lanes.extend(parts.chain([&primitives.beside.1]).map(|op| lane(OURS, op)));
    }
    let mut round = 0.0;
    for lane in &mut lanes {
        contestants.check(lane.program, lane.op)?;
        round += lane.calibrate(contestants)?;
    }
    let rounds = (BUDGET / round).clamp(ROUNDS.0, ROUNDS.1);
    while lanes.iter().all(|lane| (lane.batches.len() as f64) < rounds) {
        for lane in &mut lanes {
            lane.batch(contestants)?;
        }
    }
    let mut figures = lanes.into_iter().map(|lane| Figure::of(lane.batches));
    let mut take = |count: usize| -> Vec<Figure> { figures.by_ref().take(count).collect() };
    Ok(Outcome {
        row,
        ours: take(row.ops.len()),
        peers: row.peers.iter().map(|peer| take(peer.ops.len())).collect(),
        parts: take(usize::MAX),
    })
}

impl Lane {
    const fn new(program: Program, op: &'static str) -> Self {
        Self { program, op, runs: RUNS, batches: Vec::new() }
    }

    /// Doubles the runs of a batch until they take long enough, and says how long they then take;
    /// this warms caches and allocators up as well.
    fn calibrate(&mut self, contestants: &mut Contestants) -> Result<f64> {
        loop {
            let time = contestants.time(self.program, self.op, self.runs)?;
            if time >= BATCH {
                return Ok(time as f64);
            }
            self.runs *= 2;
        }
    }

    fn batch(&mut self, contestants: &mut Contestants) -> Result<()> {
        let time = contestants.time(self.program, self.op, self.runs)?;
        self.batches.push(time as f64 / self.runs as f64);
        Ok(())
    }
}
