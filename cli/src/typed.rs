//! What is typed: `question=value`, words, files of words, templates.

use std::fs;
use std::path::{Path as FilePath, PathBuf};

use baikoo_client_core::client::Put;
use baikoo_client_core::env::Clocks;
use baikoo_client_core::form::{Answer, Form, default_form, parse_answer};
use baikoo_client_core::report::{EntryId, Path, TextName};
use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};
use serde::Deserialize;

use crate::context::Context;
use crate::failure::Failure;
use crate::find;

/// The long texts, for commands that write them.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct Texts {
    /// What happened: words, @FILE, or - for what is piped in
    #[arg(long, value_name = "TEXT|@FILE|-", allow_hyphen_values = true)]
    narrative: Option<String>,
    /// What it did to people: as --narrative
    #[arg(long, value_name = "TEXT|@FILE|-", allow_hyphen_values = true)]
    impact: Option<String>,
    /// What else is to be said: as --narrative
    #[arg(long, value_name = "TEXT|@FILE|-", allow_hyphen_values = true)]
    remarks: Option<String>,
}

impl Texts {
    /// Reads them.
    pub(crate) fn read(&self, cx: &mut Context<'_, '_>) -> Result<Vec<Put>, Failure> {
        let typed = [
            (TextName::Narrative, &self.narrative),
            (TextName::Impact, &self.impact),
            (TextName::Remarks, &self.remarks),
        ];
        let typed = typed.into_iter().filter_map(|(name, text)| Some((name, text.as_deref()?)));
        typed.map(|(name, text)| Ok(Put::Text(name, words(cx, text)?))).collect()
    }
}

/// Words as they are typed, of a file (`@FILE`), or piped in (`-`).
pub(crate) fn words(cx: &mut Context<'_, '_>, text: &str) -> Result<String, Failure> {
    let read = match text.strip_prefix('@') {
        Some(path) => read_file(FilePath::new(path))?,
        None if text == "-" => piped(cx)?,
        None => return Ok(text.to_owned()),
    };
    Ok(read.trim_end().to_owned())
}

/// What is piped in.
pub(crate) fn piped(cx: &mut Context<'_, '_>) -> Result<String, Failure> {
    let mut text = String::new();
    cx.world.input.read_to_string(&mut text).map_err(|error| Failure::File(PathBuf::from("-"), error))?;
    Ok(text)
}

fn read_file(path: &FilePath) -> Result<String, Failure> {
    fs::read_to_string(path).map_err(|error| Failure::File(path.to_owned(), error))
}

/// `question=value`, taken apart. An empty value takes the answer back.
pub(crate) fn assignment(text: &str) -> Result<(&str, &str), Failure> {
    text.split_once('=')
        .map(|(question, value)| (question.trim(), value))
        .ok_or(Failure::usage("usage.assignment", text))
}

/// Reads a value as the answer to a question; none takes the answer back.
pub(crate) fn answer(
    form: &Form,
    question: &str,
    value: &str,
    clocks: Clocks,
) -> Result<Option<Answer>, Failure> {
    if form.question(question).is_none() {
        return Err(Failure::usage("usage.no_such_question", question));
    }
    if value.trim().is_empty() {
        return Ok(None);
    }
    let read = parse_answer(form, question, value);
    let mut answer = read.map_err(|error| Failure::Answer(question.to_owned(), error))?;
    if let Answer::Time(time) = &mut answer {
        time.phone = rfc3339(clocks);
    }
    Ok(Some(answer))
}

/// One assignment outside of repeated sections, as something to save.
pub(crate) fn put(question: &str, value: &str, clocks: Clocks) -> Result<Put, Failure> {
    if let Path::Text(name) = Path::question(question) {
        return Ok(Put::Text(name, value.to_owned()));
    }
    find::in_section(default_form(), None, question)?;
    Ok(Put::Field(Path::question(question), answer(default_form(), question, value, clocks)?))
}

/// Assignments to an entry's questions.
pub(crate) fn entry_puts(
    section: &str,
    entry: EntryId,
    assignments: &[String],
    clocks: Clocks,
) -> Result<Vec<Put>, Failure> {
    let one = |text: &String| {
        let (question, value) = assignment(text)?;
        find::in_section(default_form(), Some(section), question)?;
        let answer = answer(default_form(), question, value, clocks)?;
        Ok(Put::Field(Path::entry(section, entry, question), answer))
    };
    assignments.iter().map(one).collect()
}

fn rfc3339(clocks: Clocks) -> Option<String> {
    let offset = Offset::from_seconds(i32::from(clocks.offset_min) * 60).ok()?;
    let now = Timestamp::from_millisecond(clocks.wall_ms).ok()?.to_zoned(TimeZone::fixed(offset));
    Some(now.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string())
}

/// A report as a file.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Template {
    /// The language that the texts are in.
    pub(crate) language: Option<String>,
    /// Answers by question.
    pub(crate) answers: serde_json::Map<String, serde_json::Value>,
    /// Repeated things.
    pub(crate) entries: Vec<TemplateEntry>,
}

/// A repeated thing in a template.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TemplateEntry {
    /// Its section.
    pub(crate) section: String,
    /// Its answers by question.
    #[serde(default)]
    answers: serde_json::Map<String, serde_json::Value>,
}

impl Template {
    /// Reads a file, or what is piped in.
    pub(crate) fn read(cx: &mut Context<'_, '_>, path: &str) -> Result<Self, Failure> {
        let text = if path == "-" { piped(cx)? } else { read_file(FilePath::new(path))? };
        serde_json::from_str(&text).map_err(|error| Failure::usage("usage.template", error.to_string()))
    }

    /// The answers outside of repeats.
    pub(crate) fn puts(&self, clocks: Clocks) -> Result<Vec<Put>, Failure> {
        self.answers.iter().map(|(question, value)| put(question, &plain(question, value)?, clocks)).collect()
    }
}

impl TemplateEntry {
    /// The answers as they would be typed.
    pub(crate) fn assignments(&self) -> Result<Vec<String>, Failure> {
        let one = |(question, value): (&String, &serde_json::Value)| {
            Ok(format!("{question}={}", plain(question, value)?))
        };
        self.answers.iter().map(one).collect()
    }
}

/// A value of a template as it would be typed.
fn plain(question: &str, value: &serde_json::Value) -> Result<String, Failure> {
    use serde_json::Value;
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(number) => Ok(number.to_string()),
        Value::Null => Ok(String::new()),
        Value::Array(codes) => {
            let codes: Option<Vec<&str>> = codes.iter().map(Value::as_str).collect();
            codes.map(|codes| codes.join(",")).ok_or(Failure::usage("usage.template", question))
        }
        Value::Bool(_) | Value::Object(_) => Err(Failure::usage("usage.template", question)),
    }
}
