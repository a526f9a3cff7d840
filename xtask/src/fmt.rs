//! Formatting, of every workspace that stands in this folder.

use crate::run::{Outcome, cargo, quietly};
use crate::{bench, bindings, wasm};

/// Formats everything, or with `--check` says what is not formatted.
pub(crate) fn run(args: &[&str]) -> Outcome {
    quietly(cargo().args(["fmt", "--all"]).args(args))?;
    [wasm::GLUE_MANIFEST, bench::MANIFEST, bindings::GENERATOR_MANIFEST]
        .iter()
        .try_for_each(|manifest| quietly(cargo().args(["fmt", "--manifest-path", manifest]).args(args)))
}
