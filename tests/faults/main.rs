//! Faults and attacks on envelopes, one-shot and chunked, each a named test with its number and its count.
//!
//! The default counts keep a debug run short; `SEALWIRE_FAULTS=full` runs the counts that the
//! project promises, best with `--release`.

mod altered;
mod chunked;
mod dropped;
mod elsewhere;
mod low_order;
mod random_source;

/// The count that was promised if `SEALWIRE_FAULTS=full`, or a part of it.
fn count(full: usize, short: usize) -> usize {
    match std::env::var("SEALWIRE_FAULTS") {
        Ok(wish) => {
            assert_eq!(wish, "full", "SEALWIRE_FAULTS is `full` or not set");
            full
        }
        Err(_) => short,
    }
}

/// Says on standard error how much was done, past the capture of the test harness.
fn report(fault: &str, done: usize) {
    use std::io::Write as _;
    let line = format!("{fault}: {done} trials, 0 accepted\n");
    std::io::stderr().write_all(line.as_bytes()).expect("standard error is there");
}
