//! What a run says, in six languages. A catalogue is a flat list of keys; what a language lacks is
//! said in English.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use baikoo_client_core::form::labels::Language;
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Catalogue {
    #[serde(rename = "language")]
    _language: String,
    #[serde(rename = "review", default)]
    _review: Option<String>,
    messages: BTreeMap<String, String>,
}

/// The files, in the order of [`Language::ALL`].
pub(crate) const FILES: [(Language, &str); 6] = [
    (Language::Ky, include_str!("../messages/ky.json")),
    (Language::Ru, include_str!("../messages/ru.json")),
    (Language::Uz, include_str!("../messages/uz.json")),
    (Language::Tg, include_str!("../messages/tg.json")),
    (Language::Kk, include_str!("../messages/kk.json")),
    (Language::En, include_str!("../messages/en.json")),
];

fn catalogue(language: Language) -> &'static Catalogue {
    static ALL: [LazyLock<Catalogue>; 6] = [
        LazyLock::new(|| load(0)),
        LazyLock::new(|| load(1)),
        LazyLock::new(|| load(2)),
        LazyLock::new(|| load(3)),
        LazyLock::new(|| load(4)),
        LazyLock::new(|| load(5)),
    ];
    &ALL[language as usize]
}

fn load(place: usize) -> Catalogue {
    serde_json::from_str(FILES[place].1).expect("the catalogues are loaded by a test")
}

/// The messages of one language.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Words {
    /// The language.
    pub(crate) language: Language,
}

impl Words {
    /// A message if there is one of this key.
    pub(crate) fn find(self, key: &str) -> Option<&'static str> {
        let here = catalogue(self.language).messages.get(key);
        here.or_else(|| catalogue(Language::En).messages.get(key)).map(String::as_str)
    }

    /// A message. That there is one of each key in the sources is tested.
    pub(crate) fn get(self, key: &str) -> &'static str {
        let found = self.find(key);
        debug_assert!(found.is_some(), "no message {key}");
        found.unwrap_or("?")
    }

    /// A code's word in a family of messages; the code itself if nobody knows it.
    pub(crate) fn code<'a>(self, family: &str, code: &'a str) -> &'a str {
        self.find(&format!("{family}.{code}")).unwrap_or(code)
    }

    /// A message with its gaps filled: `{name}`. What is filled in is not looked at again.
    pub(crate) fn say(self, key: &str, gaps: &[(&str, &str)]) -> String {
        let (mut said, mut rest) = (String::new(), self.get(key));
        while let Some((before, after)) = rest.split_once('{') {
            said.push_str(before);
            let Some((name, after)) = after.split_once('}') else { break };
            let filled = gaps.iter().find(|(gap, _)| *gap == name);
            said.push_str(filled.map_or("", |(_, filled)| filled));
            rest = after;
        }
        said.push_str(rest);
        said
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;

    use super::*;

    fn gaps(text: &str) -> BTreeSet<&str> {
        text.split('{').skip(1).filter_map(|part| Some(part.split_once('}')?.0)).collect()
    }

    #[test]
    fn every_language_says_everything_with_the_same_gaps() {
        let english = &catalogue(Language::En).messages;
        for language in Language::ALL {
            let one = catalogue(language);
            assert_eq!(one._language, language.code());
            let keys = |messages: &BTreeMap<String, String>| messages.keys().cloned().collect::<Vec<_>>();
            assert_eq!(keys(&one.messages), keys(english), "{language}");
            for (key, text) in &one.messages {
                assert!(!text.trim().is_empty(), "{language}: {key} is blank");
                assert_eq!(gaps(text), gaps(&english[key]), "{language}: {key}");
            }
            let awaits = one._review.as_deref() == Some("awaiting a native reader");
            let written_by_us = matches!(language, Language::En | Language::Ru);
            assert_eq!(awaits, !written_by_us, "{language}");
        }
    }

    #[test]
    fn every_key_in_the_sources_has_a_message_and_every_message_is_used() {
        let mut sources = String::new();
        let mut folders = vec![concat!(env!("CARGO_MANIFEST_DIR"), "/src").into()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir::<std::path::PathBuf>(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() { folders.push(path) } else { sources += &fs::read_to_string(path).unwrap() }
            }
        }
        // Families that are looked up by a code, and need no literal in the sources.
        let families = [
            "alarm",
            "answer",
            "bad",
            "delivery",
            "error",
            "hint",
            "invitation",
            "reason",
            "role",
            "set_apart",
            "standing",
            "talk",
            "what",
            "phase",
        ];
        for key in catalogue(Language::En).messages.keys() {
            let family = key.split('.').next().unwrap();
            let used = families.contains(&family) || sources.contains(&format!("\"{key}\""));
            assert!(used, "{key} is never said");
        }
        for asked in [".get(\"", ".say(\"", "usage(\"", "done(\""] {
            for part in sources.split(asked).skip(1) {
                let key = part.split('"').next().unwrap();
                let known = catalogue(Language::En).messages.contains_key(key);
                assert!(known || !key.contains('.'), "no message {key}");
            }
        }
    }

    #[test]
    fn every_error_and_code_of_the_core_has_words() {
        let words = Words { language: Language::En };
        for code in baikoo_client_core::error::ClientError::CODES {
            assert!(words.find(&format!("error.{code}")).is_some(), "{code}");
        }
    }

    #[test]
    fn what_fills_a_gap_is_not_read_as_a_message() {
        let words = Words { language: Language::En };
        let said = words.say("error.not_found", &[("what", "{what} {x")]);
        assert!(said.contains("{what} {x"), "{said}");
    }
}
