//! nginx, which the example `mirror` starts.

mod policy;

use std::{path::Path, process::Command};

use policy::Policy;

use crate::{
    shell::{self, program, succeeds},
    stage::Stop,
};

/// Where it may be: Debian puts it into a folder that only root has in its `PATH`.
const NAMES: [&str; 2] = ["nginx", "/usr/sbin/nginx"];

/// Sees to it that nginx runs, by installing Debian's package if need be.
pub(crate) fn need() -> Result<(), Stop> {
    if is_there() {
        return Ok(());
    }
    println!(
        "nginx is missing: installing the package of the same name. Debian would start it as a \
         service, on port 80 of all interfaces: meanwhile {} forbids that, and afterwards \
         `systemctl disable nginx` keeps it from starting with the machine",
        policy::PATH
    );
    match install() {
        Ok(()) if is_there() => Ok(()),
        Ok(()) => Err(missing("it was installed but does not run")),
        Err(why) => Err(missing(&why)),
    }
}

fn missing(why: &str) -> Stop {
    Stop::Unable(format!(
        "the example `mirror` was not tested: nginx is missing; {why}; \
         as root, `apt-get install nginx` has it"
    ))
}

fn is_there() -> bool {
    NAMES.iter().any(|name| succeeds(program(*name, &["-v"])))
}

/// Installs the program, without the service that comes with it.
fn install() -> Result<(), String> {
    {
        let _forbidden = Policy::forbid_starting(Path::new(policy::PATH))?;
        install_program()?;
    }
    if succeeds(program("systemctl", &["--version"]))
        && let Err(why) = shell::run(program("systemctl", &["disable", "nginx"]))
    {
        println!("nginx will start with the machine: {why}");
    }
    Ok(())
}

/// Tries with the package lists that are there, and only then fetches them.
fn install_program() -> Result<(), String> {
    if shell::run(install_package()).is_ok() {
        return Ok(());
    }
    println!("that may be for want of package lists: fetching them");
    shell::run(apt_get(&["update"]))?;
    shell::run(install_package())
}

fn install_package() -> Command {
    apt_get(&["install", "--yes", "--no-install-recommends", "nginx"])
}

fn apt_get(args: &[&str]) -> Command {
    let mut command = program("apt-get", args);
    command.env("DEBIAN_FRONTEND", "noninteractive");
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_said_with_the_reason_and_the_remedy() {
        let Stop::Unable(text) = missing("`apt-get`: not found") else { panic!("another stop") };
        for part in ["`mirror`", "`apt-get`: not found", "apt-get install nginx"] {
            assert!(text.contains(part), "{text}");
        }
    }

    #[test]
    fn installing_asks_no_questions() {
        let command = install_package();
        let quiet = ("DEBIAN_FRONTEND".as_ref(), Some("noninteractive".as_ref()));
        assert!(command.get_envs().any(|variable| variable == quiet));
        assert!(command.get_args().any(|arg| arg == "--yes"));
    }
}
