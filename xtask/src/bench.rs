//! Measurements, against a peer in the same run; then in a browser.

use std::fs;

use clap::Parser;

use crate::places;
use crate::run::{Outcome, aloud, bold, cargo, npm, output, quietly};
use crate::setup::{self, For};
use crate::web;

/// What to measure.
#[derive(Parser)]
pub(crate) struct Args {
    /// Handed to the benchmark as they are; `--only browser` measures the app alone, and any other
    /// `--only` leaves it out.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    rest: Vec<String>,
}

/// The peers are heavy, so the benchmark is a workspace of its own.
pub(crate) const MANIFEST: &str = "tests/bench/Cargo.toml";
const PAGE: &str = "docs/BENCHMARKS.md";
/// Where the browser's part of the page begins; it is the last one.
const IN_BROWSER: &str = "## In the browser\n";

pub(crate) fn run(args: &Args) -> Outcome {
    let has = |flag: &str| args.rest.iter().any(|arg| arg == flag);
    let only = args.rest.iter().position(|arg| arg == "--only").and_then(|place| args.rest.get(place + 1));
    if only.is_none_or(|only| only != "browser") {
        peers(args)?;
    }
    if only.is_none_or(|only| only == "browser") && web::is_there() {
        let table = in_browser(if has("--quick") { 300 } else { 10_000 })?;
        println!("{table}");
        if has("--write") {
            write(&table)?;
        }
    }
    Ok(())
}

/// Whether the benchmark's own lock file goes with what it measures.
pub(crate) fn fits() -> Outcome {
    let manifest = ["--manifest-path", MANIFEST];
    quietly(cargo().args(["metadata", "--locked", "--format-version", "1"]).args(manifest))
}

fn peers(args: &Args) -> Outcome {
    if !places::root().join(MANIFEST).exists() {
        return Err(format!("there is no benchmark yet ({MANIFEST})"));
    }
    println!("{} the benchmark (its peers take some minutes the first time)", bold("Building"));
    let mut bench = cargo();
    bench.args(["run", "--release", "--locked", "--manifest-path", MANIFEST, "--"]).args(&args.rest);
    bench.env("CARGO_TARGET_DIR", places::target().join("bench"));
    aloud(&mut bench)
}

/// The app in Chromium, with a server and reports from the command line, all as they are shipped.
fn in_browser(reports: u32) -> Outcome<String> {
    setup::prepare(For::Test)?;
    web::build()?;
    println!("{} the server and the command line, as they are shipped", bold("Building"));
    aloud(cargo().args(["build", "--release", "--locked", "-p", "baikoo-server", "-p", "baikoo-cli"]))?;
    println!("{} the app in the browser with {reports} reports", bold("Measuring"));
    let programs = places::target().join("release");
    let mut bench = npm();
    bench.args(["run", "--silent", "bench", "--", &reports.to_string()]);
    bench.env("BAIKOO_SERVER", programs.join("baikoo-server")).env("BAIKOO_CLI", programs.join("baikoo"));
    output(&mut bench)
}

fn write(table: &str) -> Outcome {
    let path = places::root().join(PAGE);
    let before = fs::read_to_string(&path).unwrap_or_else(|_| "# Benchmarks\n\n".to_owned());
    let kept = before.split(IN_BROWSER).next().unwrap_or_default().trim_end();
    let page = format!("{kept}\n\n{IN_BROWSER}\n{HOW}\n{table}");
    fs::write(&path, page).map_err(|error| format!("can't write {PAGE}: {error}"))
}

const HOW: &str = "\
Printed by `cargo xtask bench`: Debian's Chromium without a window, on the machine above. A first visit begins with an\n\
empty profile and ends when the core answers; its bytes are what travelled, compressed, page and worker together, with\n\
the network at the browser tools' own rates and the page's processor slowed. For lists, searches and saves the\n\
browser's processes were stopped most of the time, which slows the core's worker, too; by how much was measured with\n\
fixed work in that worker. A time is from the page's question to the worker's answer.\n";
