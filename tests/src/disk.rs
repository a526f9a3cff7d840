//! Folders for tests, and looking for words where none may be.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

/// A new folder; in memory where the machine has such a place, since nothing in it must last.
///
/// # Panics
/// If there is no room.
pub fn scratch() -> TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).expect("a folder for tests")
}

/// Every file below a folder that holds one of these words, in UTF-8 or UTF-16, with the word.
pub fn files_with_words(folder: &Path, words: &[&str]) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let bytes = fs::read(&path).unwrap_or_default();
            for word in words {
                if encodings(word).iter().any(|needle| contains(&bytes, needle)) {
                    found.push((path.display().to_string(), (*word).to_owned()));
                }
            }
        }
    }
    found
}

fn encodings(word: &str) -> [Vec<u8>; 3] {
    let wide: Vec<u16> = word.encode_utf16().collect();
    [
        word.as_bytes().to_vec(),
        wide.iter().flat_map(|unit| unit.to_le_bytes()).collect(),
        wide.iter().flat_map(|unit| unit.to_be_bytes()).collect(),
    ]
}

fn contains(bytes: &[u8], needle: &[u8]) -> bool {
    bytes.windows(needle.len()).any(|window| window == needle)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_found_in_each_encoding() {
        let folder = tempfile::tempdir().unwrap();
        for (name, bytes) in ["утф8", "le", "be"].into_iter().zip(encodings("канал")) {
            fs::write(folder.path().join(name), [b"xx".as_slice(), &bytes, b"yy"].concat()).unwrap();
        }
        assert_eq!(files_with_words(folder.path(), &["канал", "жок"]).len(), 3);
    }
}
