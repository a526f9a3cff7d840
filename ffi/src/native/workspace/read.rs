//! Lists, reports, histories, exports.

use std::sync::Arc;

use baikoo_client_core::error::ClientError;
use baikoo_client_core::export::Format;
use baikoo_client_core::form::labels::Language;
use baikoo_client_core::protocol::id::StreamId;
use baikoo_client_core::view::{
    ConflictsView, Filter, HistoryView, QuarantinedView, ReportList, ReportSummary, ReportView,
};

use super::super::gate::Foreign;
use super::super::platform::ProgressListener;
use super::super::runtime::work;
use super::Workspace;

#[uniffi::export]
impl Workspace {
    /// The reports that a filter leaves, the newest first; the best match first when searching.
    pub async fn list(&self, filter: Filter, language: Language) -> Result<ReportList, ClientError> {
        self.read(move |client| client.list(&filter, language)).await
    }

    /// Reports that have all these words, in any script.
    #[uniffi::method(default(limit = 0))]
    pub async fn search(
        &self,
        words: String,
        language: Language,
        limit: u32,
    ) -> Result<ReportList, ClientError> {
        let filter = Filter { query: Some(words), limit, ..Filter::default() };
        self.list(filter, language).await
    }

    /// One report as it stands in lists.
    pub async fn summary(&self, report: StreamId, language: Language) -> Result<ReportSummary, ClientError> {
        self.read(move |client| client.report_summary(report, language)).await
    }

    /// A report, open.
    pub async fn report(&self, report: StreamId, language: Language) -> Result<ReportView, ClientError> {
        self.read(move |client| client.report(report, language)).await
    }

    /// What is asked of a report in its present state: sections, questions, `section/entry/question`.
    pub async fn relevant(&self, report: StreamId) -> Result<Vec<String>, ClientError> {
        self.read(move |client| client.relevant(report)).await
    }

    /// Where people differ in a report.
    pub async fn conflicts(
        &self,
        report: StreamId,
        language: Language,
    ) -> Result<ConflictsView, ClientError> {
        self.read(move |client| client.conflicts(report, language)).await
    }

    /// Who changed what in a report, when.
    pub async fn history(
        &self,
        report: StreamId,
        language: Language,
    ) -> Result<Vec<HistoryView>, ClientError> {
        self.read(move |client| client.history(report, language)).await
    }

    /// The changes that nothing stands on yet. Two devices with equal heads hold equal reports.
    pub async fn heads(&self, report: StreamId) -> Result<Vec<String>, ClientError> {
        self.read(move |client| Ok(client.report_heads(report)?.iter().map(ToString::to_string).collect()))
            .await
    }

    /// Marks a report as read here.
    pub async fn mark_read(&self, report: StreamId) -> Result<(), ClientError> {
        self.read(move |client| client.mark_read(report)).await
    }

    /// What was set apart.
    pub async fn quarantined(&self) -> Result<Vec<QuarantinedView>, ClientError> {
        self.read(|client| client.quarantined()).await
    }

    /// The reports that a filter leaves, as a file's bytes. In between others can use the workspace.
    #[uniffi::method(default(listener = None))]
    pub async fn export(
        &self,
        format: Format,
        filter: Filter,
        language: Language,
        listener: Option<Arc<dyn ProgressListener>>,
    ) -> Result<Vec<u8>, ClientError> {
        let (session, listener) = (Arc::clone(&self.session), listener.map(Foreign::new));
        work(move |awaited| {
            let mut export = session.step(|client, _| client.begin_export(format, &filter, language))??;
            loop {
                awaited.check()?;
                let more = session.step(|client, _| export.step(client))??;
                let (done, of) = export.progress();
                session.platform.tell_progress(listener.as_ref(), done, of);
                if !more {
                    return export.finish();
                }
            }
        })
        .await
    }

    /// Builds lists and documents from the envelopes again.
    pub async fn rebuild(&self) -> Result<(), ClientError> {
        self.read(|client| client.rebuild_from_envelopes()).await
    }
}
