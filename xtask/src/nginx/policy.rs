//! What keeps Debian from starting the service of a package that it installs.

use std::{
    fs::{self, OpenOptions},
    io::{ErrorKind, Write as _},
    path::{Path, PathBuf},
    process,
};

/// The program that Debian asks before it starts a service: invoke-rc.d(8), "POLICY".
pub(super) const PATH: &str = "/usr/sbin/policy-rc.d";

/// Forbids to start services until this is dropped, or this program is no more.
#[derive(Debug)]
pub(super) struct Policy {
    /// The file that is to be removed, unless there was one, which says what its owner wants.
    ours: Option<PathBuf>,
}

impl Policy {
    /// Writes the program to `path`, unless there is one.
    pub(super) fn forbid_starting(path: &Path) -> Result<Self, String> {
        let said = |error| format!("{}: {error}", path.display());
        match executable().open(path) {
            Ok(mut file) => {
                // From here on it is removed, whatever happens.
                let policy = Self { ours: Some(path.to_owned()) };
                file.write_all(text(process::id()).as_bytes()).map_err(said)?;
                Ok(policy)
            }
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                println!("{} is there already, and decides", path.display());
                Ok(Self { ours: None })
            }
            Err(error) => Err(said(error)),
        }
    }
}

impl Drop for Policy {
    fn drop(&mut self) {
        let Some(path) = &self.ours else { return };
        if let Err(error) = fs::remove_file(path) {
            println!("{} could not be removed: {error}", path.display());
        }
    }
}

/// Answers 101, which is "forbidden", while this program runs. If it was killed, and could not
/// remove the file, that removes itself when it is asked, and forbids nothing.
fn text(pid: u32) -> String {
    format!(
        "#!/bin/sh\n\
         # Written by `cargo xtask` while it installs nginx, which is not to start as a service.\n\
         kill -0 {pid} 2>/dev/null && exit 101\n\
         rm -f \"$0\"\n\
         exit 0\n"
    )
}

/// A new file.
fn executable() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o755);
    options
}

#[cfg(all(test, unix))]
mod tests {
    use std::{env, os::unix::fs::PermissionsExt as _, panic, process::Command};

    use super::*;

    /// A file that is not there yet, named after the test.
    fn file(name: &str) -> PathBuf {
        env::temp_dir().join(format!("xtask-policy-{name}-{}", process::id()))
    }

    fn answer(path: &Path) -> Option<i32> {
        Command::new("sh").arg(path).args(["nginx", "start"]).status().unwrap().code()
    }

    #[test]
    fn services_are_forbidden_until_it_is_dropped() {
        let path = file("dropped");
        let policy = Policy::forbid_starting(&path).unwrap();
        assert_eq!(answer(&path), Some(101));
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o500, 0o500);
        drop(policy);
        assert!(!path.exists());
    }

    #[test]
    fn it_is_removed_when_the_program_panics() {
        let path = file("panic");
        let panics = || {
            let _policy = Policy::forbid_starting(&path);
            assert!(!path.exists(), "it is there, so this panics");
        };
        assert!(panic::catch_unwind(panics).is_err());
        assert!(!path.exists());
    }

    #[test]
    fn what_is_there_already_is_left_as_it_is() {
        let path = file("there");
        fs::write(&path, "exit 104").unwrap();
        drop(Policy::forbid_starting(&path).unwrap());
        assert_eq!(fs::read_to_string(&path).unwrap(), "exit 104");
        fs::remove_file(path).unwrap();
    }

    #[test]
    fn one_that_outlived_its_program_forbids_nothing_and_removes_itself() {
        let mut gone = Command::new("true").spawn().unwrap();
        gone.wait().unwrap();
        let path = file("outlived");
        fs::write(&path, text(gone.id())).unwrap();
        assert_eq!(answer(&path), Some(0));
        assert!(!path.exists());
    }

    #[test]
    fn where_it_cannot_be_written_nothing_is_installed() {
        let error = Policy::forbid_starting(&file("no-folder").join("x")).unwrap_err();
        assert!(error.contains("no-folder"), "{error}");
    }
}
