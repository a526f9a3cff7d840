//! Where things are.

use std::env;
use std::path::{Path, PathBuf};

/// The project's folder.
pub(crate) fn root() -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.parent().unwrap_or(manifest).to_path_buf()
}

/// The folder that everything is built into.
pub(crate) fn target() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// Where the built programs stand.
pub(crate) fn programs() -> PathBuf {
    target().join("debug")
}

/// The web app's folder.
pub(crate) fn web() -> PathBuf {
    root().join("web")
}
