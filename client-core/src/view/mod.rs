//! What front ends are shown: plain data, the same for the phone, the browser and the command
//! line. Choices are codes beside their labels in the language that was asked for.
//!
//! Nothing here is escaped: front ends put text in as text, never as markup.

mod list;
mod people;

pub use list::{Filter, ReportList, SavedView};
pub use people::{DeviceView, InviteView, Me, SheetsStanding};

use baikoo_protocol::id::{DeviceId, StreamId};
use baikoo_protocol::membership::Role;
use serde::{Deserialize, Serialize};

use crate::form::answer::Answer;

/// How far what was written here has come. It never says more than is so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Delivery {
    /// Written down on this device, and not to be sent before the person says so.
    Draft,
    /// Saved on this device; waits for a network.
    OnDevice,
    /// Stored by the server.
    Stored,
    /// A coordinator's device has received and opened it.
    Received,
}

/// Who wrote something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Author {
    /// The device that signed it.
    #[cfg_attr(test, ts(type = "string"))]
    pub device: DeviceId,
    /// Its member's name, if this device may know it; for oneself always.
    pub name: Option<String>,
    /// What the member may do.
    #[cfg_attr(test, ts(type = "Role"))]
    pub role: Role,
    /// Whether it is this device.
    pub me: bool,
}

/// A report in a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ReportSummary {
    /// The report.
    #[cfg_attr(test, ts(type = "string"))]
    pub id: StreamId,
    /// A short title in the language asked for: place and what happened, else the first words. Empty if
    /// nothing was written yet.
    pub title: String,
    /// The types' codes.
    pub types: Vec<String>,
    /// The place's name.
    pub place: Option<String>,
    /// The gazetteer's district of the place.
    pub district: Option<String>,
    /// Latitude in degrees, WGS 84, if known.
    pub lat: Option<f64>,
    /// Longitude in degrees, WGS 84, if known.
    pub lon: Option<f64>,
    /// When it happened: EDTF.
    pub date: Option<String>,
    /// People hurt, as answered.
    #[cfg_attr(test, ts(type = "number | null"))]
    pub injured: Option<i64>,
    /// People killed, as answered.
    #[cfg_attr(test, ts(type = "number | null"))]
    pub killed: Option<i64>,
    /// The first words of the narrative.
    pub excerpt: String,
    /// draft, sent or withdrawn.
    pub stage: String,
    /// How far this device's own part of it has come.
    pub delivery: Delivery,
    /// Who began it.
    pub author: Author,
    /// When it was last changed, in milliseconds since 1970, by the clock of who changed it.
    #[cfg_attr(test, ts(type = "number"))]
    pub changed_ms: i64,
    /// When this device first had it, in milliseconds since 1970.
    #[cfg_attr(test, ts(type = "number"))]
    pub arrived_ms: i64,
    /// Whether it has come or changed since it was last opened here.
    pub unread: bool,
    /// How many fields have more than one version.
    pub conflicts: u32,
    /// How many questions wait for an answer.
    pub questions: u32,
    /// The review's status code; `None` for a monitor, `new` before anyone began.
    pub review: Option<String>,
    /// Whether it changed after it was reviewed.
    pub changed_since_review: bool,
    /// Whether danger was said to go on.
    pub urgent: bool,
    /// The language that the narrative seems to be in, as its author set it.
    pub language: Option<String>,
}

/// One version of an answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct VersionView {
    /// The answer; `None` if this version is that it was taken back.
    pub answer: Option<Answer>,
    /// The answer in words, in the language asked for.
    pub text: String,
    /// All who gave this very answer.
    pub authors: Vec<Author>,
    /// When, in milliseconds since 1970, by the first author's clock.
    #[cfg_attr(test, ts(type = "number"))]
    pub time_ms: i64,
    /// The change that it stands in: names this version when it is chosen or restored.
    pub change: String,
}

/// A question with its answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct FieldView {
    /// The path: `inc_type`, `persons/3f…/p_sex`, `narrative`.
    pub path: String,
    /// The question's name.
    pub question: String,
    /// The question in words.
    pub label: String,
    /// The answer, or the winner while there are several versions.
    pub answer: Option<Answer>,
    /// The answer in words.
    pub text: String,
    /// More than one while people differ; the winner first.
    pub versions: Vec<VersionView>,
    /// Whether people differ here now, or did before somebody chose.
    pub was_conflicted: bool,
}

impl FieldView {
    /// Whether this value stands beside others, or came out of such a difference.
    pub fn conflicted(&self) -> bool {
        self.versions.len() > 1 || self.was_conflicted
    }
}

/// One of several like things in a section: a person, a destroyed house.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct EntryView {
    /// The entry.
    pub id: String,
    /// Its answers.
    pub fields: Vec<FieldView>,
    /// Why it was taken out, if it was; it is still shown.
    pub removed: Option<String>,
    /// Somebody changed it who did not know that it was taken out.
    pub edited_after_removal: bool,
}

/// A section with what was answered in it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct SectionView {
    /// The section's name in the form.
    pub name: String,
    /// Its title.
    pub label: String,
    /// Answers of a section that stands once.
    pub fields: Vec<FieldView>,
    /// Entries of a section that repeats.
    pub entries: Vec<EntryView>,
}

/// A question, an answer or a comment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct TalkView {
    /// The item.
    pub id: String,
    /// question, answer or comment.
    pub kind: String,
    /// The words.
    pub text: String,
    /// Who said it.
    pub author: Author,
    /// When, in milliseconds since 1970, by the author's clock.
    #[cfg_attr(test, ts(type = "number"))]
    pub time_ms: i64,
    /// For an answer, which question it answers.
    pub reply_to: Option<String>,
    /// For a question, whether it has an answer.
    pub answered: bool,
}

/// A hint: something missing or odd. Hints never block saving or sending.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct HintView {
    /// Where.
    pub path: String,
    /// A code, e.g. `missing_for_review`.
    pub kind: String,
    /// The question in words.
    pub label: String,
}

/// Words of a narrative with who wrote them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct SpanView {
    /// The words.
    pub text: String,
    /// Who wrote them.
    pub author: Author,
}

/// A report, open.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ReportView {
    /// The same as in the list.
    pub summary: ReportSummary,
    /// The form's id.
    pub form: String,
    /// The form's version.
    pub form_version: u32,
    /// What was answered, section by section; empty ones are left out.
    pub sections: Vec<SectionView>,
    /// The narrative.
    pub narrative: String,
    /// Who wrote which words of it.
    pub narrative_spans: Vec<SpanView>,
    /// Questions, answers and comments, the oldest first.
    pub talk: Vec<TalkView>,
    /// What is missing or odd.
    pub hints: Vec<HintView>,
    /// Answered and relevant questions.
    pub progress: (u32, u32),
    /// Why it was withdrawn, if it was.
    pub withdrawn: Option<String>,
    /// Somebody changed it who did not know that it was withdrawn.
    pub edited_after_withdrawal: bool,
    /// Members that it is shared with.
    pub shared_with: Vec<Author>,
    /// The review, for coordinators.
    pub review: Option<ReviewView>,
}

/// Where people differ in a report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ConflictsView {
    /// The same as in the list.
    pub report: ReportSummary,
    /// The report's questions that have more than one version, those in entries included.
    pub fields: Vec<FieldView>,
    /// The review's, for coordinators.
    pub review_fields: Vec<FieldView>,
}

impl From<ReportView> for ConflictsView {
    fn from(view: ReportView) -> Self {
        let several = |field: &FieldView| field.versions.len() > 1;
        let fields = view.sections.into_iter().flat_map(|section| {
            section.fields.into_iter().chain(section.entries.into_iter().flat_map(|entry| entry.fields))
        });
        let review = view.review.into_iter().flat_map(|review| review.fields);
        Self {
            fields: fields.filter(several).collect(),
            review_fields: review.filter(several).collect(),
            report: view.summary,
        }
    }
}

/// A review, open.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ReviewView {
    /// Its answers: status, reason, reliability, corroboration and so on, with their versions.
    pub fields: Vec<FieldView>,
    /// Coordinators' notes to each other.
    pub notes: Vec<TalkView>,
    /// What changed in the report after the version that was reviewed.
    pub changed_since: Vec<HistoryView>,
}

/// One change of one field.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct HistoryView {
    /// Which field.
    pub path: String,
    /// Its question in words.
    pub label: String,
    /// From what, in words; `None` if it had no answer.
    pub old: Option<String>,
    /// To what, in words; `None` if the answer was taken back.
    pub new: Option<String>,
    /// By whom.
    pub author: Author,
    /// When, in milliseconds since 1970, by the author's clock.
    #[cfg_attr(test, ts(type = "number"))]
    pub time_ms: i64,
    /// When the server had it before this device, in milliseconds since 1970, if known: what
    /// happened can't be later.
    #[cfg_attr(test, ts(type = "number | null"))]
    pub server_ms: Option<i64>,
    /// The change, to restore from.
    pub change: String,
}

/// An envelope that was set apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct QuarantinedView {
    /// The envelope's hash as hexadecimal digits.
    pub hash: String,
    /// Who signed it.
    #[cfg_attr(test, ts(type = "string"))]
    pub device: DeviceId,
    /// Of which report, as far as its header says.
    #[cfg_attr(test, ts(type = "string"))]
    pub stream: StreamId,
    /// A code: revoked_device, poison, forged_actor …
    pub reason: String,
    /// Whether a coordinator may still take it in.
    pub adoptable: bool,
}

/// Where synchronising stands.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct SyncView {
    /// Whether this device has been taken into the workspace by the server.
    pub enrolled: bool,
    /// Whether a coordinator has vouched for it.
    pub approved: bool,
    /// Whether it has been revoked.
    pub revoked: bool,
    /// idle, running, waiting (for the next try) or offline.
    pub phase: String,
    /// Reports that have something the server lacks.
    pub waiting_reports: u32,
    /// Bytes to send, about.
    #[cfg_attr(test, ts(type = "number"))]
    pub waiting_bytes: u64,
    /// Envelopes still to fetch, about.
    #[cfg_attr(test, ts(type = "number"))]
    pub to_fetch: u64,
    /// When the last call succeeded, in milliseconds since 1970.
    #[cfg_attr(test, ts(type = "number | null"))]
    pub last_success_ms: Option<i64>,
    /// When the next try comes, in milliseconds since 1970.
    #[cfg_attr(test, ts(type = "number | null"))]
    pub next_try_ms: Option<i64>,
    /// What went wrong last, as a code of `ClientError`.
    pub trouble: Option<String>,
    /// Things that a person should know: log_rewritten, fork, gap, split_view, server_restored.
    pub alarms: Vec<String>,
    /// By how much this device's clock seems wrong, in milliseconds; positive if it is ahead.
    #[cfg_attr(test, ts(type = "number | null"))]
    pub skew_ms: Option<i64>,
}
