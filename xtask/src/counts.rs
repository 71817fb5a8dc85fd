//! Reads from the output of `cargo test` how many tests ran.

use std::{fmt, ops::AddAssign};

/// How many tests passed, failed and were ignored.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Counts {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
    pub(crate) skipped: u64,
}

impl Counts {
    /// Reads a line such as `test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; …`.
    fn from_line(line: &str) -> Option<Self> {
        let (_verdict, numbers) =
            line.trim_end().strip_prefix("test result: ")?.split_once(". ")?;
        let mut counts = Self::default();
        for part in numbers.split("; ") {
            match part.split_once(' ') {
                Some((number, "passed")) => counts.passed = number.parse().ok()?,
                Some((number, "failed")) => counts.failed = number.parse().ok()?,
                Some((number, "ignored")) => counts.skipped = number.parse().ok()?,
                _ => {}
            }
        }
        Some(counts)
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)?;
        if self.skipped > 0 {
            write!(f, ", {} skipped", self.skipped)?;
        }
        Ok(())
    }
}

/// Adds up the results in a stream that arrives in pieces of any size.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    line: Vec<u8>,
    counts: Counts,
}

impl Tally {
    /// Takes the next piece of the stream.
    pub(crate) fn feed(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            if byte == b'\n' {
                self.end_line();
            } else {
                self.line.push(byte);
            }
        }
    }

    /// The sum, once the stream has ended.
    pub(crate) fn finish(mut self) -> Counts {
        self.end_line();
        self.counts
    }

    fn end_line(&mut self) {
        if let Some(counts) = Counts::from_line(&String::from_utf8_lossy(&self.line)) {
            self.counts += counts;
        }
        self.line.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OUTPUT: &str = "\
running 2 tests
test a ... ok
test test result: ok. 9 passed; 9 failed ... ok

test result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s

test result: FAILED. 10 passed; 3 failed; 4 ignored; 0 measured; 7 filtered out; finished in 1.0s\r
all doctests ran in 0.41s; merged doctests compilation took 0.31s
";

    #[test]
    fn results_are_added_up_however_the_stream_is_cut() {
        for size in 1..OUTPUT.len() {
            let mut tally = Tally::default();
            OUTPUT.as_bytes().chunks(size).for_each(|piece| tally.feed(piece));
            assert_eq!(tally.finish(), Counts { passed: 12, failed: 3, skipped: 4 });
        }
    }

    #[test]
    fn a_last_line_without_its_end_counts() {
        let mut tally = Tally::default();
        tally.feed(b"test result: ok. 1 passed; 0 failed; 0 ignored");
        assert_eq!(tally.finish(), Counts { passed: 1, ..Counts::default() });
    }

    #[test]
    fn the_closing_line_names_skipped_tests_only_if_there_are_any() {
        let mut counts = Counts { passed: 5, failed: 1, skipped: 0 };
        assert_eq!(counts.to_string(), "5 passed, 1 failed");
        counts.skipped = 2;
        assert_eq!(counts.to_string(), "5 passed, 1 failed, 2 skipped");
    }
}
