//! How memory grows while a lot is streamed: a server and a client are processes that stream over
//! loopback.

use super::Outcome;
use crate::{
    Result,
    contestant::Contestant,
    figures::Figure,
    program::{Program, Programs},
    rows::Row,
};

/// What is streamed each way, in bytes.
const STREAM: u64 = 1 << 30;
/// What is streamed before, so that what is there for good is there: little, since what is held of
/// it and not given back would not show as growth.
const WARM_UP: u64 = 1 << 20;
const MIB: f64 = 1_048_576.0;

/// The streams of a row, in the order of its operations.
const WAYS: [&str; 2] = ["up", "down"];

pub(super) fn measure(row: &'static Row, programs: &Programs) -> Result<Outcome> {
    let ours = growth(programs, row.ours())?;
    let peers = row.peers.iter().map(|peer| growth(programs, peer.program));
    Ok(Outcome { row, ours, peers: peers.collect::<Result<_>>()?, parts: Vec::new() })
}

/// Of the server and of the client, in MiB, for each way.
fn growth(programs: &Programs, program: Program) -> Result<Vec<Figure>> {
    let mut server = Contestant::start_as(programs, program, &["server"])?;
    let address = server.ask("address")?;
    let mut client = Contestant::start_as(programs, program, &["client", &address])?;
    let mut figures = Vec::new();
    for way in WAYS {
        client.check(&format!("{way} {WARM_UP}"))?;
        let rest = [server.number("rest")?, client.number("rest")?];
        client.check(&format!("{way} {STREAM}"))?;
        let peak = [server.number("peak")?, client.number("peak")?];
        let growth = |(rest, peak): (u64, u64)| peak.saturating_sub(rest) as f64 / MIB;
        figures.extend(rest.into_iter().zip(peak).map(growth).map(Figure::once));
    }
    Ok(figures)
}
