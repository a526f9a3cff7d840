//! Where passphrases come from: a file, the environment, or a person at the terminal. Never an
//! argument, which every other user of the machine could read.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::context::Context;
use crate::failure::Failure;

/// Asks at the terminal, without echo.
///
/// # Errors
/// Of the terminal.
pub fn ask_at_terminal(prompt: &str) -> io::Result<Zeroizing<String>> {
    rpassword::prompt_password(prompt).map(Zeroizing::new)
}

/// The passphrase of the workspace.
pub(crate) fn current(cx: &Context<'_, '_>) -> Result<Zeroizing<String>, Failure> {
    match given(cx, cx.passphrase_file.as_deref(), "BAIKOO_PASSPHRASE")? {
        Some(passphrase) => Ok(passphrase),
        None => ask(cx, "ask.passphrase"),
    }
}

/// The passphrase of a workspace that is being set up: a person types it twice.
pub(crate) fn first(cx: &Context<'_, '_>) -> Result<Zeroizing<String>, Failure> {
    match given(cx, cx.passphrase_file.as_deref(), "BAIKOO_PASSPHRASE")? {
        Some(passphrase) => Ok(passphrase),
        None => twice(cx),
    }
}

/// The passphrase that replaces the present one.
pub(crate) fn next(cx: &Context<'_, '_>, file: Option<&Path>) -> Result<Zeroizing<String>, Failure> {
    match given(cx, file, "BAIKOO_NEW_PASSPHRASE")? {
        Some(passphrase) => Ok(passphrase),
        None => twice(cx),
    }
}

fn given(cx: &Context<'_, '_>, file: Option<&Path>, var: &str) -> Result<Option<Zeroizing<String>>, Failure> {
    if let Some(path) = file {
        return read(path).map(Some);
    }
    Ok(cx.world.var(var).map(|passphrase| Zeroizing::new(passphrase.to_owned())))
}

/// A file's first line.
fn read(path: &Path) -> Result<Zeroizing<String>, Failure> {
    let failed = |error| Failure::File(PathBuf::from(path), error);
    let text = Zeroizing::new(fs::read_to_string(path).map_err(failed)?);
    Ok(Zeroizing::new(text.lines().next().unwrap_or_default().to_owned()))
}

fn twice(cx: &Context<'_, '_>) -> Result<Zeroizing<String>, Failure> {
    let first = ask(cx, "ask.new_passphrase")?;
    if ask(cx, "ask.again")? == first { Ok(first) } else { Err(Failure::usage("usage.not_the_same", "")) }
}

fn ask(cx: &Context<'_, '_>, key: &'static str) -> Result<Zeroizing<String>, Failure> {
    let ask = cx.world.ask.ok_or(Failure::usage("usage.no_passphrase", ""))?;
    ask(&format!("{}: ", cx.words.get(key))).map_err(Failure::Output)
}
