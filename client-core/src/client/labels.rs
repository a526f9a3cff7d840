//! A form in words, for a screen.

use serde::{Deserialize, Serialize};

use super::Client;
use crate::form::labels::{Language, find, label};
use crate::form::{Form, Kind, Stage, default_form, gazetteer, review_form};

/// A form in words.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct FormView {
    /// The form's id.
    pub id: String,
    /// Its version.
    pub version: u32,
    /// The questions of a flash report, in order.
    pub flash: Vec<String>,
    /// The sections.
    pub sections: Vec<FormSectionView>,
}

/// A section in words.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct FormSectionView {
    /// The section's name.
    pub name: String,
    /// Its title.
    pub label: String,
    /// Whether it stands as often as needed.
    pub repeat: bool,
    /// What to mind before asking.
    pub guidance: Option<String>,
    /// Its questions.
    pub questions: Vec<QuestionView>,
}

/// A question in words.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct QuestionView {
    /// The question's name.
    pub name: String,
    /// What kind of answer it takes.
    pub kind: Kind,
    /// The question.
    pub label: String,
    /// A short help.
    pub hint: Option<String>,
    /// What to mind before asking.
    pub guidance: Option<String>,
    /// The choices, if it has any.
    pub list: Option<Vec<ChoiceView>>,
    /// flash, complete or review.
    pub stage: Stage,
    /// The least number.
    pub min: Option<f64>,
    /// The greatest number.
    pub max: Option<f64>,
}

/// A choice in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ChoiceView {
    /// Its code.
    pub code: String,
    /// Its words.
    pub label: String,
    /// What a search compares.
    pub folded: String,
}

/// A place of the gazetteer, in words.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct PlaceView {
    /// The place's id.
    pub id: String,
    /// Its name in the language asked for.
    pub name: String,
    /// Its district.
    pub district: Option<String>,
    /// Its country, as ISO 3166-1 alpha-2.
    pub country: String,
    /// Latitude in degrees, WGS 84.
    pub lat: f64,
    /// Longitude in degrees, WGS 84.
    pub lon: f64,
    /// What tells it from others, or what became of it.
    pub note: Option<String>,
    /// Until when it was called or was there, as a date.
    pub valid_to: Option<String>,
}

impl Client {
    /// Places that go by a name, in any script, the best first; all places for an empty query.
    pub fn places(query: &str, language: Language, limit: usize) -> Vec<PlaceView> {
        let found: Vec<&gazetteer::Place> = if query.trim().is_empty() {
            gazetteer::places().iter().take(limit).collect()
        } else {
            gazetteer::find(query, limit)
        };
        found
            .into_iter()
            .map(|place| PlaceView {
                id: place.id.clone(),
                name: place.name(language).to_owned(),
                district: place.district.clone(),
                country: place.country.clone(),
                lat: place.lat,
                lon: place.lon,
                note: place.note.clone(),
                valid_to: place.valid_to.clone(),
            })
            .collect()
    }

    /// The form of reports, in words.
    pub fn form(language: Language) -> FormView {
        view(default_form(), language)
    }

    /// The form of reviews, in words.
    pub fn review_form(language: Language) -> FormView {
        view(review_form(), language)
    }
}

fn view(form: &Form, language: Language) -> FormView {
    let text = |key: String| label(language, &key).text.to_owned();
    let optional = |key: String| find(language, &key).or_else(|| find(Language::En, &key)).map(str::to_owned);
    let sections = form.sections.iter().map(|section| FormSectionView {
        name: section.name.clone(),
        label: text(format!("section.{}", section.name)),
        repeat: section.repeat,
        guidance: optional(format!("guidance.{}", section.name)),
        questions: section
            .questions
            .iter()
            .map(|question| QuestionView {
                name: question.name.clone(),
                kind: question.kind,
                label: text(format!("question.{}", question.name)),
                hint: optional(format!("hint.{}", question.name)),
                guidance: optional(format!("guidance.{}", question.name)),
                list: question.list.is_some().then(|| choices(form, question, language)),
                stage: question.stage,
                min: question.min,
                max: question.max,
            })
            .collect(),
    });
    FormView {
        id: form.id.clone(),
        version: form.version,
        flash: form.flash.clone(),
        sections: sections.collect(),
    }
}

fn choices(form: &Form, question: &crate::form::Question, language: Language) -> Vec<ChoiceView> {
    let list = question.list.as_deref().unwrap_or_default();
    let choices = form.choices(question).iter();
    choices
        .map(|choice| {
            let label = label(language, &format!("choice.{list}.{}", choice.code)).text.to_owned();
            // Somebody may look for a Kyrgyz word in a list that is shown in Russian.
            let all: Vec<String> = Language::ALL
                .into_iter()
                .filter_map(|other| find(other, &format!("choice.{list}.{}", choice.code)))
                .map(crate::search::fold::fold)
                .collect();
            ChoiceView { code: choice.code.clone(), label, folded: all.join(" ") }
        })
        .collect()
}
