//! A program that competes, running as a child and spoken to by lines.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use crate::{
    Result,
    program::{Program, Programs},
};

/// Ends when dropped.
#[derive(Debug)]
pub(crate) struct Contestant {
    name: String,
    child: Child,
    commands: ChildStdin,
    answers: BufReader<ChildStdout>,
}

/// glibc gives large buffers back to the system or keeps them, depending on what was allocated
/// before; a megabyte then costs some hundred page faults or none. Here everyone keeps them.
const KEEP_MEMORY: [(&str, &str); 2] =
    [("MALLOC_TRIM_THRESHOLD_", "1073741824"), ("MALLOC_MMAP_THRESHOLD_", "1073741824")];

impl Contestant {
    /// For operations whose CPU time is taken.
    pub(crate) fn start(programs: &Programs, program: Program) -> Result<Self> {
        Self::spawn(program, Command::new(programs.path(program)?).envs(KEEP_MEMORY))
    }

    /// In a role, and with memory handled as in its users' processes.
    pub(crate) fn start_as(programs: &Programs, program: Program, role: &[&str]) -> Result<Self> {
        Self::spawn(program, Command::new(programs.path(program)?).args(role))
    }

    fn spawn(program: Program, command: &mut Command) -> Result<Self> {
        let name = program.file_name();
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("{name}: {error}"))?;
        let commands = child.stdin.take().ok_or("no pipe to the child")?;
        let answers = child.stdout.take().map(BufReader::new).ok_or("no pipe from the child")?;
        Ok(Self { name, child, commands, answers })
    }

    /// Has the command done once and its results compared.
    pub(crate) fn check(&mut self, command: &str) -> Result<()> {
        match self.ask(command)?.as_str() {
            "ok" => Ok(()),
            why => Err(format!("{}, {command}: {why}", self.name)),
        }
    }

    /// A number that the command asks for.
    pub(crate) fn number(&mut self, command: &str) -> Result<u64> {
        let answer = self.ask(command)?;
        answer.parse().map_err(|_| format!("{}, {command}: {answer}", self.name))
    }

    /// The line that answers the command.
    pub(crate) fn ask(&mut self, command: &str) -> Result<String> {
        self.exchange(command).map_err(|why| format!("{}, {command}: {why}", self.name))
    }

    fn exchange(&mut self, command: &str) -> Result<String> {
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
