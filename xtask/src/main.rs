//! What the README's commands call: `cargo xtask setup|demo|test|bench|simulate|web|bindings|wheel|size|fmt`.
//!
//! No decision about the product stands here. Each command says what it does before it does it, and
//! stops at the first thing that goes wrong with the way to go on.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "this program talks to a person at a terminal")]

mod bench;
mod bindings;
mod demo;
mod fmt;
mod kotlin;
mod places;
mod python;
mod readme;
mod run;
mod setup;
mod simulate;
mod size;
mod story;
mod surface;
mod swift;
mod test;
mod wasm;
mod web;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Builds, tests and shows Baikoo.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Install what the other commands need, and say what that is.
    Setup(setup::Args),
    /// Show the main job: recorded offline, sealed, synced, merged, reviewed.
    Demo(demo::Args),
    /// Run all checks, as CI does.
    Test(test::Args),
    /// Measure, and compare with a peer.
    Bench(bench::Args),
    /// Run many random worlds, or one again.
    Simulate(simulate::Args),
    /// Build the web app, its core included.
    Web,
    /// Build the library and write its bindings for Kotlin, Swift and Python.
    Bindings,
    /// Build the wheel for Python.
    Wheel,
    /// Measure the library that an app for a phone brings along.
    Size,
    /// Format everything.
    Fmt,
}

fn main() -> ExitCode {
    let outcome = match Args::parse().command {
        Command::Setup(args) => setup::run(&args),
        Command::Demo(args) => demo::run(&args),
        Command::Test(args) => test::run(&args),
        Command::Bench(args) => bench::run(&args),
        Command::Simulate(args) => simulate::run(&args),
        Command::Web => web::build(),
        Command::Bindings => bindings::run(),
        Command::Wheel => python::run(),
        Command::Size => size::run(),
        Command::Fmt => fmt::run(&[]),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(trouble) => {
            eprintln!("\n{trouble}");
            ExitCode::FAILURE
        }
    }
}
