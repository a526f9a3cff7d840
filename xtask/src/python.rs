//! The wheel for Python: built, installed into an environment of its own, and used there.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::bindings;
use crate::places;
use crate::run::{Outcome, aloud, bold, command, faint, quietly};
use crate::setup::{self, For};

fn project() -> PathBuf {
    places::root().join("ffi/python")
}

fn environment() -> PathBuf {
    places::target().join("python/venv")
}

/// Builds the wheel that people install.
pub(crate) fn run() -> Outcome {
    setup::prepare(For::Build)?;
    setup::prepare_python()?;
    println!("{} the wheel (some minutes the first time)", bold("Building"));
    prepare()?;
    bindings::build_generator()?;
    let wheel = wheel("release", &places::target().join("wheels"))?;
    let shown = wheel.strip_prefix(places::root()).unwrap_or(&wheel).display().to_string();
    println!("pip install {shown}");
    println!("{}", faint("With data frames: pip install pandas, too."));
    Ok(())
}

/// Checks the wheel's types, and runs its tests: what an analyst does, and the README's lines. The
/// story has a step of its own.
pub(crate) fn check() -> Outcome {
    ready()?;
    aloud(tool("mypy").arg("--cache-dir").arg(places::target().join("python/mypy")))?;
    aloud(&mut tests(&["--ignore", "tests/test_story.py"]))
}

/// Builds the wheel and installs it.
pub(crate) fn ready() -> Outcome {
    prepare()?;
    bindings::build()?;
    install(&wheel("dev", &places::target().join("python/wheels"))?)
}

/// Some of the tests.
pub(crate) fn tests(which: &[&str]) -> Command {
    let mut tests = tool("pytest");
    tests.args(["-q", "-p", "no:cacheprovider"]).args(which);
    tests.env("PYTHONDONTWRITEBYTECODE", "1").env("BAIKOO_PROGRAMS", places::programs());
    tests
}

/// A program of the environment, in the project's folder.
fn tool(name: &str) -> Command {
    let mut tool = command(environment().join("bin").join(name));
    let path = env::var_os("PATH").unwrap_or_default();
    let own = [environment().join("bin"), bindings::generator()];
    let all = own.into_iter().chain(env::split_paths(&path));
    tool.current_dir(project()).env("PATH", env::join_paths(all).unwrap_or(path));
    tool
}

// The environment is made anew when what it holds has changed.
fn prepare() -> Outcome {
    let wanted = fs::read_to_string(project().join("requirements-test.txt"))
        .map_err(|error| format!("ffi/python/requirements-test.txt: {error}"))?;
    let mark = environment().join("made-for.txt");
    if fs::read_to_string(&mark).is_ok_and(|made_for| made_for == wanted) {
        return Ok(());
    }
    quietly(command("python3").args(["-m", "venv", "--clear"]).arg(environment()))?;
    quietly(tool("pip").args(["install", "--quiet", "--requirement", "requirements-test.txt"]))?;
    fs::write(mark, wanted).map_err(|error| error.to_string())
}

// By the profile `dev`, it takes what the other steps have built, as far as that goes.
fn wheel(profile: &str, out: &Path) -> Outcome<PathBuf> {
    let _ = fs::remove_dir_all(out);
    let mut maturin = tool("maturin");
    maturin.args(["build", "--quiet", "--locked", "--profile", profile, "--out"]).arg(out);
    quietly(maturin.env("CARGO_TARGET_DIR", places::target()))?;
    only_file(out)
}

fn only_file(folder: &Path) -> Outcome<PathBuf> {
    let files = fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    files.flatten().map(|file| file.path()).next().ok_or("maturin made no wheel".to_owned())
}

fn install(wheel: &Path) -> Outcome {
    quietly(tool("pip").args(["install", "--quiet", "--force-reinstall", "--no-deps"]).arg(wheel))
}
