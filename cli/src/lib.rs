//! The `baikoo` command: a coordinator's scripts, a tester's hands.
//!
//! A run is a function of its arguments and of a [`World`]: streams, environment, clocks, dice. A
//! command opens the workspace, calls the core once or twice, and shows what came back; every
//! decision is the core's. What people wrote is never printed but through `output`, which takes
//! the sting out of it.

mod args;
mod commands;
mod context;
mod failure;
mod find;
mod output;
mod passphrase;
mod relay;
mod table;
mod typed;
mod wording;
mod words;
mod world;

use std::ffi::OsString;

use clap::{CommandFactory, FromArgMatches};

pub use failure::exit_code;
pub use passphrase::ask_at_terminal;
pub use world::{Ask, World};

/// Runs one command and returns its exit code.
pub fn run(args: impl IntoIterator<Item = OsString>, world: &mut World<'_>) -> u8 {
    let parsed = command().try_get_matches_from(args);
    let cli = match parsed.and_then(|matches| args::Cli::from_arg_matches(&matches)) {
        Ok(cli) => cli,
        Err(error) => return output::clap(world, &error),
    };
    let mut cx = context::Context::new(world, &cli.global);
    match commands::run(&cli.command, &mut cx) {
        Ok(()) => 0,
        Err(failure) => cx.fail(&failure),
    }
}

/// The command's description, for its help and its documentation.
pub fn command() -> clap::Command {
    args::Cli::command().after_long_help(failure::exit_codes_help())
}

/// The languages' messages as their files hold them: language, file. For tests and translators.
pub fn catalogues() -> [(&'static str, &'static str); 6] {
    words::FILES.map(|(language, file)| (language.code(), file))
}
