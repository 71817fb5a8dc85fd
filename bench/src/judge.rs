//! Holds what was measured against the targets.

use crate::{figures::Figure, measure::Outcome, rows::Primitives};

/// A row's outcome beside its targets. Times are microseconds, one for each operation.
#[derive(Debug)]
pub(crate) struct Judgement {
    pub(crate) ours: Vec<f64>,
    /// The comparison that the row's line shows.
    pub(crate) main: Comparison,
    /// All peers, the one above among them.
    pub(crate) peers: Vec<Comparison>,
    pub(crate) primitives: Option<Sum>,
    /// How much longer ours took in the median batch than in the fastest.
    pub(crate) noise: Vec<f64>,
}

/// A peer beside us.
#[derive(Clone, Debug)]
pub(crate) struct Comparison {
    pub(crate) peer: String,
    pub(crate) theirs: Vec<f64>,
    /// How many times longer theirs takes.
    pub(crate) ratio: Vec<f64>,
    /// What the ratio should be at least, or nothing if no target is about this peer.
    pub(crate) target: Vec<f64>,
}

/// What the primitives of an operation cost by themselves.
#[derive(Debug)]
pub(crate) struct Sum {
    /// What each part adds.
    pub(crate) parts: Vec<(String, f64)>,
    pub(crate) beside: (String, f64),
    pub(crate) total: f64,
    /// How many times longer ours takes.
    pub(crate) overhead: f64,
    pub(crate) at_most: f64,
}

impl Judgement {
    pub(crate) fn of(outcome: &Outcome) -> Option<Self> {
        let ours = microseconds(&outcome.ours);
        let compare = |(peer, figures): (&crate::rows::Peer, &Vec<Figure>)| {
            let target = peer.target.map_or_else(Vec::new, |target| vec![target; ours.len()]);
            Comparison::new(peer.label.to_owned(), microseconds(figures), &ours, target)
        };
        let peers: Vec<Comparison> =
            outcome.row.peers.iter().zip(&outcome.peers).map(compare).collect();
        let main = match outcome.row.fastest {
            Some(target) => fastest(&peers, &ours, target)?,
            None => peers.first()?.clone(),
        };
        let primitives = outcome.row.primitives.as_ref();
        let primitives = primitives.and_then(|parts| Sum::of(parts, &outcome.parts, &ours));
        let noise = outcome.ours.iter().map(|figure| figure.noise()).collect();
        Some(Self { ours, main, peers, primitives, noise })
    }

    /// Whether every target of the row was reached.
    pub(crate) fn is_ok(&self) -> bool {
        let peers = self.peers.iter().all(|peer| peer.is_ok().unwrap_or(true));
        peers && self.main.is_ok().unwrap_or(true) && self.primitives.iter().all(Sum::is_ok)
    }
}

impl Comparison {
    fn new(peer: String, theirs: Vec<f64>, ours: &[f64], target: Vec<f64>) -> Self {
        let ratio = theirs.iter().zip(ours).map(|(theirs, ours)| theirs / ours).collect();
        Self { peer, theirs, ratio, target }
    }

    /// Nothing if no target is about this peer.
    pub(crate) fn is_ok(&self) -> Option<bool> {
        let reached = |(ratio, target)| ratio >= target;
        let all = || self.ratio.iter().zip(&self.target).all(reached);
        (!self.target.is_empty()).then(all)
    }
}

impl Sum {
    fn of(primitives: &Primitives, figures: &[Figure], ours: &[f64]) -> Option<Self> {
        let (beside, parts) = figures.split_last()?;
        let part = |((times, what, _), figure): (&(u32, &str, &str), &Figure)| {
            let what = if *times == 1 { (*what).to_owned() } else { format!("{times} {what}") };
            (what, f64::from(*times) * figure.microseconds())
        };
        let parts: Vec<(String, f64)> = primitives.parts.iter().zip(parts).map(part).collect();
        let total = parts.iter().map(|(_, time)| time).sum();
        Some(Self {
            parts,
            beside: (primitives.beside.0.to_owned(), beside.microseconds()),
            total,
            overhead: ours.first()? / total,
            at_most: primitives.at_most,
        })
    }

    pub(crate) fn is_ok(&self) -> bool {
        self.overhead <= self.at_most
    }
}

/// The fastest peer at each operation, which need not be the same one.
fn fastest(peers: &[Comparison], ours: &[f64], target: &[f64]) -> Option<Comparison> {
    let winner = |op: usize| {
        let times = peers.iter().filter_map(|peer| Some((peer, *peer.theirs.get(op)?)));
        times.min_by(|(_, a), (_, b)| a.total_cmp(b))
    };
    let winners: Vec<_> = (0..ours.len()).map(winner).collect::<Option<_>>()?;
    let mut names: Vec<&str> = winners.iter().map(|(peer, _)| peer.peer.as_str()).collect();
    names.dedup();
    let theirs = winners.iter().map(|(_, time)| *time).collect();
    Some(Comparison::new(names.join("/"), theirs, ours, target.to_vec()))
}

fn microseconds(figures: &[Figure]) -> Vec<f64> {
    figures.iter().map(|figure| figure.microseconds()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peer(name: &str, theirs: [f64; 2]) -> Comparison {
        Comparison::new(name.to_owned(), theirs.to_vec(), &[10.0, 10.0], Vec::new())
    }

    #[test]
    fn the_fastest_peer_is_found_for_each_operation() {
        let peers = [peer("a", [30.0, 50.0]), peer("b", [40.0, 20.0])];
        let main = fastest(&peers, &[10.0, 10.0], &[2.5, 2.5]).unwrap();
        assert_eq!((main.peer.as_str(), main.theirs.as_slice()), ("a/b", &[30.0, 20.0][..]));
        assert_eq!(main.ratio, [3.0, 2.0]);
        assert_eq!(main.is_ok(), Some(false));
    }

    #[test]
    fn a_peer_that_wins_twice_is_named_once() {
        let peers = [peer("a", [30.0, 50.0]), peer("b", [20.0, 20.0])];
        assert_eq!(fastest(&peers, &[10.0, 10.0], &[2.0, 2.0]).unwrap().peer, "b");
    }

    #[test]
    fn no_target_is_neither_reached_nor_missed() {
        assert_eq!(peer("a", [1.0, 1.0]).is_ok(), None);
    }
}
