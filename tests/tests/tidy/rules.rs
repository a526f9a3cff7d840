//! Rules about code and schemas. Each answers with complaints; none means that all is well.

use std::collections::BTreeSet;

use super::rust::{code, strings};
use super::tree::File;

/// The test fails with all complaints at once.
pub(crate) fn none(complaints: impl IntoIterator<Item = String>) {
    let complaints: Vec<String> = complaints.into_iter().collect();
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

/// Something that only some files may name.
pub(crate) struct Only {
    pub(crate) what: &'static str,
    pub(crate) within: &'static [&'static str],
    pub(crate) names: &'static [&'static str],
    pub(crate) allowed: &'static [&'static str],
}

impl Only {
    pub(crate) fn complaints(&self, files: &[File]) -> Vec<String> {
        let stands_in = |path: &str, places: &[&str]| places.iter().any(|place| path.starts_with(place));
        files
            .iter()
            .filter(|file| stands_in(&file.path, self.within) && !stands_in(&file.path, self.allowed))
            .flat_map(|file| {
                let text = code(&file.text, false);
                let lines: Vec<String> = text
                    .lines()
                    .enumerate()
                    .filter_map(|(place, line)| {
                        let name = self.names.iter().find(|name| names(line, name))?;
                        Some(format!("{}:{}: names {} (`{name}`)", file.path, place + 1, self.what))
                    })
                    .collect();
                lines
            })
            .collect()
    }
}

// A whole word: `xhpke::` is not `hpke::`, and neither is `client::http::`, which is a module here.
fn names(line: &str, name: &str) -> bool {
    line.match_indices(name).any(|(place, _)| {
        let before = line[..place].chars().next_back();
        let starts_word = name.starts_with(|char: char| char.is_alphanumeric());
        !starts_word || before.is_none_or(|char| !char.is_alphanumeric() && char != '_' && char != ':')
    })
}

/// A manifest of a package of this workspace that leaves the shared lints out.
pub(crate) fn lacks_lints(manifest: &File) -> Option<String> {
    let is_member = manifest.text.contains("[package]") && manifest.text.contains("edition.workspace");
    let keeps = manifest.text.contains("[lints]\nworkspace = true");
    (is_member && !keeps).then(|| format!("{}: lacks `[lints] workspace = true`", manifest.path))
}

/// The most lines that are read in one sitting.
const LINES_MAX: usize = 500;

/// A file that wants to be two.
pub(crate) fn too_long(file: &File, exceptions: &[(&str, usize, &str)]) -> Option<String> {
    let lines = file.text.lines().count();
    let exception = exceptions.iter().find(|(path, _, _)| *path == file.path);
    let most = exception.map_or(LINES_MAX, |(_, most, _)| *most);
    (lines > most).then(|| format!("{}: {lines} lines; which idea wants to leave?", file.path))
}

/// Exceptions that nothing needs any more.
pub(crate) fn no_longer_long(files: &[File], exceptions: &[(&str, usize, &str)]) -> Vec<String> {
    let is_long =
        |path: &str| files.iter().any(|file| file.path == path && file.text.lines().count() > LINES_MAX);
    let done = exceptions.iter().filter(|(path, _, _)| !is_long(path));
    done.map(|(path, _, _)| format!("{path}: is not long any more; drop its exception")).collect()
}

/// What only the author's machine knows.
pub(crate) fn machine_paths(file: &File) -> Vec<String> {
    // Written apart, so that this file does not complain about itself.
    let folders = [["/wo", "rk/"], ["/ro", "ot/"], ["../sha", "red"], ["/ho", "me/"], ["/Use", "rs/"]];
    let signs: Vec<String> = folders.iter().map(|parts| parts.concat()).collect();
    file.text
        .lines()
        .enumerate()
        .flat_map(|(place, line)| {
            signs
                .iter()
                .filter(|sign| line.contains(sign.as_str()))
                .map(move |sign| format!("{}:{}: `{sign}` is a place on one machine", file.path, place + 1))
        })
        .collect()
}

/// A table's column as a schema declares it: table, column, and whether a comment explains it.
fn columns(schema: &File) -> Vec<(String, String, usize, bool)> {
    let mut table: Option<String> = None;
    let mut found = Vec::new();
    for (place, line) in schema.text.lines().enumerate() {
        let (sql, comment) = line.split_once("--").map_or((line, ""), |(sql, comment)| (sql, comment));
        let sql = sql.trim();
        let lower = sql.to_ascii_lowercase();
        if let Some(rest) = lower.strip_prefix("create table ") {
            let name = rest.trim_start_matches("if not exists ").split(['(', ' ']).next().unwrap_or_default();
            table = (!sql.ends_with(';')).then(|| name.to_owned());
        } else if sql.starts_with(')') {
            table = None;
        } else if let (Some(table), Some(column)) = (&table, sql.split_whitespace().next())
            && !["primary", "unique", "check", "foreign", "constraint"]
                .contains(&column.to_ascii_lowercase().as_str())
        {
            found.push((table.clone(), column.to_owned(), place + 1, !comment.trim().is_empty()));
        }
    }
    found
}

/// Columns that nobody explained. A name that was explained once in a file means the same below.
pub(crate) fn columns_without_comment(schema: &File) -> Vec<String> {
    let mut explained = BTreeSet::new();
    columns(schema)
        .into_iter()
        .filter_map(|(table, column, line, has_comment)| {
            if has_comment {
                explained.insert(column);
                return None;
            }
            let known = explained.contains(&column);
            (!known).then(|| format!("{}:{line}: `{table}.{column}` has no comment", schema.path))
        })
        .collect()
}

/// Names of tables and of their columns.
pub(crate) fn tables(schema: &File) -> BTreeSet<String> {
    columns(schema).into_iter().flat_map(|(table, column, _, _)| [table, column]).collect()
}

/// Paths that a router serves: what follows `.route(`.
pub(crate) fn routes(sources: &[File]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for file in sources {
        let text = code(before_tests(&file.text), true);
        found.extend(text.split(".route(").skip(1).filter_map(|rest| strings(rest).into_iter().next()));
    }
    found
}

/// Domain strings: each hash, signature and seal has its own.
pub(crate) fn domains(sources: &[File]) -> BTreeSet<String> {
    let texts = sources.iter().flat_map(|file| strings(before_tests(&file.text)));
    texts.filter(|text| text.starts_with("baikoo v1 ")).collect()
}

/// Names of public constants.
pub(crate) fn constants(file: &File) -> Vec<String> {
    let lines = file.text.lines().filter_map(|line| line.trim().strip_prefix("pub const "));
    lines.filter_map(|line| line.split(':').next()).map(str::to_owned).collect()
}

fn before_tests(text: &str) -> &str {
    text.split("#[cfg(test)]").next().unwrap_or(text)
}
