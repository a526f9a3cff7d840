//! The bindings in Swift, as far as a machine without a Swift compiler can check them.

use std::collections::BTreeSet;
use std::fs;

use crate::bindings;
use crate::places;
use crate::run::{Outcome, command, faint, output, quietly, works};

const LAYER: &str = "ffi/swift/Sources/Baikoo";

/// The C header compiles, the library has what it declares, the layer has every error; and, where a
/// Swift compiler is at hand, all types fit.
pub(crate) fn check() -> Outcome {
    bindings::build()?;
    let made = bindings::folder().join("swift");
    let read = |name: &str| fs::read_to_string(made.join(name)).map_err(|error| format!("{name}: {error}"));
    let (header, swift) = (read("BaikooCoreFFI.h")?, read("BaikooCore.swift")?);
    let mut compile = command("clang");
    compile.args(["-fsyntax-only", "-Wall", "-Werror", "-x", "c", "-include"]);
    quietly(compile.arg(made.join("BaikooCoreFFI.h")).arg("/dev/null"))?;
    let symbols = output(command("nm").args(["--dynamic", "--defined-only"]).arg(bindings::library()))?;
    none("The library lacks what the C header declares", &lacking(&header, &symbols))?;
    let layer = fs::read_to_string(places::root().join(LAYER).join("Errors.swift"));
    let layer = layer.map_err(|error| format!("{LAYER}: {error}"))?;
    none("The layer has no code for", &uncoded(&swift, &layer))?;
    if works("swiftc", &["--version"]) {
        return types();
    }
    println!("{}", faint("No Swift compiler is here: the types of the Swift code are not checked."));
    Ok(())
}

fn none(what: &str, names: &[String]) -> Outcome {
    if names.is_empty() { Ok(()) } else { Err(format!("{what}: {}", names.join(", "))) }
}

/// Functions of the header that the library does not have.
fn lacking(header: &str, symbols: &str) -> Vec<String> {
    let there: BTreeSet<&str> = symbols.lines().filter_map(|line| line.split_whitespace().last()).collect();
    let declared = header.lines().filter_map(|line| line.split('(').next()?.split_whitespace().last());
    let functions =
        declared.filter(|name| name.starts_with("uniffi_baikoo") || name.starts_with("ffi_baikoo"));
    functions.filter(|name| !there.contains(name)).map(str::to_owned).collect()
}

/// Errors that the layer's `switch` has no case for.
fn uncoded(swift: &str, layer: &str) -> Vec<String> {
    let all = swift.split("public enum ClientError").nth(1).and_then(|text| text.split("\n}").next());
    let cases = all.unwrap_or_default().lines().filter_map(|line| line.trim().strip_prefix("case "));
    let names = cases.filter_map(|case| case.split('(').next());
    names.filter(|name| !layer.contains(&format!("case .{name}:"))).map(str::to_owned).collect()
}

// The generated file as a module of its own, as the package has it.
fn types() -> Outcome {
    let (made, out) = (bindings::folder().join("swift"), places::target().join("swift"));
    fs::create_dir_all(&out).map_err(|error| error.to_string())?;
    let map = format!("-fmodule-map-file={}", made.join("BaikooCoreFFI.modulemap").display());
    let mut core = command("swiftc");
    core.args(["-swift-version", "5", "-emit-module", "-module-name", "BaikooCore", "-Xcc", &map, "-I"]);
    core.arg(&made).arg("-emit-module-path").arg(out.join("BaikooCore.swiftmodule"));
    quietly(core.arg(made.join("BaikooCore.swift")))?;
    let mut layer = command("swiftc");
    layer.args(["-swift-version", "5", "-typecheck", "-Xcc", &map, "-I"]).arg(&out).arg("-I").arg(&made);
    for name in ["Errors", "Handles", "Streams"] {
        layer.arg(places::root().join(LAYER).join(format!("{name}.swift")));
    }
    quietly(&mut layer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_library_lacks_is_seen() {
        let header =
            "uint64_t uniffi_baikoo_ffi_fn_clone_device(uint64_t handle\n);\nvoid ffi_baikoo_ffi_x(void);";
        let symbols = "0000 T uniffi_baikoo_ffi_fn_clone_device\n0000 T other\n";
        assert_eq!(lacking(header, symbols), ["ffi_baikoo_ffi_x"]);
    }

    #[test]
    fn an_error_without_a_code_is_seen() {
        let swift = "public enum ClientError: Swift.Error {\n\n    case Locked(message: String)\n\n    \n    case Offline(message: String)\n}\n case Other(";
        assert_eq!(uncoded(swift, "case .Locked: return \"locked\""), ["Offline"]);
    }
}
