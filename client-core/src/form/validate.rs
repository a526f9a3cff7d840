//! What a report still lacks, and what in it can't be right.
//!
//! These are hints. None of them stops a person from saving or sending; only a coordinator who
//! wants to mark a report as verified is held up, see [`blocks_review`].

use std::collections::BTreeSet;
use std::fmt;

use super::answer::{Answer, DateAnswer, PlaceAnswer, TEXT_BYTES_MAX};
use super::condition::{Condition, is_blank};
use super::date::Edtf;
use super::definition::{Form, Kind, NARRATIVES, Question, Section};
use super::gazetteer;

/// The answers of one report, wherever they are kept.
pub trait Answers {
    /// The answer to a question outside of repeats.
    fn answer(&self, question: &str) -> Option<Answer>;
    /// The ids of a repeat's entries that were not removed, in order.
    fn entries(&self, section: &str) -> Vec<String>;
    /// The answer to a question in an entry.
    fn entry_answer(&self, section: &str, entry: &str, question: &str) -> Option<Answer>;
    /// One of the three narratives; empty if nothing was written.
    fn narrative(&self, name: &str) -> String;
}

/// Something a reader should know about an answer, or about its absence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hint {
    /// Where.
    pub path: HintPath,
    /// What.
    pub kind: HintKind,
}

/// Where a hint belongs. Shown as `question`, or as `section/entry/question` in a repeat.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct HintPath {
    /// The question's section.
    pub section: String,
    /// The entry's id, in a repeat.
    pub entry: Option<String>,
    /// The question.
    pub question: String,
}

/// What a hint says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum HintKind {
    /// Needed before the report can be verified.
    MissingForReview,
    /// A number or a coordinate outside of what makes sense.
    OutOfRange,
    /// Not the kind of answer that the question takes.
    WrongType,
    /// A code that this version of the form does not know.
    UnknownCode,
    /// Contradicts another answer.
    ConstraintFailed,
    /// Not a date that can be read.
    NotADate,
    /// Not a time that can be read.
    NotATime,
    /// A text above the limit.
    TooLong,
    /// A place that this version of the gazetteer does not know. Blocks nothing: the name stands.
    UnknownPlace,
    /// Answered, though no longer asked. Blocks nothing, and nothing is thrown away.
    NotAsked,
}

impl HintKind {
    /// The hint's code, for programs and translations.
    pub fn code(self) -> &'static str {
        match self {
            Self::MissingForReview => "missing_for_review",
            Self::OutOfRange => "out_of_range",
            Self::WrongType => "wrong_type",
            Self::UnknownCode => "unknown_code",
            Self::ConstraintFailed => "constraint_failed",
            Self::NotADate => "not_a_date",
            Self::NotATime => "not_a_time",
            Self::TooLong => "too_long",
            Self::UnknownPlace => "unknown_place",
            Self::NotAsked => "not_asked",
        }
    }
}

impl fmt::Display for HintPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.entry {
            Some(entry) => write!(f, "{}/{entry}/{}", self.section, self.question),
            None => f.write_str(&self.question),
        }
    }
}

/// All hints on a report, in the order of the form.
pub fn validate(form: &Form, answers: &dyn Answers) -> Vec<Hint> {
    let mut hints = Vec::new();
    for scope in scopes(form, answers) {
        for question in &scope.section.questions {
            let Some(kind) = scope.hint(question) else { continue };
            let path = HintPath {
                section: scope.section.name.clone(),
                entry: scope.entry.clone(),
                question: question.name.clone(),
            };
            hints.push(Hint { path, kind });
        }
    }
    hints
}

/// Whether the report can't be marked as verified yet.
pub fn blocks_review(hints: &[Hint]) -> bool {
    hints.iter().any(|hint| !matches!(hint.kind, HintKind::UnknownPlace | HintKind::NotAsked))
}

/// The questions outside of repeats that are to be asked now.
pub fn relevant_questions(form: &Form, answers: &dyn Answers) -> BTreeSet<String> {
    let scopes = scopes(form, answers);
    let single = scopes.iter().filter(|scope| scope.entry.is_none());
    single.flat_map(Scope::relevant).map(|question| question.name.clone()).collect()
}

/// The questions of one entry that are to be asked now; none if there is no such section.
pub fn relevant_in_entry(form: &Form, answers: &dyn Answers, section: &str, entry: &str) -> BTreeSet<String> {
    let Some(section) = form.section(section) else { return BTreeSet::new() };
    let scope = Scope { form, answers, section, entry: Some(entry.to_owned()) };
    scope.relevant().map(|question| question.name.clone()).collect()
}

/// Whether a section is to be shown now.
pub fn section_is_relevant(form: &Form, answers: &dyn Answers, section: &Section) -> bool {
    Scope { form, answers, section, entry: None }.holds(section.relevant.as_ref())
}

/// How many questions are answered, and how many are to be asked, entries included. Notes don't count.
pub fn progress(form: &Form, answers: &dyn Answers) -> (usize, usize) {
    let (mut answered, mut asked) = (0, 0);
    for scope in scopes(form, answers) {
        for question in scope.relevant().filter(|question| question.kind != Kind::Note) {
            asked += 1;
            answered += usize::from(scope.answer(&question.name).is_some());
        }
    }
    (answered, asked)
}

/// Where questions are asked: a section, or one entry of a repeat.
struct Scope<'a> {
    form: &'a Form,
    answers: &'a dyn Answers,
    section: &'a Section,
    entry: Option<String>,
}

fn scopes<'a>(form: &'a Form, answers: &'a dyn Answers) -> Vec<Scope<'a>> {
    let mut scopes = Vec::new();
    for section in &form.sections {
        if section.repeat {
            let entries = answers.entries(&section.name).into_iter();
            scopes.extend(entries.map(|entry| Scope { form, answers, section, entry: Some(entry) }));
        } else {
            scopes.push(Scope { form, answers, section, entry: None });
        }
    }
    scopes
}

impl<'a> Scope<'a> {
    /// An answer as seen from here: this entry's own, else the report's.
    fn answer(&self, name: &str) -> Option<Answer> {
        let answer = match &self.entry {
            Some(entry) if self.section.has(name) => {
                self.answers.entry_answer(&self.section.name, entry, name)
            }
            _ if NARRATIVES.contains(&name) => Some(Answer::Text(self.answers.narrative(name))),
            _ => self.answers.answer(name),
        };
        answer.filter(|answer| !is_blank(answer))
    }

    fn holds(&self, condition: Option<&Condition>) -> bool {
        condition.is_none_or(|condition| condition.holds(&|name| self.answer(name)))
    }

    fn asks(&self, question: &Question) -> bool {
        self.holds(self.section.relevant.as_ref()) && self.holds(question.relevant.as_ref())
    }

    fn relevant(&self) -> impl Iterator<Item = &'a Question> {
        self.section.questions.iter().filter(|question| self.asks(question))
    }

    fn hint(&self, question: &Question) -> Option<HintKind> {
        let answer = self.answer(&question.name);
        match (answer, self.asks(question)) {
            (None, false) => None,
            (None, true) => {
                let excused =
                    question.required_unless.is_some() && self.holds(question.required_unless.as_ref());
                (question.required_for_review && !excused).then_some(HintKind::MissingForReview)
            }
            (Some(_), false) => Some(HintKind::NotAsked),
            (Some(answer), true) => check_answer(self.form, question, &answer).or_else(|| {
                (!self.holds(question.constraint.as_ref())).then_some(HintKind::ConstraintFailed)
            }),
        }
    }
}

/// What is wrong with an answer by itself, other answers aside.
pub fn check_answer(form: &Form, question: &Question, answer: &Answer) -> Option<HintKind> {
    match (question.kind, answer) {
        // A collaborative text has its own, larger limit where it is written.
        (Kind::Narrative, Answer::Text(_)) => None,
        (Kind::Text, Answer::Text(text)) => too_long(text),
        (Kind::Integer | Kind::Decimal, Answer::Integer(number)) =>
        {
            #[allow(clippy::cast_precision_loss, reason = "a limit is small")]
            out_of_range(question, *number as f64)
        }
        (Kind::Decimal, Answer::Decimal(number)) => out_of_range(question, *number),
        (Kind::SelectOne, Answer::Choice(code)) => unknown_code(form, question, [code]),
        (Kind::SelectMultiple, Answer::Choices(codes)) => unknown_code(form, question, codes),
        (Kind::Date, Answer::Date(DateAnswer(text))) => {
            Edtf::parse(text).is_err().then_some(HintKind::NotADate)
        }
        (Kind::Time, Answer::Time(time)) => time.check().is_err().then_some(HintKind::NotATime),
        (Kind::Place, Answer::Place(place)) => check_place(place),
        _ => Some(HintKind::WrongType),
    }
}

fn too_long(text: &str) -> Option<HintKind> {
    (text.len() > TEXT_BYTES_MAX).then_some(HintKind::TooLong)
}

fn out_of_range(question: &Question, number: f64) -> Option<HintKind> {
    let low = question.min.unwrap_or(f64::MIN);
    let high = question.max.unwrap_or(f64::MAX);
    // NaN is in no range, so this refuses it too.
    (!(low..=high).contains(&number)).then_some(HintKind::OutOfRange)
}

fn unknown_code<'a>(
    form: &Form,
    question: &Question,
    codes: impl IntoIterator<Item = &'a String>,
) -> Option<HintKind> {
    let choices = form.choices(question);
    let known = |code: &String| choices.iter().any(|choice| choice.code == *code);
    (!codes.into_iter().all(known)).then_some(HintKind::UnknownCode)
}

fn check_place(place: &PlaceAnswer) -> Option<HintKind> {
    let within =
        |number: Option<f64>, limit: f64| number.is_none_or(|number| (-limit..=limit).contains(&number));
    if place.lat.is_some() != place.lon.is_some() || !within(place.lat, 90.0) || !within(place.lon, 180.0) {
        return Some(HintKind::OutOfRange);
    }
    let words = [&place.name, &place.landmark];
    if let Some(hint) = words.into_iter().flatten().find_map(|text| too_long(text)) {
        return Some(hint);
    }
    let id = place.id.as_deref()?;
    gazetteer::place(id).is_none().then_some(HintKind::UnknownPlace)
}

#[cfg(test)]
#[path = "validate_tests.rs"]
mod tests;
