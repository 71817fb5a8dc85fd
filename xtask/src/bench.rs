//! `cargo xtask bench`, and the stage `bench-build`: the workspace under `bench/`.

use std::{env, path::PathBuf};

use crate::{
    args::BenchOptions,
    shell::{self, cargo, root},
    stage::{Job, Stop, Verdict},
};

/// The manifest of the benchmarks, from the root.
pub(crate) const MANIFEST: &str = "bench/Cargo.toml";

/// Measures. True if it went well.
pub(crate) fn run(options: &BenchOptions) -> bool {
    if !exists() {
        eprintln!("xtask: there is no {MANIFEST} in this tree, so nothing to measure");
        return false;
    }
    let result = absolute_json(options).and_then(|json| {
        let mut command = cargo(&["run", "--release", "--manifest-path", MANIFEST, "--"]);
        command.args(&options.rows);
        if let Some(file) = json {
            command.arg("--json").arg(file);
        }
        shell::run(command)
    });
    if let Err(why) = &result {
        eprintln!("xtask: {why}");
    }
    result.is_ok()
}

/// The stage `bench-build`: compiles the benchmarks, so that they cannot rot.
pub(crate) fn check(job: &mut Job<'_>) -> Verdict {
    if !exists() {
        return Err(Stop::Nothing(format!("there is no {MANIFEST} in this tree")));
    }
    // Locked, since nothing else would notice that its lock file no longer fits core's manifest.
    job.step(cargo(&["check", "--locked", "--all-targets", "--manifest-path", MANIFEST]));
    Ok("the benchmarks compile".to_owned())
}

/// Whether this tree has benchmarks.
pub(crate) fn exists() -> bool {
    root().join(MANIFEST).is_file()
}

/// The file as seen from where the user stands, since the benchmarks run in the root.
fn absolute_json(options: &BenchOptions) -> Result<Option<PathBuf>, String> {
    let Some(file) = &options.json else {
        return Ok(None);
    };
    let here = env::current_dir().map_err(|error| format!("no current folder: {error}"))?;
    Ok(Some(here.join(file)))
}
