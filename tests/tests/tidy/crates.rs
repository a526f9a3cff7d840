//! What a package is built from, as Cargo tells it.

use std::collections::BTreeSet;
use std::process::Command;

/// All packages that one is built from.
pub(crate) struct Tree {
    pub(crate) package: String,
    pub(crate) names: BTreeSet<String>,
}

impl Tree {
    /// Asks `cargo tree`. `edges` as there: `normal` leaves out what only tests and builds need.
    pub(crate) fn of(package: &str, edges: &str) -> Self {
        let cargo = option_env!("CARGO").unwrap_or("cargo");
        let output = Command::new(cargo)
            .args(["tree", "--quiet", "--locked", "--prefix", "none", "--no-dedupe", "--format", "{p}"])
            .args(["--edges", edges, "--package", package])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .output()
            .expect("cargo runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        Self::read(package, &String::from_utf8_lossy(&output.stdout))
    }

    /// Reads what it said: a package a line, name first.
    pub(crate) fn read(package: &str, lines: &str) -> Self {
        let names: BTreeSet<String> =
            lines.lines().filter_map(|line| line.split(' ').next()).map(str::to_owned).collect();
        assert!(names.contains(package), "cargo tree names the package itself");
        Self { package: package.to_owned(), names }
    }
}

/// Complaints about each of `banned` that is in the tree.
pub(crate) fn depends_on(tree: &Tree, banned: &[&str]) -> Vec<String> {
    banned
        .iter()
        .filter(|name| tree.names.contains(**name))
        .map(|name| format!("{} depends on {name}", tree.package))
        .collect()
}
