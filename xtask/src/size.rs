//! How large the library is that an app for a phone brings along, and what makes it so.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::Path;

use crate::places;
use crate::run::{Outcome, aloud, bold, cargo, command, output, quietly};

/// The goal for a release, in bytes.
const GOAL_BYTES: u64 = 12 * 1024 * 1024;
/// What is smaller is not listed.
const LISTED_BYTES: u64 = 40 * 1024;

pub(crate) fn run() -> Outcome {
    println!("{} the library as for a phone (some minutes the first time)", bold("Building"));
    // One kind of library alone: the others would be linked as well.
    aloud(
        cargo()
            .args(["rustc", "--package", "baikoo-ffi", "--lib", "--profile", "phone", "--locked"])
            .args(["--crate-type", "cdylib"]),
    )?;
    let (start, end) = (env::consts::DLL_PREFIX, env::consts::DLL_SUFFIX);
    let library = places::target().join("phone").join(format!("{start}baikoo_ffi{end}"));
    let stripped = library.with_extension("stripped");
    quietly(command("strip").arg("--strip-all").arg("-o").arg(&stripped).arg(&library))?;
    let bytes = size(&stripped)?;
    let symbols = output(command("nm").args(["--print-size", "--demangle", "--radix=d"]).arg(&library))?;
    let mut crates: Vec<(String, u64)> = by_crate(&symbols).into_iter().collect();
    crates.sort_by_key(|(_, bytes)| std::cmp::Reverse(*bytes));
    println!("{:>9}  the library, stripped, for {}", kib(bytes), env::consts::ARCH);
    println!("\n{}", bold("Code and data by crate, as far as symbols tell"));
    for (name, bytes) in crates.iter().filter(|(_, bytes)| *bytes >= LISTED_BYTES) {
        println!("{:>9}  {name}", kib(*bytes));
    }
    let rest: u64 = crates.iter().map(|(_, bytes)| *bytes).filter(|bytes| *bytes < LISTED_BYTES).sum();
    println!("{:>9}  smaller ones", kib(rest));
    if bytes <= GOAL_BYTES { Ok(()) } else { Err(format!("the goal is {}", kib(GOAL_BYTES))) }
}

fn size(file: &Path) -> Outcome<u64> {
    fs::metadata(file).map(|meta| meta.len()).map_err(|error| format!("{}: {error}", file.display()))
}

#[allow(clippy::cast_precision_loss, reason = "a size in KiB is for people")]
fn kib(bytes: u64) -> String {
    format!("{:.0} KiB", bytes as f64 / 1024.0)
}

/// Bytes by crate: `address size kind name` a line.
fn by_crate(symbols: &str) -> BTreeMap<String, u64> {
    let mut crates = BTreeMap::new();
    for line in symbols.lines() {
        let mut words = line.splitn(4, ' ');
        let (Some(_), Some(bytes), Some(kind), Some(name)) =
            (words.next(), words.next(), words.next(), words.next())
        else {
            continue;
        };
        // What is zero in the beginning takes no room in the file.
        if let (Ok(bytes), false) = (bytes.parse::<u64>(), kind.eq_ignore_ascii_case("b")) {
            *crates.entry(crate_of(name)).or_default() += bytes;
        }
    }
    crates
}

/// The crate that a demangled name begins with: `<automerge::x as core::y>::z` is automerge's.
fn crate_of(name: &str) -> String {
    let path = name.trim_start_matches(['<', '&', '(', '*', '[']);
    let path = ["mut ", "const ", "dyn ", "mut_", "impl "]
        .iter()
        .fold(path, |path, word| path.trim_start_matches(word));
    match path.split_once("::") {
        Some((first, _)) if first.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') => match first {
            "core" | "alloc" | "std" => "Rust's library".to_owned(),
            first => first.to_owned(),
        },
        _ if name.starts_with("sqlite3") || name.starts_with("sqlcipher") => "SQLCipher (C)".to_owned(),
        _ if path.contains("::") => "Rust's library".to_owned(),
        _ => "C, and what has no crate's name".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_symbol_belongs_to_the_crate_that_it_begins_with() {
        assert_eq!(crate_of("<automerge::Change as core::fmt::Debug>::fmt"), "automerge");
        assert_eq!(crate_of("baikoo_client_core::client::open"), "baikoo_client_core");
        assert_eq!(crate_of("<&mut serde_json::de::X as serde::Y>::z"), "serde_json");
        assert_eq!(crate_of("core::ptr::drop_in_place<x>"), "Rust's library");
        assert_eq!(crate_of("sqlite3_open"), "SQLCipher (C)");
        let symbols = "1 100 t a::b\n2 50 T a::c\n3 900 b a::zero\n         U free\n";
        assert_eq!(by_crate(symbols), [("a".to_owned(), 150)].into());
    }
}
