//! Looks for words where none may be: every byte of every file, in UTF-8 and UTF-16.

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

/// A word that is shorter could stand in random bytes.
const WORD_BYTES_MIN: usize = 6;

/// What a search has found.
#[derive(Default)]
pub(crate) struct Found {
    /// Files that were read.
    pub(crate) files: usize,
    /// Their bytes.
    pub(crate) bytes: usize,
    /// Words that stand in them.
    pub(crate) words: BTreeSet<String>,
}

/// Everything that people wrote, from the views of whoever can read it: whole texts, and their
/// words.
pub(crate) fn of(views: &[Value]) -> BTreeSet<String> {
    let mut texts = BTreeSet::new();
    for view in views {
        gather(view, "", &mut texts);
    }
    let words: Vec<String> = texts
        .iter()
        .flat_map(|text| text.split(|char: char| !char.is_alphanumeric()))
        .map(str::to_owned)
        .collect();
    texts.into_iter().chain(words).filter(|word| word.len() >= WORD_BYTES_MIN).collect()
}

// Narratives, answers that are texts, places, what was said, and people's names.
fn gather(view: &Value, key: &str, texts: &mut BTreeSet<String>) {
    const WRITTEN: &[&str] = &["narrative", "name", "landmark", "place", "excerpt", "value"];
    match view {
        Value::Object(map) => {
            let is_text = map.get("type").is_some_and(|kind| kind == "text");
            for (key, value) in map {
                if key != "value" || is_text || value.is_object() {
                    gather(value, key, texts);
                }
            }
            if map.contains_key("reply_to") {
                gather(&map["text"], "narrative", texts);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| gather(item, key, texts)),
        Value::String(text) if WRITTEN.contains(&key) && text.contains(char::is_alphabetic) => {
            texts.insert(text.clone());
        }
        _ => {}
    }
}

/// Looks for the words in all files below some places.
pub(crate) fn search(words: &BTreeSet<String>, places: &[PathBuf]) -> Found {
    let mut by_start: HashMap<[u8; 4], Vec<(&str, Vec<u8>)>> = HashMap::new();
    for word in words {
        for bytes in encodings(word) {
            if let Some(start) = bytes.first_chunk() {
                by_start.entry(*start).or_default().push((word, bytes));
            }
        }
    }
    let mut found = Found::default();
    for place in places {
        search_place(place, &by_start, &mut found);
    }
    found
}

fn search_place(place: &Path, by_start: &HashMap<[u8; 4], Vec<(&str, Vec<u8>)>>, found: &mut Found) {
    if place.is_dir() {
        let entries = fs::read_dir(place).into_iter().flatten().flatten();
        return entries.for_each(|entry| search_place(&entry.path(), by_start, found));
    }
    let Ok(bytes) = fs::read(place) else { return };
    found.files += 1;
    found.bytes += bytes.len();
    for (at, start) in bytes.windows(4).enumerate() {
        let Some(candidates) = start.first_chunk().and_then(|start| by_start.get(start)) else { continue };
        let standing = candidates.iter().filter(|(_, word)| bytes[at..].starts_with(word));
        found.words.extend(standing.map(|(word, _)| (*word).to_owned()));
    }
}

fn encodings(word: &str) -> [Vec<u8>; 3] {
    let wide: Vec<u16> = word.encode_utf16().collect();
    [
        word.as_bytes().to_vec(),
        wide.iter().flat_map(|unit| unit.to_le_bytes()).collect(),
        wide.iter().flat_map(|unit| unit.to_be_bytes()).collect(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_found_in_every_encoding_and_nothing_else_is() {
        let folder = std::env::temp_dir().join(format!("baikoo-words-{}", std::process::id()));
        fs::create_dir_all(folder.join("inner")).unwrap();
        let words = of(&[serde_json::json!({ "narrative": "Түндө мектеп өрттөндү", "id": "narrative" })]);
        assert_eq!(words.len(), 4);
        for (place, bytes) in encodings("мектеп").into_iter().enumerate() {
            fs::write(
                folder.join("inner").join(place.to_string()),
                [b"\x00\x01", &bytes[..], b"\xff"].concat(),
            )
            .unwrap();
            let found = search(&words, &[folder.join("inner").join(place.to_string())]);
            assert_eq!(found.words.into_iter().collect::<Vec<_>>(), ["мектеп"]);
        }
        fs::write(folder.join("inner/none"), "nothing of the kind").unwrap();
        assert!(search(&words, &[folder.join("inner/none")]).words.is_empty());
        fs::remove_dir_all(folder).unwrap();
    }
}
