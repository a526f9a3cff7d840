//! What a person did between two saves: first gathered, then written as one.

use super::super::ids::{ActorId, ChangeHash, EntryId, TalkId};
use super::super::isolation;
use super::super::schema::{Path, Stage, TalkItem, TextName, entry, state};
use super::write::Writer;
use super::{Document, DocumentError};
use crate::form::answer::{Answer, Scalar};

/// Gathers what is to be written. Nothing happens before the save, and then all or nothing.
#[derive(Debug)]
pub struct Edit<'a> {
    document: &'a Document,
    pub(super) steps: Vec<Step>,
}

/// One thing to write.
#[derive(Debug)]
pub(super) enum Step {
    Put { path: Path, scalar: Scalar },
    SetText { name: TextName, text: String },
    SpliceText { name: TextName, at: usize, delete: usize, insert: String },
    AddEntry { section: String, id: EntryId, order: i64 },
    Say { id: TalkId, item: TalkItem },
    Fail(DocumentError),
}

impl Edit<'_> {
    /// Answers a question; `None` takes the answer back. A text's path sets the text. Writes
    /// nothing if just this value stands there; where several stand, chooses this one.
    pub fn set(&mut self, path: &Path, answer: Option<&Answer>) {
        self.set_scalar(path, answer.map_or(Scalar::Empty, Answer::to_scalar));
    }

    /// As [`set`](Self::set), with the scalar itself: to choose one of several versions.
    pub fn set_scalar(&mut self, path: &Path, scalar: Scalar) {
        let step = match (path, scalar) {
            (Path::Text(name), Scalar::Text(text)) => Step::SetText { name: *name, text },
            (Path::Text(name), Scalar::Empty) => Step::SetText { name: *name, text: String::new() },
            (Path::Text(_) | Path::Talk(_), _) => Step::Fail(DocumentError::BadValue),
            (path, scalar) => Step::Put { path: path.clone(), scalar },
        };
        self.steps.push(step);
    }

    /// Makes a text say `text`, by the few edits that lead there, so that what others write into
    /// it at the same time stays.
    pub fn set_text(&mut self, name: TextName, text: &str) {
        self.steps.push(Step::SetText { name, text: text.to_owned() });
    }

    /// Replaces `delete` code points from code point `at` on by `insert`. Places past the end mean
    /// the end.
    pub fn splice_text(&mut self, name: TextName, at: usize, delete: usize, insert: &str) {
        self.steps.push(Step::SpliceText { name, at, delete, insert: insert.to_owned() });
    }

    /// Adds an entry to a section, or moves it if it exists. `id` is random.
    pub fn add_entry(&mut self, section: &str, id: EntryId, order: i64) {
        self.steps.push(Step::AddEntry { section: section.to_owned(), id, order });
    }

    /// Crosses an entry out. It stays readable, and what others write into it stays.
    pub fn remove_entry(&mut self, section: &str, id: EntryId, reason: &str) {
        self.set_scalar(&Path::entry(section, id, entry::REMOVED), Scalar::Text(reason.to_owned()));
    }

    /// Takes the crossing out back.
    pub fn restore_entry(&mut self, section: &str, id: EntryId) {
        self.set_scalar(&Path::entry(section, id, entry::REMOVED), Scalar::Empty);
    }

    /// Asks, answers or remarks. `id` is random.
    pub fn say(&mut self, id: TalkId, item: TalkItem) {
        self.steps.push(Step::Say { id, item });
    }

    /// Says something about the document itself.
    pub fn set_state(&mut self, key: &str, value: Scalar) {
        self.set_scalar(&Path::state(key), value);
    }

    /// Says how far the report has come, and why.
    pub fn set_stage(&mut self, stage: Stage, reason: &str) {
        self.set_state(state::STAGE, Scalar::Text(stage.code().to_owned()));
        let reason = if reason.is_empty() { Scalar::Empty } else { Scalar::Text(reason.to_owned()) };
        self.set_state(state::STAGE_REASON, reason);
    }

    /// Writes again what stood in a place after `change`. An ordinary edit: what stands there now
    /// stays in the history.
    pub fn restore(&mut self, path: &Path, change: ChangeHash) {
        if self.document.has_change(change) {
            self.set_scalar(path, self.document.value_at(path, change).unwrap_or(Scalar::Empty));
        } else {
            self.steps.push(Step::Fail(DocumentError::NoSuchChange));
        }
    }
}

impl Document {
    /// Saves what `gather` gathers, as `actor`, at `time_ms` (milliseconds since 1970).
    ///
    /// Answers the raw changes to store and send, in order: one, unless a text was so long that
    /// it had to be split; none if nothing was really changed. On an error the document is as it
    /// was. One actor's edits must be saved in the order in which they were made: whoever loses one
    /// and goes on needs a new incarnation.
    pub fn edit(
        &mut self,
        actor: ActorId,
        time_ms: i64,
        gather: impl FnOnce(&mut Edit<'_>),
    ) -> Result<Vec<Vec<u8>>, DocumentError> {
        let mut edit = Edit { document: self, steps: Vec::new() };
        gather(&mut edit);
        let steps = edit.steps;
        let copy = self.clone();
        let (document, changes) = isolation::contain(|| write(copy, actor, time_ms, steps))
            .unwrap_or(Err(DocumentError::Broken))?;
        if !changes.is_empty() {
            *self = document;
        }
        Ok(changes)
    }
}

fn write(
    document: Document,
    actor: ActorId,
    time_ms: i64,
    steps: Vec<Step>,
) -> Result<(Document, Vec<Vec<u8>>), DocumentError> {
    let mut writer = Writer::new(document, actor, time_ms)?;
    steps.into_iter().try_for_each(|step| writer.carry_out(step))?;
    writer.finish()
}
