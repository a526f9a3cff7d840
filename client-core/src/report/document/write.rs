//! Carries out an edit's steps on a copy of the document, in changes small enough for others.

use automerge::transaction::{CommitOptions, OwnedTransaction, Transactable};
use automerge::{ActorId as TheirActor, Automerge, ObjId, ObjType, ReadDoc, ScalarValue};

use super::super::diff::{self, Splice};
use super::super::ids::{ActorId, EntryId, TalkId};
use super::super::limits::{AUTHOR_BYTES, AUTHOR_OPS, AUTHOR_OPS_MAX, CHANGE_BYTES_MAX, SCALAR_BYTES_MAX};
use super::super::schema::{Path, TalkItem, TextName, entry, entry_key, is_name};
use super::edit::Step;
use super::genesis::Root;
use super::versions::scalar_of;
use super::{Document, DocumentError};
use crate::form::answer::Scalar;

/// What an op that holds no text takes at most in a change, in bytes, keys apart.
const OP_BYTES: usize = 24;
/// What one deleted letter takes at most: two numbers that jump, and two actors.
const DELETE_BYTES: usize = 8;
/// A letter's type and length, beside its own bytes.
const LETTER_BYTES: usize = 2;

pub(super) struct Writer {
    open: Option<OwnedTransaction>,
    time_ms: i64,
    /// Spent of the open change's budget.
    bytes: usize,
    ops: usize,
    /// Left of the document's budget.
    ops_left: u64,
    changes: Vec<Vec<u8>>,
}

impl Writer {
    pub(super) fn new(document: Document, actor: ActorId, time_ms: i64) -> Result<Self, DocumentError> {
        if actor == ActorId::GENESIS {
            return Err(DocumentError::BadName);
        }
        let ops_left = AUTHOR_OPS_MAX.saturating_sub(document.ops());
        let automerge = document.automerge.with_actor(TheirActor::from(actor.0));
        Ok(Self { open: Some(begin(automerge)), time_ms, bytes: 0, ops: 0, ops_left, changes: Vec::new() })
    }

    pub(super) fn carry_out(&mut self, step: Step) -> Result<(), DocumentError> {
        match step {
            Step::Put { path, scalar } => self.put(&path, &scalar),
            Step::SetText { name, text } => {
                let old = self.tx().text(Root::Text(name).id())?;
                diff::diff(&old, &text).iter().try_for_each(|splice| self.splice(name, splice))
            }
            Step::SpliceText { name, at, delete, insert } => {
                let length = self.tx().length(Root::Text(name).id());
                let at = at.min(length);
                self.splice(name, &Splice { at, delete: delete.min(length - at), insert })
            }
            Step::AddEntry { section, id, order } => self.add_entry(&section, id, order),
            Step::Say { id, item } => self.say(id, &item),
            Step::Fail(error) => Err(error),
        }
    }

    pub(super) fn finish(mut self) -> Result<(Document, Vec<Vec<u8>>), DocumentError> {
        let automerge = self.commit()?;
        Ok((Document { automerge }, self.changes))
    }

    fn tx(&mut self) -> &mut OwnedTransaction {
        self.open.as_mut().expect("a change is open until the writer is finished")
    }

    fn put(&mut self, path: &Path, scalar: &Scalar) -> Result<(), DocumentError> {
        if !path.is_valid() {
            return Err(DocumentError::BadName);
        }
        let (object, key) = match path {
            Path::Answer(question) => (Root::Answers.id(), question),
            Path::State(key) => (Root::State.id(), key),
            Path::EntryAnswer { section, entry, question } => {
                let object = self.find_entry(section, *entry)?.ok_or(DocumentError::NoSuchEntry)?;
                (object, question)
            }
            Path::Text(_) | Path::Talk(_) => return Err(DocumentError::BadValue),
        };
        self.put_in(&object, key, scalar)
    }

    fn put_in(&mut self, object: &ObjId, key: &str, scalar: &Scalar) -> Result<(), DocumentError> {
        let standing = self.tx().get_all(object, key)?;
        let as_wanted = standing.iter().all(|(value, _)| scalar_of(value).as_ref() == Some(scalar));
        if as_wanted && (!standing.is_empty() || *scalar == Scalar::Empty) {
            return Ok(());
        }
        let standing: Vec<_> =
            standing.into_iter().filter_map(|(value, _)| value.as_scalar().cloned()).collect();
        let (value, bytes) = value_of(scalar)?;
        self.spend(2 * OP_BYTES + 2 * key.len() + bytes, 2)?;
        if standing.len() > 1 {
            // Automerge writes the choice of what already wins as a deletion of the rest. Then this
            // choice would have no author, and would lose against somebody else's other choice
            // without a trace. A put in between, of what neither stands there nor is wanted, makes it
            // a put like any other.
            let between = std::iter::once(ScalarValue::Null)
                .chain((0..).map(ScalarValue::Int))
                .find(|one| *one != value && !standing.contains(one))
                .expect("there are more integers than versions");
            self.tx().put(object, key, between)?;
        }
        Ok(self.tx().put(object, key, value)?)
    }

    fn find_entry(&mut self, section: &str, id: EntryId) -> Result<Option<ObjId>, DocumentError> {
        let found = self.tx().get(Root::Entries.id(), entry_key(section, id))?;
        Ok(found.filter(|(value, _)| value.is_object()).map(|(_, object)| object))
    }

    fn add_entry(&mut self, section: &str, id: EntryId, order: i64) -> Result<(), DocumentError> {
        if !is_name(section) {
            return Err(DocumentError::BadName);
        }
        let object = match self.find_entry(section, id)? {
            Some(object) => object,
            None => self.make_map(Root::Entries, &entry_key(section, id), 2 * OP_BYTES)?,
        };
        self.put_in(&object, entry::ORDER, &Scalar::Integer(order))
    }

    fn say(&mut self, id: TalkId, item: &TalkItem) -> Result<(), DocumentError> {
        let text = |text: String| Scalar::Text(text);
        let fields = [
            ("kind", Some(text(item.kind.code().to_owned()))),
            ("text", Some(text(item.text.clone()))),
            ("to", item.to.map(|to| text(to.to_string()))),
            ("about", item.about.as_ref().map(|about| text(about.to_string()))),
            ("reply_to", item.reply_to.map(|to| text(to.to_string()))),
        ];
        let key = id.to_string();
        if self.tx().get(Root::Talk.id(), &key)?.is_some() {
            return Err(DocumentError::BadName);
        }
        // What is said is read from the one change that said it, so it must not be split.
        let object = self.make_map(Root::Talk, &key, item.text.len() + 8 * OP_BYTES + 512)?;
        for (key, scalar) in fields {
            if let Some(scalar) = scalar {
                let (value, _) = value_of(&scalar)?;
                self.take_ops(1)?;
                self.tx().put(&object, key, value)?;
            }
        }
        Ok(())
    }

    fn make_map(&mut self, root: Root, key: &str, bytes: usize) -> Result<ObjId, DocumentError> {
        self.spend(OP_BYTES + key.len() + bytes, 1)?;
        Ok(self.tx().put_object(root.id(), key, ObjType::Map)?)
    }

    /// Deletes and inserts piece by piece, each piece within one change's budget.
    fn splice(&mut self, name: TextName, splice: &Splice) -> Result<(), DocumentError> {
        let text = Root::Text(name).id();
        let mut left = splice.delete;
        while left > 0 {
            let room =
                ((AUTHOR_BYTES - self.bytes.min(AUTHOR_BYTES)) / DELETE_BYTES).min(AUTHOR_OPS - self.ops);
            let piece = left.min(room.max(1));
            self.spend(piece * DELETE_BYTES, piece)?;
            let count = isize::try_from(piece).map_err(|_| DocumentError::TooLong)?;
            self.tx().splice_text(&text, splice.at, count, "")?;
            left -= piece;
        }
        let mut at = splice.at;
        let mut rest = splice.insert.as_str();
        while !rest.is_empty() {
            let (bytes, letters, end) =
                fitting(rest, AUTHOR_BYTES.saturating_sub(self.bytes), AUTHOR_OPS - self.ops);
            self.spend(bytes, letters)?;
            self.tx().splice_text(&text, at, 0, &rest[..end])?;
            at += letters;
            rest = &rest[end..];
        }
        Ok(())
    }

    /// Takes from the budgets; begins a new change if the open one's does not suffice.
    fn spend(&mut self, bytes: usize, ops: usize) -> Result<(), DocumentError> {
        if self.bytes > 0 && (self.bytes + bytes > AUTHOR_BYTES || self.ops + ops > AUTHOR_OPS) {
            let automerge = self.commit()?;
            self.open = Some(begin(automerge));
            (self.bytes, self.ops) = (0, 0);
        }
        self.bytes += bytes;
        self.take_ops(ops)
    }

    fn take_ops(&mut self, ops: usize) -> Result<(), DocumentError> {
        self.ops += ops;
        self.ops_left = self.ops_left.checked_sub(ops as u64).ok_or(DocumentError::Full)?;
        Ok(())
    }

    fn commit(&mut self) -> Result<Automerge, DocumentError> {
        let open = self.open.take().expect("a change is open until the writer is finished");
        if open.pending_ops() == 0 {
            return Ok(open.rollback().0);
        }
        let options = CommitOptions::default().with_time(self.time_ms);
        let (automerge, hash, _) = open.commit_with(options);
        let change = hash.and_then(|hash| automerge.get_change_by_hash(&hash));
        let raw = change.ok_or(DocumentError::NoSuchChange)?.raw_bytes().to_vec();
        if raw.len() > CHANGE_BYTES_MAX {
            return Err(DocumentError::TooLong);
        }
        self.changes.push(raw);
        Ok(automerge)
    }
}

fn begin(automerge: Automerge) -> OwnedTransaction {
    automerge.into_transaction(None, None).expect("only a patch log could mismatch, and there is none")
}

/// How much of `text`, at least one letter, fits the budget: (estimated bytes, letters, end).
fn fitting(text: &str, bytes_max: usize, letters_max: usize) -> (usize, usize, usize) {
    let (mut bytes, mut letters, mut end) = (0, 0, 0);
    for letter in text.chars() {
        let more = letter.len_utf8() + LETTER_BYTES;
        if letters > 0 && (bytes + more > bytes_max || letters == letters_max) {
            break;
        }
        bytes += more;
        letters += 1;
        end += letter.len_utf8();
    }
    (bytes, letters, end)
}

fn value_of(scalar: &Scalar) -> Result<(ScalarValue, usize), DocumentError> {
    Ok(match scalar {
        Scalar::Text(text) if text.len() > SCALAR_BYTES_MAX => return Err(DocumentError::TooLong),
        Scalar::Text(text) => (ScalarValue::Str(text.as_str().into()), text.len()),
        Scalar::Integer(number) => (ScalarValue::Int(*number), 0),
        Scalar::Decimal(number) if !number.is_finite() => return Err(DocumentError::BadValue),
        Scalar::Decimal(number) => (ScalarValue::F64(*number), 0),
        Scalar::Empty => (ScalarValue::Null, 0),
    })
}
