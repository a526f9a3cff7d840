//! Random worlds: real clients and a real server's store under a bad network, crashes and wrong
//! clocks, all from one seed.

use clap::Parser;

use crate::run::{Outcome, aloud, bold, cargo};

/// Which worlds.
#[derive(Parser)]
pub(crate) struct Args {
    /// How many worlds.
    #[arg(long, default_value_t = 200)]
    seeds: u64,
    /// The first world's seed; with `--seeds 1`, this world alone, told in full.
    #[arg(long, default_value_t = 0)]
    first: u64,
}

pub(crate) fn run(args: &Args) -> Outcome {
    println!("{} {} worlds from seed {}", bold("Simulating"), args.seeds, args.first);
    let mut test = cargo();
    test.args([
        "test",
        "--release",
        "--package",
        "baikoo-tests",
        "--test",
        "simulation",
        "--",
        "--nocapture",
    ]);
    test.env("BAIKOO_SEEDS", args.seeds.to_string()).env("BAIKOO_FIRST_SEED", args.first.to_string());
    aloud(&mut test).map_err(|trouble| {
        format!("{trouble}\nTo play one world again: cargo xtask simulate --seeds 1 --first SEED")
    })
}
