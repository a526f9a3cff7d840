//! Lists and search.

use baikoo_protocol::id::StreamId;

use super::project::Row;
use super::{Client, damaged};
use crate::client::describe::describe_place;
use crate::error::ClientError;
use crate::form::gazetteer;
use crate::form::labels::{Language, label};
use crate::search::fold::fold;
use crate::store::{ListedRow, Name};
use crate::view::{Filter, ReportList, ReportSummary, SavedView};

/// What a person keeps is hers, but the database is not a place to fill.
const SAVED_VIEWS_MAX: usize = 50;
const SAVED_VIEWS_BYTES_MAX: usize = 64 * 1024;

/// How much of the narrative makes a title, in characters.
const TITLE_CHARS: usize = 60;

impl Client {
    /// The reports that a filter leaves, the newest first; the best match first when searching.
    ///
    /// # Errors
    /// Of the database.
    pub fn list(&self, filter: &Filter, language: Language) -> Result<ReportList, ClientError> {
        let matched = filter.query.as_deref().map(match_expression);
        if matched.as_deref() == Some("")
            && filter.query.as_deref().is_some_and(|query| !query.trim().is_empty())
        {
            return Ok(ReportList { total: 0, reports: Vec::new() });
        }
        let matched = matched.filter(|expression| !expression.is_empty());
        let (total, rows) = self.store.read(|tx| tx.list(filter, matched.as_deref()))?;
        let reports =
            rows.iter().map(|row| self.summary(row, language)).collect::<Result<_, ClientError>>()?;
        Ok(ReportList { total, reports })
    }

    /// One report as it stands in lists.
    ///
    /// # Errors
    /// [`ClientError::NotFound`].
    pub fn report_summary(&self, report: StreamId, language: Language) -> Result<ReportSummary, ClientError> {
        let row = self.store.read(|tx| tx.listed(report))?.ok_or(ClientError::NotFound("report"))?;
        self.summary(&row, language)
    }

    /// The filters that a person keeps on this device.
    ///
    /// # Errors
    /// Of the database.
    pub fn saved_views(&self) -> Result<Vec<SavedView>, ClientError> {
        let kept = self.store.read(|tx| tx.get(Name::SavedViews))?;
        // An older program may not know what a newer one has kept; that is no reason to stop.
        Ok(kept.and_then(|kept| serde_json::from_slice(&kept).ok()).unwrap_or_default())
    }

    /// Keeps these filters, in place of those that were kept.
    ///
    /// # Errors
    /// [`ClientError::BadInput`] for more than fit.
    pub fn save_views(&mut self, views: &[SavedView]) -> Result<(), ClientError> {
        let kept = serde_json::to_vec(views).map_err(|_| ClientError::Internal(None))?;
        if views.len() > SAVED_VIEWS_MAX || kept.len() > SAVED_VIEWS_BYTES_MAX {
            return Err(ClientError::BadInput("too many saved views".to_owned()));
        }
        self.store.write(|tx| Ok(tx.set(Name::SavedViews, &kept)?))
    }

    fn summary(&self, listed: &ListedRow, language: Language) -> Result<ReportSummary, ClientError> {
        let row: Row = serde_json::from_str(&listed.row).map_err(|_| damaged("list row"))?;
        let known = row.place.as_ref().and_then(|place| place.id.as_deref()).and_then(gazetteer::place);
        let place =
            row.place.as_ref().map(|place| describe_place(place, language)).filter(|name| !name.is_empty());
        let kinds: Vec<String> = row
            .types
            .iter()
            .map(|code| label(language, &format!("choice.inc_type.{code}")).text.to_owned())
            .collect();
        let short = known.map(|known| known.name(language).to_owned()).or_else(|| place.clone());
        let title = [short, (!kinds.is_empty()).then(|| kinds.join(", "))]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(" · ");
        Ok(ReportSummary {
            id: listed.stream,
            title: if title.is_empty() { first_words(&row.excerpt) } else { title },
            place,
            district: known.and_then(|known| known.district.clone()),
            lat: row.place.as_ref().and_then(|place| place.lat).or(known.map(|known| known.lat)),
            lon: row.place.as_ref().and_then(|place| place.lon).or(known.map(|known| known.lon)),
            types: row.types,
            date: row.date,
            injured: row.injured,
            killed: row.killed,
            excerpt: row.excerpt,
            stage: row.stage,
            delivery: self.delivery(listed.stream)?,
            author: self.author(row.author),
            changed_ms: row.changed_ms,
            arrived_ms: row.begun_ms,
            unread: listed.unread,
            conflicts: row.conflicts,
            questions: row.questions,
            review: row.review,
            changed_since_review: row.changed_since_review,
            urgent: row.urgent,
            language: row.language,
        })
    }
}

/// What a report is called that has neither a place nor a type. Cut between words, unless one is long.
fn first_words(excerpt: &str) -> String {
    let Some((end, _)) = excerpt.char_indices().nth(TITLE_CHARS) else { return excerpt.to_owned() };
    let half = excerpt.char_indices().nth(TITLE_CHARS / 2).map_or(0, |(half, _)| half);
    let between = excerpt.char_indices().take(TITLE_CHARS + 1).filter(|(at, c)| *c == ' ' && *at > half);
    let end = between.last().map_or(end, |(space, _)| space);
    format!("{}…", excerpt[..end].trim_end())
}

/// Every word a prefix, all of them wanted. Only letters and digits reach FTS5, so nobody's query
/// is its syntax.
fn match_expression(query: &str) -> String {
    let words: Vec<String> = fold(query)
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .take(16)
        .map(|word| format!("\"{word}\"*"))
        .collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_cut_between_words() {
        let excerpt = "Таң эрте ок атылды, анан үйлөр күйүп кетти, элдин баары качты. Кийин келдик.";
        assert_eq!(first_words(excerpt), "Таң эрте ок атылды, анан үйлөр күйүп кетти, элдин баары…");
        assert_eq!(first_words(&"а".repeat(200)), format!("{}…", "а".repeat(60)));
        assert_eq!(first_words("Жол жабык."), "Жол жабык.");
        assert_eq!(first_words(""), "");
    }

    #[test]
    fn a_query_is_never_syntax() {
        assert_eq!(match_expression("shots \"OR\" NEAR("), "\"shots\"* \"or\"* \"near\"*");
        assert_eq!(match_expression("  !!  "), "");
    }
}
