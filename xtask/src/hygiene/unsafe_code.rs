//! Unsafe code is kept in few places, where someone argues for it.
//!
//! The workspace denies the lint `unsafe_code`, but a crate may allow it again, and the workspaces
//! for benchmarks and fuzzing have lints of their own.

use super::{File, code};

/// Where it may stand, each with its reason.
const ALLOWED: &[(&str, &str)] =
    &[("core/wipe/", "overwrites the memory of types that cannot be wiped from outside")];

/// Names every line with the keyword outside those places.
pub(super) fn check(files: &[File]) -> Vec<String> {
    files
        .iter()
        .filter(|file| file.is_rust())
        .filter(|file| ALLOWED.iter().all(|(folder, _)| !file.path.starts_with(folder)))
        .flat_map(|file| {
            let code = code::only_code(&file.text);
            let lines: Vec<usize> = (1..).zip(code.lines()).filter_map(keyword).collect();
            lines.into_iter().map(|number| format!("{}:{number}: unsafe code", file.path))
        })
        .collect()
}

/// The number of a line that holds the keyword.
fn keyword((number, line): (usize, &str)) -> Option<usize> {
    let mut words = line.split(|c: char| !c.is_alphanumeric() && c != '_');
    words.any(|word| word == "unsafe").then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hygiene::file;

    #[test]
    fn the_keyword_is_found_in_every_position() {
        let text =
            "fn a() {\n    unsafe { b() }\n}\nunsafe impl C for D {}\n#[unsafe(no_mangle)]\n";
        let found = check(&[file("core/src/a.rs", text)]);
        let expected = [2, 4, 5].map(|line| format!("core/src/a.rs:{line}: unsafe code"));
        assert_eq!(found, expected);
    }

    #[test]
    fn the_crate_made_for_it_is_left_alone() {
        assert!(check(&[file("core/wipe/src/lib.rs", "unsafe {}")]).is_empty());
        assert!(!check(&[file("core/wiped.rs", "unsafe {}")]).is_empty());
    }

    #[test]
    fn lints_comments_and_strings_are_no_unsafe_code() {
        let text = "#![forbid(unsafe_code)]\n// unsafe\n/* unsafe */ const A: &str = \"unsafe\";\n";
        assert!(check(&[file("core/src/a.rs", text)]).is_empty());
    }
}
