//! The stages of `cargo xtask test`, their order, and the table at the end.

use std::{
    env,
    process::Command,
    time::{Duration, Instant},
};

use crate::{args::TestOptions, bench, checks, counts::Counts, deny, hygiene, portable, shell};

/// One part of `cargo xtask test`.
#[derive(Debug)]
pub(crate) struct Stage {
    pub(crate) name: &'static str,
    /// What it does, for the help and the banner.
    pub(crate) about: &'static str,
    run: fn(&mut Job<'_>) -> Verdict,
}

/// Every stage, the quick ones first.
pub(crate) const STAGES: &[Stage] = &[
    Stage { name: "fmt", about: "the format of every Rust file", run: checks::fmt },
    Stage { name: "hygiene", about: "house rules that no compiler knows", run: hygiene::run },
    Stage {
        name: "clippy",
        about: "lints, also for each feature of core, and for adapters with few",
        run: checks::clippy,
    },
    Stage { name: "test", about: "all tests and documentation examples", run: checks::test },
    Stage {
        name: "portable",
        about: "core without the standard library: two bare targets, and its tests here",
        run: portable::run,
    },
    Stage { name: "doc", about: "the documentation, without warnings", run: checks::doc },
    Stage { name: "deny", about: "licences, bans and sources of dependencies", run: deny::run },
    Stage { name: "bench-build", about: "the benchmarks still compile", run: bench::check },
];

/// A sentence on what was done, or why the stage went no further.
pub(crate) type Verdict = Result<String, Stop>;

/// Why a stage stopped.
#[derive(Debug, PartialEq)]
pub(crate) enum Stop {
    /// Something is wrong with the tree.
    Failed(String),
    /// A tool is missing and cannot be had: a failure in CI, where nobody reads the reason.
    Unable(String),
    /// This tree has nothing for the stage to look at.
    Nothing(String),
}

/// What a stage is given, and what it leaves behind.
#[derive(Debug)]
pub(crate) struct Job<'a> {
    pub(crate) options: &'a TestOptions,
    counts: Counts,
    failures: Vec<String>,
}

impl<'a> Job<'a> {
    fn new(options: &'a TestOptions) -> Self {
        Self { options, counts: Counts::default(), failures: Vec::new() }
    }

    /// Runs a step of the stage. If it fails, so does the stage, after its other steps.
    pub(crate) fn step(&mut self, command: Command) {
        if self.goes_on() {
            self.failures.extend(shell::run(command).err());
        }
    }

    /// As [`Job::step`], and adds the test results to the total.
    pub(crate) fn test_step(&mut self, command: Command) {
        if self.goes_on() {
            let (counts, result) = shell::run_tests(command);
            self.counts += counts;
            self.failures.extend(result.err());
        }
    }

    fn goes_on(&self) -> bool {
        self.failures.is_empty() || !self.options.fail_fast
    }
}

/// How a stage ended, as the table shows it.
#[derive(Debug, PartialEq)]
enum Outcome {
    Ok(String),
    Skipped(String),
    Failed(String),
}

impl Outcome {
    fn new(verdict: Verdict, mut failures: Vec<String>, ci: bool) -> Self {
        let otherwise = match verdict {
            Ok(done) => Self::Ok(done),
            Err(Stop::Failed(why)) => Self::Failed(why),
            Err(Stop::Unable(why)) if ci => Self::Failed(why),
            Err(Stop::Unable(why) | Stop::Nothing(why)) => Self::Skipped(why),
        };
        if failures.is_empty() {
            return otherwise;
        }
        // What broke comes first, then what could not even be tried.
        if let Self::Skipped(why) | Self::Failed(why) = otherwise {
            failures.push(why);
        }
        Self::Failed(failures.join("; "))
    }

    fn failed(&self) -> bool {
        matches!(self, Self::Failed(_))
    }

    fn row(&self, stage: &Stage, time: Duration) -> String {
        let (word, note) = match self {
            Self::Ok(note) => ("ok", note.clone()),
            Self::Skipped(why) => ("skipped:", why.clone()),
            Self::Failed(why) => ("FAILED", why.clone()),
        };
        format!("{:<12} {:>7.1} s  {word:<8}  {note}", stage.name, time.as_secs_f64())
    }
}

/// Runs the stages asked for. True if none failed.
pub(crate) fn run(options: &TestOptions) -> bool {
    let ci = env::var("CI").is_ok_and(|value| !matches!(value.as_str(), "" | "0" | "false"));
    let mut total = Counts::default();
    let mut rows = Vec::new();
    let mut good = true;
    for stage in STAGES.iter().filter(|stage| options.wants(stage)) {
        if !good && options.fail_fast {
            rows.push(format!("{:<12} {:>9}  not run", stage.name, "-"));
            continue;
        }
        println!("\n=== {}: {}", stage.name, stage.about);
        let start = Instant::now();
        let mut job = Job::new(options);
        let verdict = (stage.run)(&mut job);
        total += job.counts;
        let outcome = Outcome::new(verdict, job.failures, ci);
        good &= !outcome.failed();
        let row = outcome.row(stage, start.elapsed());
        println!("{row}");
        rows.push(row);
    }
    println!("\n=== summary\n{}\n\n{total}", rows.join("\n"));
    good
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_tool_fails_in_ci_only() {
        let unable = || Err(Stop::Unable("no rustup".to_owned()));
        assert!(Outcome::new(unable(), vec![], true).failed());
        assert_eq!(Outcome::new(unable(), vec![], false), Outcome::Skipped("no rustup".to_owned()));
    }

    #[test]
    fn nothing_to_look_at_is_no_failure_but_is_said() {
        let outcome = Outcome::new(Err(Stop::Nothing("no bench/".to_owned())), vec![], true);
        assert!(!outcome.failed());
        assert!(outcome.row(&STAGES[0], Duration::ZERO).contains("skipped:  no bench/"));
    }

    #[test]
    fn a_failed_step_fails_the_stage_whatever_it_answers() {
        let outcome = Outcome::new(Ok("done".to_owned()), vec!["`cargo x`: 101".to_owned()], false);
        assert!(outcome.failed());
        let row = outcome.row(&STAGES[0], Duration::from_millis(1250));
        assert!(
            row.contains("FAILED") && row.contains("cargo x") && row.contains("1.2 s"),
            "{row}"
        );
    }

    #[test]
    fn a_failing_command_is_remembered_and_ends_a_fail_fast_job() {
        let missing = || shell::program("no-such-program", &[]);
        for (fail_fast, expected) in [(false, 2), (true, 1)] {
            let options = TestOptions { fail_fast, ..TestOptions::default() };
            let mut job = Job::new(&options);
            job.step(missing());
            job.test_step(missing());
            assert_eq!(job.failures.len(), expected);
        }
    }
}
