//! What is true on one machine only does not belong in the repository: its folders, and the hosts
//! from which its package clients download. A package is named; the client knows where it is.

use super::File;

/// Folders at the root of a file system that stand for somebody's own machine.
const FOLDERS: [&str; 2] = ["work", "root"];

/// How the names of hosts begin that serve packages.
const HOSTS: [&str; 9] =
    ["registry", "index", "proxy", "repo", "repo1", "files", "deb", "nexus", "artifactory"];

/// Domains that are reserved for examples (RFC 2606).
const EXAMPLES: [&str; 3] = ["example", "test", "invalid"];

/// Names every line with such a folder or host.
pub(super) fn check(files: &[File]) -> Vec<String> {
    files
        .iter()
        .flat_map(|file| {
            (1..).zip(file.text.lines()).filter_map(move |(number, line)| {
                let found = folder(line).or_else(|| host(line))?;
                Some(format!("{}:{number}: {found}", file.path))
            })
        })
        .collect()
}

/// A path that begins with one of [`FOLDERS`], not one that goes through a folder of that name.
fn folder(line: &str) -> Option<String> {
    FOLDERS.iter().map(|name| format!("/{name}/")).find(|path| {
        line.match_indices(path.as_str()).any(|(at, _)| {
            let before = line.get(..at).and_then(|text| text.chars().next_back());
            !before.is_some_and(|c| c.is_alphanumeric() || "._-/*}>)".contains(c))
        })
    })
}

/// A host, after `//`, whose first label is one of [`HOSTS`].
fn host(line: &str) -> Option<String> {
    line.match_indices("//").find_map(|(at, slashes)| {
        let rest = line.get(at + slashes.len()..)?;
        let end = rest.find(|c: char| !c.is_alphanumeric() && c != '.' && c != '-');
        let host = rest.get(..end.unwrap_or(rest.len()))?;
        let (first, domain) = host.split_once('.')?;
        let example = domain.split('.').any(|label| EXAMPLES.contains(&label));
        (HOSTS.contains(&first) && !example).then(|| format!("the host {host}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hygiene::file;

    /// Puts the slash in, so that this file does not break its own rule.
    fn problems(text: &str) -> usize {
        check(&[file("a.md", text.replace('|', "/"))]).len()
    }

    #[test]
    fn an_absolute_path_of_a_machine_is_found() {
        assert_eq!(problems("see |work|main"), 1);
        assert_eq!(problems("path = \"|root|.cargo\"\nfine\n`|work|x`"), 2);
    }

    #[test]
    fn a_folder_of_that_name_elsewhere_is_not() {
        assert_eq!(problems("src|work|a.rs .|root|x https:||host|work|x $HOME|work"), 0);
    }

    #[test]
    fn a_registry_is_found_by_the_shape_of_its_host() {
        assert_eq!(problems("\"resolved\": \"https:||registry.packages.org|a.tgz\""), 1);
        assert_eq!(problems("||registry.packages.org|:_authToken=x"), 1);
        assert_eq!(problems("http:||artifactory.company.internal:8081"), 1);
    }

    #[test]
    fn other_hosts_and_examples_are_not() {
        assert_eq!(problems("https:||github.com|a https:||packages.org|registry.html"), 0);
        assert_eq!(problems("https:||proxy.example.com http:||files.test // index.html"), 0);
    }
}
