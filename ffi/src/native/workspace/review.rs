//! Reviews, for coordinators.

use baikoo_client_core::error::ClientError;
use baikoo_client_core::form::answer::Answer;
use baikoo_client_core::form::labels::Language;
use baikoo_client_core::protocol::id::StreamId;
use baikoo_client_core::report::TalkId;
use baikoo_client_core::view::{HistoryView, ReviewView};

use super::Workspace;

#[uniffi::export]
impl Workspace {
    /// Answers a question of the review: decision, reason, reliability and so on.
    pub async fn set_review(
        &self,
        report: StreamId,
        question: String,
        answer: Option<Answer>,
    ) -> Result<(), ClientError> {
        self.write(move |client| client.set_review(report, &question, answer.as_ref())).await
    }

    /// A report's review; `None` for a monitor.
    pub async fn review(
        &self,
        report: StreamId,
        language: Language,
    ) -> Result<Option<ReviewView>, ClientError> {
        self.read(move |client| Ok(client.report(report, language)?.review)).await
    }

    /// Who changed what in a review, when.
    pub async fn review_history(
        &self,
        report: StreamId,
        language: Language,
    ) -> Result<Vec<HistoryView>, ClientError> {
        self.read(move |client| client.review_history(report, language)).await
    }

    /// Asks the monitor something, in the report itself.
    pub async fn ask(&self, report: StreamId, text: String) -> Result<TalkId, ClientError> {
        self.write(move |client| client.ask(report, &text)).await
    }

    /// Says something to the other coordinators alone.
    pub async fn note(&self, report: StreamId, text: String) -> Result<TalkId, ClientError> {
        self.write(move |client| client.note(report, &text)).await
    }

    /// Takes in what was set apart, after all.
    pub async fn adopt(&self, hash: String) -> Result<(), ClientError> {
        self.write(move |client| client.adopt_by_name(&hash)).await
    }
}
