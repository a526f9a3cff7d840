//! What several people answered to one question without knowing of each other.

use automerge::{ObjId, ReadDoc, Value};

use super::super::ids::{ActorId, ChangeHash, EntryId};
use super::super::schema::{Path, entry, entry_key, parse_entry_key};
use super::genesis::Root;
use super::written::Written;
use super::{Document, actor_of, ours, theirs};
use crate::form::answer::Scalar;

/// Who wrote something, when, and in which change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    /// The device, in this document, in one life of its database.
    pub actor: ActorId,
    /// By the author's clock, in milliseconds since 1970; may be wrong, and any number.
    pub time_ms: i64,
    /// The change.
    pub change: ChangeHash,
}

/// One of the values that stand side by side in one place.
#[derive(Debug, Clone, PartialEq)]
pub struct Version {
    /// The value.
    pub scalar: Scalar,
    /// Everybody who wrote just this value, at least one; the latest by causal order last.
    pub by: Vec<Stamp>,
    /// Whether this is the one that is shown where only one can be shown. The choice is the same
    /// on every device and means nothing.
    pub winner: bool,
}

/// A place where people answered differently, and nobody has chosen yet.
#[derive(Debug, Clone, PartialEq)]
pub struct Conflict {
    /// Where.
    pub path: Path,
    /// At least two different values, the winner last.
    pub versions: Vec<Version>,
}

impl Document {
    /// All values that stand at a place, each once; the winner last. Empty if nobody wrote there,
    /// and for texts and talk, where words never exclude each other.
    pub fn versions(&self, path: &Path) -> Vec<Version> {
        let mut versions: Vec<Version> = Vec::new();
        for (object, key) in self.places(path) {
            for (value, op) in self.automerge.get_all(&object, key).unwrap_or_default() {
                let (Some(scalar), Some(stamp)) = (scalar_of(&value), self.stamp(&op)) else { continue };
                let same = versions.iter().position(|version| version.scalar == scalar);
                let mut by = same.map_or_else(Vec::new, |index| versions.remove(index).by);
                by.push(stamp);
                versions.push(Version { scalar, by, winner: false });
            }
        }
        if let Some(winner) = versions.last_mut() {
            winner.winner = true;
        }
        versions
    }

    /// Every place where more than one value stands. An ordinary [`set`](super::edit::Edit::set)
    /// resolves one; what was not chosen stays in the history.
    pub fn conflicts(&self) -> Vec<Conflict> {
        self.conflicts_in(&self.written())
    }

    /// The same, of a document that was read already.
    pub(crate) fn conflicts_in(&self, written: &Written) -> Vec<Conflict> {
        let mut conflicts = Vec::new();
        for path in written.disputable() {
            let versions = self.versions(path);
            if versions.len() > 1 {
                conflicts.push(Conflict { path: path.clone(), versions });
            }
        }
        conflicts
    }

    pub(super) fn entry_keys(&self) -> Vec<(String, EntryId)> {
        let keys = self.automerge.keys(Root::Entries.id());
        keys.filter_map(|key| parse_entry_key(&key).map(|(section, id)| (section.to_owned(), id))).collect()
    }

    /// The maps of one entry. There is one, unless somebody made an entry of the same random id
    /// at the same time, which is no accident; then nobody's answers are hidden.
    pub(super) fn entry_objects(&self, section: &str, entry: EntryId) -> Vec<ObjId> {
        self.objects(Root::Entries, &entry_key(section, entry))
    }

    pub(super) fn objects(&self, root: Root, key: &str) -> Vec<ObjId> {
        let values = self.automerge.get_all(root.id(), key).unwrap_or_default();
        values.into_iter().filter(|(value, _)| value.is_object()).map(|(_, id)| id).collect()
    }

    /// The containers and the key where a scalar stands.
    pub(super) fn places(&self, path: &Path) -> Vec<(ObjId, String)> {
        match path {
            Path::Answer(question) => vec![(Root::Answers.id(), question.clone())],
            Path::State(key) => vec![(Root::State.id(), key.clone())],
            Path::EntryAnswer { section, entry, question } => {
                let objects = self.entry_objects(section, *entry).into_iter();
                objects.map(|object| (object, question.clone())).collect()
            }
            Path::Text(_) | Path::Talk(_) => Vec::new(),
        }
    }

    /// Who wrote an op.
    pub(super) fn stamp(&self, op: &ObjId) -> Option<Stamp> {
        self.stamp_of_change(ours(self.automerge.hash_for_opid(op)?))
    }

    pub(super) fn stamp_of_change(&self, change: ChangeHash) -> Option<Stamp> {
        let meta = self.automerge.get_change_meta_by_hash(&theirs(change))?;
        Some(Stamp { actor: actor_of(&meta.actor), time_ms: meta.timestamp, change })
    }
}

/// Whether a key inside an entry is a question, not bookkeeping.
pub(super) fn is_question(key: &str) -> bool {
    key != entry::ORDER && key != entry::REMOVED
}

/// A value as a scalar; `None` for what this program never writes.
pub(super) fn scalar_of(value: &Value<'_>) -> Option<Scalar> {
    let Value::Scalar(scalar) = value else { return None };
    scalar_value(scalar)
}

pub(super) fn scalar_value(scalar: &automerge::ScalarValue) -> Option<Scalar> {
    use automerge::ScalarValue as Theirs;
    match scalar {
        Theirs::Str(text) => Some(Scalar::Text(text.to_string())),
        Theirs::Int(number) => Some(Scalar::Integer(*number)),
        Theirs::F64(number) => Some(Scalar::Decimal(*number)),
        Theirs::Null => Some(Scalar::Empty),
        _ => None,
    }
}
