//! Runs other programs: shown before they run, from the repository's root, without standard input.

use std::{
    env,
    ffi::OsString,
    io::{self, Read, Write},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
};

use crate::counts::{Counts, Tally};

/// The folder that holds the workspace.
pub(crate) fn root() -> PathBuf {
    let xtask = env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    xtask.parent().map(Path::to_path_buf).unwrap_or(xtask)
}

/// A call of the cargo that runs this program.
pub(crate) fn cargo(args: &[&str]) -> Command {
    program(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()), args)
}

/// A call of any program.
///
/// `cargo run` tells this program about its own package through the environment. That is not
/// passed on: build scripts that read it would run again for nothing.
pub(crate) fn program(name: impl Into<OsString>, args: &[&str]) -> Command {
    let mut command = Command::new(name.into());
    command.args(args).current_dir(root()).stdin(Stdio::null());
    for (name, _) in env::vars_os() {
        if name.to_str().is_some_and(|name| {
            name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_")
        }) {
            command.env_remove(name);
        }
    }
    command
}

/// Whether `command` runs and succeeds; what it prints is not shown.
pub(crate) fn succeeds(mut command: Command) -> bool {
    command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|s| s.success())
}

/// What `command` prints, if it succeeds.
pub(crate) fn output(mut command: Command) -> Option<String> {
    let output = command.stderr(Stdio::null()).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then_some(text)
}

/// Shows `command` and runs it; the error says how it ended.
pub(crate) fn run(mut command: Command) -> Result<(), String> {
    let line = show(&command);
    let status = command.status().map_err(|error| format!("`{line}`: {error}"))?;
    ended_well(&line, status)
}

/// As [`run`], and adds up the test results that pass by.
pub(crate) fn run_tests(mut command: Command) -> (Counts, Result<(), String>) {
    let line = show(&command);
    let ran = command.stdout(Stdio::piped()).spawn().and_then(pass_through);
    match ran {
        Ok((counts, status)) => (counts, ended_well(&line, status)),
        Err(error) => (Counts::default(), Err(format!("`{line}`: {error}"))),
    }
}

/// Copies the child's output to ours as it comes, so that a slow test is seen while it runs.
fn pass_through(mut child: Child) -> io::Result<(Counts, ExitStatus)> {
    let mut tally = Tally::default();
    if let Some(mut output) = child.stdout.take() {
        let mut buffer = [0; 8192];
        loop {
            let length = match output.read(&mut buffer) {
                Ok(0) => break,
                Ok(length) => length,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            let piece = buffer.get(..length).unwrap_or_default();
            tally.feed(piece);
            let mut stdout = io::stdout().lock();
            stdout.write_all(piece)?;
            stdout.flush()?;
        }
    }
    Ok((tally.finish(), child.wait()?))
}

fn ended_well(line: &str, status: ExitStatus) -> Result<(), String> {
    if status.success() { Ok(()) } else { Err(format!("`{line}`: {status}")) }
}

/// Prints the command as a user would type it, and gives that line back.
fn show(command: &Command) -> String {
    let name = Path::new(command.get_program()).file_stem().unwrap_or_default();
    let mut line = String::new();
    for (variable, value) in command.get_envs() {
        if let Some(value) = value {
            line += &format!("{}=\"{}\" ", variable.display(), value.display());
        }
    }
    line += &name.to_string_lossy();
    for arg in command.get_args() {
        line += &format!(" {}", arg.display());
    }
    println!("$ {line}");
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_shown_as_it_would_be_typed() {
        let mut command = cargo(&["doc", "--workspace"]);
        command.env("RUSTDOCFLAGS", "-D warnings");
        assert_eq!(show(&command), "RUSTDOCFLAGS=\"-D warnings\" cargo doc --workspace");
    }

    #[test]
    fn a_program_that_is_missing_or_fails_is_told_apart_from_one_that_succeeds() {
        assert!(succeeds(cargo(&["--version"])));
        assert!(!succeeds(cargo(&["no-such-command"])));
        assert!(!succeeds(program("no-such-program", &[])));
        assert!(run(program("no-such-program", &[])).unwrap_err().contains("no-such-program"));
    }
}
