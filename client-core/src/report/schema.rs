//! What a document holds, in the words that the rest of the program uses.
//!
//! ```text
//! answers  question → scalar
//! entries  "section/entry id" → question → scalar, with `order` and `removed`
//! texts    narrative, impact, remarks: words that several people may edit
//! talk     talk id → kind, text, to, about, reply_to
//! state    key → scalar: form, stage, what a review is of
//! ```
//!
//! A report and its review are built the same; they differ in who has the key.

use core::fmt;
use core::str::FromStr;

use baikoo_protocol::id::MemberId;
use serde::{Deserialize, Serialize};

use super::ids::{EntryId, TalkId};
use super::limits::NAME_BYTES_MAX;

/// Which of the two documents about an event this is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DocumentKind {
    /// What happened, in the monitor's words.
    Report,
    /// What the coordinators make of it; monitors have no key to it.
    Review,
}

/// Keys of `state` that this program gives a meaning to. Others are kept and shown as they are.
pub mod state {
    /// The id of the form that was filled in.
    pub const FORM: &str = "form";
    /// The version of that form.
    pub const FORM_VERSION: &str = "form_version";
    /// See [`Stage`](super::Stage).
    pub const STAGE: &str = "stage";
    /// Why the stage was changed, in a person's words.
    pub const STAGE_REASON: &str = "stage_reason";
    /// When the monitor said "send", RFC 3339.
    pub const SENT_AT: &str = "sent_at";
    /// For a review: the id of the report that it is of.
    pub const REPORT: &str = "report";
    /// For a review: the report's heads that the reviewer saw, hexadecimal, separated by spaces.
    pub const REVIEWED_HEADS: &str = "reviewed_heads";
}

/// Keys inside an entry that are not questions.
pub mod entry {
    /// Where the entry stands among its section's; a whole number.
    pub const ORDER: &str = "order";
    /// The reason why it was removed; absent or empty-valued when it was not.
    pub const REMOVED: &str = "removed";
}

/// How far a report has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// The monitor is still writing.
    Draft,
    /// The monitor said that it is complete. It can still be edited; edits then show as later.
    Sent,
    /// The monitor took it back; it stays readable to those who have it.
    Withdrawn,
}

impl Stage {
    /// The code that stands in the document.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Sent => "sent",
            Self::Withdrawn => "withdrawn",
        }
    }
}

impl FromStr for Stage {
    type Err = PathError;
    fn from_str(code: &str) -> Result<Self, PathError> {
        [Self::Draft, Self::Sent, Self::Withdrawn]
            .into_iter()
            .find(|stage| stage.code() == code)
            .ok_or(PathError)
    }
}

/// The texts that several people may edit at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TextName {
    /// What happened.
    Narrative,
    /// What it did to people.
    Impact,
    /// What else is to be said.
    Remarks,
}

impl TextName {
    /// All of them, in the order of the form.
    pub const ALL: [Self; 3] = [Self::Narrative, Self::Impact, Self::Remarks];

    /// The key that stands in the document.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Narrative => "narrative",
            Self::Impact => "impact",
            Self::Remarks => "remarks",
        }
    }

    fn find(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|name| name.key() == key)
    }
}

/// What a piece of talk is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TalkKind {
    /// Somebody wants to know something.
    Question,
    /// Somebody replies.
    Answer,
    /// Somebody remarks.
    Comment,
}

impl TalkKind {
    /// The code that stands in the document.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Question => "question",
            Self::Answer => "answer",
            Self::Comment => "comment",
        }
    }

    /// Reads a code; one that a newer program wrote is shown as a comment.
    pub fn of_code(code: &str) -> Self {
        match code {
            "question" => Self::Question,
            "answer" => Self::Answer,
            _ => Self::Comment,
        }
    }
}

/// One thing said about a report. It can't be edited or deleted once it is said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TalkItem {
    /// Question, answer or comment.
    pub kind: TalkKind,
    /// The words; at most [`SCALAR_BYTES_MAX`](super::limits::SCALAR_BYTES_MAX) bytes.
    pub text: String,
    /// Whom it is for; everybody, if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<MemberId>,
    /// What it is about; the whole report, if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<Path>,
    /// What it replies to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<TalkId>,
}

/// A place in a document. Written as `inc_type`, `persons/0123456789abcdef/p_sex`, `narrative`,
/// `state/stage` or `talk/0123456789abcdef`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Path {
    /// The answer to a question; never one of the names in [`TextName`].
    Answer(String),
    /// The answer to a question about one entry of a section.
    EntryAnswer {
        /// The section, such as `persons`.
        section: String,
        /// Which person.
        entry: EntryId,
        /// The question.
        question: String,
    },
    /// A text.
    Text(TextName),
    /// Something about the document itself.
    State(String),
    /// Something said. It has a place in the history, and is read with
    /// [`Document::talk`](super::Document::talk).
    Talk(TalkId),
}

impl Path {
    /// The path of a question's answer, or of the text of that name.
    pub fn question(name: &str) -> Self {
        TextName::find(name).map_or_else(|| Self::Answer(name.to_owned()), Self::Text)
    }

    /// The path of an answer about one entry.
    pub fn entry(section: &str, entry: EntryId, question: &str) -> Self {
        Self::EntryAnswer { section: section.to_owned(), entry, question: question.to_owned() }
    }

    /// The path of something about the document itself.
    pub fn state(key: &str) -> Self {
        Self::State(key.to_owned())
    }

    /// Whether every name in it is one that a document may hold.
    pub fn is_valid(&self) -> bool {
        match self {
            Self::Answer(question) => is_name(question) && TextName::find(question).is_none(),
            Self::EntryAnswer { section, question, .. } => is_name(section) && is_name(question),
            Self::State(key) => is_name(key),
            Self::Text(_) | Self::Talk(_) => true,
        }
    }
}

/// Whether a text can be a question's, a section's or a key's name.
pub fn is_name(text: &str) -> bool {
    let plain = |c: char| c != '/' && !c.is_control() && !c.is_whitespace();
    !text.is_empty() && text.len() <= NAME_BYTES_MAX - 32 && text.chars().all(plain)
}

/// The key of an entry in the document.
pub(super) fn entry_key(section: &str, entry: EntryId) -> String {
    format!("{section}/{entry}")
}

/// What an entry's key says, if it is one.
pub(super) fn parse_entry_key(key: &str) -> Option<(&str, EntryId)> {
    let (section, entry) = key.split_once('/')?;
    is_name(section).then_some(())?;
    Some((section, entry.parse().ok()?))
}

/// A text that is no path, id or code of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a place in a document")]
pub struct PathError;

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Answer(question) => f.write_str(question),
            Self::EntryAnswer { section, entry, question } => write!(f, "{section}/{entry}/{question}"),
            Self::Text(name) => f.write_str(name.key()),
            Self::State(key) => write!(f, "state/{key}"),
            Self::Talk(id) => write!(f, "talk/{id}"),
        }
    }
}

impl FromStr for Path {
    type Err = PathError;
    fn from_str(text: &str) -> Result<Self, PathError> {
        let path = match text.split('/').collect::<Vec<_>>()[..] {
            [name] => Self::question(name),
            ["state", key] => Self::state(key),
            ["talk", id] => Self::Talk(id.parse()?),
            [section, entry, question] => Self::entry(section, entry.parse()?, question),
            _ => return Err(PathError),
        };
        path.is_valid().then_some(path).ok_or(PathError)
    }
}

impl Serialize for Path {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Path {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_survives_being_written_and_read() {
        for text in ["inc_type", "persons/00112233aabbccdd/p_sex", "narrative", "state/stage"] {
            assert_eq!(text.parse::<Path>().unwrap().to_string(), text);
        }
        assert_eq!("impact".parse(), Ok(Path::Text(TextName::Impact)));
        assert_eq!(
            "talk/00112233aabbccdd".parse(),
            Ok(Path::Talk(TalkId([0, 17, 34, 51, 170, 187, 204, 221])))
        );
    }

    #[test]
    fn what_is_no_path_is_refused() {
        for text in ["", "a b", "a/b", "a/00112233aabbccdd/", "a/b/c/d", "state/", "persons/xyz/p_sex"] {
            assert_eq!(text.parse::<Path>(), Err(PathError), "{text}");
        }
    }
}
