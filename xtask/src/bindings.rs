//! The native bindings: Kotlin, Swift and Python, generated from the library that was built, and the
//! surface that they have in common, written down so that a change of it is seen.

use std::env;
use std::fs;
use std::path::PathBuf;

use crate::places;
use crate::run::{Outcome, aloud, bold, cargo, command, locked, quietly};
use crate::surface;

/// The generator: a workspace of its own, since it is large and only this needs it.
pub(crate) const GENERATOR_MANIFEST: &str = "xtask/uniffi/Cargo.toml";
const LANGUAGES: [&str; 3] = ["kotlin", "swift", "python"];
/// What the bindings offer, checked in.
const SURFACE: &str = "ffi/surface.txt";

/// Where the bindings go, a folder for each language.
pub(crate) fn folder() -> PathBuf {
    places::root().join("ffi/generated")
}

/// The library for this machine.
pub(crate) fn library() -> PathBuf {
    let (start, end) = (env::consts::DLL_PREFIX, env::consts::DLL_SUFFIX);
    places::programs().join(format!("{start}baikoo_ffi{end}"))
}

/// The folder of the program `uniffi-bindgen`.
pub(crate) fn generator() -> PathBuf {
    places::target().join("uniffi/debug")
}

/// Builds the library and writes the bindings.
pub(crate) fn run() -> Outcome {
    println!("{} the library and the bindings' generator", bold("Building"));
    build()?;
    for language in LANGUAGES {
        println!("{} ffi/generated/{language}", bold("Writing"));
    }
    Ok(())
}

/// The same, and compares the surface with the one that is written down.
pub(crate) fn check() -> Outcome {
    build()?;
    let swift = folder().join("swift/BaikooCore.swift");
    let swift = fs::read_to_string(&swift).map_err(|error| format!("{}: {error}", swift.display()))?;
    let (is, path) = (surface::of(&swift), places::root().join(SURFACE));
    if env::var_os("BAIKOO_BLESS").is_some() {
        return fs::write(&path, is).map_err(|error| format!("{SURFACE}: {error}"));
    }
    let was = fs::read_to_string(&path).unwrap_or_default();
    if was == is {
        return Ok(());
    }
    let differences = surface::differences(&was, &is);
    Err(format!(
        "The surface of the native bindings is not the one in {SURFACE}:\n{differences}\n\
         If that is meant, run the step with BAIKOO_BLESS=1, and let Kotlin, Swift and Python follow."
    ))
}

/// Builds the library and writes the bindings, without a word.
pub(crate) fn build() -> Outcome {
    // The whole workspace, as the other steps build it, so that nothing is built twice.
    aloud(cargo().args(["build", "--workspace", "--locked", "--quiet"]))?;
    build_generator()?;
    for language in LANGUAGES {
        let mut generate = command(generator().join("uniffi-bindgen"));
        generate.args(["generate", "--no-format", "--language", language, "--out-dir"]);
        quietly(generate.arg(folder().join(language)).arg(library()))?;
    }
    Ok(())
}

/// Builds the program `uniffi-bindgen`.
pub(crate) fn build_generator() -> Outcome {
    check_version()?;
    let mut build = cargo();
    build.args(["build", "--quiet", "--locked", "--manifest-path", GENERATOR_MANIFEST]);
    aloud(build.env("CARGO_TARGET_DIR", places::target().join("uniffi")))
}

// Library and generator must be of exactly the same version.
fn check_version() -> Outcome {
    let library = locked("Cargo.lock", "uniffi");
    let generator = locked("xtask/uniffi/Cargo.lock", "uniffi");
    if library.is_some() && library == generator {
        return Ok(());
    }
    Err(format!(
        "ffi uses uniffi {}, and xtask/uniffi {}: make them equal",
        library.unwrap_or_default(),
        generator.unwrap_or_default()
    ))
}
