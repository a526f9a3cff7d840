//! Starting other programs, and saying how it went.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::io::{IsTerminal, Write, stdout};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::places;

/// What went wrong, and how to go on, in words.
pub(crate) type Outcome<T = ()> = Result<T, String>;

/// A command in the project's folder, without what Cargo tells the programs that it runs: some build
/// scripts would take it for a change and build again.
pub(crate) fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(places::root());
    for (name, _) in env::vars_os() {
        let text = name.to_string_lossy();
        let told = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_", "CARGO_PRIMARY_"];
        if told.iter().any(|start| text.starts_with(start)) || text == "OUT_DIR" {
            command.env_remove(&name);
        }
    }
    command.env("PATH", path_with_own_tools());
    command
}

/// Cargo, the same that runs this.
pub(crate) fn cargo() -> Command {
    command(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// npm, in the web app's folder.
pub(crate) fn npm() -> Command {
    let mut npm = command("npm");
    npm.current_dir(places::web());
    npm
}

// What set-up had to fetch, and what was built here, come first.
fn path_with_own_tools() -> std::ffi::OsString {
    let own = [places::target().join("node/node_modules/.bin"), places::programs()];
    let path = env::var_os("PATH").unwrap_or_default();
    let all: Vec<PathBuf> = own.into_iter().chain(env::split_paths(&path)).collect();
    env::join_paths(all).unwrap_or(path)
}

/// How a command is typed.
pub(crate) fn typed(command: &Command) -> String {
    let program = PathBuf::from(command.get_program());
    let name = program.file_name().unwrap_or(command.get_program()).to_string_lossy().into_owned();
    let quoted = |word: &OsStr| {
        let word = word.to_string_lossy();
        if word.contains([' ', '\'', '"', '$', '|']) { format!("'{word}'") } else { word.into_owned() }
    };
    std::iter::once(name).chain(command.get_args().map(quoted)).collect::<Vec<_>>().join(" ")
}

/// Runs a command and lets it talk.
pub(crate) fn aloud(command: &mut Command) -> Outcome {
    stdout().flush().ok();
    let status = command.status().map_err(|error| format!("can't start {}: {error}", typed(command)))?;
    if status.success() { Ok(()) } else { Err(format!("`{}` failed ({status})", typed(command))) }
}

/// Runs a command; what it says is shown only if it fails.
pub(crate) fn quietly(command: &mut Command) -> Outcome {
    output(command).map(drop)
}

/// Runs a command and answers what it wrote to its standard output.
pub(crate) fn output(command: &mut Command) -> Outcome<String> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("can't start {}: {error}", typed(command)))?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.success() {
        return Ok(said);
    }
    let complained = String::from_utf8_lossy(&output.stderr);
    Err(format!("{said}{complained}\n`{}` failed ({})", typed(command), output.status))
}

/// Whether a command works at all.
pub(crate) fn works(program: &str, arguments: &[&str]) -> bool {
    output(command(program).args(arguments)).is_ok()
}

/// The version of a package in a lock file.
pub(crate) fn locked(file: &str, package: &str) -> Option<String> {
    let text = fs::read_to_string(places::root().join(file)).ok()?;
    let after = text.split(&format!("name = \"{package}\"\nversion = \"")).nth(1)?;
    after.split('"').next().map(str::to_owned)
}

/// Bold, where a person is looking.
pub(crate) fn bold(text: &str) -> String {
    if stdout().is_terminal() { format!("\u{1b}[1m{text}\u{1b}[0m") } else { text.to_owned() }
}

/// Grey, where a person is looking.
pub(crate) fn faint(text: &str) -> String {
    if stdout().is_terminal() { format!("\u{1b}[2m{text}\u{1b}[0m") } else { text.to_owned() }
}
