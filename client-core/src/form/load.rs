//! Forms from bytes, checked before anything relies on them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use serde::Deserialize;

use super::condition::Condition;
use super::definition::{ChoiceList, Form, Kind, NARRATIVES, Question, Section, Stage};

/// A form's size as JSON, in bytes.
pub const FORM_BYTES_MAX: usize = 512 * 1024;
/// How many sections a form may have.
pub const SECTIONS_MAX: usize = 64;
/// How many questions a form may have, over all sections.
pub const QUESTIONS_MAX: usize = 1_000;
/// How many choice lists a form may have.
pub const LISTS_MAX: usize = 200;
/// How many choices a list may have.
pub const CHOICES_MAX: usize = 2_000;
/// The length of a name or code in bytes.
pub const NAME_BYTES_MAX: usize = 64;
/// How deep conditions may be nested.
pub const CONDITION_DEPTH_MAX: usize = 8;
/// How many questions a flash report may ask.
pub const FLASH_MAX: usize = 6;

/// Why a form was refused. Names in it come from the form, never from a person's answers.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FormError {
    /// Larger than [`FORM_BYTES_MAX`].
    #[error("the form is larger than {FORM_BYTES_MAX} bytes")]
    TooLarge,
    /// Not JSON, or not a form.
    #[error("not a form")]
    Json(#[from] serde_json::Error),
    /// More of something than allowed.
    #[error("too many {0}")]
    TooMany(&'static str),
    /// Not lower-case letters, digits and underscores, or too long.
    #[error("not a name: a {0} has a name that is empty, too long or has other characters than a-z 0-9 _")]
    BadName(&'static str),
    /// Two things of one name.
    #[error("two of the name {0}")]
    Duplicate(String),
    /// A choice question without a list, another with one, or an unknown list.
    #[error("the list of {0} is missing, unknown or not called for")]
    BadList(String),
    /// A condition, flash list or filter names a question that isn't there or can't be seen from it.
    #[error("{0} names a question that it cannot refer to")]
    UnknownQuestion(String),
    /// A condition expects a code that the question's list does not have: it could never hold.
    #[error("{0} expects a code that does not exist")]
    UnknownCode(String),
    /// Conditions nested too deep.
    #[error("the conditions of {0} are nested too deep")]
    TooDeep(String),
    /// A narrative under another name, another kind under a narrative's name, or one in a repeat.
    #[error("{0}: the narratives of a report are narrative, impact and remarks, outside of repeats")]
    BadNarrative(String),
    /// Limits that are not numbers, the wrong way round, or on something that is no number.
    #[error("the limits of {0} make no sense")]
    BadLimits(String),
    /// The version is 0.
    #[error("versions count from 1")]
    BadVersion,
}

/// The border-incident form, version 1.
pub fn default_form() -> &'static Form {
    static FORM: LazyLock<Form> =
        LazyLock::new(|| shipped(include_bytes!("../../assets/forms/border_incident.json")));
    &FORM
}

/// The coordinators' form: how sure we are, and what was decided.
pub fn review_form() -> &'static Form {
    static FORM: LazyLock<Form> = LazyLock::new(|| shipped(include_bytes!("../../assets/forms/review.json")));
    &FORM
}

fn shipped(json: &[u8]) -> Form {
    Form::from_json(json).expect("the shipped forms are loaded by a test")
}

/// What a file may say. Kept apart from [`Form`], so that a `Form` is always a checked one.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Draft {
    id: String,
    version: u32,
    #[serde(default)]
    flash: Vec<String>,
    sections: Vec<Section>,
    #[serde(default)]
    lists: BTreeMap<String, ChoiceList>,
}

impl Form {
    /// Reads a form and checks it. The bytes may come from anybody.
    pub fn from_json(json: &[u8]) -> Result<Self, FormError> {
        if json.len() > FORM_BYTES_MAX {
            return Err(FormError::TooLarge);
        }
        // serde_json itself stops at 128 levels, long before the stack ends.
        let Draft { id, version, flash, sections, lists } = serde_json::from_slice(json)?;
        let form = Self { id, version, flash, sections, lists };
        form.check()?;
        Ok(form)
    }

    fn check(&self) -> Result<(), FormError> {
        check_name(&self.id, "form")?;
        if self.version == 0 {
            return Err(FormError::BadVersion);
        }
        check_count(self.sections.len(), SECTIONS_MAX, "sections")?;
        check_count(self.questions().count(), QUESTIONS_MAX, "questions")?;
        check_count(self.lists.len(), LISTS_MAX, "lists")?;
        for (name, list) in &self.lists {
            check_list(name, list)?;
        }
        self.check_names()?;
        for section in &self.sections {
            self.check_condition(&section.name, section.relevant.as_ref(), None)?;
            for question in &section.questions {
                self.check_question(section, question)?;
            }
        }
        self.check_flash()
    }

    fn check_names(&self) -> Result<(), FormError> {
        let mut sections = BTreeSet::new();
        for section in &self.sections {
            check_name(&section.name, "section")?;
            check_new(&mut sections, &section.name)?;
        }
        let mut questions = BTreeSet::new();
        for question in self.questions() {
            check_name(&question.name, "question")?;
            check_new(&mut questions, &question.name)?;
        }
        Ok(())
    }

    fn check_question(&self, section: &Section, question: &Question) -> Result<(), FormError> {
        let name = &question.name;
        let narrative = question.kind == Kind::Narrative;
        if narrative != NARRATIVES.contains(&name.as_str()) || (narrative && section.repeat) {
            return Err(FormError::BadNarrative(name.clone()));
        }
        let listed = question.list.as_ref().is_some_and(|list| self.lists.contains_key(list));
        if listed != question.kind.is_select() || question.list.is_some() != listed {
            return Err(FormError::BadList(name.clone()));
        }
        check_limits(question)?;
        let scope = section.repeat.then_some(section);
        for condition in [&question.relevant, &question.constraint, &question.required_unless] {
            self.check_condition(name, condition.as_ref(), scope)?;
        }
        if let Some(filter) = &question.choice_filter {
            let filtering = self.visible(filter, scope).filter(|filtering| filtering.kind.is_select());
            if filtering.is_none() || !question.kind.is_select() {
                return Err(FormError::UnknownQuestion(name.clone()));
            }
        }
        Ok(())
    }

    fn check_condition(
        &self,
        owner: &str,
        condition: Option<&Condition>,
        scope: Option<&Section>,
    ) -> Result<(), FormError> {
        let Some(condition) = condition else { return Ok(()) };
        if condition.depth() > CONDITION_DEPTH_MAX {
            return Err(FormError::TooDeep(owner.to_owned()));
        }
        for mention in condition.mentions() {
            let Some(question) = self.visible(mention.question, scope) else {
                return Err(FormError::UnknownQuestion(owner.to_owned()));
            };
            let missing = |code: &str| !self.choices(question).iter().any(|choice| choice.code == code);
            if question.kind.is_select() && mention.code.is_some_and(missing) {
                return Err(FormError::UnknownCode(owner.to_owned()));
            }
        }
        Ok(())
    }

    /// A question as a condition sees it: any that isn't repeated, and those of its own entry.
    fn visible(&self, name: &str, scope: Option<&Section>) -> Option<&Question> {
        let section = self.section_of(name)?;
        let own = scope.is_some_and(|scope| scope.name == section.name);
        if section.repeat && !own {
            return None;
        }
        self.question(name).filter(|question| question.kind != Kind::Note)
    }

    fn check_flash(&self) -> Result<(), FormError> {
        check_count(self.flash.len(), FLASH_MAX, "flash questions")?;
        let mut names = BTreeSet::new();
        for name in &self.flash {
            check_new(&mut names, name)?;
        }
        // Both ways: what the list names is a flash question, and no flash question is forgotten.
        let marked = self.questions().filter(|question| question.stage == Stage::Flash);
        for name in self.flash.iter().chain(marked.map(|question| &question.name)) {
            let flash = self.visible(name, None).is_some_and(|question| question.stage == Stage::Flash);
            if !flash || !names.contains(name.as_str()) {
                return Err(FormError::UnknownQuestion("flash".to_owned()));
            }
        }
        Ok(())
    }
}

fn check_list(name: &str, list: &ChoiceList) -> Result<(), FormError> {
    check_name(name, "list")?;
    check_count(list.choices.len(), CHOICES_MAX, "choices")?;
    let mut codes = BTreeSet::new();
    for choice in &list.choices {
        check_name(&choice.code, "choice")?;
        check_new(&mut codes, &choice.code)?;
    }
    Ok(())
}

fn check_limits(question: &Question) -> Result<(), FormError> {
    let limits = [question.min, question.max];
    let sound = limits.iter().flatten().all(|limit| limit.is_finite() && question.kind.is_number());
    let ordered = question.min.zip(question.max).is_none_or(|(min, max)| min <= max);
    if sound && ordered { Ok(()) } else { Err(FormError::BadLimits(question.name.clone())) }
}

fn check_name(name: &str, of: &'static str) -> Result<(), FormError> {
    let fits = (1..=NAME_BYTES_MAX).contains(&name.len());
    let plain = name.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_'));
    if fits && plain { Ok(()) } else { Err(FormError::BadName(of)) }
}

fn check_count(count: usize, limit: usize, of: &'static str) -> Result<(), FormError> {
    if count <= limit { Ok(()) } else { Err(FormError::TooMany(of)) }
}

fn check_new<'a>(seen: &mut BTreeSet<&'a str>, name: &'a str) -> Result<(), FormError> {
    if seen.insert(name) { Ok(()) } else { Err(FormError::Duplicate(name.to_owned())) }
}

#[cfg(test)]
#[path = "load_tests.rs"]
mod tests;
