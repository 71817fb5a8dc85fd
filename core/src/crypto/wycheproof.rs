//! Wycheproof's files, for the unit tests of this module.

#[cfg_attr(feature = "std", allow(unused_extern_crates))]
extern crate std;

use std::{
    env, format, fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
    vec::Vec,
};

use serde_json::Value;

/// A file of vectors, or nothing if their folder is not there; what is skipped is then said on
/// standard error, past the capture of the test harness.
pub(super) fn file(name: &str, cases: usize) -> Option<Value> {
    let directory = match env::var_os("SEALWIRE_VECTORS") {
        Some(named) => PathBuf::from(named),
        None => {
            let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/vectors");
            if !beside.is_dir() {
                let thread = std::thread::current();
                let test = thread.name().unwrap_or("a test");
                let line = format!("{test} skipped {cases} cases of {name}: no such folder\n");
                io::stderr().write_all(line.as_bytes()).unwrap();
                return None;
            }
            beside
        }
    };
    let text = fs::read_to_string(directory.join("wycheproof").join(name)).unwrap();
    Some(serde_json::from_str(&text).unwrap())
}

/// Every test of a file, with the group it is in.
pub(super) fn tests(file: &Value) -> Vec<(&Value, &Value)> {
    let groups = file["testGroups"].as_array().unwrap();
    groups
        .iter()
        .flat_map(|group| {
            let tests = group["tests"].as_array().unwrap();
            tests.iter().map(move |test| (group, test))
        })
        .collect()
}

/// The bytes that `name` gives in hexadecimal.
pub(super) fn bytes(test: &Value, name: &str) -> Vec<u8> {
    hex::decode(test[name].as_str().unwrap()).unwrap()
}
