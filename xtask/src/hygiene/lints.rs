//! A crate that forgets `[lints] workspace = true` is a crate without lints.

use super::File;
use crate::manifest::Manifest;

/// Names every crate of the workspace that does not inherit its lints.
pub(super) fn check(files: &[File]) -> Vec<String> {
    let manifests: Vec<(&str, Manifest)> = files
        .iter()
        .filter_map(|file| Some((folder(&file.path)?, Manifest::parse(&file.text))))
        .collect();
    // Benchmarks and fuzzing have workspaces of their own, and with them lints of their own.
    let others: Vec<&str> = manifests
        .iter()
        .filter(|(folder, manifest)| !folder.is_empty() && manifest.has("workspace"))
        .map(|(folder, _)| *folder)
        .collect();
    manifests
        .iter()
        .filter(|(folder, _)| !others.iter().any(|other| folder.starts_with(other)))
        .filter(|(_, manifest)| manifest.has("package") && !inherits(manifest))
        .map(|(folder, _)| format!("{folder}Cargo.toml: `[lints] workspace = true` is missing"))
        .collect()
}

/// What stands before `Cargo.toml`: nothing, or a folder that ends in `/`.
fn folder(path: &str) -> Option<&str> {
    path.strip_suffix("Cargo.toml").filter(|folder| folder.is_empty() || folder.ends_with('/'))
}

fn inherits(manifest: &Manifest) -> bool {
    manifest.value("lints", "workspace") == Some("true")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hygiene::file;

    const GOOD: &str = "[package]\nname = \"a\"\n[lints]\nworkspace = true\n";
    const BAD: &str = "[package]\nname = \"a\"\nedition.workspace = true\n[lints.rust]\n";

    #[test]
    fn a_crate_without_the_lints_is_named() {
        let files = [file("Cargo.toml", "[workspace]\n"), file("core/Cargo.toml", BAD)];
        assert_eq!(check(&files), ["core/Cargo.toml: `[lints] workspace = true` is missing"]);
        assert!(check(&[file("core/Cargo.toml", GOOD)]).is_empty());
    }

    #[test]
    fn a_package_in_the_root_is_not_exempt() {
        assert_eq!(check(&[file("Cargo.toml", format!("[workspace]\n{BAD}"))]).len(), 1);
    }

    #[test]
    fn another_workspace_has_its_own_lints() {
        let own = format!("[workspace]\n{BAD}");
        assert!(
            check(&[file("bench/Cargo.toml", own), file("bench/x/Cargo.toml", BAD)]).is_empty()
        );
    }
}
