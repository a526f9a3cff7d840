//! The web app: its core, its checks, its build.

use std::fs;

use crate::places;
use crate::run::{Outcome, aloud, bold, npm};
use crate::setup::{self, For};
use crate::wasm;

/// Builds everything that the server hands to browsers, into `web/dist/`.
pub(crate) fn build() -> Outcome {
    if !is_there() {
        return Err("there is no web app in web/ yet".to_owned());
    }
    setup::prepare(For::Web)?;
    println!("{} the core for the browser", bold("Building"));
    wasm::build()?;
    println!("{} the app", bold("Building"));
    aloud(npm().args(["run", "build"]))?;
    println!("The app is in web/dist/.");
    Ok(())
}

/// Whether there is a web app.
pub(crate) fn is_there() -> bool {
    places::web().join("package.json").exists()
}

/// Whether the browser's core is written.
pub(crate) fn has_core() -> bool {
    places::root().join("ffi/src/browser").exists()
}

/// Whether the app is built.
pub(crate) fn is_built() -> bool {
    places::web().join("dist/index.html").exists()
}

/// Runs one of the package's scripts, if it has it.
pub(crate) fn script(name: &str) -> Outcome {
    aloud(npm().args(["run", name]))
}

/// Whether the package has a script of this name.
pub(crate) fn has_script(name: &str) -> bool {
    let text = fs::read_to_string(places::web().join("package.json")).unwrap_or_default();
    serde_json::from_str::<serde_json::Value>(&text).is_ok_and(|package| package["scripts"][name].is_string())
}
