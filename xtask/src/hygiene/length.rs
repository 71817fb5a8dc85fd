//! A Rust file that one cannot take in is split.

use super::File;

const LIMIT: usize = 500;

/// Longer files, each with the reason why it is not split.
const LONGER: &[(&str, &str)] = &[];

/// Names every file that is too long, and every exception that is no longer one.
pub(super) fn check(files: &[File]) -> Vec<String> {
    check_with(files, LONGER)
}

fn check_with(files: &[File], longer: &[(&str, &str)]) -> Vec<String> {
    let is_long = |file: &File| file.text.lines().count() > LIMIT;
    let too_long = files
        .iter()
        .filter(|file| file.is_rust() && !is_test(&file.path) && is_long(file))
        .filter(|file| longer.iter().all(|(path, _)| *path != file.path))
        .map(|file| format!("{}: {} lines", file.path, file.text.lines().count()));
    let idle = longer
        .iter()
        .filter(|(path, _)| !files.iter().any(|file| file.path == *path && is_long(file)))
        .map(|(path, _)| format!("{path}: listed as long, but it is not"));
    too_long.chain(idle).collect()
}

/// Whether a file holds tests only: in a folder `tests`, or named `tests.rs` or `…_tests.rs`.
fn is_test(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    path.split('/').any(|part| part == "tests") || name == "tests.rs" || name.ends_with("_tests.rs")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hygiene::file;

    fn lines(count: usize) -> String {
        "x\n".repeat(count)
    }

    #[test]
    fn the_first_line_over_the_limit_is_one_too_many() {
        assert!(check_with(&[file("core/src/a.rs", lines(500))], &[]).is_empty());
        let found = check_with(&[file("core/src/a.rs", lines(501))], &[]);
        assert_eq!(found, ["core/src/a.rs: 501 lines"]);
    }

    #[test]
    fn tests_and_other_languages_may_be_long() {
        for path in ["tests/src/a.rs", "core/src/a/tests.rs", "core/src/a_tests.rs", "README.md"] {
            assert!(check_with(&[file(path, lines(501))], &[]).is_empty(), "{path}");
        }
        assert!(!check_with(&[file("core/src/latests.rs", lines(501))], &[]).is_empty());
    }

    #[test]
    fn an_exception_holds_as_long_as_it_is_needed() {
        let longer = [("core/src/a.rs", "one table")];
        assert!(check_with(&[file("core/src/a.rs", lines(501))], &longer).is_empty());
        assert!(!check_with(&[file("core/src/a.rs", lines(500))], &longer).is_empty());
        assert!(!check_with(&[], &longer).is_empty());
    }
}
