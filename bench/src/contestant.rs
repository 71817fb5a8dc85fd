//! The programs that compete: each built by itself, then run as a child and spoken to by lines.

use std::{
    collections::BTreeMap,
    env, fs,
    io::{BufRead as _, BufReader, Write as _},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use crate::{
    Result,
    rows::{OURS, Row},
};

/// A package below `peers/`, with or without its feature `tables`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Program {
    name: &'static str,
    tables: bool,
}

/// The programs of all rows asked for, running.
#[derive(Debug)]
pub(crate) struct Contestants(BTreeMap<Program, Contestant>);

#[derive(Debug)]
struct Contestant {
    child: Child,
    commands: ChildStdin,
    answers: BufReader<ChildStdout>,
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

    fn file_name(self) -> String {
        let tables = if self.tables { "-tables" } else { "" };
        format!("{}{tables}{}", self.name, env::consts::EXE_SUFFIX)
    }
}

impl Contestants {
    /// Builds and starts all that `rows` need.
    pub(crate) fn build(rows: &[&Row]) -> Result<Self> {
        let peers = rows.iter().flat_map(|row| row.peers);
        let mut programs: Vec<Program> = peers.map(|peer| peer.program).chain([OURS]).collect();
        programs.sort_unstable();
        programs.dedup();
        let target = target_folder()?;
        let start = |program: Program| Ok((program, Contestant::start(&program.build(&target)?)?));
        programs.into_iter().map(start).collect::<Result<_>>().map(Self)
    }

    /// Has `op` done once and its results compared.
    pub(crate) fn check(&mut self, program: Program, op: &str) -> Result<()> {
        match self.ask(program, &format!("check {op}"))?.as_str() {
            "ok" => Ok(()),
            why => Err(format!("{}, {op}: {why}", program.file_name())),
        }
    }

    /// The CPU time of `runs` runs of `op` in nanoseconds.
    pub(crate) fn time(&mut self, program: Program, op: &str, runs: u64) -> Result<u64> {
        let answer = self.ask(program, &format!("time {op} {runs}"))?;
        answer.parse().map_err(|_| format!("{}, {op}: {answer}", program.file_name()))
    }

    fn ask(&mut self, program: Program, command: &str) -> Result<String> {
        let contestant = self.0.get_mut(&program).ok_or("the program was not started")?;
        contestant.ask(command).map_err(|why| format!("{}, {command}: {why}", program.file_name()))
    }
}

/// glibc gives large buffers back to the system or keeps them, depending on what was allocated
/// before; a megabyte then costs some hundred page faults or none. Here everyone keeps them.
const KEEP_MEMORY: [(&str, &str); 2] =
    [("MALLOC_TRIM_THRESHOLD_", "1073741824"), ("MALLOC_MMAP_THRESHOLD_", "1073741824")];

impl Contestant {
    fn start(program: &Path) -> Result<Self> {
        let mut child = Command::new(program)
            .envs(KEEP_MEMORY)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("{}: {error}", program.display()))?;
        let commands = child.stdin.take().ok_or("no pipe to the child")?;
        let answers = child.stdout.take().map(BufReader::new).ok_or("no pipe from the child")?;
        Ok(Self { child, commands, answers })
    }

    fn ask(&mut self, command: &str) -> Result<String> {
        writeln!(self.commands, "{command}").map_err(|error| error.to_string())?;
        let mut answer = String::new();
        self.answers.read_line(&mut answer).map_err(|error| error.to_string())?;
        match answer.strip_suffix('\n') {
            Some(answer) => Ok(answer.to_owned()),
            None => Err("it ended without an answer".to_owned()),
        }
    }
}

impl Drop for Contestant {
    fn drop(&mut self) {
        // It waits for commands. Both calls fail only if it has ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
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
