//! The little of TOML that is needed to ask a Cargo.toml about its tables.

/// The tables of a manifest, and the keys and values in each.
#[derive(Debug, Default)]
pub(crate) struct Manifest {
    /// Table, key, value; a value that spans lines is cut after its first.
    entries: Vec<(String, String, String)>,
    tables: Vec<String>,
}

impl Manifest {
    /// Reads `text` line by line, taking it to be what cargo has accepted.
    pub(crate) fn parse(text: &str) -> Self {
        let mut manifest = Self::default();
        let mut table = String::new();
        // How many brackets are open: above 0, a line continues the value before it.
        let mut depth = 0;
        for line in text.lines() {
            let line = without_comment(line).trim();
            if depth > 0 {
                depth += brackets(line);
            } else if line.starts_with('[') {
                table = line.trim_matches(['[', ']']).trim().to_owned();
                manifest.tables.push(table.clone());
            } else if let Some((key, value)) = line.split_once('=') {
                depth = brackets(value);
                let entry = (table.clone(), key.trim().to_owned(), value.trim().to_owned());
                manifest.entries.push(entry);
            }
        }
        manifest
    }

    /// Whether the manifest has this table, `[name]`.
    pub(crate) fn has(&self, table: &str) -> bool {
        self.tables.iter().any(|name| name == table)
    }

    /// The keys of a table, in their order.
    pub(crate) fn keys(&self, table: &str) -> Vec<String> {
        let entries = self.entries.iter().filter(|(name, ..)| name == table);
        entries.map(|(_, key, _)| key.clone()).collect()
    }

    /// The value of a key, as it is written.
    pub(crate) fn value(&self, table: &str, key: &str) -> Option<&str> {
        let entry = self.entries.iter().find(|(name, k, _)| name == table && k == key);
        entry.map(|(.., value)| value.as_str())
    }
}

/// The line up to a `#` that stands outside a string.
fn without_comment(line: &str) -> &str {
    let mut quote = None;
    for (at, c) in line.char_indices() {
        match quote {
            None if c == '#' => return line.get(..at).unwrap_or(line),
            None if matches!(c, '"' | '\'') => quote = Some(c),
            Some(open) if c == open => quote = None,
            _ => {}
        }
    }
    line
}

/// Opening less closing brackets.
fn brackets(text: &str) -> i32 {
    text.chars()
        .map(|c| i32::from(matches!(c, '[' | '{')) - i32::from(matches!(c, ']' | '}')))
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r##"
[package] # the crate
name = "a # b" # a name
[features]
default = ["std"]
std = [
    "dep:ring", # = not a key
    "alloc",
]
http = ["std"]
[dependencies]
x = { workspace = true, optional = true }
[lints]
workspace = true
"##;

    #[test]
    fn keys_are_found_around_values_of_several_lines() {
        assert_eq!(Manifest::parse(TEXT).keys("features"), ["default", "std", "http"]);
    }

    #[test]
    fn comments_are_left_out_and_strings_kept() {
        let manifest = Manifest::parse(TEXT);
        assert_eq!(manifest.value("package", "name"), Some("\"a # b\""));
        assert_eq!(manifest.value("lints", "workspace"), Some("true"));
        assert_eq!(manifest.value("lints", "name"), None);
    }

    #[test]
    fn tables_are_known_by_their_whole_name() {
        let manifest = Manifest::parse("[workspace.package]\nedition = \"2024\"\n");
        assert!(manifest.has("workspace.package") && !manifest.has("workspace"));
    }
}
