//! Writing: reports are begun, answered, sent, withdrawn, shared; differences are resolved.

use baikoo_client_core::client::Put;
use baikoo_client_core::error::ClientError;
use baikoo_client_core::form::answer::Answer;
use baikoo_client_core::protocol::id::{MemberId, StreamId};
use baikoo_client_core::report::{EntryId, Path as FieldPath, TalkId, TalkKind, TextName};

use super::Workspace;

#[uniffi::export]
impl Workspace {
    /// Begins a report, in the language of its author if it is known. It stays on this device until
    /// it is sent.
    #[uniffi::method(default(language = None))]
    pub async fn create_report(&self, language: Option<String>) -> Result<StreamId, ClientError> {
        self.write(move |client| client.create_report(language.as_deref())).await
    }

    /// Answers a question, or takes the answer back.
    pub async fn set_answer(
        &self,
        report: StreamId,
        path: FieldPath,
        answer: Option<Answer>,
    ) -> Result<(), ClientError> {
        self.write(move |client| client.set_answer(report, &path, answer.as_ref())).await
    }

    /// Writes one of the long texts; only what differs is changed.
    pub async fn set_text(&self, report: StreamId, name: TextName, text: String) -> Result<(), ClientError> {
        self.write(move |client| client.set_text(report, name, &text)).await
    }

    /// Several answers and texts in one save: all of it or nothing.
    pub async fn save(&self, report: StreamId, puts: Vec<Put>) -> Result<(), ClientError> {
        self.write(move |client| client.save(report, &puts)).await
    }

    /// Adds a person, a destroyed house or another repeated thing.
    pub async fn add_entry(&self, report: StreamId, section: String) -> Result<EntryId, ClientError> {
        self.write(move |client| client.add_entry(report, &section)).await
    }

    /// Crosses an entry out. It stays readable.
    pub async fn remove_entry(
        &self,
        report: StreamId,
        section: String,
        entry: EntryId,
        reason: String,
    ) -> Result<(), ClientError> {
        self.write(move |client| client.remove_entry(report, &section, entry, &reason)).await
    }

    /// Takes back that an entry was crossed out.
    pub async fn restore_entry(
        &self,
        report: StreamId,
        section: String,
        entry: EntryId,
    ) -> Result<(), ClientError> {
        self.write(move |client| client.restore_entry(report, &section, entry)).await
    }

    /// Lets a report leave this device with the next sync, now and whenever it is changed.
    pub async fn send(&self, report: StreamId) -> Result<(), ClientError> {
        self.write(move |client| client.send(report)).await
    }

    /// Takes a report back. Those who have it see it marked, with the reason.
    pub async fn withdraw(&self, report: StreamId, reason: String) -> Result<(), ClientError> {
        self.write(move |client| client.withdraw(report, &reason)).await
    }

    /// Throws away a draft that never left this device.
    pub async fn discard_draft(&self, report: StreamId) -> Result<(), ClientError> {
        self.write(move |client| client.discard_draft(report)).await
    }

    /// Chooses among versions: the one that stands in `change`. The others stay in the history.
    pub async fn resolve(
        &self,
        report: StreamId,
        path: FieldPath,
        change: String,
    ) -> Result<(), ClientError> {
        self.write(move |client| client.resolve(report, &path, &change)).await
    }

    /// Puts an earlier value back, as a new change.
    pub async fn restore(
        &self,
        report: StreamId,
        path: FieldPath,
        change: String,
    ) -> Result<(), ClientError> {
        self.write(move |client| client.restore(report, &path, &change)).await
    }

    /// Remarks on a report, for everybody who has it.
    pub async fn comment(&self, report: StreamId, text: String) -> Result<TalkId, ClientError> {
        self.write(move |client| client.say(report, TalkKind::Comment, &text, None)).await
    }

    /// Answers a question that a coordinator asked.
    pub async fn answer_question(
        &self,
        report: StreamId,
        question: TalkId,
        text: String,
    ) -> Result<TalkId, ClientError> {
        self.write(move |client| client.answer_question(report, question, &text)).await
    }

    /// Lets another member read and write a report, from its first word.
    pub async fn share(&self, report: StreamId, member: MemberId) -> Result<(), ClientError> {
        self.write(move |client| client.share(report, member)).await
    }
}
