//! `cargo xtask bench [ROW…] [--json FILE]`: Sealwire beside its peers, in one run.
//!
//! Standard output has one line a row, and below it lines of detail that begin with `#`; progress
//! goes to standard error. See README.md for what is measured, and how.

mod contestant;
mod figures;
mod judge;
mod measure;
mod program;
mod report;
mod rows;

use std::{env, fs, path::PathBuf, process::ExitCode};

use judge::Judgement;
use rows::{ROWS, Row};

/// What went wrong, for the user to read.
type Result<T> = std::result::Result<T, String>;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("bench: {why}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let (rows, json) = parse(env::args().skip(1))?;
    let programs = program::Programs::build(&rows)?;
    let mut all = Vec::new();
    for row in rows {
        eprintln!("measuring {}: {}", row.name, row.what);
        let outcome = measure::row(row, &programs)?;
        let judgement = Judgement::of(&outcome).ok_or("the row has no peer")?;
        print!("{}", report::lines(row, &judgement));
        all.push(report::json(row, &judgement));
    }
    match json {
        None => Ok(()),
        Some(path) => fs::write(&path, format!("{:#}\n", report::document(all)))
            .map_err(|error| format!("{}: {error}", path.display())),
    }
}

/// The rows asked for, in the order of the table, and where the JSON goes.
fn parse(mut args: impl Iterator<Item = String>) -> Result<(Vec<&'static Row>, Option<PathBuf>)> {
    let (mut names, mut json) = (Vec::new(), None);
    while let Some(arg) = args.next() {
        match arg.strip_prefix("--") {
            Some("json") => json = Some(args.next().ok_or("`--json` needs a file")?.into()),
            Some(_) => return Err(format!("unknown option `{arg}`")),
            None => names.push(arg.to_uppercase()),
        }
    }
    let known: Vec<&str> = ROWS.iter().map(|row| row.name).collect();
    if let Some(name) = names.iter().find(|name| !known.contains(&name.as_str())) {
        return Err(format!("unknown row `{name}`; the rows are {}", known.join(", ")));
    }
    let wanted = |row: &&Row| names.is_empty() || names.iter().any(|name| name == row.name);
    Ok((ROWS.iter().filter(wanted).collect(), json))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(args: &[&str]) -> Result<(Vec<&'static str>, Option<PathBuf>)> {
        let (rows, json) = parse(args.iter().map(|arg| (*arg).to_owned()))?;
        Ok((rows.iter().map(|row| row.name).collect(), json))
    }

    #[test]
    fn no_row_means_all() {
        assert_eq!(parsed(&[]).unwrap().0.len(), ROWS.len());
    }

    #[test]
    fn rows_come_in_the_order_of_the_table_whatever_their_case() {
        assert_eq!(parsed(&["S6", "s1"]).unwrap(), (vec!["S1", "S6"], None));
    }

    #[test]
    fn an_unknown_row_is_named() {
        assert!(parsed(&["S1", "S99"]).unwrap_err().contains("`S99`"));
    }

    #[test]
    fn options_are_the_one_and_no_other() {
        assert_eq!(parsed(&["S1", "--json", "a"]).unwrap().1, Some("a".into()));
        assert!(parsed(&["--json"]).is_err());
        assert!(parsed(&["--jsn"]).is_err());
    }
}
