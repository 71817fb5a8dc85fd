//! Test vectors: those committed here, and those that may lie beside the repository.

use std::{
    env, fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use serde_json::Value;

/// A file of vectors by others, or nothing if their folder is not there; what is skipped is then
/// said on standard error, past the capture of the test harness.
///
/// # Panics
/// If the folder is there and the file is not, or is not JSON.
#[must_use]
pub fn theirs(path: &str, cases: usize) -> Option<Value> {
    let directory = match env::var_os("SEALWIRE_VECTORS") {
        Some(named) => PathBuf::from(named),
        None => {
            let beside = repository().join("../shared/vectors");
            if !beside.is_dir() {
                let thread = std::thread::current();
                let test = thread.name().unwrap_or("a test");
                let line = format!("{test} skipped {cases} cases of {path}: no such folder\n");
                io::stderr().write_all(line.as_bytes()).expect("standard error is there");
                return None;
            }
            beside
        }
    };
    Some(read(&directory.join(path)))
}

/// A file of vectors committed in `tests/vectors`.
///
/// # Panics
/// If it is not there, or is not JSON.
#[must_use]
pub fn ours(name: &str) -> Value {
    read(&our_path(name))
}

/// Where a file of vectors of ours is.
#[must_use]
pub fn our_path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors").join(name)
}

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read(path: &Path) -> Value {
    let text =
        fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The entries of an array.
///
/// # Panics
/// If the value is no array.
#[must_use]
pub fn list(value: &Value) -> &[Value] {
    value.as_array().expect("an array")
}

/// The text at `name`.
///
/// # Panics
/// If there is none.
#[must_use]
pub fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_else(|| panic!("no text at {name}"))
}

/// The bytes that the text at `name` gives in hexadecimal.
///
/// # Panics
/// If there are none.
#[must_use]
pub fn bytes(value: &Value, name: &str) -> Vec<u8> {
    hex::decode(text(value, name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The identifier at `name`.
///
/// # Panics
/// If there is none, or it needs more than 16 bits.
#[must_use]
pub fn id(value: &Value, name: &str) -> u16 {
    let number = value[name].as_u64().unwrap_or_else(|| panic!("no number at {name}"));
    u16::try_from(number).expect("16 bits")
}

/// The tests of a Wycheproof file, each with the group it is in.
///
/// # Panics
/// If the file has another form.
pub fn wycheproof(file: &Value) -> impl Iterator<Item = (&Value, &Value)> {
    list(&file["testGroups"])
        .iter()
        .flat_map(|group| list(&group["tests"]).iter().map(move |test| (group, test)))
}
