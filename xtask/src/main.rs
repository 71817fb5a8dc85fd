//! `cargo xtask test`, `bench` and `demo`: whatever this repository does that plain cargo does
//! not, with the tools for it installed on the way.
//!
//! It depends on nothing but the standard library, since it is the first thing a newcomer compiles.

mod args;
mod bench;
mod checks;
mod counts;
mod demo;
mod deny;
mod hygiene;
mod manifest;
mod nginx;
mod portable;
mod shell;
mod stage;

use std::process::ExitCode;

use args::Command;

fn main() -> ExitCode {
    let command = match args::parse(std::env::args().skip(1)) {
        Ok(command) => command,
        Err(problem) => {
            eprintln!("xtask: {problem}\n\nTry `cargo xtask --help`.");
            return ExitCode::from(2);
        }
    };
    let good = match command {
        Command::Help => {
            print!("{}", args::help());
            true
        }
        Command::Test(options) => stage::run(&options),
        Command::Bench(options) => bench::run(&options),
        Command::Demo => demo::run(),
    };
    if good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
