//! What questions and choices say, in six languages.
//!
//! The words are our own. The terms of the HURIDOCS micro-thesauri are used by their numbers only:
//! the Russian labels that circulate with them are shifted and swapped in places, and call an
//! attempted killing something else. Labels are apart from forms: answers are codes, and a better
//! translation changes no report.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

use serde::Deserialize;

/// A language that the forms speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Language {
    /// Kyrgyz.
    Ky,
    /// Russian.
    Ru,
    /// Uzbek, in Latin letters.
    Uz,
    /// Tajik.
    Tg,
    /// Kazakh.
    Kk,
    /// English.
    En,
}

/// Not one of our languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not one of the languages ky, ru, uz, tg, kk, en")]
pub struct LanguageError;

impl Language {
    /// All, in the order in which they are offered.
    pub const ALL: [Self; 6] = [Self::Ky, Self::Ru, Self::Uz, Self::Tg, Self::Kk, Self::En];

    /// The BCP 47 code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Ky => "ky",
            Self::Ru => "ru",
            Self::Uz => "uz",
            Self::Tg => "tg",
            Self::Kk => "kk",
            Self::En => "en",
        }
    }

    /// What its speakers call it.
    pub fn own_name(self) -> &'static str {
        match self {
            Self::Ky => "Кыргызча",
            Self::Ru => "Русский",
            Self::Uz => "Oʻzbekcha",
            Self::Tg => "Тоҷикӣ",
            Self::Kk => "Қазақша",
            Self::En => "English",
        }
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl FromStr for Language {
    type Err = LanguageError;

    /// Reads a BCP 47 tag by its first part: `ru-KG` is Russian.
    fn from_str(tag: &str) -> Result<Self, LanguageError> {
        let primary = tag.split(['-', '_']).next().unwrap_or_default();
        let mut all = Self::ALL.into_iter();
        all.find(|language| primary.eq_ignore_ascii_case(language.code())).ok_or(LanguageError)
    }
}

/// A text to show. Never blank.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Label<'a> {
    /// The words; at worst the code itself.
    pub text: &'a str,
    /// The language that the words are in.
    pub language: Language,
    /// Whether the words are not in the language that was asked for.
    pub fallback: bool,
}

/// The words for a key: `question.<name>`, `hint.<name>`, `guidance.<name>`, `section.<name>`,
/// `choice.<list>.<code>`. What a language lacks is said in English, and what English lacks is shown
/// as the key's last part, so that a form from elsewhere can always be filled in.
pub fn label(language: Language, key: &str) -> Label<'_> {
    for candidate in [language, Language::En] {
        if let Some(text) = find(candidate, key) {
            return Label { text, language: candidate, fallback: candidate != language };
        }
    }
    let last = key.rsplit('.').find(|part| !part.trim().is_empty()).unwrap_or("?");
    Label { text: last, language: Language::En, fallback: true }
}

/// The words for a key if this very language has them: most questions need no hint and no guidance.
pub fn find(language: Language, key: &str) -> Option<&'static str> {
    pack(language).labels.get(key).map(String::as_str)
}

/// What is still to be done about a language's words; none if nothing is.
pub fn review_state(language: Language) -> Option<&'static str> {
    pack(language).review.as_deref()
}

/// A label pack, as its file holds it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Pack {
    language: String,
    #[serde(default)]
    review: Option<String>,
    labels: BTreeMap<String, String>,
}

fn pack(language: Language) -> &'static Pack {
    // Lazily and one by one: a phone shows one language, and a second only where the first has gaps.
    static PACKS: [LazyLock<Pack>; 6] = [
        LazyLock::new(|| shipped(include_bytes!("../../assets/labels/ky.json"))),
        LazyLock::new(|| shipped(include_bytes!("../../assets/labels/ru.json"))),
        LazyLock::new(|| shipped(include_bytes!("../../assets/labels/uz.json"))),
        LazyLock::new(|| shipped(include_bytes!("../../assets/labels/tg.json"))),
        LazyLock::new(|| shipped(include_bytes!("../../assets/labels/kk.json"))),
        LazyLock::new(|| shipped(include_bytes!("../../assets/labels/en.json"))),
    ];
    &PACKS[language as usize]
}

fn shipped(json: &[u8]) -> Pack {
    let pack: Pack = serde_json::from_slice(json).expect("the shipped label packs are loaded by a test");
    debug_assert!(pack.language.parse::<Language>().is_ok());
    pack
}

#[cfg(test)]
#[path = "labels_tests.rs"]
mod tests;
