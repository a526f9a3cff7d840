//! The core's views, told to UniFFI. Copied from the core's source by the test
//! `the_native_faces_know_these_views`; not to be edited.

use std::collections::BTreeSet;

use baikoo_client_core::client::ChoiceView;
use baikoo_client_core::client::FormSectionView;
use baikoo_client_core::client::FormView;
use baikoo_client_core::client::PlaceView;
use baikoo_client_core::client::Put;
use baikoo_client_core::client::QuestionView;
use baikoo_client_core::error::ClientError;
use baikoo_client_core::export::Format;
use baikoo_client_core::form::answer::Answer;
use baikoo_client_core::form::answer::DateAnswer;
use baikoo_client_core::form::answer::PlaceAnswer;
use baikoo_client_core::form::answer::TimeAnswer;
use baikoo_client_core::form::definition::Kind as QuestionKind;
use baikoo_client_core::form::definition::Stage as QuestionStage;
use baikoo_client_core::form::labels::Language;
use baikoo_client_core::member::MadeInvitation;
use baikoo_client_core::protocol::id::{DeviceId, MemberId, StreamId};
use baikoo_client_core::protocol::membership::RevokeReason;
use baikoo_client_core::protocol::membership::Role;
use baikoo_client_core::report::Path;
use baikoo_client_core::report::TextName;
use baikoo_client_core::sync::driver::Network;
use baikoo_client_core::sync::driver::Surroundings;
use baikoo_client_core::view::Author;
use baikoo_client_core::view::ConflictsView;
use baikoo_client_core::view::Delivery;
use baikoo_client_core::view::DeviceView;
use baikoo_client_core::view::EntryView;
use baikoo_client_core::view::FieldView;
use baikoo_client_core::view::Filter;
use baikoo_client_core::view::HintView;
use baikoo_client_core::view::HistoryView;
use baikoo_client_core::view::InviteView;
use baikoo_client_core::view::Me;
use baikoo_client_core::view::QuarantinedView;
use baikoo_client_core::view::ReportList;
use baikoo_client_core::view::ReportSummary;
use baikoo_client_core::view::ReportView;
use baikoo_client_core::view::ReviewView;
use baikoo_client_core::view::SectionView;
use baikoo_client_core::view::SheetsStanding;
use baikoo_client_core::view::SpanView;
use baikoo_client_core::view::SyncView;
use baikoo_client_core::view::TalkView;
use baikoo_client_core::view::VersionView;

/// What a member may do.
#[uniffi::remote(Enum)]
pub enum Role {
    /// Writes reports; reads her own and what was shared with her.
    Monitor,
    /// Reads and reviews everything; invites and revokes.
    Coordinator,
}

/// Why a device was revoked.
#[uniffi::remote(Enum)]
pub enum RevokeReason {
    /// Lost.
    Lost,
    /// Taken by somebody, at a checkpoint or in a search.
    Seized,
    /// The member left.
    Left,
}

/// A language that the forms speak.
#[uniffi::remote(Enum)]
pub enum Language {
    /// Kyrgyz.
    Ky,
    /// Russian.
    Ru,
    /// Uzbek, in Latin letters.
    Uz,
    /// Tajik.
    Tg,
    /// Kazakh.
    Kk,
    /// English.
    En,
}

/// One answer to one question. Choices are codes, never labels: a change of language changes nothing.
#[uniffi::remote(Enum)]
pub enum Answer {
    /// A short text, at most [`TEXT_BYTES_MAX`] bytes.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// A decimal number; never NaN or infinite.
    Decimal(f64),
    /// The code of one choice (XLSForm `select_one`).
    Choice(String),
    /// The codes of several choices (XLSForm `select_multiple`).
    Choices(BTreeSet<String>),
    /// A date, as exactly as it is known.
    Date(DateAnswer),
    /// An instant, and which clocks said so.
    Time(TimeAnswer),
    /// A place.
    Place(PlaceAnswer),
}

/// A time that survives two clocks: villages along the border live by +05 and by +06.
#[uniffi::remote(Record)]
pub struct TimeAnswer {
    /// The instant that is meant, RFC 3339 with the offset that the person thought in.
    pub at: String,
    /// How exact it is: `minute`, `hour` or `part_of_day`.
    pub precision: String,
    /// What the phone's clock and zone said when this was written down, RFC 3339; absent if unknown.
    #[uniffi(default)]
    pub phone: Option<String>,
}

/// A place: an id of the gazetteer, words, coordinates, or any of these together.
#[uniffi::remote(Record)]
pub struct PlaceAnswer {
    /// The gazetteer's id of the populated place.
    #[uniffi(default)]
    pub id: Option<String>,
    /// What people call it, in the words and script of whoever wrote it.
    #[uniffi(default)]
    pub name: Option<String>,
    /// The nearest thing that others know: a school, a bridge, a bend of the canal.
    #[uniffi(default)]
    pub landmark: Option<String>,
    /// Latitude in degrees, WGS 84.
    #[uniffi(default)]
    pub lat: Option<f64>,
    /// Longitude in degrees, WGS 84.
    #[uniffi(default)]
    pub lon: Option<f64>,
    /// How far from there it may have been, in metres.
    #[uniffi(default)]
    pub radius_m: Option<u32>,
}

/// What kind of answer a question takes.
#[uniffi::remote(Enum)]
pub enum QuestionKind {
    /// A short text.
    Text,
    /// A whole number.
    Integer,
    /// A decimal number.
    Decimal,
    /// One code of a list.
    SelectOne,
    /// Several codes of a list.
    SelectMultiple,
    /// A date, as exactly as it is known.
    Date,
    /// An instant.
    Time,
    /// A place.
    Place,
    /// One of [`NARRATIVES`]: a long text that several people may write at once.
    Narrative,
    /// Words for the reader. It takes no answer.
    Note,
}

/// When in a report's life a question is asked.
#[uniffi::remote(Enum)]
pub enum QuestionStage {
    /// In thirty seconds, at the roadside.
    Flash,
    /// Later, with time.
    Complete,
    /// By coordinators.
    Review,
}

/// The texts that several people may edit at once.
#[uniffi::remote(Enum)]
pub enum TextName {
    /// What happened.
    Narrative,
    /// What it did to people.
    Impact,
    /// What else is to be said.
    Remarks,
}

/// A file's format.
#[uniffi::remote(Enum)]
pub enum Format {
    /// Everything, nested.
    Json,
    /// A row a report (RFC 4180, UTF-8 with a byte order mark, which spreadsheets want).
    Csv,
    /// A feature a report (RFC 7946).
    GeoJson,
}

/// What a person or program can do something about. Its code is its name in snake case.
#[uniffi::remote(Error)]
#[uniffi(flat_error)]
pub enum ClientError {
    /// The passphrase is wrong. No hint is given, and there is none.
    WrongPassphrase,
    /// The passphrase is too short to protect anything.
    WeakPassphrase,
    /// Nothing is set up here yet.
    NoWorkspace,
    /// There is a workspace here already.
    WorkspaceExists,
    /// What was asked for is not here.
    NotFound,
    /// The input can't be taken as it is.
    BadInput,
    /// This member may not do that.
    NotAllowed,
    /// The invitation can't be read, or is for something else.
    InviteInvalid,
    /// The invitation was used or cancelled, or came too late.
    InviteExpired,
    /// No network, or no server there.
    Offline,
    /// The server does not know this device's token.
    Unauthorised,
    /// The device has been revoked.
    DeviceRevoked,
    /// A coordinator has to approve the device first.
    ApprovalPending,
    /// The server refused for another reason.
    ServerRefused,
    /// One of the two sides is too old.
    UpdateNeeded,
    /// The disk or the browser's quota is full; nothing was changed.
    StorageFull,
    /// Another process or tab is using the workspace.
    BusyElsewhere,
    /// The data on this device can't be read.
    Damaged,
    /// The recovery sheets do not open this workspace.
    RecoveryInvalid,
    /// A bug.
    Internal,
    /// The workspace has been locked since.
    Locked,
    /// The platform's key store did not open the key, or the person did not let it.
    KeyStoreRefused,
}

/// How far what was written here has come. It never says more than is so.
#[uniffi::remote(Enum)]
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
#[uniffi::remote(Record)]
pub struct Author {
    /// The device that signed it.
    pub device: DeviceId,
    /// Its member's name, if this device may know it; for oneself always.
    pub name: Option<String>,
    /// What the member may do.
    pub role: Role,
    /// Whether it is this device.
    pub me: bool,
}

/// A report in a list.
#[uniffi::remote(Record)]
pub struct ReportSummary {
    /// The report.
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
    pub injured: Option<i64>,
    /// People killed, as answered.
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
    pub changed_ms: i64,
    /// When this device first had it, in milliseconds since 1970.
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
#[uniffi::remote(Record)]
pub struct VersionView {
    /// The answer; `None` if this version is that it was taken back.
    pub answer: Option<Answer>,
    /// The answer in words, in the language asked for.
    pub text: String,
    /// All who gave this very answer.
    pub authors: Vec<Author>,
    /// When, in milliseconds since 1970, by the first author's clock.
    pub time_ms: i64,
    /// The change that it stands in: names this version when it is chosen or restored.
    pub change: String,
}

/// A question with its answer.
#[uniffi::remote(Record)]
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

/// One of several like things in a section: a person, a destroyed house.
#[uniffi::remote(Record)]
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
#[uniffi::remote(Record)]
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
#[uniffi::remote(Record)]
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
    pub time_ms: i64,
    /// For an answer, which question it answers.
    pub reply_to: Option<String>,
    /// For a question, whether it has an answer.
    pub answered: bool,
}

/// A hint: something missing or odd. Hints never block saving or sending.
#[uniffi::remote(Record)]
pub struct HintView {
    /// Where.
    pub path: String,
    /// A code, e.g. `missing_for_review`.
    pub kind: String,
    /// The question in words.
    pub label: String,
}

/// Words of a narrative with who wrote them.
#[uniffi::remote(Record)]
pub struct SpanView {
    /// The words.
    pub text: String,
    /// Who wrote them.
    pub author: Author,
}

/// A report, open.
#[uniffi::remote(Record)]
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
#[uniffi::remote(Record)]
pub struct ConflictsView {
    /// The same as in the list.
    pub report: ReportSummary,
    /// The report's questions that have more than one version, those in entries included.
    pub fields: Vec<FieldView>,
    /// The review's, for coordinators.
    pub review_fields: Vec<FieldView>,
}

/// A review, open.
#[uniffi::remote(Record)]
pub struct ReviewView {
    /// Its answers: status, reason, reliability, corroboration and so on, with their versions.
    pub fields: Vec<FieldView>,
    /// Coordinators' notes to each other.
    pub notes: Vec<TalkView>,
    /// What changed in the report after the version that was reviewed.
    pub changed_since: Vec<HistoryView>,
}

/// One change of one field.
#[uniffi::remote(Record)]
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
    pub time_ms: i64,
    /// When the server had it before this device, in milliseconds since 1970, if known: what
    /// happened can't be later.
    pub server_ms: Option<i64>,
    /// The change, to restore from.
    pub change: String,
}

/// An envelope that was set apart.
#[uniffi::remote(Record)]
pub struct QuarantinedView {
    /// The envelope's hash as hexadecimal digits.
    pub hash: String,
    /// Who signed it.
    pub device: DeviceId,
    /// Of which report, as far as its header says.
    pub stream: StreamId,
    /// A code: revoked_device, poison, forged_actor …
    pub reason: String,
    /// Whether a coordinator may still take it in.
    pub adoptable: bool,
}

/// Where synchronising stands.
#[uniffi::remote(Record)]
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
    pub waiting_bytes: u64,
    /// Envelopes still to fetch, about.
    pub to_fetch: u64,
    /// When the last call succeeded, in milliseconds since 1970.
    pub last_success_ms: Option<i64>,
    /// When the next try comes, in milliseconds since 1970.
    pub next_try_ms: Option<i64>,
    /// What went wrong last, as a code of `ClientError`.
    pub trouble: Option<String>,
    /// Things that a person should know: log_rewritten, fork, gap, split_view, server_restored.
    pub alarms: Vec<String>,
    /// By how much this device's clock seems wrong, in milliseconds; positive if it is ahead.
    pub skew_ms: Option<i64>,
}

/// Where recovery sheets stand, as far as this device knows.
#[uniffi::remote(Enum)]
pub enum SheetsStanding {
    /// They are the ones that bring the workspace back.
    Count,
    /// They will, when the server has heard of them; until then others do.
    Wait,
    /// They open nothing here: others took their place, or they never counted.
    Void,
}

/// A device, for the people who look after the workspace.
#[uniffi::remote(Record)]
pub struct DeviceView {
    /// The device.
    pub device: DeviceId,
    /// Whose it is.
    pub member: MemberId,
    /// The member's name, if this device may know it.
    pub name: Option<String>,
    /// What the member may do.
    pub role: Role,
    /// unverified, pending, active or revoked.
    pub status: String,
    /// Why it was revoked, if it was.
    pub reason: Option<RevokeReason>,
    /// Whether it is this device.
    pub me: bool,
    /// Twelve groups of five digits, to be compared by voice with the device's own screen.
    pub safety_number: String,
    /// When something of it last came, in milliseconds since 1970 by this device's clock.
    pub last_seen_ms: Option<i64>,
    /// By how much its clock seems wrong, in milliseconds; positive if it is ahead.
    pub skew_ms: Option<i64>,
    /// Its log has two branches: a cloned or restored phone.
    pub forked: bool,
    /// Recovery sheets brought it. If nobody knows who used them, somebody has them who should not.
    pub recovered: bool,
}

/// An invitation that is still open.
#[uniffi::remote(Record)]
pub struct InviteView {
    /// Its public key, as hexadecimal digits: its name.
    pub id: String,
    /// As what.
    pub role: Role,
    /// Whom it is meant for.
    pub name: Option<String>,
    /// Until when, in milliseconds since 1970.
    pub expires_at_ms: u64,
    /// open, used, cancelled; or `waiting` while the server does not have it yet.
    pub state: String,
}

/// This device and its workspace.
#[uniffi::remote(Record)]
pub struct Me {
    /// This device.
    pub device: DeviceId,
    /// Its member.
    pub member: MemberId,
    /// The member's name.
    pub name: String,
    /// What the member may do.
    pub role: Role,
    /// The workspace.
    pub workspace: String,
    /// The server's address.
    pub server: String,
    /// This device's safety number.
    pub safety_number: String,
    /// The workspace's fingerprint, the same on every device.
    pub fingerprint: String,
}

/// What a list is narrowed to. Empty means everything.
#[uniffi::remote(Record)]
pub struct Filter {
    /// Words to search for, in any script.
    #[uniffi(default)]
    pub query: Option<String>,
    /// One of these types.
    #[uniffi(default)]
    pub types: Vec<String>,
    /// One of these districts.
    #[uniffi(default)]
    pub districts: Vec<String>,
    /// Not before this date: EDTF, compared as it is written.
    #[uniffi(default)]
    pub from: Option<String>,
    /// Not after this date.
    #[uniffi(default)]
    pub to: Option<String>,
    /// One of these stages.
    #[uniffi(default)]
    pub stages: Vec<String>,
    /// One of these review statuses.
    #[uniffi(default)]
    pub reviews: Vec<String>,
    /// Begun by one of these devices.
    #[uniffi(default)]
    pub authors: Vec<DeviceId>,
    /// Only those with more than one version of something.
    #[uniffi(default)]
    pub conflicted: bool,
    /// Only those with a question that waits.
    #[uniffi(default)]
    pub asked: bool,
    /// Only those that came or changed since they were last opened here.
    #[uniffi(default)]
    pub unread: bool,
    /// Only urgent ones.
    #[uniffi(default)]
    pub urgent: bool,
    /// In this language.
    #[uniffi(default)]
    pub languages: Vec<String>,
    /// How many at most; 0 for no limit.
    #[uniffi(default)]
    pub limit: u32,
    /// How many to leave out first.
    #[uniffi(default)]
    pub offset: u32,
}

/// A page of a list.
#[uniffi::remote(Record)]
pub struct ReportList {
    /// How many there are in all.
    pub total: u32,
    /// Some of them: the newest first, or the best match first when searching.
    pub reports: Vec<ReportSummary>,
}

/// A form in words.
#[uniffi::remote(Record)]
pub struct FormView {
    /// The form's id.
    pub id: String,
    /// Its version.
    pub version: u32,
    /// The questions of a flash report, in order.
    pub flash: Vec<String>,
    /// The sections.
    pub sections: Vec<FormSectionView>,
}

/// A section in words.
#[uniffi::remote(Record)]
pub struct FormSectionView {
    /// The section's name.
    pub name: String,
    /// Its title.
    pub label: String,
    /// Whether it stands as often as needed.
    pub repeat: bool,
    /// What to mind before asking.
    pub guidance: Option<String>,
    /// Its questions.
    pub questions: Vec<QuestionView>,
}

/// A question in words.
#[uniffi::remote(Record)]
pub struct QuestionView {
    /// The question's name.
    pub name: String,
    /// What kind of answer it takes.
    pub kind: QuestionKind,
    /// The question.
    pub label: String,
    /// A short help.
    pub hint: Option<String>,
    /// What to mind before asking.
    pub guidance: Option<String>,
    /// The choices, if it has any.
    pub list: Option<Vec<ChoiceView>>,
    /// flash, complete or review.
    pub stage: QuestionStage,
    /// The least number.
    pub min: Option<f64>,
    /// The greatest number.
    pub max: Option<f64>,
}

/// A choice in words.
#[uniffi::remote(Record)]
pub struct ChoiceView {
    /// Its code.
    pub code: String,
    /// Its words.
    pub label: String,
    /// What a search compares.
    pub folded: String,
}

/// A place of the gazetteer, in words.
#[uniffi::remote(Record)]
pub struct PlaceView {
    /// The place's id.
    pub id: String,
    /// Its name in the language asked for.
    pub name: String,
    /// Its district.
    pub district: Option<String>,
    /// Its country, as ISO 3166-1 alpha-2.
    pub country: String,
    /// Latitude in degrees, WGS 84.
    pub lat: f64,
    /// Longitude in degrees, WGS 84.
    pub lon: f64,
    /// What tells it from others, or what became of it.
    pub note: Option<String>,
    /// Until when it was called or was there, as a date.
    pub valid_to: Option<String>,
}

/// An invitation that was just made: show it, and forget it.
#[uniffi::remote(Record)]
pub struct MadeInvitation {
    /// Its public name in the workspace.
    pub view: InviteView,
    /// The link. It holds the secret and stands nowhere else.
    pub link: String,
}

/// One of the things that a save writes.
#[uniffi::remote(Enum)]
pub enum Put {
    /// An answer, or that it was taken back.
    Field(Path, Option<Answer>),
    /// A long text as a whole; see [`Client::set_text`].
    Text(TextName, String),
}

/// What the platform says of network and power.
#[uniffi::remote(Record)]
pub struct Surroundings {
    /// What network there is.
    pub network: Network,
    /// Nobody looks at the screen.
    pub background: bool,
}

/// A network, as the platform sees it.
#[uniffi::remote(Enum)]
pub enum Network {
    /// There is none.
    None,
    /// Its bytes cost money.
    Metered,
    /// Its bytes cost nothing.
    Free,
}
