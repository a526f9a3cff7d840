//! How large the library is that an app carries, and which crates make it so.

use std::collections::BTreeMap;
use std::env;
use std::fs;

use crate::places;
use crate::run::{Outcome, aloud, bold, cargo, command, output, quietly};

const GOAL_BYTES: u64 = 12_000_000;
const SHOWN: usize = 15;

/// Builds the library as it is shipped, strips it, and prints its size and the largest crates.
pub(crate) fn run() -> Outcome {
    println!("{} the library as it is shipped", bold("Building"));
    aloud(cargo().args(["build", "--release", "--locked", "--package", "baikoo-ffi"]))?;
    let name = format!("{}baikoo_ffi{}", env::consts::DLL_PREFIX, env::consts::DLL_SUFFIX);
    let library = places::target().join("release").join(&name);
    let stripped = places::target().join("release").join(format!("stripped-{name}"));
    quietly(command("strip").arg("-o").arg(&stripped).arg(&library))?;
    let bytes = fs::metadata(&stripped).map_err(|error| error.to_string())?.len();
    let symbols = output(command("nm").args(["--print-size", "--defined-only", "--demangle"]).arg(&library))?;
    println!(
        "{name} for {}, stripped: {} (goal: at most {})",
        env::consts::ARCH,
        mega(bytes),
        mega(GOAL_BYTES)
    );
    println!("Of that, by the names of the symbols:");
    let crates = by_crate(&symbols);
    let mut order: Vec<_> = crates.iter().collect();
    order.sort_by(|one, other| other.1.cmp(one.1));
    for (name, bytes) in order.iter().take(SHOWN) {
        println!("  {:>8}  {name}", mega(**bytes));
    }
    let rest: u64 = order.iter().skip(SHOWN).map(|(_, bytes)| **bytes).sum();
    println!("  {:>8}  {} others", mega(rest), order.len().saturating_sub(SHOWN));
    let named: u64 = crates.values().sum();
    println!(
        "  {:>8}  without a symbol: texts, tables, relocations, unwinding",
        mega(bytes.saturating_sub(named))
    );
    if bytes <= GOAL_BYTES { Ok(()) } else { Err("The library is larger than the goal.".to_owned()) }
}

fn mega(bytes: u64) -> String {
    format!("{}.{:02} MB", bytes / 1_000_000, bytes % 1_000_000 / 10_000)
}

/// Bytes of code and data by crate, from `nm`'s lines: address, size, kind, name.
fn by_crate(symbols: &str) -> BTreeMap<String, u64> {
    let mut crates = BTreeMap::new();
    for line in symbols.lines() {
        let mut words = line.splitn(4, ' ');
        let (Some(_), Some(size), Some(kind), Some(name)) =
            (words.next(), words.next(), words.next(), words.next())
        else {
            continue;
        };
        // What only takes room in memory is not in the file.
        if kind.eq_ignore_ascii_case("b") {
            continue;
        }
        let Ok(bytes) = u64::from_str_radix(size, 16) else { continue };
        *crates.entry(crate_of(name)).or_default() += bytes;
    }
    crates
}

/// The crate that a name begins with. C has no crates.
fn crate_of(name: &str) -> String {
    let name = name.trim_start_matches(['<', '&', '(', '*', '[']);
    let name = name.strip_prefix("mut ").or(name.strip_prefix("dyn ")).unwrap_or(name);
    let first = name.split("::").next().unwrap_or_default();
    let is_path = name.contains("::") && first.chars().all(|char| char.is_alphanumeric() || char == '_');
    if is_path {
        return first.to_owned();
    }
    if name.starts_with("ring_core") {
        "ring".to_owned()
    } else {
        "C (SQLite, SQLCipher) and others".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_added_up_by_crate() {
        let lines = "0000 0000000000000010 t automerge::op_set::insert\n\
                     0000 0000000000000020 t <automerge::Doc as core::fmt::Debug>::fmt\n\
                     0000 0000000000000100 b automerge::CACHE\n\
                     0000 0000000000000030 t sqlite3_step\n\
                     0000 T no_size\n";
        let crates = by_crate(lines);
        assert_eq!(crates["automerge"], 0x30);
        assert_eq!(crates["C (SQLite, SQLCipher) and others"], 0x30);
        assert_eq!(crates.len(), 2);
    }
}
