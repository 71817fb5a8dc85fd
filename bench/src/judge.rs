//! Holds what was measured against the targets.

use crate::{
    figures::Figure,
    measure::Outcome,
    rows::{Kind, Peer, Primitives},
};

/// A row's outcome beside its targets. Figures are in the unit of the row, one for each operation.
#[derive(Debug)]
pub(crate) struct Judgement {
    pub(crate) ours: Vec<f64>,
    /// What each of them should be at most, where the target is about that.
    pub(crate) at_most: Option<f64>,
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
    /// See [`Kind`]. None if figures are only shown beside each other.
    pub(crate) ratio: Vec<f64>,
    /// What the ratio should be, or nothing if no target is about this peer.
    pub(crate) target: Vec<f64>,
    pub(crate) bound: Bound,
}

/// On which side of its target a ratio should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bound {
    AtLeast,
    AtMost,
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
        let ours = values(&outcome.ours);
        let peers = outcome.row.peers.iter().zip(&outcome.peers);
        let peers = peers.map(|(peer, figures)| (peer, values(figures)));
        let peers = match outcome.row.kind {
            Kind::Batches => speed_ups(peers, &ours),
            Kind::Calls(_) => overheads(peers, &ours),
            Kind::Streams { .. } => peers.map(Comparison::beside).collect(),
        };
        let at_most = match outcome.row.kind {
            Kind::Streams { at_most, .. } => Some(at_most),
            Kind::Batches | Kind::Calls(_) => None,
        };
        let main = match outcome.row.fastest {
            Some(target) => fastest(&peers, &ours, target)?,
            None => peers.first()?.clone(),
        };
        let primitives = outcome.row.primitives.as_ref();
        let primitives = primitives.and_then(|parts| Sum::of(parts, &outcome.parts, &ours));
        let noise = outcome.ours.iter().map(|figure| figure.noise).collect();
        Some(Self { ours, at_most, main, peers, primitives, noise })
    }

    /// Whether every target of the row was reached.
    pub(crate) fn is_ok(&self) -> bool {
        let peers = self.peers.iter().all(|peer| peer.is_ok().unwrap_or(true));
        peers
            && self.main.is_ok().unwrap_or(true)
            && self.primitives.iter().all(Sum::is_ok)
            && self.at_most.is_none_or(|at_most| self.ours.iter().all(|&ours| ours <= at_most))
    }
}

impl Comparison {
    fn faster(peer: String, theirs: Vec<f64>, ours: &[f64], target: Vec<f64>) -> Self {
        let ratio = quotients(&theirs, ours);
        Self { peer, theirs, ratio, target, bound: Bound::AtLeast }
    }

    /// Shown, but not compared.
    fn beside((peer, theirs): (&Peer, Vec<f64>)) -> Self {
        let (peer, bound) = (peer.label.to_owned(), Bound::AtMost);
        Self { peer, theirs, ratio: Vec::new(), target: Vec::new(), bound }
    }

    /// Nothing if no target is about this peer.
    pub(crate) fn is_ok(&self) -> Option<bool> {
        let reached = |(ratio, target)| match self.bound {
            Bound::AtLeast => ratio >= target,
            Bound::AtMost => ratio <= target,
        };
        let all = || self.ratio.iter().zip(&self.target).all(reached);
        (!self.target.is_empty()).then(all)
    }
}

impl Sum {
    fn of(primitives: &Primitives, figures: &[Figure], ours: &[f64]) -> Option<Self> {
        let (beside, parts) = figures.split_last()?;
        let part = |((times, what, _), figure): (&(u32, &str, &str), &Figure)| {
            let what = if *times == 1 { (*what).to_owned() } else { format!("{times} {what}") };
            (what, f64::from(*times) * figure.value)
        };
        let parts: Vec<(String, f64)> = primitives.parts.iter().zip(parts).map(part).collect();
        let total = parts.iter().map(|(_, time)| time).sum();
        Some(Self {
            parts,
            beside: (primitives.beside.0.to_owned(), beside.value),
            total,
            overhead: ours.first()? / total,
            at_most: primitives.at_most,
        })
    }

    pub(crate) fn is_ok(&self) -> bool {
        self.overhead <= self.at_most
    }
}

/// How much longer each peer takes than we do.
fn speed_ups<'a>(
    peers: impl Iterator<Item = (&'a Peer, Vec<f64>)>,
    ours: &[f64],
) -> Vec<Comparison> {
    let compare = |(peer, theirs): (&Peer, Vec<f64>)| {
        let target = peer.target.map_or_else(Vec::new, |target| vec![target; ours.len()]);
        Comparison::faster(peer.label.to_owned(), theirs, ours, target)
    };
    peers.map(compare).collect()
}

/// How much longer we take than the first peer, and beside the others how much longer they do.
fn overheads<'a>(
    peers: impl Iterator<Item = (&'a Peer, Vec<f64>)>,
    ours: &[f64],
) -> Vec<Comparison> {
    let mut base: Option<Vec<f64>> = None;
    let compare = |(peer, theirs): (&Peer, Vec<f64>)| {
        let ratio = match &base {
            Some(base) => quotients(&theirs, base),
            None => quotients(ours, base.insert(theirs.clone())),
        };
        let target = peer.target.map_or_else(Vec::new, |target| vec![target; ours.len()]);
        Comparison { peer: peer.label.to_owned(), theirs, ratio, target, bound: Bound::AtMost }
    };
    peers.map(compare).collect()
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
    Some(Comparison::faster(names.join("/"), theirs, ours, target.to_vec()))
}

fn values(figures: &[Figure]) -> Vec<f64> {
    figures.iter().map(|figure| figure.value).collect()
}

fn quotients(over: &[f64], under: &[f64]) -> Vec<f64> {
    over.iter().zip(under).map(|(over, under)| over / under).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peer(name: &str, theirs: [f64; 2]) -> Comparison {
        Comparison::faster(name.to_owned(), theirs.to_vec(), &[10.0, 10.0], Vec::new())
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

    fn in_a_row(targets: [Option<f64>; 2]) -> [Peer; 2] {
        let program = crate::rows::OURS;
        targets.map(|target| Peer { label: "peer", program, ops: &["a", "b"], target })
    }

    /// The second of two operations must not escape a target.
    #[test]
    fn a_target_is_for_every_operation() {
        let [peer, _] = in_a_row([Some(2.0), None]);
        for (theirs, ok) in [([20.0, 20.0], true), ([20.0, 19.0], false), ([19.0, 20.0], false)] {
            let peers = [(&peer, theirs.to_vec())];
            let comparison = speed_ups(peers.into_iter(), &[10.0, 10.0]).remove(0);
            assert_eq!((comparison.is_ok(), comparison.ratio[0]), (Some(ok), theirs[0] / 10.0));
        }
    }

    #[test]
    fn an_overhead_is_over_the_first_peer_and_at_most_its_target() {
        let [plain, other] = in_a_row([Some(2.4), None]);
        for (ours, ok) in [(24.0, true), (25.0, false)] {
            let peers = [(&plain, vec![10.0]), (&other, vec![80.0])];
            let all = overheads(peers.into_iter(), &[ours]);
            assert_eq!((all[0].ratio[0], all[0].is_ok()), (ours / 10.0, Some(ok)));
            assert_eq!((all[1].ratio[0], all[1].is_ok()), (8.0, None));
        }
    }

    #[test]
    fn every_figure_is_held_against_what_it_should_be_at_most() {
        let main = peer("a", [9.0, 9.0]);
        for (ours, ok) in [([8.0, 0.0], true), ([8.1, 0.0], false), ([0.0, 8.1], false)] {
            let judgement = Judgement {
                ours: ours.to_vec(),
                at_most: Some(8.0),
                main: main.clone(),
                peers: Vec::new(),
                primitives: None,
                noise: Vec::new(),
            };
            assert_eq!(judgement.is_ok(), ok);
        }
    }
}
