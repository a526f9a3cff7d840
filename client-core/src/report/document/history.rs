//! Who wrote what and when, from the first word on.
//!
//! Each change is compared with what its own author saw, so an item says what that person did, not
//! what it came to when other changes met it.

use std::collections::HashMap;

use automerge::legacy::{Key, ObjectId, Op, OpId, OpType};
use automerge::{ActorId as TheirActor, Change, ExpandedChange, ObjId, PatchAction, ReadDoc};

use super::super::ids::{ActorId, ChangeHash};
use super::super::schema::{Path, Stage, TextName, parse_entry_key, state};
use super::genesis::Root;
use super::versions::{scalar_of, scalar_value};
use super::{Document, actor_of, ours, theirs};
use crate::form::answer::Scalar;

/// What one change did in one place.
#[derive(Debug, Clone, PartialEq)]
pub struct HistoryItem {
    /// Where.
    pub path: Path,
    /// What.
    pub edited: Edited,
    /// Who.
    pub actor: ActorId,
    /// When, by the author's clock, in milliseconds since 1970; may be wrong, and any number.
    pub time_ms: i64,
    /// In which change.
    pub change: ChangeHash,
}

/// What was done to a place.
#[derive(Debug, Clone, PartialEq)]
pub enum Edited {
    /// A value was put in the place of others.
    Value {
        /// What the author saw there: nothing, one value, or several among which she chose.
        old: Vec<Scalar>,
        /// What she wrote.
        new: Scalar,
    },
    /// Words were taken out and put in, in this order.
    Words(Vec<WordsEdit>),
}

/// One stretch of a text that was replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WordsEdit {
    /// Where it begins, in code points, when the earlier edits of the same item are done.
    pub at: usize,
    /// The words that were there.
    pub removed: String,
    /// The words that came in their place.
    pub inserted: String,
}

impl Document {
    /// All that was ever done, each change after those that its author had seen; the same order on
    /// every device.
    pub fn history(&self) -> Vec<HistoryItem> {
        self.changed_since(&[])
    }

    /// All that was ever done in one place.
    pub fn history_of(&self, path: &Path) -> Vec<HistoryItem> {
        let mut items = self.history();
        items.retain(|item| item.path == *path);
        items
    }

    /// What was done by the changes that are not among `heads` and their ancestors: what is new
    /// since somebody looked. Heads that the document does not know are passed over.
    pub fn changed_since(&self, heads: &[ChangeHash]) -> Vec<HistoryItem> {
        self.history_of_changes(self.own_changes(heads))
    }

    /// What stood in a place for whoever had just made `change`. A text is a [`Scalar::Text`].
    pub fn value_at(&self, path: &Path, change: ChangeHash) -> Option<Scalar> {
        if !self.has_change(change) {
            return None;
        }
        let at = [theirs(change)];
        if let Path::Text(name) = path {
            return self.automerge.text_at(Root::Text(*name).id(), &at).ok().map(Scalar::Text);
        }
        let places = self.places(path).into_iter().rev();
        let mut values = places.filter_map(|(object, key)| self.automerge.get_at(object, key, &at).ok()?);
        values.find_map(|(value, _)| scalar_of(&value))
    }

    /// What was written into a withdrawn report by people who did not know, or wrote nevertheless.
    pub fn edited_after_withdrawal(&self) -> Vec<HistoryItem> {
        let withdrawn = Scalar::Text(Stage::Withdrawn.code().to_owned());
        let versions = self.versions(&Path::state(state::STAGE));
        let stamps =
            versions.into_iter().filter(|version| version.scalar == withdrawn).flat_map(|version| version.by);
        let Some(withdrawal) = stamps.last() else { return Vec::new() };
        let mut items = self.changed_since(&[withdrawal.change]);
        items.retain(|item| !matches!(item.path, Path::State(_) | Path::Talk(_)));
        items
    }

    pub(super) fn history_of_changes(&self, mut changes: Vec<Change>) -> Vec<HistoryItem> {
        // An op's number is greater than all that its author had seen, so this order is causal.
        changes.sort_by_key(|change| (change.start_op(), change.hash()));
        let entries = self.entries_by_op();
        changes.iter().flat_map(|change| self.items_of(change, &entries)).collect()
    }

    /// Where the ops of an entry's or a talk item's map belong.
    fn entries_by_op(&self) -> HashMap<ObjId, Inside> {
        let mut inside = HashMap::new();
        for root in [Root::Entries, Root::Talk] {
            for key in self.automerge.keys(root.id()) {
                for object in self.objects(root, &key) {
                    inside.insert(object, Inside { root, key: key.clone() });
                }
            }
        }
        inside
    }

    fn items_of(&self, change: &Change, inside: &HashMap<ObjId, Inside>) -> Vec<HistoryItem> {
        let expanded = change.decode();
        let mut edits: Vec<(Path, Edited)> = Vec::new();
        let mut texts = Vec::new();
        for op in &expanded.operations {
            let ObjectId::Id(container) = &op.obj else { continue };
            let container = exid(container);
            let root = Root::find(&container);
            if let Some(Root::Text(name)) = root {
                if !texts.contains(&name) {
                    texts.push(name);
                }
                continue;
            }
            let Key::Map(key) = &op.key else { continue };
            let OpType::Put(value) = &op.action else { continue };
            let path = path_of(root, inside.get(&container), key);
            let (Some(path), Some(new)) = (path, scalar_value(value)) else { continue };
            self.add_value(&mut edits, path, new, &container, op, &expanded);
        }
        for name in texts {
            let words = self.words(name, change);
            if !words.is_empty() {
                edits.push((Path::Text(name), Edited::Words(words)));
            }
        }
        let (actor, time_ms, hash) = (actor_of(change.actor_id()), change.timestamp(), ours(change.hash()));
        let item = |(path, edited)| HistoryItem { path, edited, actor, time_ms, change: hash };
        edits.into_iter().map(item).collect()
    }

    /// One change may put twice in one place; only the last put counts, against what was there first.
    fn add_value(
        &self,
        edits: &mut Vec<(Path, Edited)>,
        path: Path,
        new: Scalar,
        container: &ObjId,
        op: &Op,
        change: &ExpandedChange,
    ) {
        let earlier = edits.iter_mut().find(|(other, _)| *other == path);
        if let Some((_, Edited::Value { new: last, .. })) = earlier {
            *last = new;
            return;
        }
        let Key::Map(key) = &op.key else { return };
        let replaced: Vec<_> = op.pred.iter().map(exid).collect();
        let seen = if replaced.is_empty() {
            Vec::new()
        } else {
            self.automerge.get_all_at(container, key.as_str(), &change.deps).unwrap_or_default()
        };
        let mut old = Vec::new();
        for (value, _) in seen.into_iter().filter(|(_, id)| replaced.contains(id)) {
            old.extend(scalar_of(&value).filter(|scalar| !old.contains(scalar)));
        }
        edits.push((path, Edited::Value { old, new }));
    }

    fn words(&self, name: TextName, change: &Change) -> Vec<WordsEdit> {
        let text = Root::Text(name).id();
        let before = self.automerge.text_at(&text, change.deps()).unwrap_or_default();
        let mut letters: Vec<char> = before.chars().collect();
        let patches = self.automerge.diff_obj(&text, change.deps(), &[change.hash()], false);
        let mut edits: Vec<WordsEdit> = Vec::new();
        for patch in patches.unwrap_or_default() {
            let (at, delete, inserted) = match patch.action {
                PatchAction::SpliceText { index, value, .. } => (index, 0, value.make_string()),
                PatchAction::DeleteSeq { index, length } => (index, length, String::new()),
                _ => continue,
            };
            if at + delete > letters.len() {
                break;
            }
            let removed: String = letters.splice(at..at + delete, inserted.chars()).collect();
            match edits.last_mut() {
                // Automerge tells a replacement as an insertion and a deletion right behind it.
                Some(last) if last.at + last.inserted.chars().count() == at => {
                    last.removed.push_str(&removed);
                    last.inserted.push_str(&inserted);
                }
                _ => edits.push(WordsEdit { at, removed, inserted }),
            }
        }
        edits
    }
}

/// Which container a map is in, and under which key.
#[derive(Debug, Clone)]
struct Inside {
    root: Root,
    key: String,
}

fn path_of(root: Option<Root>, inside: Option<&Inside>, key: &str) -> Option<Path> {
    match (root, inside) {
        (Some(Root::Answers), _) => Some(Path::Answer(key.to_owned())),
        (Some(Root::State), _) => Some(Path::State(key.to_owned())),
        (None, Some(Inside { root: Root::Entries, key: entry })) => {
            let (section, id) = parse_entry_key(entry)?;
            Some(Path::entry(section, id, key))
        }
        (None, Some(Inside { root: Root::Talk, key: id })) if key == "text" => {
            Some(Path::Talk(id.parse().ok()?))
        }
        _ => None,
    }
}

fn exid(op: &OpId) -> ObjId {
    ObjId::Id(op.counter(), TheirActor::from(op.actor().to_bytes()), 0)
}
