//! The outcome as lines and as JSON.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::{
    judge::{Bound, Comparison, Judgement, Sum},
    rows::Row,
};

/// The line of a row, and below it one of detail for each peer and for the primitives.
pub(crate) fn lines(row: &Row, judgement: &Judgement) -> String {
    let Row { name, ops, .. } = row;
    let unit = row.unit();
    let ours = list(&judgement.ours, 1);
    let mut text = format!("{name} ours={ours}{unit} {}", comparison(&judgement.main, unit));
    if let Some(at_most) = judgement.at_most {
        let _ = write!(text, " at-most={at_most:.2}{unit}");
    }
    if let Some(sum) = &judgement.primitives {
        let _ = write!(text, " {}", primitives(sum));
    }
    let _ = writeln!(text, " {}", word(judgement.is_ok()));
    if ops.len() > 1 {
        let _ = writeln!(text, "# {name} figures are of {}", ops.join(" / "));
    }
    for peer in &judgement.peers {
        let verdict = peer.is_ok().map(word).unwrap_or_default();
        let _ = writeln!(
            text,
            "{}",
            format!("# {name} {} {verdict}", comparison(peer, unit)).trim_end()
        );
    }
    if let Some(sum) = &judgement.primitives {
        let parts = sum.parts.iter().map(|(what, time)| format!("{what} {time:.2}us"));
        let parts: Vec<String> = parts.collect();
        let (beside, time) = &sum.beside;
        let (parts, verdict) = (parts.join(", "), word(sum.is_ok()));
        let _ = writeln!(text, "# {name} {} {verdict}: {parts}", primitives(sum));
        let _ = writeln!(text, "# {name} not counted there: {beside} {time:.2}us");
    }
    text
}

fn comparison(comparison: &Comparison, unit: &str) -> String {
    let Comparison { peer, theirs, ratio, target, .. } = comparison;
    let mut text = format!("peer={peer}:{}{unit}", list(theirs, 1));
    if !ratio.is_empty() {
        let _ = write!(text, " ratio={}", list(ratio, 2));
    }
    if !target.is_empty() {
        let _ = write!(text, " target={}", list(target, 2));
    }
    text
}

fn primitives(sum: &Sum) -> String {
    format!(
        "primitives={:.1}us overhead={:.3}x at-most={:.2}x",
        sum.total, sum.overhead, sum.at_most
    )
}

fn list(numbers: &[f64], decimals: usize) -> String {
    let numbers: Vec<String> = numbers.iter().map(|x| format!("{x:.decimals$}")).collect();
    numbers.join("/")
}

const fn word(ok: bool) -> &'static str {
    if ok { "ok" } else { "short" }
}

/// A row for the file.
pub(crate) fn json(row: &Row, judgement: &Judgement) -> Value {
    let peers: Vec<Value> = judgement.peers.iter().map(comparison_json).collect();
    json!({
        "row": row.name,
        "what": row.what,
        "ops": row.ops,
        "unit": row.unit(),
        "ours": judgement.ours,
        "at_most": judgement.at_most,
        "noise": judgement.noise,
        "main": comparison_json(&judgement.main),
        "peers": peers,
        "primitives": judgement.primitives.as_ref().map(primitives_json),
        "ok": judgement.is_ok(),
    })
}

/// The file.
pub(crate) fn document(rows: Vec<Value>) -> Value {
    json!({
        "units": { "us": "microseconds of CPU time", "MiB": "growth of resident memory" },
        "rows": rows,
    })
}

fn comparison_json(comparison: &Comparison) -> Value {
    json!({
        "peer": comparison.peer,
        "theirs": comparison.theirs,
        "ratio": comparison.ratio,
        "target": comparison.target,
        "target_is": match comparison.bound {
            Bound::AtLeast => "at least",
            Bound::AtMost => "at most",
        },
        "ok": comparison.is_ok(),
    })
}

fn primitives_json(sum: &Sum) -> Value {
    let part = |(what, time): &(String, f64)| json!({ "what": what, "us": time });
    json!({
        "us": sum.total,
        "overhead": sum.overhead,
        "at_most": sum.at_most,
        "ok": sum.is_ok(),
        "parts": sum.parts.iter().map(part).collect::<Vec<_>>(),
        "not_counted": part(&sum.beside),
    })
}
