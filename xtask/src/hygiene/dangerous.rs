//! What is dangerous is switched on by name: no other feature brings it along.

use super::File;

/// The one crate that is never published and tests everything.
const TESTS: &str = "tests/Cargo.toml";

/// Names every line of a manifest that asks for a feature named `dangerous`, unless it belongs to a
/// feature that is named so itself.
pub(super) fn check(files: &[File]) -> Vec<String> {
    files
        .iter()
        .filter(|file| file.path.ends_with("Cargo.toml") && file.path != TESTS)
        .flat_map(|file| {
            let lines = (1..).zip(file.text.lines());
            lines
                .filter(|(_, line)| asks(line))
                .map(|(number, _)| format!("{}:{number}: enables what is dangerous", file.path))
        })
        .collect()
}

fn asks(line: &str) -> bool {
    let line = line.trim();
    line.contains("dangerous") && !line.starts_with("dangerous") && !line.starts_with('#')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hygiene::file;

    #[test]
    fn a_feature_that_brings_a_dangerous_one_along_is_named() {
        let text =
            "[features]\ndefault = [\"std\", \"dangerous-key-log\"]\ndangerous-key-log = []\n";
        let found = check(&[file("core/Cargo.toml", text)]);
        assert_eq!(found, ["core/Cargo.toml:2: enables what is dangerous"]);
        let text = "[dependencies]\nsealwire = { features = [\"dangerous-key-log\"] }\n";
        assert_eq!(check(&[file("adapters/a/Cargo.toml", text)]).len(), 1);
        assert_eq!(
            check(&[file("a/Cargo.toml", "x = [\n    \"dangerous-key-log\",\n]\n")]).len(),
            1
        );
    }

    #[test]
    fn its_own_declaration_a_comment_and_the_tests_are_not() {
        let text = "# dangerous\ndangerous-key-log = [\"sealwire/dangerous-key-log\"]\n";
        let using = "sealwire = { features = [\"dangerous-key-log\"] }\n";
        assert!(check(&[file("a/Cargo.toml", text), file(TESTS, using)]).is_empty());
    }
}
