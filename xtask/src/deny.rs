//! The stage `deny`: what the dependencies are allowed to be (`deny.toml`).

use crate::{
    shell::{self, cargo, output},
    stage::{Job, Stop, Verdict},
};

/// The release of cargo-deny that is installed where there is none.
const VERSION: &str = "0.20.2";

/// Licences, bans and sources; advisories only if asked for, since they need a database that not
/// every machine can fetch.
pub(crate) fn run(job: &mut Job<'_>) -> Verdict {
    let version = need_cargo_deny()?;
    let check = ["deny", "check", "--hide-inclusion-graph"];
    job.step(cargo(&[&check[..], &["bans", "licenses", "sources"]].concat()));
    if job.options.advisories {
        job.step(cargo(&[&check[..], &["advisories"]].concat()));
        return Ok(format!("bans, licences, sources and advisories, by {version}"));
    }
    println!("advisories were not checked: `cargo xtask test deny --advisories` does");
    Ok(format!("bans, licences and sources, not advisories, by {version}"))
}

/// Sees to it that `cargo deny` works, and answers its version.
fn need_cargo_deny() -> Result<String, Stop> {
    let version = || output(cargo(&["deny", "--version"])).map(|text| text.trim().to_owned());
    if let Some(version) = version() {
        return Ok(version);
    }
    println!("cargo-deny is missing: installing {VERSION}, which takes a few minutes");
    let installed = shell::run(install());
    version().ok_or_else(|| {
        let why = installed.err().unwrap_or_else(|| "it was installed but does not run".to_owned());
        Stop::Unable(format!("cargo-deny is missing; {why}"))
    })
}

/// Installs without the release's link-time optimisation: half the time to compile, and the check
/// takes less than a second anyway.
fn install() -> std::process::Command {
    let mut command = cargo(&["install", "--locked", "cargo-deny", "--version", VERSION]);
    command
        .env("CARGO_PROFILE_RELEASE_LTO", "off")
        .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
        .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1")
        // Its own temporary folder: nothing of it is of use to the workspace.
        .env_remove("CARGO_TARGET_DIR");
    command
}
