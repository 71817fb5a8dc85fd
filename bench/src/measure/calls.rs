//! CPU time of one end of HTTP calls: servers and clients are processes that call over loopback.

use super::Outcome;
use crate::{
    Result,
    contestant::Contestant,
    figures::Figure,
    program::{Program, Programs},
    rows::{End, Row},
};

/// Rounds that count, in each of which every contestant makes so many calls.
const ROUNDS: usize = 9;
const CALLS: u64 = 8_000;
/// The calls before them, which open connections and warm allocators up.
const WARM_UP: u64 = 1_600;

/// A server and its client, and what a call cost the end in question, in microseconds.
struct Pair {
    server: Contestant,
    client: Contestant,
    batches: Vec<f64>,
}

pub(super) fn measure(row: &'static Row, end: End, programs: &Programs) -> Result<Outcome> {
    let all = [row.ours()].into_iter().chain(row.peers.iter().map(|peer| peer.program));
    let mut pairs: Vec<Pair> =
        all.map(|program| Pair::start(programs, program)).collect::<Result<_>>()?;
    for _ in 0..ROUNDS {
        for pair in &mut pairs {
            pair.round(end)?;
        }
    }
    let mut figures = pairs.into_iter().map(|pair| vec![Figure::median(pair.batches)]);
    let ours = figures.next().unwrap_or_default();
    Ok(Outcome { row, ours, peers: figures.collect(), parts: Vec::new() })
}

impl Pair {
    /// Starts both, compares the answer to a call, and warms up.
    fn start(programs: &Programs, program: Program) -> Result<Self> {
        let mut server = Contestant::start_as(programs, program, &["server"])?;
        let address = server.ask("address")?;
        let mut client = Contestant::start_as(programs, program, &["client", &address])?;
        client.check("check")?;
        client.number(&format!("call {WARM_UP}"))?;
        Ok(Self { server, client, batches: Vec::new() })
    }

    fn round(&mut self, end: End) -> Result<()> {
        let before = self.server.number("cpu")?;
        let client = self.client.number(&format!("call {CALLS}"))?;
        let server = self.server.number("cpu")?.saturating_sub(before);
        let time = match end {
            End::Server => server,
            End::Client => client,
        };
        self.batches.push(time as f64 / CALLS as f64 / 1000.0);
        Ok(())
    }
}
