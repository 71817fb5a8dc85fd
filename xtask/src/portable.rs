//! The stage `portable`: core where there is no operating system.

use std::path::Path;

use crate::{
    shell::{self, cargo, output, program},
    stage::{Job, Stop, Verdict},
};

/// A microcontroller without `std`, and the browser.
const TARGETS: [&str; 2] = ["thumbv7em-none-eabi", "wasm32-unknown-unknown"];

/// Builds core for each target, and runs its unit tests here without `std`, which is what the
/// RustCrypto backend needs to be exercised at all.
pub(crate) fn run(job: &mut Job<'_>) -> Verdict {
    job.test_step(cargo(&["test", "--package", "sealwire", "--no-default-features", "--lib"]));
    for target in TARGETS {
        need_target(target)?;
        let core = ["build", "--package", "sealwire", "--no-default-features", "--release"];
        job.step(cargo(&[&core[..], &["--target", target]].concat()));
    }
    Ok(format!("core without features: its tests here, built for {}", TARGETS.join(" and ")))
}

/// Sees to it that the compiled `core` and `alloc` for `target` are there.
fn need_target(target: &str) -> Result<(), Stop> {
    if is_installed(target) {
        return Ok(());
    }
    println!("the target {target} is missing: adding it");
    match shell::run(program("rustup", &["target", "add", target])) {
        Ok(()) if is_installed(target) => Ok(()),
        Ok(()) => Err(Stop::Unable(format!("rustup added {target} to another toolchain"))),
        Err(why) => Err(Stop::Unable(format!("the target {target} is missing; {why}"))),
    }
}

/// Asks the compiler where the libraries of `target` belong, and looks whether they are there.
fn is_installed(target: &str) -> bool {
    let rustc = program(
        std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()),
        &["--print", "target-libdir", "--target", target],
    );
    output(rustc).is_some_and(|folder| holds_core(Path::new(folder.trim())))
}

fn holds_core(folder: &Path) -> bool {
    let Ok(files) = folder.read_dir() else {
        return false;
    };
    files.flatten().any(|file| file.file_name().to_string_lossy().starts_with("libcore-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hosts_own_target_is_installed_and_an_unknown_one_is_not() {
        let host = output(program("rustc", &["-vV"])).unwrap();
        let host = host.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
        assert!(is_installed(host));
        assert!(!is_installed("no-such-target"));
    }
}
