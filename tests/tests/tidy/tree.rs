//! The files of the project.

use std::fs;
use std::path::{Path, PathBuf};

/// A text file.
#[derive(Clone, Debug)]
pub(crate) struct File {
    /// From the root, with `/`.
    pub(crate) path: String,
    /// All of it.
    pub(crate) text: String,
}

/// Folders that hold what was built, fetched or written by a run.
const NOT_OURS: &[&str] =
    &["target", "node_modules", ".git", "dist", "dist-mock", "generated", "demo", "out", "BaikooCore"];
const TEXTS: &[&str] = &[
    "rs", "toml", "md", "sql", "json", "ts", "js", "mjs", "svelte", "html", "css", "yml", "yaml", "sh",
    "run", "kt", "swift", "py",
];

fn root() -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.parent().expect("the tests stand in a folder of the project").to_path_buf()
}

/// Everything that people wrote.
pub(crate) fn texts() -> Vec<File> {
    let mut files = Vec::new();
    walk(&root(), "", &mut files);
    files.sort_by(|one, other| one.path.cmp(&other.path));
    files
}

fn walk(folder: &Path, prefix: &str, files: &mut Vec<File>) {
    for entry in fs::read_dir(folder).expect("the project can be read").flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = format!("{prefix}{name}");
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            if !NOT_OURS.contains(&name.as_str()) {
                walk(&entry.path(), &format!("{path}/"), files);
            }
        } else if TEXTS.iter().any(|ending| name.rsplit('.').next() == Some(*ending) || name == *ending)
            && name != "package-lock.json"
        {
            files.extend(fs::read_to_string(entry.path()).ok().map(|text| File { path, text }));
        }
    }
}

/// Files whose name ends so.
pub(crate) fn ending(end: &str) -> Vec<File> {
    texts().into_iter().filter(|file| file.path.ends_with(end)).collect()
}

/// All Rust.
pub(crate) fn rust() -> Vec<File> {
    ending(".rs")
}

/// Rust in a folder.
pub(crate) fn under(folder: &str) -> Vec<File> {
    rust().into_iter().filter(|file| file.path.starts_with(folder)).collect()
}

/// One file.
pub(crate) fn file(path: &str) -> File {
    let text = fs::read_to_string(root().join(path)).unwrap_or_else(|_| panic!("{path} is there"));
    File { path: path.to_owned(), text }
}

/// Whether there is such a file or folder.
pub(crate) fn exists(path: &str) -> bool {
    root().join(path).exists()
}
