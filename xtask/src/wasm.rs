//! The core for the browser: `ffi` compiled to WebAssembly, with its glue in JavaScript.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::places;
use crate::run::{Outcome, aloud, bold, cargo, command, locked, output, quietly, works};
use crate::setup;

/// The tool that writes the glue: a workspace of its own, since it is large and only this needs it.
pub(crate) const GLUE_MANIFEST: &str = "xtask/bindgen/Cargo.toml";
const TARGET: &str = "wasm32-unknown-unknown";
/// Small before fast: see Cargo.toml.
const PROFILE: &str = "web";
/// Parts of SQLite that nothing here uses: a tenth of its size.
const SQLITE_LEFT_OUT: &str = "-USQLITE_ENABLE_RTREE -USQLITE_ENABLE_SESSION -USQLITE_ENABLE_PREUPDATE_HOOK \
    -USQLITE_ENABLE_BYTECODE_VTAB -USQLITE_ENABLE_DBPAGE_VTAB -USQLITE_ENABLE_DBSTAT_VTAB \
    -USQLITE_ENABLE_STMTVTAB -USQLITE_ENABLE_MATH_FUNCTIONS -USQLITE_ENABLE_OFFSET_SQL_FUNC \
    -USQLITE_ENABLE_UNKNOWN_SQL_FUNCTION -USQLITE_ENABLE_COLUMN_METADATA -USQLITE_ENABLE_API_ARMOR";
const DEBIAN: &[&str] = &["rustc-web", "cargo-web", "rust-web-src"];

/// Who compiles for the browser.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Toolchain {
    /// Rustup's own standard library.
    Rustup,
    /// Debian's compiler, which builds the standard library from source.
    Debian,
}

/// The toolchain that is there. Targets never stand in `rust-toolchain.toml`: where they can't be
/// fetched, every call of Cargo would fail.
pub(crate) fn toolchain() -> Option<Toolchain> {
    if rustup_has_target() {
        return Some(Toolchain::Rustup);
    }
    debian_has_source().then_some(Toolchain::Debian)
}

fn rustup_has_target() -> bool {
    output(command("rustc").args(["--print", "target-libdir", "--target", TARGET]))
        .is_ok_and(|folder| fs::read_dir(folder.trim()).is_ok_and(|mut files| files.next().is_some()))
}

fn debian_has_source() -> bool {
    let sysroot = output(command("/usr/bin/rustc").args(["--print", "sysroot"])).unwrap_or_default();
    Path::new(sysroot.trim()).join("lib/rustlib/src/rust/library/std/Cargo.toml").exists()
}

/// Sees to it that there is a toolchain.
pub(crate) fn prepare() -> Outcome {
    if toolchain().is_some() {
        return Ok(());
    }
    if works("rustup", &["--version"]) {
        println!("{} the target {TARGET} (rustup)", bold("Installing"));
        if quietly(command("rustup").args(["target", "add", TARGET])).is_ok() && rustup_has_target() {
            return Ok(());
        }
    }
    println!("{TARGET} can't be fetched here; Debian's compiler builds it from source.");
    setup::install_packages(DEBIAN)?;
    if toolchain().is_some() { Ok(()) } else { Err(format!("no compiler for {TARGET}")) }
}

/// Compiles the core and writes its glue to `web/src/core/generated/`.
pub(crate) fn build() -> Outcome {
    let toolchain = toolchain().ok_or("no compiler for the browser: run `cargo xtask setup`")?;
    aloud(compile(toolchain).args([
        "build",
        "--package",
        "baikoo-ffi",
        "--profile",
        PROFILE,
        "--target",
        TARGET,
    ]))?;
    let core = target().join(TARGET).join(PROFILE).join("baikoo_ffi.wasm");
    if !core.exists() {
        return Err("ffi does not make a library for the browser yet (crate-type cdylib)".to_owned());
    }
    check_glue_version()?;
    let out = places::web().join("src/core/generated");
    let mut glue = cargo();
    glue.args(["run", "--quiet", "--locked", "--manifest-path", GLUE_MANIFEST, "--"]).arg(&core).arg(&out);
    glue.env("CARGO_TARGET_DIR", places::target().join("bindgen"));
    aloud(&mut glue)
}

/// Only looks whether the core would compile for the browser.
pub(crate) fn check() -> Outcome {
    let toolchain = toolchain().ok_or("no compiler for the browser: run `cargo xtask setup`")?;
    aloud(compile(toolchain).args([
        "check",
        "--package",
        "baikoo-ffi",
        "--profile",
        PROFILE,
        "--target",
        TARGET,
    ]))
}

// A target folder of its own: two compilers in one would build everything anew each time.
fn target() -> PathBuf {
    places::target().join("web")
}

fn compile(toolchain: Toolchain) -> Command {
    let mut cargo = match toolchain {
        Toolchain::Rustup => cargo(),
        Toolchain::Debian => {
            let mut cargo = command("/usr/bin/cargo");
            cargo.args(["-Z", "build-std=std,panic_abort"]);
            cargo.env("RUSTC_BOOTSTRAP", "1").env("RUSTC", "/usr/bin/rustc");
            cargo.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", "wasm-ld");
            cargo.env_remove("RUSTUP_TOOLCHAIN");
            cargo
        }
    };
    cargo.env("CARGO_TARGET_DIR", target());
    cargo.env("SQLITE_WASM_RS_FLAGS", SQLITE_LEFT_OUT);
    cargo.env("CARGO_ENCODED_RUSTFLAGS", without_own_paths().join("\u{1f}"));
    cargo
}

// Where this machine keeps its sources stands in messages of panics: it would be told to everybody,
// and no two machines would build the same.
fn without_own_paths() -> Vec<String> {
    let home = std::env::var_os("HOME").map(PathBuf::from).unwrap_or_default();
    let cargo_home = std::env::var_os("CARGO_HOME").map_or_else(|| home.join(".cargo"), PathBuf::from);
    [(places::root(), "/baikoo"), (cargo_home, "/cargo")]
        .into_iter()
        .map(|(path, name)| format!("--remap-path-prefix={}={name}", path.display()))
        .collect()
}

// Library and tool must be of exactly the same version: what they say to each other is not stable.
fn check_glue_version() -> Outcome {
    let library = locked("Cargo.lock", "wasm-bindgen");
    let tool = locked("xtask/bindgen/Cargo.lock", "wasm-bindgen-cli-support");
    if library.is_some() && library == tool {
        return Ok(());
    }
    Err(format!(
        "the web core uses wasm-bindgen {}, and xtask/bindgen wasm-bindgen-cli-support {}: make them equal",
        library.unwrap_or_default(),
        tool.unwrap_or_default()
    ))
}
