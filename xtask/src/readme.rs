//! Lines of the README that a test runs as they are printed.

use std::fs;

use crate::places;
use crate::run::Outcome;

/// The first fenced block of a language below a heading.
pub(crate) fn block(heading: &str, language: &str) -> Outcome<String> {
    let text = fs::read_to_string(places::root().join("README.md")).map_err(|error| error.to_string())?;
    let below = text.split(&format!("\n## {heading}\n")).nth(1);
    let below = below.and_then(|text| text.split("\n## ").next());
    let block = below.and_then(|text| text.split(&format!("\n```{language}\n")).nth(1));
    let block = block.and_then(|text| text.split("\n```").next());
    block.map(|block| format!("{block}\n")).ok_or(format!("README.md has no {language} below “{heading}”"))
}
