//! Finding a choice by typing, in any of the languages.
//!
//! People change language in the middle of a sentence, so a choice answers to its label in each of
//! them; the one that the screen is in comes first.

use super::definition::{Choice, Form, Question};
use super::labels::{self, Language};
use crate::search::fold;

/// The choices of a question whose label or code has a word beginning with the query: first those
/// that match in `language`, then those that match in another, each in the list's own order. An
/// empty query matches everything.
pub fn find_choices<'a>(
    form: &'a Form,
    question: &Question,
    language: Language,
    query: &str,
) -> Vec<&'a Choice> {
    let query = fold(query);
    let list = question.list.as_deref().unwrap_or_default();
    let mut found: Vec<_> = form
        .choices(question)
        .iter()
        .filter_map(|choice| Some((rank(list, choice, language, &query)?, choice)))
        .collect();
    found.sort_by_key(|(rank, _)| *rank);
    found.into_iter().map(|(_, choice)| choice).collect()
}

fn rank(list: &str, choice: &Choice, language: Language, query: &str) -> Option<u8> {
    let key = format!("choice.{list}.{}", choice.code);
    if has_word(labels::label(language, &key).text, query) {
        return Some(0);
    }
    let mut labels = Language::ALL.into_iter().filter_map(|language| labels::find(language, &key));
    (has_word(&choice.code, query) || labels.any(|label| has_word(label, query))).then_some(1)
}

/// Whether the text, or one of its words on, begins with the query: "пункт про" finds a crossing.
fn has_word(text: &str, query: &str) -> bool {
    let text = fold(text);
    text.starts_with(query) || text.match_indices(' ').any(|(at, _)| text[at + 1..].starts_with(query))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::form::default_form;

    fn codes(question: &str, language: Language, query: &str) -> Vec<&'static str> {
        let form = default_form();
        let question = form.question(question).unwrap();
        find_choices(form, question, language, query).into_iter().map(|choice| &*choice.code).collect()
    }

    #[test]
    fn a_choice_answers_in_every_language() {
        for query in ["көпүрө", "мост", "koʻprik", "ko'prik", "пул", "BRIDGE", "bridge"] {
            assert!(codes("place_type", Language::Ky, query).contains(&"bridge"), "{query}");
        }
        assert_eq!(codes("place_type", Language::Ru, "пункт про"), ["crossing"]);
    }

    #[test]
    fn the_language_of_the_screen_comes_first() {
        // «Сел» is a mudflow, and what is typed of it may begin other words elsewhere.
        assert_eq!(codes("haz_type", Language::Ky, "сел")[0], "mudflow");
        // "Pul" is money in Uzbek; «пул» is a bridge in Tajik.
        assert_eq!(codes("prop_what", Language::Uz, "pul")[0], "money");
        assert_eq!(codes("prop_what", Language::Tg, "pul")[0], "road_bridge");
    }

    #[test]
    fn an_empty_query_shows_the_list() {
        let all = codes("inc_type", Language::En, "");
        assert_eq!(all.first(), Some(&"attack"));
        assert_eq!(all.len(), default_form().lists["inc_type"].choices.len());
        assert!(codes("inc_type", Language::En, "no such choice").is_empty());
        assert!(codes("summary", Language::En, "").is_empty());
    }
}
