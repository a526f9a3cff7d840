//! What leaves the workspace as a file: JSON with everything, CSV for a spreadsheet, GeoJSON for a
//! map. Codes and labels both, and a mark on every value that came out of a difference.

mod csv;
mod geojson;
mod json;

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::client::Client;
use crate::error::ClientError;
use crate::form::labels::Language;
use crate::view::{Filter, ReportView};

/// A file's format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// Everything, nested.
    Json,
    /// A row a report (RFC 4180, UTF-8 with a byte order mark, which spreadsheets want).
    Csv,
    /// A feature a report (RFC 7946).
    GeoJson,
}

impl FromStr for Format {
    type Err = ClientError;
    fn from_str(name: &str) -> Result<Self, ClientError> {
        match name {
            "json" => Ok(Self::Json),
            "csv" => Ok(Self::Csv),
            "geojson" => Ok(Self::GeoJson),
            other => Err(ClientError::BadInput(other.to_owned())),
        }
    }
}

impl Client {
    /// The reports that a filter leaves, as a file's bytes. Names of people that stand in
    /// identity-class answers are in JSON alone; CSV and GeoJSON leave them out.
    ///
    /// # Errors
    /// Of the database.
    pub fn export(
        &mut self,
        format: Format,
        filter: &Filter,
        language: Language,
    ) -> Result<Vec<u8>, ClientError> {
        let ids: Vec<_> = self.list(filter, language)?.reports.into_iter().map(|report| report.id).collect();
        let reports: Vec<ReportView> =
            ids.into_iter().map(|id| self.report(id, language)).collect::<Result<_, _>>()?;
        match format {
            Format::Json => json::write(&reports),
            Format::Csv => Ok(csv::write(&reports, language)),
            Format::GeoJson => geojson::write(&reports),
        }
    }
}

/// Questions that were once answered in more than one way.
fn conflicted_questions(report: &ReportView) -> Vec<&str> {
    let once = report.sections.iter().flat_map(|section| &section.fields);
    let inside =
        report.sections.iter().flat_map(|section| section.entries.iter().flat_map(|entry| &entry.fields));
    once.chain(inside).filter(|field| field.conflicted()).map(|field| field.path.as_str()).collect()
}
