//! `cargo xtask demo`: the examples, one after the other, for someone to watch.

use std::fs;

use crate::{
    nginx,
    shell::{self, cargo, root},
    stage::Stop,
};

const MANIFEST: &str = "examples/Cargo.toml";

/// Runs every example. True if all went well.
pub(crate) fn run() -> bool {
    if let Err(Stop::Unable(why)) = nginx::need() {
        println!("{why}");
    }
    let mut failures = Vec::new();
    for name in examples() {
        println!("\n=== {name}");
        failures.extend(shell::run(cargo(&["run", "--quiet", "--example", &name])).err());
    }
    for why in &failures {
        eprintln!("xtask: {why}");
    }
    failures.is_empty()
}

/// The names of the examples, in the order of their manifest.
fn examples() -> Vec<String> {
    names(&fs::read_to_string(root().join(MANIFEST)).unwrap_or_default())
}

fn names(manifest: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut in_example = false;
    for line in manifest.lines().map(str::trim) {
        if line.starts_with('[') {
            in_example = line == "[[example]]";
        } else if let Some(value) = line.strip_prefix("name = ").filter(|_| in_example) {
            names.push(value.trim_matches('"').to_owned());
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_examples_are_named() {
        let text = "[package]\nname = \"p\"\n[[example]]\nname = \"a\"\npath = \"a.rs\"\n\
                    [[bin]]\nname = \"b\"\n[[example]]\nname = \"c\"\n";
        assert_eq!(names(text), ["a", "c"]);
    }

    #[test]
    fn the_quickstart_comes_first() {
        assert_eq!(examples().first().map(String::as_str), Some("quickstart"));
    }
}
