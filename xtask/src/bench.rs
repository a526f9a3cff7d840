//! Measurements, against a peer in the same run.

use clap::Parser;

use crate::places;
use crate::run::{Outcome, aloud, bold, cargo};

/// What to measure.
#[derive(Parser)]
pub(crate) struct Args {
    /// Handed to the benchmark as they are.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    rest: Vec<String>,
}

/// The peers are heavy, so the benchmark is a workspace of its own.
const MANIFEST: &str = "tests/bench/Cargo.toml";

pub(crate) fn run(args: &Args) -> Outcome {
    if !places::root().join(MANIFEST).exists() {
        return Err(format!("there is no benchmark yet ({MANIFEST})"));
    }
    println!("{} the benchmark (its peers take some minutes the first time)", bold("Building"));
    let mut bench = cargo();
    bench.args(["run", "--release", "--locked", "--manifest-path", MANIFEST, "--"]).args(&args.rest);
    bench.env("CARGO_TARGET_DIR", places::target().join("bench"));
    aloud(&mut bench)
}
