//! CPU time of operations in one thread, batch by batch.

use std::collections::BTreeMap;

use super::Outcome;
use crate::{
    Result,
    contestant::Contestant,
    figures::Figure,
    program::{Program, Programs},
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

type Contestants = BTreeMap<Program, Contestant>;

/// One operation of one contestant.
struct Lane {
    program: Program,
    op: &'static str,
    runs: u64,
    /// Microseconds a run.
    batches: Vec<f64>,
}

/// Checks every operation, then measures.
pub(super) fn measure(row: &'static Row, programs: &Programs) -> Result<Outcome> {
    let start = |program| Ok((program, Contestant::start(programs, program)?));
    let mut contestants: Contestants =
        row.programs().into_iter().map(start).collect::<Result<_>>()?;
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
        lane.contestant(&mut contestants)?.check(&format!("check {}", lane.op))?;
        round += lane.calibrate(&mut contestants)?;
    }
    let rounds = (BUDGET / round).clamp(ROUNDS.0, ROUNDS.1);
    while lanes.iter().all(|lane| (lane.batches.len() as f64) < rounds) {
        for lane in &mut lanes {
            lane.batch(&mut contestants)?;
        }
    }
    let mut figures = lanes.into_iter().map(|lane| Figure::fastest(lane.batches));
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
            let time = self.time(contestants)?;
            if time >= BATCH {
                return Ok(time as f64);
            }
            self.runs *= 2;
        }
    }

    fn batch(&mut self, contestants: &mut Contestants) -> Result<()> {
        let time = self.time(contestants)?;
        self.batches.push(time as f64 / self.runs as f64 / 1000.0);
        Ok(())
    }

    /// The CPU time of the batch's runs in nanoseconds.
    fn time(&self, contestants: &mut Contestants) -> Result<u64> {
        self.contestant(contestants)?.number(&format!("time {} {}", self.op, self.runs))
    }

    fn contestant<'a>(&self, contestants: &'a mut Contestants) -> Result<&'a mut Contestant> {
        contestants.get_mut(&self.program).ok_or("the program was not started".to_owned())
    }
}
