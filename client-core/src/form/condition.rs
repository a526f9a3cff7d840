//! When a question is asked, and what its answer must agree with.
//!
//! Conditions are data, not formulas: nothing to parse, nothing to escape, and every one of them has
//! an answer. What was not answered satisfies nothing, and contradicts nothing.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

use super::answer::Answer;
use super::{date, time};

/// A condition over the answers of a report. In JSON: `{"selected": ["inc_type", "water"]}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// The question has an answer.
    Answered(String),
    /// The code is the choice, or among the choices.
    Selected(String, String),
    /// No more than so many choices.
    SelectedAtMost(String, u32),
    /// The answer is exactly this.
    Equals(String, Literal),
    /// The number is this or more.
    AtLeast(String, f64),
    /// The number is this or less.
    AtMost(String, f64),
    /// The first number is not above the second; holds while either is missing.
    NotMoreThan(String, String),
    /// The first date or time may be the second's or later, as exactly as both are known; holds
    /// while either is missing.
    NotBefore(String, String),
    /// At least one holds.
    Any(Vec<Condition>),
    /// All hold.
    All(Vec<Condition>),
    /// Does not hold.
    Not(Box<Condition>),
}

/// A value to compare with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Literal {
    /// A number.
    Number(f64),
    /// A text or a code.
    Text(String),
}

impl Condition {
    /// Whether the condition holds for the answers that `answer` looks up.
    pub fn holds(&self, answer: &dyn Fn(&str) -> Option<Answer>) -> bool {
        match self {
            Self::Answered(name) => answer(name).is_some_and(|answer| !is_blank(&answer)),
            Self::Selected(name, code) => answer(name).is_some_and(|answer| has_code(&answer, code)),
            Self::SelectedAtMost(name, limit) => match answer(name) {
                Some(Answer::Choices(codes)) => codes.len() <= *limit as usize,
                _ => true,
            },
            Self::Equals(name, literal) => answer(name).is_some_and(|answer| literal.is(&answer)),
            Self::AtLeast(name, limit) => number(answer(name)).is_some_and(|number| number >= *limit),
            Self::AtMost(name, limit) => number(answer(name)).is_some_and(|number| number <= *limit),
            Self::NotMoreThan(name, limit) => match (number(answer(name)), number(answer(limit))) {
                (Some(number), Some(limit)) => number <= limit,
                _ => true,
            },
            Self::NotBefore(name, start) => match (answer(name), answer(start)) {
                (Some(end), Some(start)) => order(&end, &start) != Some(Ordering::Less),
                _ => true,
            },
            Self::Any(conditions) => conditions.iter().any(|condition| condition.holds(answer)),
            Self::All(conditions) => conditions.iter().all(|condition| condition.holds(answer)),
            Self::Not(condition) => !condition.holds(answer),
        }
    }

    /// The questions that the condition names, and the codes it expects of them.
    pub fn mentions(&self) -> Vec<Mention<'_>> {
        let plain = |question| Mention { question, code: None };
        match self {
            Self::Selected(question, code) => vec![Mention { question, code: Some(code) }],
            Self::Equals(question, Literal::Text(code)) => vec![Mention { question, code: Some(code) }],
            Self::Answered(name)
            | Self::Equals(name, _)
            | Self::SelectedAtMost(name, _)
            | Self::AtLeast(name, _)
            | Self::AtMost(name, _) => vec![plain(name)],
            Self::NotMoreThan(name, other) | Self::NotBefore(name, other) => vec![plain(name), plain(other)],
            Self::Any(conditions) | Self::All(conditions) => {
                conditions.iter().flat_map(Self::mentions).collect()
            }
            Self::Not(condition) => condition.mentions(),
        }
    }

    /// How deep conditions are nested in one another; 1 for a plain one.
    pub fn depth(&self) -> usize {
        match self {
            Self::Any(conditions) | Self::All(conditions) => {
                1 + conditions.iter().map(Self::depth).max().unwrap_or(0)
            }
            Self::Not(condition) => 1 + condition.depth(),
            _ => 1,
        }
    }
}

/// A question that a condition names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mention<'a> {
    /// The question's name.
    pub question: &'a str,
    /// The text that its answer is compared with: a code, if it is a choice question.
    pub code: Option<&'a str>,
}

impl Literal {
    fn is(&self, answer: &Answer) -> bool {
        match (self, answer) {
            (Self::Text(wanted), Answer::Text(text) | Answer::Choice(text)) => wanted == text,
            (Self::Text(wanted), Answer::Date(date)) => *wanted == date.0,
            (Self::Number(wanted), _) => number(Some(answer.clone())) == Some(*wanted),
            _ => false,
        }
    }
}

/// Whether an answer says nothing: people clear a field by emptying it.
pub fn is_blank(answer: &Answer) -> bool {
    match answer {
        Answer::Text(text) | Answer::Choice(text) => text.trim().is_empty(),
        Answer::Choices(codes) => codes.is_empty(),
        Answer::Date(date) => date.0.is_empty(),
        Answer::Place(place) => *place == Default::default(),
        Answer::Time(time) => time.at.is_empty(),
        Answer::Integer(_) | Answer::Decimal(_) => false,
    }
}

fn has_code(answer: &Answer, code: &str) -> bool {
    match answer {
        Answer::Choice(chosen) => chosen == code,
        Answer::Choices(chosen) => chosen.contains(code),
        _ => false,
    }
}

fn number(answer: Option<Answer>) -> Option<f64> {
    match answer? {
        #[allow(clippy::cast_precision_loss, reason = "a count is small")]
        Answer::Integer(number) => Some(number as f64),
        Answer::Decimal(number) => Some(number),
        _ => None,
    }
}

/// Which came first, if both are known exactly enough to say.
fn order(one: &Answer, other: &Answer) -> Option<Ordering> {
    match (one, other) {
        (Answer::Date(one), Answer::Date(other)) => {
            date::Edtf::parse(&one.0).ok()?.order(&date::Edtf::parse(&other.0).ok()?)
        }
        (Answer::Time(one), Answer::Time(other)) => Some(
            time::Instant::parse(&one.at).ok()?.unix_s.cmp(&time::Instant::parse(&other.at).ok()?.unix_s),
        ),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::form::answer::DateAnswer;

    fn condition(json: &str) -> Condition {
        serde_json::from_str(json).unwrap()
    }

    fn report(name: &str) -> Option<Answer> {
        Some(match name {
            "inc_type" => Answer::Choices(["land", "water"].map(str::to_owned).into()),
            "trained" => Answer::Choice("no".into()),
            "houses" => Answer::Integer(17),
            "start" => Answer::Date(DateAnswer("2021-04-29".into())),
            "end" => Answer::Date(DateAnswer("2021-04".into())),
            "blank" => Answer::Text("  ".into()),
            _ => return None,
        })
    }

    #[test]
    fn conditions_read_as_they_are_written() {
        for (json, expected) in [
            (r#"{"selected":["inc_type","water"]}"#, true),
            (r#"{"selected":["inc_type","killing"]}"#, false),
            (r#"{"selected":["trained","no"]}"#, true),
            (r#"{"equals":["trained","no"]}"#, true),
            (r#"{"equals":["houses",17]}"#, true),
            (r#"{"equals":["houses","17"]}"#, false),
            (r#"{"at_least":["houses",18]}"#, false),
            (r#"{"at_most":["houses",17]}"#, true),
            (r#"{"selected_at_most":["inc_type",1]}"#, false),
            (r#"{"not":{"answered":"blank"}}"#, true),
            (r#"{"any":[{"answered":"nothing"},{"all":[]}]}"#, true),
            (r#"{"any":[]}"#, false),
        ] {
            assert_eq!(condition(json).holds(&report), expected, "{json}");
        }
    }

    #[test]
    fn a_date_known_only_to_the_month_does_not_contradict_a_day_in_it() {
        assert!(condition(r#"{"not_before":["end","start"]}"#).holds(&report));
        assert!(condition(r#"{"not_before":["start","end"]}"#).holds(&report));
        assert!(condition(r#"{"not_before":["missing","start"]}"#).holds(&report));
    }

    #[test]
    fn what_was_not_answered_satisfies_nothing() {
        for json in [r#"{"selected":["gone","x"]}"#, r#"{"equals":["gone",0]}"#, r#"{"at_most":["gone",9]}"#]
        {
            assert!(!condition(json).holds(&report), "{json}");
        }
    }

    #[test]
    fn a_condition_says_what_it_depends_on() {
        let condition = condition(r#"{"not":{"any":[{"selected":["a","x"]},{"not_before":["b","c"]}]}}"#);
        let names: Vec<_> = condition.mentions().iter().map(|mention| mention.question).collect();
        assert_eq!(names, ["a", "b", "c"]);
        assert_eq!(condition.depth(), 3);
    }
}
