//! The stages that only call cargo: `fmt`, `clippy`, `test`, `doc`.
//!
//! They all select `--workspace --all-features`, so that cargo resolves features once and builds
//! each dependency once per profile.

use std::{fs, io, iter, path::Path};

use crate::{
    bench,
    manifest::Manifest,
    nginx,
    shell::{cargo, program, root, run, succeeds},
    stage::{Job, Stop, Verdict},
};

/// The workspace, and the benchmarks, which have one of their own.
pub(crate) fn fmt(job: &mut Job<'_>) -> Verdict {
    need_component("fmt", "rustfmt")?;
    job.step(cargo(&["fmt", "--all", "--check"]));
    if bench::exists() {
        job.step(cargo(&["fmt", "--manifest-path", bench::MANIFEST, "--check"]));
    }
    Ok("every Rust file is formatted".to_owned())
}

/// The whole workspace with all features, then core alone with none and with each, and the adapters
/// as most people build them: with their default features, and without any.
pub(crate) fn clippy(job: &mut Job<'_>) -> Verdict {
    need_component("clippy", "clippy")?;
    let features = core_features()?;
    let deny = ["--", "-D", "warnings"];
    let workspace = ["clippy", "--workspace", "--all-targets", "--all-features"];
    job.step(cargo(&[&workspace[..], &deny].concat()));
    let core = ["clippy", "--package", "sealwire", "--no-default-features"];
    job.step(cargo(&[&core[..], &deny].concat()));
    for feature in &features {
        job.step(cargo(&[&core[..], &["--features", feature], &deny].concat()));
    }
    for args in adapter_builds(&adapters()?) {
        job.step(cargo(
            &[&args.iter().map(String::as_str).collect::<Vec<_>>()[..], &deny].concat(),
        ));
    }
    Ok(format!(
        "workspace; core without features and with each of {}; adapters with their default \
         features and without",
        features.join(", ")
    ))
}

/// Both for all adapters at once: they ask the same of core, and none by default for more of another.
fn adapter_builds(adapters: &[String]) -> [Vec<String>; 2] {
    let packages = adapters.iter().flat_map(|name| ["--package".to_owned(), name.clone()]);
    let default: Vec<String> = iter::once("clippy".to_owned()).chain(packages).collect();
    let mut without = default.clone();
    without.push("--no-default-features".to_owned());
    [default, without]
}

/// Unit, integration and documentation tests of every crate. Without nginx one of them tests
/// nothing, and then the stage does not count as passed.
pub(crate) fn test(job: &mut Job<'_>) -> Verdict {
    let nginx = nginx::need();
    let mut args = vec!["test", "--workspace", "--all-features"];
    if !job.options.fail_fast {
        args.push("--no-fail-fast");
    }
    job.test_step(cargo(&args));
    nginx?;
    Ok("every test of the workspace".to_owned())
}

/// The documentation of our own crates; a broken link is an error.
pub(crate) fn doc(job: &mut Job<'_>) -> Verdict {
    let mut command = cargo(&["doc", "--workspace", "--no-deps", "--all-features"]);
    command.env("RUSTDOCFLAGS", "-D warnings");
    job.step(command);
    Ok("documentation of every crate".to_owned())
}

/// The features of core, as its manifest lists them.
fn core_features() -> Result<Vec<String>, Stop> {
    Ok(features(&read(&root().join("core/Cargo.toml"))?))
}

/// The names of the adapters' packages, as their manifests have them.
fn adapters() -> Result<Vec<String>, Stop> {
    let folder = root().join("adapters");
    let folders = folder.read_dir().map_err(|error| unreadable(&folder, &error))?;
    let manifests = folders.flatten().map(|folder| folder.path().join("Cargo.toml"));
    let mut names = Vec::new();
    for path in manifests.filter(|path| path.is_file()) {
        let manifest = Manifest::parse(&read(&path)?);
        names.extend(manifest.value("package", "name").map(|name| name.replace('"', "")));
    }
    names.sort();
    Ok(names)
}

fn read(path: &Path) -> Result<String, Stop> {
    fs::read_to_string(path).map_err(|error| unreadable(path, &error))
}

fn unreadable(path: &Path, error: &io::Error) -> Stop {
    Stop::Failed(format!("{}: {error}", path.display()))
}

fn features(manifest: &str) -> Vec<String> {
    let keys = Manifest::parse(manifest).keys("features");
    keys.into_iter().filter(|key| key != "default").collect()
}

/// Sees to it that `cargo SUBCOMMAND` works, by installing `component` if need be.
fn need_component(subcommand: &str, component: &str) -> Result<(), Stop> {
    let works = || succeeds(cargo(&[subcommand, "--version"]));
    if works() {
        return Ok(());
    }
    println!("`cargo {subcommand}` is missing: installing the component {component}");
    match run(program("rustup", &["component", "add", component])) {
        Ok(()) if works() => Ok(()),
        Ok(()) => Err(Stop::Unable(format!("`cargo {subcommand}` does not run"))),
        Err(why) => Err(Stop::Unable(format!("`cargo {subcommand}` is missing; {why}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_feature_is_not_one_to_try_alone() {
        let text = "[features]\ndefault = [\"std\"]\nstd = []\nhttp = [\"std\"]\n[lints]\nx = 1\n";
        assert_eq!(features(text), ["std", "http"]);
    }

    #[test]
    fn the_features_of_core_are_found() {
        assert!(core_features().is_ok_and(|features| features.iter().any(|f| f == "std")));
    }
    #[test]
    fn the_adapters_are_found() {
        let adapters = adapters().unwrap();
        for name in ["sealwire-actix", "sealwire-http", "sealwire-reqwest", "sealwire-tower"] {
            assert!(adapters.iter().any(|adapter| adapter == name), "{name}: {adapters:?}");
        }
    }

    #[test]
    fn adapters_are_checked_with_their_default_features_and_without() {
        let [default, without] = adapter_builds(&["a".to_owned(), "b".to_owned()]);
        assert_eq!(default, ["clippy", "--package", "a", "--package", "b"]);
        assert_eq!(without, [&default[..], &["--no-default-features".to_owned()]].concat());
    }
}
