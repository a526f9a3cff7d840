//! Rules about the documents: they must say what the code does.

use std::collections::BTreeSet;

use super::rust::words;
use super::tree::File;

/// What a page does not say, though it must.
pub(crate) fn missing(page: &File, wanted: &[String]) -> Vec<String> {
    wanted
        .iter()
        .filter(|text| !page.text.contains(text.as_str()))
        .map(|text| format!("{}: does not have {text}", page.path))
        .collect()
}

/// Routes that a page does not have; how a parameter is called does not matter.
pub(crate) fn missing_routes(routes: &BTreeSet<String>, page: &File) -> Vec<String> {
    let said = without_names(&page.text);
    routes
        .iter()
        .filter(|route| !said.contains(&format!("{}`", without_names(route))))
        .map(|route| format!("{}: does not have the route {route}", page.path))
        .collect()
}

fn without_names(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut inside = false;
    for char in text.chars() {
        inside &= char != '}';
        if !inside {
            out.push(char);
        }
        inside |= char == '{';
    }
    out
}

/// A word of the glossary, and the words that must not stand for it.
pub(crate) struct Term {
    pub(crate) word: String,
    pub(crate) not: Vec<String>,
}

/// The rows of the glossary's tables: `| **word** | meaning | not |`.
pub(crate) fn glossary(page: &File) -> Vec<Term> {
    let rows = page.text.lines().filter(|line| line.starts_with("| **"));
    rows.filter_map(|row| {
        let mut cells = row.trim_matches('|').split('|').map(str::trim);
        let word = cells.next()?.trim_matches('*').to_owned();
        let not = cells.nth(1)?.split(',').map(|word| word.trim().to_owned());
        Some(Term { word, not: not.filter(|word| !word.is_empty() && word != "–").collect() })
    })
    .collect()
}

/// Files that call something by another name than the glossary's.
pub(crate) fn other_names(glossary: &[Term], files: &[File]) -> Vec<String> {
    let mut complaints = Vec::new();
    for file in files {
        let used = words(&file.text);
        for term in glossary {
            for not in term.not.iter().filter(|not| used.contains(*not)) {
                complaints.push(format!("{}: says `{not}` for what is called `{}`", file.path, term.word));
            }
        }
    }
    complaints
}

/// Relative links that lead nowhere.
pub(crate) fn dead_links(page: &File, exists: &dyn Fn(&str) -> bool) -> Vec<String> {
    let folder = page.path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let targets =
        page.text.match_indices("](").filter_map(|(place, _)| page.text[place + 2..].split(')').next());
    targets
        .filter(|target| !target.contains("://") && !target.starts_with(['#', '<']) && !target.contains(' '))
        .filter_map(|target| {
            let path = resolve(folder, target.split('#').next().unwrap_or_default());
            (!exists(&path)).then(|| format!("{}: the link to {target} leads nowhere", page.path))
        })
        .collect()
}

fn resolve(folder: &str, target: &str) -> String {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in target.split('/') {
        match part {
            ".." => drop(parts.pop()),
            "." | "" => {}
            part => parts.push(part),
        }
    }
    parts.join("/")
}
