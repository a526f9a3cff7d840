//! As much of Rust's grammar as the rules need.

use std::collections::BTreeSet;

use super::tree::File;

/// The same text with comments, and if wanted the insides of strings, blanked out. Line breaks stay.
pub(crate) fn code(text: &str, keep_strings: bool) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < chars.len() {
        let end = token_end(&chars, at);
        let token = &chars[at..end];
        let hidden = match token {
            ['/', '/' | '*', ..] => true,
            ['"' | 'r' | 'b', ..] if token.contains(&'"') => !keep_strings,
            _ => false,
        };
        for char in token {
            out.push(if hidden && *char != '\n' { ' ' } else { *char });
        }
        at = end;
    }
    out
}

// Where the comment, string or single character that starts at `at` ends.
fn token_end(chars: &[char], at: usize) -> usize {
    let rest = &chars[at..];
    let word_before = at > 0 && (chars[at - 1].is_alphanumeric() || chars[at - 1] == '_');
    match rest {
        ['/', '/', ..] => at + rest.iter().position(|char| *char == '\n').unwrap_or(rest.len()),
        ['/', '*', ..] => at + block_comment(rest),
        ['r', '"' | '#', ..] if !word_before => raw_string(chars, at, 1),
        ['b', 'r', '"' | '#', ..] if !word_before => raw_string(chars, at, 2),
        ['b', '"', ..] if !word_before => at + 1 + string(&rest[1..]),
        ['"', ..] => at + string(rest),
        // A character, not a lifetime.
        ['\'', '\\', _, ..] => {
            at + rest.iter().skip(3).position(|char| *char == '\'').map_or(1, |place| place + 4)
        }
        ['\'', _, '\'', ..] => at + 3,
        _ => at + 1,
    }
}

fn block_comment(rest: &[char]) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while at + 1 < rest.len() {
        match (rest[at], rest[at + 1]) {
            ('/', '*') => depth += 1,
            ('*', '/') => depth -= 1,
            _ => {
                at += 1;
                continue;
            }
        }
        at += 2;
        if depth == 0 {
            return at;
        }
    }
    rest.len()
}

fn string(rest: &[char]) -> usize {
    let mut at = 1;
    while at < rest.len() {
        match rest[at] {
            '\\' => at += 2,
            '"' => return at + 1,
            _ => at += 1,
        }
    }
    rest.len()
}

fn raw_string(chars: &[char], at: usize, prefix: usize) -> usize {
    let hashes = chars[at + prefix..].iter().take_while(|char| **char == '#').count();
    let open = at + prefix + hashes;
    if chars.get(open) != Some(&'"') {
        return at + 1;
    }
    let mut end = open + 1;
    while end < chars.len() {
        let closes = chars[end] == '"'
            && chars[end + 1..].iter().take(hashes).filter(|char| **char == '#').count() == hashes;
        end += 1;
        if closes {
            return end + hashes;
        }
    }
    chars.len()
}

/// The insides of all plain strings.
pub(crate) fn strings(text: &str) -> Vec<String> {
    let chars: Vec<char> = text.chars().collect();
    let mut found = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let end = token_end(&chars, at);
        let token: String = chars[at..end].iter().collect();
        if let Some(inside) = token.trim_start_matches(['b', 'r', '#']).strip_prefix('"')
            && !token.starts_with('/')
        {
            found.push(inside.trim_end_matches('#').trim_end_matches('"').to_owned());
        }
        at = end;
    }
    found
}

/// Files that no `mod` leads to.
pub(crate) fn orphans(files: &[File]) -> Vec<String> {
    let paths: BTreeSet<&str> = files.iter().map(|file| file.path.as_str()).collect();
    let mut reached: BTreeSet<String> = BTreeSet::new();
    let mut queue: Vec<String> =
        paths.iter().filter(|path| is_root(path)).map(|path| (*path).to_owned()).collect();
    while let Some(path) = queue.pop() {
        let Some(file) = files.iter().find(|file| file.path == path) else { continue };
        if reached.insert(path) {
            queue.extend(modules(file).into_iter().filter(|module| paths.contains(module.as_str())));
        }
    }
    paths
        .into_iter()
        .filter(|path| !reached.contains(*path))
        .map(|path| format!("{path}: no `mod` leads here"))
        .collect()
}

// A file that Cargo compiles by itself.
fn is_root(path: &str) -> bool {
    let parts: Vec<&str> = path.split('/').collect();
    match parts.as_slice() {
        [.., "src", "lib.rs" | "main.rs"] | [.., "build.rs"] => true,
        [.., "src", "bin", _] => true,
        [.., "src", "bin", _, "main.rs"] => true,
        [.., "tests" | "benches" | "examples", _] => !parts.contains(&"src"),
        [.., "tests" | "benches" | "examples", _, "main.rs"] => !parts.contains(&"src"),
        _ => false,
    }
}

fn modules(file: &File) -> Vec<String> {
    let (folder, name) = file.path.rsplit_once('/').unwrap_or(("", &file.path));
    let own = if matches!(name, "mod.rs" | "lib.rs" | "main.rs") || is_root(&file.path) {
        folder.to_owned()
    } else {
        format!("{folder}/{}", name.trim_end_matches(".rs"))
    };
    let text = code(&file.text, true);
    let mut found = Vec::new();
    let mut path_attribute = None;
    // A macro may declare a module for each `file::Type,` that it is given.
    let by_macro = text.contains("(mod $");
    for line in text.lines().map(str::trim) {
        if let Some(path) = line.strip_prefix("#[path = \"").and_then(|rest| rest.strip_suffix("\"]")) {
            path_attribute = Some(format!("{folder}/{path}"));
            continue;
        }
        let listed = line.strip_suffix(',').and_then(|item| item.split_once("::")).map(|(file, _)| file);
        let Some(module) = declared(line).or(listed.filter(|_| by_macro)) else {
            path_attribute = path_attribute.filter(|_| line.starts_with("#[") || line.is_empty());
            continue;
        };
        match path_attribute.take() {
            Some(path) => found.push(path),
            None => found.extend([format!("{own}/{module}.rs"), format!("{own}/{module}/mod.rs")]),
        }
    }
    found
}

// `pub(crate) mod name;`
fn declared(line: &str) -> Option<&str> {
    let rest = line.strip_suffix(';')?;
    let (before, name) = rest.rsplit_once("mod ")?;
    let visible = before.is_empty() || before.trim_end().starts_with("pub");
    let is_name = name.chars().all(|char| char.is_alphanumeric() || char == '_');
    (visible && is_name).then_some(name)
}

/// All identifiers, cut into lower-case words: `SyncEngine` and `sync_engine` are `sync`, `engine`.
pub(crate) fn words(text: &str) -> BTreeSet<String> {
    let mut words = BTreeSet::new();
    let mut word = String::new();
    let mut before = ' ';
    for char in code(text, false).chars().chain([' ']) {
        let cuts = !char.is_ascii_alphabetic() || char.is_ascii_uppercase() && before.is_ascii_lowercase();
        if cuts && !word.is_empty() {
            words.insert(std::mem::take(&mut word));
        }
        if char.is_ascii_alphabetic() {
            word.push(char.to_ascii_lowercase());
        }
        before = char;
    }
    words
}
