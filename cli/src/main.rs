//! The `baikoo` command. Everything is in the library, so that tests can call it.

use std::io::{IsTerminal, stderr, stdin, stdout};
use std::process::ExitCode;

use baikoo_cli::{World, ask_at_terminal, run};
use baikoo_client_core::env::NativeEnv;

fn main() -> ExitCode {
    let (mut out, mut err, mut input) = (stdout().lock(), stderr().lock(), stdin().lock());
    let width = terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
    let mut world = World {
        out_is_terminal: stdout().is_terminal(),
        err_is_terminal: stderr().is_terminal(),
        ask: if stdin().is_terminal() { Some(ask_at_terminal) } else { None },
        out: &mut out,
        err: &mut err,
        input: &mut input,
        vars: std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect(),
        width,
        env: || Box::new(NativeEnv),
    };
    ExitCode::from(run(std::env::args_os(), &mut world))
}
