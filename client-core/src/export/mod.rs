//! What leaves the workspace as a file: JSON with everything, CSV for a spreadsheet, GeoJSON for a
//! map. Codes and labels both, and a mark on every value that came out of a difference.

mod csv;
mod geojson;
mod json;

use std::str::FromStr;

use baikoo_protocol::id::StreamId;
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

/// An export on its way, a report a step, so that a front end can show how far it is, let others use
/// the client in between, and stop.
#[derive(Debug)]
pub struct Export {
    format: Format,
    language: Language,
    wanted: Vec<StreamId>,
    reports: Vec<ReportView>,
    done: usize,
}

impl Export {
    /// Reads one more report. Whether there are more.
    ///
    /// # Errors
    /// Of the database.
    pub fn step(&mut self, client: &mut Client) -> Result<bool, ClientError> {
        let Some(id) = self.wanted.get(self.done) else { return Ok(false) };
        match client.report(*id, self.language) {
            // A draft that was thrown away since.
            Err(ClientError::NotFound(_)) => {}
            report => self.reports.push(report?),
        }
        self.done += 1;
        Ok(self.done < self.wanted.len())
    }

    /// How many reports were read, and how many there are in all.
    pub fn progress(&self) -> (usize, usize) {
        (self.done, self.wanted.len())
    }

    /// The file's bytes, of what was read.
    ///
    /// # Errors
    /// None that a person could cause.
    pub fn finish(self) -> Result<Vec<u8>, ClientError> {
        match self.format {
            Format::Json => json::write(&self.reports),
            Format::Csv => Ok(csv::write(&self.reports, self.language)),
            Format::GeoJson => geojson::write(&self.reports),
        }
    }
}

impl Client {
    /// Begins to export the reports that a filter leaves.
    ///
    /// # Errors
    /// Of the database.
    pub fn begin_export(
        &self,
        format: Format,
        filter: &Filter,
        language: Language,
    ) -> Result<Export, ClientError> {
        let wanted = self.list(filter, language)?.reports.into_iter().map(|report| report.id).collect();
        Ok(Export { format, language, wanted, reports: Vec::new(), done: 0 })
    }

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
        let mut export = self.begin_export(format, filter, language)?;
        while export.step(self)? {}
        export.finish()
    }
}

/// Questions that were once answered in more than one way.
fn conflicted_questions(report: &ReportView) -> Vec<&str> {
    let once = report.sections.iter().flat_map(|section| &section.fields);
    let inside =
        report.sections.iter().flat_map(|section| section.entries.iter().flat_map(|entry| &entry.fields));
    once.chain(inside).filter(|field| field.conflicted()).map(|field| field.path.as_str()).collect()
}
