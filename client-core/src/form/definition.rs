//! What a form is: sections of questions, and the lists that choices come from.
//!
//! The words are those of XLSForm (`relevant`, `constraint`, `choice_filter`, `select_one`), so that
//! whoever has written a form for Kobo or ODK can read one of ours.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::answer::AnswerType;
use super::condition::Condition;

/// The questions that are collaborative texts, not scalars. Their names are the same in every form,
/// because every report has the same three texts (HURIDOCS 0115, 0116, 0150).
pub const NARRATIVES: [&str; 3] = ["narrative", "impact", "remarks"];

/// A form. [`Form::from_json`] is the way to get one: it checks what the other methods rely on.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Form {
    /// What the form is called in documents and labels, e.g. `border_incident`.
    pub id: String,
    /// Counts up from 1. A new version may add questions, never change the meaning of an old one.
    pub version: u32,
    /// The questions of the thirty-second report, in order: names of questions that also stand in
    /// their sections.
    pub flash: Vec<String>,
    /// In the order in which they are asked.
    pub sections: Vec<Section>,
    /// The lists that choices come from, by name.
    pub lists: BTreeMap<String, ChoiceList>,
}

/// Questions that belong together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Section {
    /// Unique in the form; its label is `section.<name>`.
    pub name: String,
    /// Whether there are any number of entries, each answering all questions: persons, sources.
    #[serde(default)]
    pub repeat: bool,
    /// When the section is asked at all; always, if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relevant: Option<Condition>,
    /// In the order in which they are asked.
    pub questions: Vec<Question>,
}

/// One question. What it says to people is in the labels, not here.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// Unique in the form; its label is `question.<name>`.
    pub name: String,
    /// What kind of answer it takes.
    pub kind: Kind,
    /// The choice list, for `select_one` and `select_multiple`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub list: Option<String>,
    /// When in a report's life it is asked.
    #[serde(default)]
    pub stage: Stage,
    /// The field of the HURIDOCS Events Standard Formats that it fills.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub huridocs: Option<String>,
    /// When it is asked; always, if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relevant: Option<Condition>,
    /// What must hold once it is answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub constraint: Option<Condition>,
    /// Whether a report can't be verified without it. It can be saved and sent without.
    #[serde(default)]
    pub required_for_review: bool,
    /// What makes up for a missing required answer: a story told in full needs no summary.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub required_unless: Option<Condition>,
    /// Who may see the answer.
    #[serde(default)]
    pub sensitivity: Sensitivity,
    /// A question whose choices narrow this one's; see [`Choice::parents`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub choice_filter: Option<String>,
    /// The smallest number that makes sense.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<f64>,
    /// The largest number that makes sense.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<f64>,
}

/// What kind of answer a question takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A short text.
    Text,
    /// A whole number.
    Integer,
    /// A decimal number.
    Decimal,
    /// One code of a list.
    SelectOne,
    /// Several codes of a list.
    SelectMultiple,
    /// A date, as exactly as it is known.
    Date,
    /// An instant.
    Time,
    /// A place.
    Place,
    /// One of [`NARRATIVES`]: a long text that several people may write at once.
    Narrative,
    /// Words for the reader. It takes no answer.
    Note,
}

/// When in a report's life a question is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// In thirty seconds, at the roadside.
    Flash,
    /// Later, with time.
    #[default]
    Complete,
    /// By coordinators.
    Review,
}

/// Who may see an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sensitivity {
    /// Names a person, or lets her be found. Never in a list, an export or a search by default.
    Identity,
    /// What happened.
    #[default]
    Event,
    /// How the work is done: notes, assessments, references.
    Working,
}

/// The choices of a question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChoiceList {
    /// A closed list holds every possible answer. All others must offer `other` or `unknown`:
    /// people who find no true choice pick a false one.
    #[serde(default)]
    pub closed: bool,
    /// In the order in which they are shown.
    pub choices: Vec<Choice>,
}

/// One choice. Its label is `choice.<list>.<code>`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// Lower-case letters, digits and underscores: documents hold it.
    pub code: String,
    /// The term's number in the HURIDOCS micro-thesauri, with the list: `MT4:010109000000`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub huri: Option<String>,
    /// The category of the Common Alerting Protocol 1.2, for hazards.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cap: Option<String>,
    /// The codes of the filtering question that this choice belongs to; none: it always shows.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parents: Vec<String>,
}

impl Form {
    /// The question of this name, in whichever section.
    pub fn question(&self, name: &str) -> Option<&Question> {
        self.questions().find(|question| question.name == name)
    }

    /// All questions, in order.
    pub fn questions(&self) -> impl Iterator<Item = &Question> {
        self.sections.iter().flat_map(|section| &section.questions)
    }

    /// The section of this name.
    pub fn section(&self, name: &str) -> Option<&Section> {
        self.sections.iter().find(|section| section.name == name)
    }

    /// The section that a question stands in.
    pub fn section_of(&self, question: &str) -> Option<&Section> {
        self.sections.iter().find(|section| section.has(question))
    }

    /// The choices of a question; none if it isn't a choice question.
    pub fn choices(&self, question: &Question) -> &[Choice] {
        let list = question.list.as_ref().and_then(|name| self.lists.get(name));
        list.map_or(&[], |list| &list.choices)
    }

    /// The choices that go with what was chosen in the filtering question. If nothing was chosen
    /// there, every choice is offered: a filter helps to find, it never hides the truth.
    pub fn choices_for(&self, question: &Question, chosen: &[&str]) -> Vec<&Choice> {
        let choices = self.choices(question).iter();
        if chosen.is_empty() {
            return choices.collect();
        }
        choices
            .filter(|choice| {
                choice.parents.is_empty() || choice.parents.iter().any(|code| chosen.contains(&&**code))
            })
            .collect()
    }

    /// Every label key that this form needs: `form.`, `section.`, `question.` and `choice.` keys.
    pub fn label_keys(&self) -> Vec<String> {
        let mut keys = vec![format!("form.{}", self.id)];
        keys.extend(self.sections.iter().map(|section| format!("section.{}", section.name)));
        keys.extend(self.questions().map(|question| format!("question.{}", question.name)));
        for (name, list) in &self.lists {
            keys.extend(list.choices.iter().map(|choice| format!("choice.{name}.{}", choice.code)));
        }
        keys
    }
}

impl Section {
    /// Whether the question stands in this section.
    pub fn has(&self, question: &str) -> bool {
        self.questions.iter().any(|candidate| candidate.name == question)
    }
}

impl Kind {
    /// How the scalar of such a question is to be read; none for narratives and notes.
    pub fn answer_type(self) -> Option<AnswerType> {
        Some(match self {
            Self::Text => AnswerType::Text,
            Self::Integer => AnswerType::Integer,
            Self::Decimal => AnswerType::Decimal,
            Self::SelectOne => AnswerType::Choice,
            Self::SelectMultiple => AnswerType::Choices,
            Self::Date => AnswerType::Date,
            Self::Time => AnswerType::Time,
            Self::Place => AnswerType::Place,
            Self::Narrative | Self::Note => return None,
        })
    }

    /// Whether the answer comes from a list.
    pub fn is_select(self) -> bool {
        matches!(self, Self::SelectOne | Self::SelectMultiple)
    }

    /// Whether the answer is a number.
    pub fn is_number(self) -> bool {
        matches!(self, Self::Integer | Self::Decimal)
    }
}
