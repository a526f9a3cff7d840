//! A report, open: every answer with its versions, the talk, the hints, the review, the history.

use std::collections::{BTreeMap, BTreeSet};

use baikoo_protocol::hash::Hash;
use baikoo_protocol::id::{DeviceId, StreamId};

use super::Client;
use super::describe::{describe, describe_scalar};
use super::reports::DocumentAnswers;
use super::reviews::reviewed_heads;
use crate::error::ClientError;
use crate::form::answer::{Answer, AnswerType, Scalar};
use crate::form::labels::{Language, label};
use crate::form::{Form, Question, default_form, progress, review_form, validate};
use crate::report::schema::{entry, state};
use crate::report::{ActorId, Document, Edited, HistoryItem, Path, Stage, TalkKind, TextName, Written};
use crate::store::EnvelopeState;
use crate::view::{
    Author, ConflictsView, EntryView, FieldView, HintView, HistoryView, QuarantinedView, ReportView,
    ReviewView, SectionView, SpanView, TalkView, VersionView,
};

/// Who stands behind the actors of a document.
pub(crate) struct Actors(BTreeMap<ActorId, DeviceId>);

impl Actors {
    fn author(&self, client: &Client, actor: ActorId) -> Author {
        // An actor without a device can't be: what comes is checked. A damaged database shows
        // itself here as a device that nobody knows.
        client.author(self.0.get(&actor).copied().unwrap_or(DeviceId(actor.0)))
    }
}

/// What a document's fields are read with.
struct Reading<'a> {
    actors: &'a Actors,
    // Where people once differed and somebody chose.
    conflicted: &'a BTreeSet<Path>,
    written: &'a Written,
    language: Language,
}

/// Where a value was put in the place of several.
fn once_conflicted(document: &Document) -> BTreeSet<Path> {
    let items = document.history().into_iter();
    items
        .filter(|item| matches!(&item.edited, Edited::Value { old, .. } if old.len() > 1))
        .map(|item| item.path)
        .collect()
}

impl Client {
    /// A report, open, in a language.
    ///
    /// # Errors
    /// [`ClientError::NotFound`].
    pub fn report(&mut self, report: StreamId, language: Language) -> Result<ReportView, ClientError> {
        self.document(report)?;
        let summary = self.report_summary(report, language)?;
        let document = self.load_if_not_open(report)?;
        let actors = self.actors(report)?;
        let form = default_form();
        let answers = DocumentAnswers::new(&document, form);
        let (answered, relevant) = progress(form, &answers);
        let hints = validate(form, &answers)
            .into_iter()
            .map(|hint| HintView {
                path: hint.path.to_string(),
                kind: hint.kind.code().to_owned(),
                label: question_label(&hint.path.question, language),
            })
            .collect();
        let shared = self.store.read(|tx| tx.shares(report))?;
        let withdrawn =
            (document.stage() == Stage::Withdrawn).then(|| match document.state(state::STAGE_REASON) {
                Some(Scalar::Text(reason)) => reason,
                _ => String::new(),
            });
        Ok(ReportView {
            summary,
            form: form.id.clone(),
            form_version: match document.state(state::FORM_VERSION) {
                Some(Scalar::Integer(version)) => u32::try_from(version).unwrap_or(0),
                _ => 0,
            },
            sections: self.sections(
                &document,
                form,
                &Reading {
                    actors: &actors,
                    conflicted: &once_conflicted(&document),
                    written: &answers.written,
                    language,
                },
            ),
            narrative: document.text(TextName::Narrative),
            narrative_spans: document
                .text_spans(TextName::Narrative)
                .into_iter()
                .map(|span| SpanView { text: span.text, author: actors.author(self, span.actor) })
                .collect(),
            talk: self.talk(&document, &actors),
            hints,
            progress: (
                u32::try_from(answered).unwrap_or(u32::MAX),
                u32::try_from(relevant).unwrap_or(u32::MAX),
            ),
            withdrawn,
            edited_after_withdrawal: !document.edited_after_withdrawal().is_empty(),
            shared_with: shared.into_iter().map(|(device, _)| self.author(device)).collect(),
            review: self.review(report, &document, &actors, language)?,
        })
    }

    /// Where people differ in a report.
    ///
    /// # Errors
    /// [`ClientError::NotFound`].
    pub fn conflicts(&mut self, report: StreamId, language: Language) -> Result<ConflictsView, ClientError> {
        self.report(report, language).map(ConflictsView::from)
    }

    /// What is asked of the report in its present state: names of sections, of questions, and
    /// `section/entry/question` for what depends on an entry.
    ///
    /// # Errors
    /// [`ClientError::NotFound`].
    pub fn relevant(&mut self, report: StreamId) -> Result<Vec<String>, ClientError> {
        let document = self.load_if_not_open(report)?;
        let form = default_form();
        let answers = DocumentAnswers::new(&document, form);
        let mut names: Vec<String> = crate::form::relevant_questions(form, &answers).into_iter().collect();
        for section in &form.sections {
            if !crate::form::validate::section_is_relevant(form, &answers, section) {
                continue;
            }
            names.push(section.name.clone());
            if section.repeat {
                for one in document.entries(&section.name) {
                    let id = one.id.to_string();
                    let inside = crate::form::validate::relevant_in_entry(form, &answers, &section.name, &id);
                    names.extend(inside.into_iter().map(|name| format!("{}/{id}/{name}", section.name)));
                }
            }
        }
        Ok(names)
    }

    /// Who changed which field from what to what, when, on which device, the oldest first.
    ///
    /// # Errors
    /// [`ClientError::NotFound`].
    pub fn history(&mut self, report: StreamId, language: Language) -> Result<Vec<HistoryView>, ClientError> {
        let document = self.load_if_not_open(report)?;
        let actors = self.actors(report)?;
        Ok(self.history_views(document.history(), default_form(), &actors, language))
    }

    /// The history of a report's review.
    ///
    /// # Errors
    /// [`ClientError::NotAllowed`] for a monitor.
    pub fn review_history(
        &mut self,
        report: StreamId,
        language: Language,
    ) -> Result<Vec<HistoryView>, ClientError> {
        self.must_coordinate()?;
        let Some(review) = self.store.read(|tx| tx.review_of(report))? else { return Ok(Vec::new()) };
        let (document, actors) = (self.load_document(review)?, self.actors(review)?);
        Ok(self.history_views(document.history(), review_form(), &actors, language))
    }

    /// Marks a report as opened and read up to now.
    ///
    /// # Errors
    /// [`ClientError::NotFound`].
    pub fn mark_read(&mut self, report: StreamId) -> Result<(), ClientError> {
        let heads: Vec<u8> = self.document(report)?.heads().iter().flat_map(|head| head.0).collect();
        self.store.write(|tx| {
            tx.set_opened(report, &heads)?;
            Ok(tx.set_read(report)?)
        })
    }

    /// What was set apart, the oldest first.
    ///
    /// # Errors
    /// Of the database.
    pub fn quarantined(&self) -> Result<Vec<QuarantinedView>, ClientError> {
        let rows = self.store.read(|tx| tx.envelopes_in(EnvelopeState::Quarantined, 0, 1_000))?;
        Ok(rows
            .into_iter()
            .map(|row| {
                let reason = row.reason.unwrap_or_default();
                QuarantinedView {
                    hash: row.hash.to_string(),
                    device: row.envelope.device,
                    stream: row.envelope.stream,
                    adoptable: reason == "revoked_device" && self.coordinates(),
                    reason,
                }
            })
            .collect())
    }

    /// How many envelopes of documents lie here that other devices made: what a seized phone holds
    /// of others.
    ///
    /// # Errors
    /// Of the database.
    pub fn foreign_envelope_count(&self) -> Result<usize, ClientError> {
        let own = self.device.id();
        self.store.read(|tx| {
            use EnvelopeState::{Applied, Quarantined, Received, Waiting};
            let mut count = 0;
            for state in [Applied, Quarantined, Received, Waiting] {
                let rows = tx.envelopes_in(state, 0, u32::MAX)?;
                let foreign = |row: &&crate::store::EnvelopeRow| {
                    row.envelope.device != own && row.envelope.kind.has_stream()
                };
                count += rows.iter().filter(foreign).count();
            }
            Ok(count)
        })
    }

    /// Takes one quarantined envelope in after all, by its hash in hexadecimal.
    ///
    /// # Errors
    /// [`ClientError::NotFound`] if there is none that can be.
    pub fn adopt_by_name(&mut self, hash: &str) -> Result<(), ClientError> {
        let hash = super::reports::parse_change(hash).ok_or(ClientError::NotFound("envelope"))?;
        self.adopt(&[Hash(hash.0)])?;
        while self.settle()? {}
        Ok(())
    }

    fn load_if_not_open(&mut self, stream: StreamId) -> Result<Document, ClientError> {
        Ok(self.document(stream)?.clone())
    }

    pub(crate) fn actors(&self, stream: StreamId) -> Result<Actors, ClientError> {
        let known = self.store.read(|tx| tx.actors(stream))?;
        Ok(Actors(known.into_iter().map(|(actor, device)| (ActorId(actor), device)).collect()))
    }

    fn sections(&self, document: &Document, form: &Form, reading: &Reading<'_>) -> Vec<SectionView> {
        let language = reading.language;
        let mut sections = Vec::new();
        for section in &form.sections {
            let fields = section.questions.iter().filter(|_| !section.repeat).filter_map(|question| {
                self.field(document, form, &Path::question(&question.name), question, reading)
            });
            let entries = document.entries(&section.name).into_iter().map(|one| EntryView {
                id: one.id.to_string(),
                fields: section
                    .questions
                    .iter()
                    .filter_map(|question| {
                        let path = Path::entry(&section.name, one.id, &question.name);
                        self.field(document, form, &path, question, reading)
                    })
                    .collect(),
                removed: one.removed.map(|removal| removal.reason),
                edited_after_removal: one.edited_after_removal,
            });
            let view = SectionView {
                name: section.name.clone(),
                label: label(language, &format!("section.{}", section.name)).text.to_owned(),
                fields: fields.collect(),
                entries: entries.collect(),
            };
            if !view.fields.is_empty() || !view.entries.is_empty() {
                sections.push(view);
            }
        }
        sections
    }

    /// A question that somebody answered; `None` if nobody did.
    fn field(
        &self,
        document: &Document,
        form: &Form,
        path: &Path,
        question: &Question,
        reading: &Reading<'_>,
    ) -> Option<FieldView> {
        let Reading { actors, conflicted, written, language } = *reading;
        if let Path::Text(name) = path {
            let text = document.text(*name);
            return (!text.is_empty()).then(|| FieldView {
                path: path.to_string(),
                question: question.name.clone(),
                label: question_label(&question.name, language),
                answer: Some(Answer::Text(text.clone())),
                text,
                versions: Vec::new(),
                was_conflicted: false,
            });
        }
        if !written.has(path) {
            return None;
        }
        let wanted = question.kind.answer_type()?;
        let versions = self.version_views(document, form, path, question, wanted, actors, language);
        let winner = versions.first()?;
        if versions.len() == 1 && winner.answer.is_none() {
            return None;
        }
        Some(FieldView {
            path: path.to_string(),
            question: question.name.clone(),
            label: question_label(&question.name, language),
            answer: winner.answer.clone(),
            text: winner.text.clone(),
            was_conflicted: conflicted.contains(path),
            versions,
        })
    }

    #[allow(clippy::too_many_arguments, reason = "what a version is read with, no more")]
    fn version_views(
        &self,
        document: &Document,
        form: &Form,
        path: &Path,
        question: &Question,
        wanted: AnswerType,
        actors: &Actors,
        language: Language,
    ) -> Vec<VersionView> {
        let versions = document.versions(path).into_iter().rev();
        versions
            .map(|version| {
                let answer = Answer::from_scalar(&version.scalar, wanted);
                let last = version.by.last().copied();
                VersionView {
                    text: answer
                        .as_ref()
                        .map(|answer| describe(form, Some(question), answer, language))
                        .unwrap_or_default(),
                    answer,
                    authors: version.by.iter().map(|stamp| actors.author(self, stamp.actor)).collect(),
                    time_ms: last.map_or(0, |stamp| stamp.time_ms),
                    change: last.map(|stamp| stamp.change.to_string()).unwrap_or_default(),
                }
            })
            .collect()
    }

    fn talk(&self, document: &Document, actors: &Actors) -> Vec<TalkView> {
        let talk = document.talk();
        talk.iter()
            .map(|said| TalkView {
                id: said.id.to_string(),
                kind: said.item.kind.code().to_owned(),
                text: said.item.text.clone(),
                author: actors.author(self, said.by.actor),
                time_ms: said.by.time_ms,
                reply_to: said.item.reply_to.map(|id| id.to_string()),
                answered: said.item.kind == TalkKind::Question
                    && talk.iter().any(|other| other.item.reply_to == Some(said.id)),
            })
            .collect()
    }

    fn review(
        &self,
        report: StreamId,
        document: &Document,
        report_actors: &Actors,
        language: Language,
    ) -> Result<Option<ReviewView>, ClientError> {
        if !self.coordinates() {
            return Ok(None);
        }
        let Some(stream) = self.store.read(|tx| tx.review_of(report))? else {
            return Ok(Some(ReviewView { fields: Vec::new(), notes: Vec::new(), changed_since: Vec::new() }));
        };
        let (review, actors, form) = (self.load_document(stream)?, self.actors(stream)?, review_form());
        let conflicted = once_conflicted(&review);
        let written = review.written();
        let reading = Reading { actors: &actors, conflicted: &conflicted, written: &written, language };
        let fields = form.questions().filter_map(|question| {
            self.field(&review, form, &Path::question(&question.name), question, &reading)
        });
        let changed = reviewed_heads(&review).map(|heads| document.changed_since(&heads)).unwrap_or_default();
        Ok(Some(ReviewView {
            fields: fields.collect(),
            notes: self.talk(&review, &actors),
            changed_since: self.history_views(changed, default_form(), report_actors, language),
        }))
    }

    fn history_views(
        &self,
        items: Vec<HistoryItem>,
        form: &Form,
        actors: &Actors,
        language: Language,
    ) -> Vec<HistoryView> {
        let view = |item: HistoryItem| {
            let question = match &item.path {
                Path::Answer(name) | Path::EntryAnswer { question: name, .. } => form.question(name),
                _ => None,
            };
            let say = |scalar: &Scalar| describe_scalar(form, question, scalar, language);
            let (old, new) = match &item.edited {
                Edited::Value { old, new } => {
                    let old: Vec<String> = old.iter().filter_map(say).collect();
                    ((!old.is_empty()).then(|| old.join(" / ")), say(new))
                }
                Edited::Words(edits) => {
                    let join = |words: Vec<&str>| (!words.is_empty()).then(|| words.join(" … "));
                    let removed =
                        edits.iter().map(|edit| edit.removed.as_str()).filter(|words| !words.is_empty());
                    let inserted =
                        edits.iter().map(|edit| edit.inserted.as_str()).filter(|words| !words.is_empty());
                    (join(removed.collect()), join(inserted.collect()))
                }
            };
            HistoryView {
                label: path_label(&item.path, language),
                path: item.path.to_string(),
                old,
                new,
                author: actors.author(self, item.actor),
                time_ms: item.time_ms,
                server_ms: None,
                change: item.change.to_string(),
            }
        };
        items.into_iter().map(view).collect()
    }
}

fn question_label(name: &str, language: Language) -> String {
    label(language, &format!("question.{name}")).text.to_owned()
}

fn path_label(path: &Path, language: Language) -> String {
    match path {
        Path::Answer(question) => question_label(question, language),
        Path::Text(name) => question_label(name.key(), language),
        Path::EntryAnswer { section, question, .. }
            if question == entry::ORDER || question == entry::REMOVED =>
        {
            format!("{} · {question}", label(language, &format!("section.{section}")).text)
        }
        Path::EntryAnswer { section, question, .. } => {
            let section = label(language, &format!("section.{section}")).text.to_owned();
            format!("{section} · {}", question_label(question, language))
        }
        Path::State(key) => label(language, &format!("state.{key}")).text.to_owned(),
        Path::Talk(_) => label(language, "state.talk").text.to_owned(),
    }
}
