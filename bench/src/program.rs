//! The programs that compete: each a package, built by itself.

use std::{
    collections::BTreeMap,
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crate::{Result, rows::Row};

/// A package below `peers/`, with or without its feature `tables`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Program {
    name: &'static str,
    tables: bool,
}

/// The programs of all rows asked for, and where they lie.
#[derive(Debug)]
pub(crate) struct Programs(BTreeMap<Program, PathBuf>);

impl Programs {
    /// Builds all that `rows` need.
    pub(crate) fn build(rows: &[&Row]) -> Result<Self> {
        let target = target_folder()?;
        let mut programs: Vec<Program> = rows.iter().flat_map(|row| row.programs()).collect();
        programs.sort_unstable();
        programs.dedup();
        let build = |program: Program| Ok((program, program.build(&target)?));
        programs.into_iter().map(build).collect::<Result<_>>().map(Self)
    }

    pub(crate) fn path(&self, program: Program) -> Result<&Path> {
        self.0.get(&program).map(PathBuf::as_path).ok_or("the program was not built".to_owned())
    }
}

impl Program {
    pub(crate) const fn new(name: &'static str) -> Self {
        Self { name, tables: false }
    }

    /// The same where another crate turns precomputed curve tables on.
    pub(crate) const fn with_tables(self) -> Self {
        Self { tables: true, ..self }
    }

    /// Builds the package by itself, so that cargo resolves features for it alone, and puts the
    /// program where the next build does not replace it.
    fn build(self, target: &Path) -> Result<PathBuf> {
        let package = format!("peer-{}", self.name);
        let peers = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers");
        let manifest = peers.join(self.name).join("Cargo.toml");
        let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        cargo.args(["build", "--release", "--manifest-path"]).arg(manifest);
        cargo.arg("--target-dir").arg(target);
        if self.tables {
            cargo.args(["--features", "tables"]);
        }
        // Its standard output stays free for rows.
        cargo.stdout(Stdio::null());
        eprintln!("building {}", self.file_name());
        match cargo.status() {
            Ok(status) if status.success() => {}
            Ok(_) => return Err(format!("{package} does not compile")),
            Err(error) => return Err(format!("cargo does not start: {error}")),
        }
        let built = target.join("release").join(package).with_extension(env::consts::EXE_EXTENSION);
        let kept = target.join("release").join("contestants").join(self.file_name());
        let failed = |error| format!("{}: {error}", kept.display());
        fs::create_dir_all(kept.with_file_name("")).map_err(failed)?;
        // Removed first: a program that is running cannot be written to.
        fs::remove_file(&kept).or_else(absent).map_err(failed)?;
        fs::copy(built, &kept).map_err(failed)?;
        Ok(kept)
    }

    pub(crate) fn file_name(self) -> String {
        let tables = if self.tables { "-tables" } else { "" };
        format!("{}{tables}{}", self.name, env::consts::EXE_SUFFIX)
    }
}

/// The folder of all build output: this program lies in `TARGET/release/`.
fn target_folder() -> Result<PathBuf> {
    let program =
        env::current_exe().map_err(|error| format!("no path of this program: {error}"))?;
    let folder = program.parent().and_then(Path::parent);
    folder.map(Path::to_owned).ok_or("this program lies in no target folder".to_owned())
}

fn absent(error: std::io::Error) -> std::io::Result<()> {
    match error.kind() {
        std::io::ErrorKind::NotFound => Ok(()),
        _ => Err(error),
    }
}
