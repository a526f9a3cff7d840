//! Installs what is missing, and nothing that is there. Says what it does, and why.

use std::fs;
use std::path::Path;
use std::process::Command;

use clap::Parser;

use crate::kotlin;
use crate::places;
use crate::run::{Outcome, aloud, bold, cargo, command, npm, output, works};
use crate::wasm;

/// What to prepare for.
#[derive(Parser)]
pub(crate) struct Args {
    /// Only say what is missing.
    #[arg(long)]
    check: bool,
}

/// Which commands a need belongs to: a demo in the terminal does not need a browser.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum For {
    /// Building the programs.
    Build,
    /// Building the web app.
    Web,
    /// All checks.
    Test,
}

// Node.js that vite needs.
const NODE_MAJOR: u32 = 20;

pub(crate) fn run(args: &Args) -> Outcome {
    if args.check {
        let missing = missing_packages(For::Test);
        println!("Debian packages that are missing: {}", list(&missing));
        println!("Node.js {NODE_MAJOR} or newer: {}", yes_no(node_is_new_enough()));
        println!("a compiler for wasm32: {}", yes_no(wasm::toolchain().is_some()));
        println!("Python with venv: {}", yes_no(has_python()));
        println!("cargo-nextest: {}", yes_no(has_nextest()));
        println!("cargo-deny: {}", yes_no(has_deny()));
        return Ok(());
    }
    prepare(For::Test)?;
    println!(
        "Everything is there. `cargo xtask demo` shows the main job, `cargo xtask test` runs all checks."
    );
    Ok(())
}

/// Installs what is missing for a purpose. Does nothing, and says nothing, when all is there.
pub(crate) fn prepare(purpose: For) -> Outcome {
    install_packages(&missing_packages(purpose))?;
    if purpose >= For::Web && places::web().join("package.json").exists() {
        prepare_node()?;
        wasm::prepare()?;
        prepare_node_modules()?;
    }
    if purpose >= For::Test {
        kotlin::prepare()?;
        install_tool("cargo-nextest", has_nextest, "runs the tests; `cargo test` stands in for it");
        install_tool(
            "cargo-deny",
            has_deny,
            "checks licences and who depends on what; the tidy test checks the most of it",
        );
    }
    Ok(())
}

fn missing_packages(purpose: For) -> Vec<&'static str> {
    let mut missing = Vec::new();
    let mut need = |package, there: bool| {
        if !there && !missing.contains(&package) {
            missing.push(package);
        }
    };
    need("build-essential", works("cc", &["--version"]));
    need("pkg-config", works("pkg-config", &["--version"]));
    // SQLCipher encrypts with libcrypto.
    need(
        "libssl-dev",
        works("pkg-config", &["--exists", "libcrypto"]) || Path::new("/usr/include/openssl/evp.h").exists(),
    );
    if purpose >= For::Web && places::web().join("package.json").exists() {
        // SQLite's C for the browser.
        need("clang", works("clang", &["--version"]));
        need("lld", works("wasm-ld", &["--version"]));
        need("nodejs", works("node", &["--version"]));
        need("npm", works("npm", &["--version"]));
    }
    if purpose >= For::Test {
        // The wheel is tested in an environment of its own.
        need(PYTHON, has_python());
    }
    if purpose >= For::Test && places::web().join("package.json").exists() {
        need("chromium", works("chromium", &["--version"]));
    }
    if purpose >= For::Test {
        // Kotlin: its compiler comes from npm, and both run on the JVM.
        need("npm", works("npm", &["--version"]));
        need("default-jdk-headless", works("java", &["-version"]));
        for package in kotlin::DEBIANS_PACKAGES {
            need(package, works("dpkg", &["--status", package]));
        }
    }
    missing
}

const PYTHON: &str = "python3-venv";

fn has_python() -> bool {
    works("python3", &["-c", "import venv, ensurepip"])
}

/// Installs what makes environments for Python.
pub(crate) fn prepare_python() -> Outcome {
    if has_python() { Ok(()) } else { install_packages(&[PYTHON]) }
}

/// Installs Debian packages, as root or by sudo; else says how.
pub(crate) fn install_packages(packages: &[&str]) -> Outcome {
    if packages.is_empty() {
        return Ok(());
    }
    let names = packages.join(" ");
    let by_hand =
        format!("Missing: {names}. Please install them, on Debian with\n\n  sudo apt-get install {names}\n");
    let privileged = if is_root() {
        |program: &str| command(program)
    } else if works("sudo", &["-n", "true"]) {
        |program: &str| {
            let mut sudo = command("sudo");
            sudo.args(["-n", program]);
            sudo
        }
    } else {
        return Err(by_hand);
    };
    if !works("apt-get", &["--version"]) {
        return Err(by_hand);
    }
    println!("{} {names} (apt-get)", bold("Installing"));
    let install = |privileged: &dyn Fn(&str) -> Command| {
        let mut apt = privileged("apt-get");
        apt.args(["install", "--yes", "--no-install-recommends"]).args(packages);
        apt.env("DEBIAN_FRONTEND", "noninteractive");
        aloud(&mut apt)
    };
    // The package lists of a fresh machine are empty or old.
    if install(&privileged).is_err() {
        aloud(privileged("apt-get").arg("update"))?;
        install(&privileged).map_err(|_| by_hand)?;
    }
    Ok(())
}

fn is_root() -> bool {
    output(command("id").arg("-u")).is_ok_and(|id| id.trim() == "0")
}

fn node_is_new_enough() -> bool {
    let version = output(command("node").arg("--version")).unwrap_or_default();
    let major =
        version.trim().trim_start_matches('v').split('.').next().and_then(|major| major.parse::<u32>().ok());
    major.is_some_and(|major| major >= NODE_MAJOR)
}

// Debian 12 has Node.js 18, which is too old; npm has newer ones as a package. It is kept in the
// target folder, and only these commands see it.
fn prepare_node() -> Outcome {
    if node_is_new_enough() {
        return Ok(());
    }
    println!(
        "{} Node.js 22 into the target folder: this machine's is older than {NODE_MAJOR}",
        bold("Installing")
    );
    let folder = places::target().join("node");
    fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
    let mut install = command("npm");
    install.current_dir(&folder).args(["install", "--no-fund", "--no-audit", "--prefix", ".", "node@22"]);
    aloud(&mut install)?;
    if node_is_new_enough() { Ok(()) } else { Err(format!("Node.js {NODE_MAJOR} or newer is needed")) }
}

// Again only when the list of packages has changed.
fn prepare_node_modules() -> Outcome {
    let (lock, done) =
        (places::web().join("package-lock.json"), places::web().join("node_modules/.package-lock.json"));
    let time = |path: &Path| fs::metadata(path).and_then(|meta| meta.modified()).ok();
    if time(&done).is_some_and(|done| Some(done) >= time(&lock)) {
        return Ok(());
    }
    println!("{} the web app's packages (npm ci)", bold("Installing"));
    aloud(npm().args(["ci", "--no-fund", "--no-audit"]))
}

/// Whether the test runner is there.
pub(crate) fn has_nextest() -> bool {
    works("cargo-nextest", &["nextest", "--version"])
}

/// Whether the dependency checker is there.
pub(crate) fn has_deny() -> bool {
    works("cargo-deny", &["--version"])
}

// The checks can do without it, so a failure here is said and not fatal.
fn install_tool(name: &str, there: fn() -> bool, why: &str) {
    if there() {
        return;
    }
    println!("{} {name} (cargo install; some minutes): it {why}", bold("Installing"));
    let mut install = cargo();
    install.args(["install", "--locked", name]);
    // Tools of their own: not into this project's target folder.
    install.env_remove("CARGO_TARGET_DIR");
    if let Err(trouble) = aloud(&mut install) {
        println!("{trouble}\nGoing on without {name}.");
    }
}

fn list(names: &[&str]) -> String {
    if names.is_empty() { "none".to_owned() } else { names.join(" ") }
}

fn yes_no(there: bool) -> &'static str {
    if there { "yes" } else { "no" }
}
