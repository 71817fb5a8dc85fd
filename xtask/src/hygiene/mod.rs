//! The stage `hygiene`: rules for the repository that no compiler checks.

mod code;
mod dangerous;
mod length;
mod lints;
mod machine;
mod unsafe_code;

use std::fs;

use crate::{
    shell::{output, program, root},
    stage::{Job, Stop, Verdict},
};

/// A text file of the repository.
#[derive(Debug)]
struct File {
    /// From the root, with `/` between the parts.
    path: String,
    text: String,
}

impl File {
    fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }
}

/// A rule, and what speaks against each file that breaks it.
type Check = (&'static str, fn(&[File]) -> Vec<String>);

const CHECKS: &[Check] = &[
    ("a Rust file has at most 500 lines", length::check),
    ("unsafe code stands only where it is argued", unsafe_code::check),
    ("every crate inherits the lints of the workspace", lints::check),
    ("what is dangerous is enabled by name only", dangerous::check),
    ("no file names a machine's folders or a package registry's host", machine::check),
];

/// Applies every check to every file that git knows or would add.
pub(crate) fn run(_: &mut Job<'_>) -> Verdict {
    let files = files()?;
    let mut problems = 0;
    for (rule, check) in CHECKS {
        let found = check(&files);
        println!("{} {rule}", if found.is_empty() { "ok    " } else { "BROKEN" });
        found.iter().for_each(|problem| println!("       {problem}"));
        problems += found.len();
    }
    if problems > 0 {
        return Err(Stop::Failed(format!("{problems} broken house rules, see above")));
    }
    Ok(format!("{} rules over {} files", CHECKS.len(), files.len()))
}

/// Every text file that is tracked, or new and not ignored.
fn files() -> Result<Vec<File>, Stop> {
    let git = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
    let list = output(program("git", &git))
        .ok_or_else(|| Stop::Unable("git cannot list the files of this tree".to_owned()))?;
    let root = root();
    let read = |path: &str| {
        // A file that is binary, a link to a folder, or removed but still in the index.
        let text = fs::read_to_string(root.join(path)).ok()?;
        Some(File { path: path.to_owned(), text })
    };
    Ok(list.split_terminator('\0').filter_map(read).collect())
}

#[cfg(test)]
fn file(path: &str, text: impl Into<String>) -> File {
    File { path: path.to_owned(), text: text.into() }
}
