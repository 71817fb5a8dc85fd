//! The command line: what was asked for, or a sentence about what is wrong with it.

use std::path::PathBuf;

use crate::stage::{STAGES, Stage};

/// What the user wants done.
#[derive(Debug, PartialEq)]
pub(crate) enum Command {
    Help,
    Test(TestOptions),
    Bench(BenchOptions),
    Demo,
}

/// `cargo xtask test [STAGE…] [--fail-fast] [--advisories]`
#[derive(Debug, Default, PartialEq)]
pub(crate) struct TestOptions {
    /// The stages to run, by name; none means all.
    pub(crate) stages: Vec<String>,
    /// Stop at the first failure.
    pub(crate) fail_fast: bool,
    /// Let `deny` fetch the advisory database and check against it.
    pub(crate) advisories: bool,
}

impl TestOptions {
    /// Whether `stage` was asked for.
    pub(crate) fn wants(&self, stage: &Stage) -> bool {
        self.stages.is_empty() || self.stages.iter().any(|name| name == stage.name)
    }
}

/// `cargo xtask bench [ROW…] [--json FILE]`
#[derive(Debug, Default, PartialEq)]
pub(crate) struct BenchOptions {
    /// The rows to measure; none means all.
    pub(crate) rows: Vec<String>,
    /// Where the figures go as JSON.
    pub(crate) json: Option<PathBuf>,
}

/// The text of `cargo xtask --help`.
pub(crate) fn help() -> String {
    let stages: String =
        STAGES.iter().map(|stage| format!("  {:<12} {}\n", stage.name, stage.about)).collect();
    format!(
        "\
cargo xtask test [STAGE…] [--fail-fast] [--advisories]
    Runs the stages, all of them if none is named, and ends with a table.
    --fail-fast    stop at the first failure
    --advisories   let `deny` fetch the advisory database and check against it
    With CI=true a stage that lacks a tool fails instead of being skipped.

cargo xtask bench [ROW…] [--json FILE]
    Measures the rows, all of them if none is named, beside the peers.
    --json FILE    write the figures there as well

cargo xtask demo
    Runs the examples, the quickstart first.

Stages:
{stages}"
    )
}

/// Reads the arguments that follow the program's name.
pub(crate) fn parse(args: impl IntoIterator<Item = String>) -> Result<Command, String> {
    let args: Vec<String> = args.into_iter().collect();
    let Some((command, rest)) = args.split_first() else {
        return Err("no command".to_owned());
    };
    if args.iter().any(|arg| arg == "--help" || arg == "-h") {
        return Ok(Command::Help);
    }
    match command.as_str() {
        "help" => Ok(Command::Help),
        "test" => parse_test(rest).map(Command::Test),
        "bench" => parse_bench(rest).map(Command::Bench),
        "demo" => parse_demo(rest),
        other => Err(format!("unknown command `{other}`")),
    }
}

fn parse_test(args: &[String]) -> Result<TestOptions, String> {
    let mut options = TestOptions::default();
    for arg in args {
        match arg.as_str() {
            "--fail-fast" => options.fail_fast = true,
            "--advisories" => options.advisories = true,
            name if STAGES.iter().any(|stage| stage.name == name) => {
                options.stages.push(name.to_owned());
            }
            flag if flag.starts_with('-') => return Err(format!("unknown option `{flag}`")),
            name => return Err(unknown_stage(name)),
        }
    }
    if options.advisories && !STAGES.iter().any(|s| s.name == "deny" && options.wants(s)) {
        return Err("`--advisories` belongs to the stage `deny`, which was not named".to_owned());
    }
    Ok(options)
}

fn unknown_stage(name: &str) -> String {
    let known: Vec<&str> = STAGES.iter().map(|stage| stage.name).collect();
    format!("unknown stage `{name}`; the stages are {}", known.join(", "))
}

fn parse_bench(args: &[String]) -> Result<BenchOptions, String> {
    let mut options = BenchOptions::default();
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        if arg == "--json" {
            let file = args.next().filter(|file| !file.starts_with('-'));
            options.json = Some(file.ok_or("`--json` needs a file")?.into());
        } else if let Some(file) = arg.strip_prefix("--json=") {
            options.json = Some(file.into());
        } else if arg.starts_with('-') {
            return Err(format!("unknown option `{arg}`"));
        } else {
            options.rows.push(arg.clone());
        }
    }
    Ok(options)
}

fn parse_demo(args: &[String]) -> Result<Command, String> {
    match args.first() {
        Some(arg) => Err(format!("`demo` takes no `{arg}`")),
        None => Ok(Command::Demo),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse_line(line: &str) -> Result<Command, String> {
        parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn test_alone_means_every_stage() {
        let Ok(Command::Test(options)) = parse_line("test") else { panic!("not `test`") };
        assert!(STAGES.iter().all(|stage| options.wants(stage)));
        assert!(!options.fail_fast && !options.advisories);
    }

    #[test]
    fn named_stages_and_options_may_be_mixed() {
        let Ok(Command::Test(options)) = parse_line("test fmt --fail-fast deny --advisories")
        else {
            panic!("not `test`")
        };
        let wanted: Vec<_> = STAGES.iter().filter(|s| options.wants(s)).map(|s| s.name).collect();
        assert_eq!(wanted, ["fmt", "deny"]);
        assert!(options.fail_fast && options.advisories);
    }

    #[test]
    fn an_unknown_stage_is_answered_with_the_known_ones() {
        let problem = parse_line("test fmtt").unwrap_err();
        assert!(problem.contains("`fmtt`"), "{problem}");
        assert!(STAGES.iter().all(|stage| problem.contains(stage.name)), "{problem}");
    }

    #[test]
    fn advisories_without_deny_is_an_error() {
        assert!(parse_line("test --advisories").is_ok());
        assert!(parse_line("test fmt --advisories").unwrap_err().contains("deny"));
    }

    #[test]
    fn bench_takes_rows_and_a_file() {
        let expected = BenchOptions {
            rows: vec!["S1".to_owned(), "S11".to_owned()],
            json: Some("out.json".into()),
        };
        assert_eq!(parse_line("bench S1 --json out.json S11"), Ok(Command::Bench(expected)));
        assert!(parse_line("bench --json").unwrap_err().contains("needs a file"));
        assert!(parse_line("bench --json --fast").unwrap_err().contains("needs a file"));
    }

    #[test]
    fn demo_takes_nothing() {
        assert_eq!(parse_line("demo"), Ok(Command::Demo));
        assert!(parse_line("demo upload").unwrap_err().contains("`upload`"));
    }

    #[test]
    fn what_is_not_known_is_refused() {
        assert!(parse_line("").is_err());
        assert!(parse_line("tset").unwrap_err().contains("`tset`"));
        assert!(parse_line("test --quick").unwrap_err().contains("`--quick`"));
        assert!(parse_line("bench --quick").unwrap_err().contains("`--quick`"));
    }

    #[test]
    fn help_names_every_stage() {
        assert_eq!(parse_line("--help"), Ok(Command::Help));
        assert_eq!(parse_line("test --help"), Ok(Command::Help));
        assert!(STAGES.iter().all(|stage| help().contains(stage.about)));
    }
}
