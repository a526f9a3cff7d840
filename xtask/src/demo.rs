//! The main job, told in the terminal.
use crate::run::Outcome;
use clap::Parser;
/// How to show it.
#[derive(Parser)]
pub(crate) struct Args {
    /// Do not wait at the end.
    #[arg(long)]
    no_wait: bool,
}
pub(crate) fn run(args: &Args) -> Outcome {
    let _ = args.no_wait;
    Err("not yet".to_owned())
}
