//! From documents to the rows of lists. Rows hold codes, not labels: a change of language changes
//! no row.

use std::collections::{BTreeMap, BTreeSet};

use baikoo_protocol::id::{DeviceId, StreamId};
use serde::{Deserialize, Serialize};

use super::reports::DocumentAnswers;
use super::{Client, Event};
use crate::error::ClientError;
use crate::form::answer::{Answer, PlaceAnswer, Scalar};
use crate::form::labels::{Language, find};
use crate::form::{Answers, default_form, gazetteer, review_form};
use crate::report::{Document, Path, TalkKind, TextName, Written};
use crate::search::fold::fold;
use crate::store::{Name, RowColumns, Tx};
use crate::view::Delivery;

/// How much of the narrative stands in a list, in characters.
const EXCERPT_CHARS: usize = 160;

/// What a list's row holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Row {
    pub(crate) types: Vec<String>,
    pub(crate) place: Option<PlaceAnswer>,
    pub(crate) date: Option<String>,
    pub(crate) injured: Option<i64>,
    pub(crate) killed: Option<i64>,
    pub(crate) excerpt: String,
    pub(crate) stage: String,
    pub(crate) author: DeviceId,
    pub(crate) changed_ms: i64,
    pub(crate) begun_ms: i64,
    pub(crate) conflicts: u32,
    pub(crate) questions: u32,
    pub(crate) review: Option<String>,
    pub(crate) changed_since_review: bool,
    pub(crate) urgent: bool,
    pub(crate) language: Option<String>,
}

/// A report's row, ready to be kept.
pub(crate) struct Projected {
    pub(crate) stream: StreamId,
    columns: RowColumns,
    row: Row,
    folded: String,
}

impl Projected {
    pub(crate) fn mark_read(&mut self) {
        self.columns.unread = false;
    }

    pub(crate) fn keep(&self, tx: &Tx<'_>) -> Result<(), ClientError> {
        let json = serde_json::to_string(&self.row).map_err(|_| ClientError::Internal(None))?;
        Ok(tx.project(self.stream, &self.columns, &json, &self.folded)?)
    }
}

impl Client {
    /// The row of a report, or of the report that a review is of, with `document` as it is now.
    pub(crate) fn plan_projection(
        &self,
        stream: StreamId,
        document: &Document,
    ) -> Result<Option<Projected>, ClientError> {
        let Some(found) = self.store.read(|tx| tx.document(stream))? else { return Ok(None) };
        if found.is_review {
            if found.report == stream || self.store.read(|tx| tx.document(found.report))?.is_none() {
                return Ok(None);
            }
            let report = self.load_document(found.report)?;
            return self.plan_row(found.report, &report, Some(document)).map(Some);
        }
        let review = match self.store.read(|tx| tx.review_of(stream))? {
            Some(review) => Some(self.load_document(review)?),
            None => None,
        };
        self.plan_row(stream, document, review.as_ref()).map(Some)
    }

    fn plan_row(
        &self,
        stream: StreamId,
        document: &Document,
        review: Option<&Document>,
    ) -> Result<Projected, ClientError> {
        let (meta, known) = self.store.read(|tx| {
            Ok::<_, ClientError>((
                tx.document(stream)?.ok_or(ClientError::NotFound("report"))?,
                tx.listed(stream)?,
            ))
        })?;
        let answers = DocumentAnswers::new(document, default_form());
        let codes = |name: &str| match answers.answer(name) {
            Some(Answer::Choices(codes)) => codes.into_iter().collect(),
            Some(Answer::Choice(code)) => vec![code],
            _ => Vec::new(),
        };
        let count = |name: &str| match answers.answer(name) {
            Some(Answer::Integer(number)) => Some(number),
            _ => None,
        };
        let place = match answers.answer("place") {
            Some(Answer::Place(place)) => Some(place),
            Some(Answer::Text(name)) => Some(PlaceAnswer { name: Some(name), ..PlaceAnswer::default() }),
            _ => None,
        };
        let date = match answers.answer("start_date") {
            Some(Answer::Date(date)) => Some(date.0),
            _ => None,
        };
        let narrative = document.text(TextName::Narrative);
        let summary = answers.answer("summary");
        let history_ms = document.changed_ms();
        let talk = document.talk();
        let answered: BTreeSet<_> = talk.iter().filter_map(|said| said.item.reply_to).collect();
        let questions = talk
            .iter()
            .filter(|said| said.item.kind == TalkKind::Question && !answered.contains(&said.id))
            .count();
        let conflicts = differences(document, &answers.written)
            + review.map_or(0, |review| differences(review, &review.written()));
        let coordinates = self.coordinates();
        let (status, changed_since_review) = match review {
            Some(review) => review_state(review, document),
            None if coordinates => (Some("new".to_owned()), false),
            None => (None, false),
        };
        let excerpt_source = if narrative.trim().is_empty() {
            match &summary {
                Some(Answer::Text(text)) => text.clone(),
                _ => String::new(),
            }
        } else {
            narrative.clone()
        };
        let heads: Vec<u8> = document.heads().iter().flat_map(|head| head.0).collect();
        let own = self.device.id();
        let written_here = meta.author == own && known.is_none();
        let unread =
            !written_here && meta.opened_heads.as_deref() != Some(&heads[..]) && !self.is_open(stream);
        let row = Row {
            types: codes("inc_type"),
            date,
            injured: count("injured_total").or_else(|| count("hurt_count")),
            killed: count("killed_total"),
            excerpt: excerpt(&excerpt_source),
            stage: document.stage().code().to_owned(),
            author: meta.author,
            changed_ms: history_ms.unwrap_or(meta.begun_ms),
            begun_ms: meta.begun_ms,
            conflicts: u32::try_from(conflicts).unwrap_or(u32::MAX),
            questions: u32::try_from(questions).unwrap_or(u32::MAX),
            review: status,
            changed_since_review,
            urgent: codes("danger_now") == ["yes"],
            language: match document.state("language") {
                Some(Scalar::Text(language)) => Some(language),
                _ => None,
            },
            place,
        };
        let columns = RowColumns {
            changed_ms: row.changed_ms,
            date: row.date.clone(),
            types: row.types.clone(),
            district: district(row.place.as_ref()),
            stage: row.stage.clone(),
            review: row.review.clone(),
            language: row.language.clone(),
            author: row.author,
            conflicts: row.conflicts,
            questions: row.questions,
            urgent: row.urgent,
            unread,
        };
        let folded = searchable(&row, &narrative, document, &answers.written);
        Ok(Projected { stream, columns, row, folded })
    }

    fn is_open(&self, stream: StreamId) -> bool {
        self.open.as_ref().is_some_and(|(open, _)| *open == stream)
    }

    /// Renews the row of one report.
    pub(crate) fn project(&mut self, stream: StreamId) -> Result<(), ClientError> {
        let document = self.load_document(stream)?;
        if let Some(projected) = self.plan_projection(stream, &document)? {
            self.store.write(|tx| projected.keep(tx))?;
            self.events.push(Event::ReportChanged(projected.stream));
        }
        Ok(())
    }

    /// Renews the rows of what was just merged.
    pub(crate) fn project_merged(
        &mut self,
        touched: &BTreeSet<StreamId>,
        documents: &BTreeMap<StreamId, Document>,
    ) -> Result<(), ClientError> {
        let mut rows = Vec::new();
        for stream in touched {
            if let Some(document) = documents.get(stream) {
                rows.extend(self.plan_projection(*stream, document)?);
            }
        }
        self.store.write(|tx| {
            rows.iter().try_for_each(|projected| projected.keep(tx))?;
            Ok::<_, ClientError>(tx.unset(Name::Unprojected)?)
        })?;
        self.events.extend(rows.iter().map(|projected| Event::ReportChanged(projected.stream)));
        Ok(())
    }

    /// Renews the rows that a death between merging and projecting has left behind.
    pub(crate) fn project_owed(&mut self) -> Result<(), ClientError> {
        let Some(owed) = self.store.read(|tx| tx.get_text(Name::Unprojected))? else { return Ok(()) };
        for stream in owed.split_ascii_whitespace().filter_map(|id| id.parse().ok()) {
            // A draft may have been thrown away meanwhile.
            if self.store.read(|tx| tx.document(stream))?.is_some() {
                self.project(stream)?;
            }
        }
        self.store.write(|tx| Ok(tx.unset(Name::Unprojected)?))
    }

    /// The delivery of own reports is computed when it is shown; only listeners have to know.
    pub(crate) fn reproject_own(&mut self) -> Result<(), ClientError> {
        self.events.push(Event::ReportChanged(StreamId([0; 16])));
        Ok(())
    }

    /// Drops the projection and builds it from the documents again.
    ///
    /// # Errors
    /// Of the database.
    pub fn rebuild_projection(&mut self) -> Result<(), ClientError> {
        self.store.write(|tx| Ok::<_, ClientError>(tx.drop_projection()?))?;
        for stream in self.store.read(|tx| tx.streams(false))? {
            self.project(stream)?;
        }
        Ok(())
    }

    /// Drops documents and projection and builds them from the envelopes again. Own changes that
    /// are in no envelope yet are sealed first, so that nothing is lost.
    ///
    /// # Errors
    /// Of the database.
    pub fn rebuild_from_envelopes(&mut self) -> Result<(), ClientError> {
        self.open = None;
        let streams: Vec<StreamId> = self.store.read(|tx| {
            let mut streams = tx.streams(false)?;
            streams.extend(tx.streams(true)?);
            Ok::<_, ClientError>(streams)
        })?;
        for stream in streams {
            self.rebuild_document(stream)?;
        }
        self.rebuild_projection()
    }

    /// How far this device's own part of a listed report has come.
    pub(crate) fn delivery(&self, stream: StreamId) -> Result<Delivery, ClientError> {
        let own = self.device.id();
        self.store.read(|tx| {
            let progress = tx.progress(own, stream)?;
            if progress.draft {
                return Ok(Delivery::Draft);
            }
            if progress.unsealed {
                return Ok(Delivery::OnDevice);
            }
            let last = progress.last_dseq;
            Ok(match last {
                // Nothing in it is from here: it came from the server, and more is known only to those
                // who coordinate.
                0 if self.coordinates() => Delivery::Received,
                0 => Delivery::Stored,
                _ if progress.in_outbox => Delivery::OnDevice,
                _ if last <= tx.get_count(crate::store::Name::ReceivedDseq)? => Delivery::Received,
                _ => Delivery::Stored,
            })
        })
    }
}

/// In how many places people answered differently and nobody has chosen. Only what a screen shows
/// counts, so that there is always something to do about it: where an entry stands in its list, or
/// why it was crossed out, is nobody's dispute.
pub(crate) fn differences(document: &Document, written: &Written) -> usize {
    use crate::report::schema::entry::{ORDER, REMOVED};
    let counts = |path: &Path| match path {
        Path::Answer(_) => true,
        Path::EntryAnswer { question, .. } => question != ORDER && question != REMOVED,
        Path::Text(_) | Path::State(_) | Path::Talk(_) => false,
    };
    document.conflicts_in(written).iter().filter(|conflict| counts(&conflict.path)).count()
}

/// Notes that the rows of these documents are older than the documents, in the transaction that
/// makes them so.
pub(crate) fn owe_projection(tx: &Tx<'_>, streams: &BTreeSet<StreamId>) -> Result<(), ClientError> {
    let known = tx.get_text(Name::Unprojected)?.unwrap_or_default();
    let mut owed: BTreeSet<String> = known.split_ascii_whitespace().map(str::to_owned).collect();
    owed.extend(streams.iter().map(ToString::to_string));
    let owed: Vec<String> = owed.into_iter().collect();
    Ok(tx.set(Name::Unprojected, owed.join(" ").as_bytes())?)
}

fn review_state(review: &Document, report: &Document) -> (Option<String>, bool) {
    let status = match DocumentAnswers::new(review, review_form()).answer("decision") {
        Some(Answer::Choice(code)) => code,
        _ => "new".to_owned(),
    };
    let changed =
        super::reviews::reviewed_heads(review).is_some_and(|heads| !report.changed_since(&heads).is_empty());
    (Some(status), changed)
}

fn district(place: Option<&PlaceAnswer>) -> Option<String> {
    let place = place?;
    let known = place.id.as_deref().and_then(gazetteer::place).or_else(|| {
        let (found, distance_m) = gazetteer::nearest(place.lat?, place.lon?)?;
        (distance_m < 30_000).then_some(found)
    });
    known.and_then(|known| known.district.clone())
}

fn excerpt(text: &str) -> String {
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match flat.char_indices().nth(EXCERPT_CHARS) {
        Some((end, _)) => format!("{}…", &flat[..end]),
        None => flat,
    }
}

/// Everything that a search may hit: words as written, and the labels of codes in all languages.
fn searchable(row: &Row, narrative: &str, document: &Document, written: &Written) -> String {
    let mut words =
        vec![narrative.to_owned(), document.text(TextName::Impact), document.text(TextName::Remarks)];
    if let Some(place) = &row.place {
        words.extend([place.name.clone(), place.landmark.clone()].into_iter().flatten());
        if let Some(known) = place.id.as_deref().and_then(gazetteer::place) {
            words.extend(known.all_names().map(str::to_owned));
        }
    }
    for code in &row.types {
        for language in Language::ALL {
            words.extend(find(language, &format!("choice.inc_type.{code}")).map(str::to_owned));
        }
    }
    for (_, scalar) in written.answers() {
        if let Scalar::Text(text) = scalar
            && !text.starts_with('{')
        {
            words.push(text.clone());
        }
    }
    words.extend(document.talk().into_iter().map(|said| said.item.text));
    fold(&words.join(" "))
}
