//! What every contestant shares: the message, the clock and the conversation with the harness.
//!
//! A contestant is a program of its own, built by itself, so that no other crate turns features on
//! in its dependencies. It reads commands from standard input, one a line, and answers each with
//! one line:
//!
//! | command | answer |
//! |---|---|
//! | `check OP` | `ok`, or what is wrong, after one run whose results were compared byte by byte |
//! | `time OP N` | the CPU time of `N` runs in nanoseconds |
//!
//! It ends with its input. A run that fails panics, which the harness sees as the end of the
//! answers.

pub mod message;
mod witness;

use std::io::{self, BufRead as _, Write as _};

use rustix::time::{ClockId, clock_gettime};

pub use witness::Witness;

/// Something to measure, under the name that the harness knows it by.
#[allow(missing_debug_implementations)]
pub struct Op {
    name: String,
    runs: Runs,
}

/// Does the work so many times, and says how long that took in nanoseconds.
type Runs = Box<dyn FnMut(u64, &mut Witness) -> u64>;

impl Op {
    /// `run` does the work once, and shows the witness what came out of it.
    pub fn new(name: impl Into<String>, mut run: impl FnMut(&mut Witness) + 'static) -> Self {
        let runs = move |runs, witness: &mut Witness| {
            let start = cpu_time();
            for _ in 0..runs {
                run(witness);
            }
            cpu_time() - start
        };
        Self { name: name.into(), runs: Box::new(runs) }
    }

    /// Like [`Self::new`] for work that uses up what it works on: before every run `prepare` makes
    /// that, while the clock stands. A run should be long against reading the clock twice.
    pub fn prepared<P: 'static>(
        name: impl Into<String>,
        mut prepare: impl FnMut() -> P + 'static,
        mut run: impl FnMut(P, &mut Witness) + 'static,
    ) -> Self {
        let mut time_one = move |witness: &mut Witness| {
            let prepared = prepare();
            let start = cpu_time();
            run(prepared, witness);
            cpu_time() - start
        };
        let runs = move |runs, witness: &mut Witness| (0..runs).map(|_| time_one(witness)).sum();
        Self { name: name.into(), runs: Box::new(runs) }
    }

    fn check(&mut self) -> String {
        let mut witness = Witness::comparing();
        (self.runs)(1, &mut witness);
        witness.verdict()
    }

    /// The first run is not counted: it brings back to the caches what others have driven out.
    fn time(&mut self, runs: u64) -> u64 {
        let mut witness = Witness::idle();
        (self.runs)(1, &mut witness);
        (self.runs)(runs, &mut witness)
    }
}

/// Answers the harness until it has no more commands.
pub fn serve(mut ops: Vec<Op>) {
    converse(|line| answer(&mut ops, line));
}

/// Answers each line of the harness with one line, until there are no more.
pub fn converse(mut answer: impl FnMut(&str) -> String) {
    let mut out = io::stdout().lock();
    for line in io::stdin().lock().lines() {
        let line = line.expect("the harness speaks UTF-8");
        writeln!(out, "{}", answer(&line)).expect("the harness listens");
        out.flush().expect("the harness listens");
    }
}

fn answer(ops: &mut [Op], line: &str) -> String {
    let mut words = line.split(' ');
    let (command, name) = (words.next(), words.next().unwrap_or_default());
    let Some(op) = ops.iter_mut().find(|op| op.name == name) else {
        return format!("there is no `{name}` here");
    };
    match (command, words.next().map(str::parse)) {
        (Some("check"), None) => op.check(),
        (Some("time"), Some(Ok(runs))) => op.time(runs).to_string(),
        _ => format!("what is `{line}`?"),
    }
}

/// What the calling thread has used of the processor, in nanoseconds.
fn cpu_time() -> u64 {
    cpu_time_of(ClockId::ThreadCPUTime)
}

/// What all threads of this program have used of the processor, in user and in system mode, in
/// nanoseconds.
#[must_use]
pub fn process_cpu_time() -> u64 {
    cpu_time_of(ClockId::ProcessCPUTime)
}

fn cpu_time_of(clock: ClockId) -> u64 {
    let now = clock_gettime(clock);
    let parts = u64::try_from(now.tv_sec).and_then(|s| Ok((s, u64::try_from(now.tv_nsec)?)));
    let (seconds, nanoseconds) = parts.expect("CPU time is not negative");
    seconds * 1_000_000_000 + nanoseconds
}
