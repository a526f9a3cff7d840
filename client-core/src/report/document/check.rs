//! Compares another's change, op by op, with what our own editor writes.

use std::collections::{HashMap, HashSet};

use automerge::legacy::{ElementId, Key, ObjectId, Op, OpId, OpType};
use automerge::{ActorId as TheirActor, Automerge, ExpandedChange, ObjId, ObjType, ReadDoc, ScalarValue};

use super::super::ids::TalkId;
use super::super::receive::ChangeRefusal;
use super::super::schema::{is_name, parse_entry_key};
use super::genesis::Root;

/// How far a change can be judged by looking at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Every op that it names was looked up and is what it should be, and the bytes are those that
    /// Automerge writes for these ops. Nothing is left that only a save and a load would find, and
    /// leaving that out nearly halves the first download of all reports.
    Plain,
    /// It edits among the letters of others, which only Automerge can look up; or its bytes are
    /// encoded in an unusual way.
    Woven,
}

/// Where an op writes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Target {
    Scalars,
    Entries,
    Talk,
    Text,
}

/// Compares the ops of one change with what the editor writes.
pub(super) struct OpCheck<'a> {
    automerge: &'a Automerge,
    change: &'a ExpandedChange,
    /// Whether the author saw all that we have, so that no earlier state must be worked out.
    at_heads: bool,
    /// The last op of each actor that the author had seen.
    seen: HashMap<TheirActor, u64>,
    /// Maps that this change made.
    made: HashSet<OpId>,
    /// What this change has put, by container and key.
    put: HashMap<(ObjectId, String), HashSet<OpId>>,
    targets: HashMap<ObjectId, Target>,
    /// For each op so far, the text into which it inserted a letter.
    letters: Vec<Option<u64>>,
    kind: Kind,
}

impl<'a> OpCheck<'a> {
    pub(super) fn new(automerge: &'a Automerge, change: &'a ExpandedChange) -> Self {
        let at_heads = automerge.get_heads().iter().all(|head| change.deps.contains(head));
        let unseen: HashSet<_> =
            automerge.get_changes_meta(&change.deps).iter().map(|change| change.hash).collect();
        let mut seen = HashMap::new();
        for change in automerge.get_changes_meta(&[]) {
            if !unseen.contains(&change.hash) {
                let last = seen.entry(change.actor.into_owned()).or_default();
                *last = change.max_op.max(*last);
            }
        }
        Self {
            automerge,
            change,
            at_heads,
            seen,
            made: HashSet::new(),
            put: HashMap::new(),
            targets: HashMap::new(),
            letters: Vec::new(),
            kind: Kind::Plain,
        }
    }

    pub(super) fn run(mut self) -> Result<Kind, ChangeRefusal> {
        for (op, counter) in self.change.operations.iter().zip(self.change.start_op.get()..) {
            let id = OpId::new(counter, &self.change.actor_id);
            if !self.accepts(op, id) {
                return Err(ChangeRefusal::Foreign);
            }
            if !self.stands_alone(op) {
                self.kind = Kind::Woven;
            }
        }
        Ok(self.kind)
    }

    /// Whether an op in a text inserts at its beginning or behind a letter that this change itself
    /// inserted there.
    fn stands_alone(&mut self, op: &Op) -> bool {
        let text = match (&op.obj, &op.key) {
            (ObjectId::Id(text), Key::Seq(_)) if op.insert => Some(text.counter()),
            _ => None,
        };
        let own_letter = |element: &OpId| {
            let index = element.counter().checked_sub(self.change.start_op.get());
            let letter = index.and_then(|index| self.letters.get(usize::try_from(index).ok()?));
            element.actor() == &self.change.actor_id && letter == Some(&text)
        };
        let alone = match &op.key {
            Key::Map(_) | Key::Seq(ElementId::Head) => true,
            Key::Seq(ElementId::Id(element)) => text.is_some() && own_letter(element),
        };
        self.letters.push(text);
        alone
    }

    fn accepts(&mut self, op: &Op, id: OpId) -> bool {
        let Some(target) = self.target(&op.obj) else { return false };
        if !self.refers_to_what_was_seen(op, &id) {
            return false;
        }
        match (target, &op.key, &op.action) {
            (Target::Scalars, Key::Map(key), OpType::Put(value)) if !op.insert && is_scalar(value) => {
                let accepted = is_name(key) && self.replaces_visible(op, key);
                self.put.entry((op.obj.clone(), key.to_string())).or_default().insert(id);
                accepted
            }
            (Target::Entries, Key::Map(key), OpType::Make(ObjType::Map)) if !op.insert => {
                self.made.insert(id);
                op.pred.is_empty() && parse_entry_key(key).is_some()
            }
            (Target::Talk, Key::Map(key), OpType::Make(ObjType::Map)) if !op.insert => {
                self.made.insert(id);
                op.pred.is_empty() && key.parse::<TalkId>().is_ok()
            }
            (Target::Text, Key::Seq(_), OpType::Put(ScalarValue::Str(letter))) => {
                op.insert && op.pred.is_empty() && letter.chars().count() == 1
            }
            (Target::Text, Key::Seq(ElementId::Id(_)), OpType::Delete) => !op.insert && !op.pred.is_empty(),
            _ => false,
        }
    }

    /// Every op that this one names came before it for its author. Else those who have that op by
    /// chance would let the change in, and those who don't would not.
    fn refers_to_what_was_seen(&self, op: &Op, id: &OpId) -> bool {
        let element = match &op.key {
            Key::Seq(ElementId::Id(element)) => Some(element),
            _ => None,
        };
        let container = match &op.obj {
            ObjectId::Id(container) => Some(container),
            ObjectId::Root => None,
        };
        op.pred.iter().chain(element).chain(container).all(|other| {
            let before = other.actor() == id.actor() && other.counter() < id.counter();
            before || self.seen.get(other.actor()).is_some_and(|last| other.counter() <= *last)
        })
    }

    fn target(&mut self, obj: &ObjectId) -> Option<Target> {
        if let Some(target) = self.targets.get(obj) {
            return Some(*target);
        }
        let ObjectId::Id(op) = obj else { return None };
        let target = self.find_target(op)?;
        self.targets.insert(obj.clone(), target);
        Some(target)
    }

    fn find_target(&self, op: &OpId) -> Option<Target> {
        if self.made.contains(op) {
            return Some(Target::Scalars);
        }
        let id = exid(op);
        Some(match Root::find(&id) {
            Some(Root::Answers | Root::State) => Target::Scalars,
            Some(Root::Entries) => Target::Entries,
            Some(Root::Talk) => Target::Talk,
            Some(Root::Text(_)) => Target::Text,
            None => {
                // An entry or something said, made earlier: a map right below its container.
                let parent = self.automerge.parents(&id).ok()?.next()?.obj;
                let inside = matches!(Root::find(&parent), Some(Root::Entries | Root::Talk));
                inside.then_some(Target::Scalars)?
            }
        })
    }

    /// A put takes the place of values that its author saw: of nothing, of this change's own earlier
    /// put, or of values that were visible at its dependencies.
    fn replaces_visible(&self, op: &Op, key: &str) -> bool {
        if op.pred.is_empty() {
            return true;
        }
        let ObjectId::Id(obj) = &op.obj else { return false };
        let own = self.put.get(&(op.obj.clone(), key.to_owned()));
        let visible = if self.made.contains(obj) {
            Vec::new()
        } else if self.at_heads {
            self.automerge.get_all(exid(obj), key).unwrap_or_default()
        } else {
            self.automerge.get_all_at(exid(obj), key, &self.change.deps).unwrap_or_default()
        };
        op.pred.iter().all(|pred| {
            own.is_some_and(|own| own.contains(pred)) || visible.iter().any(|(_, id)| *id == exid(pred))
        })
    }
}

fn exid(op: &OpId) -> ObjId {
    ObjId::Id(op.counter(), TheirActor::from(op.actor().to_bytes()), 0)
}

fn is_scalar(value: &ScalarValue) -> bool {
    match value {
        ScalarValue::Str(_) | ScalarValue::Int(_) | ScalarValue::Null => true,
        ScalarValue::F64(number) => number.is_finite(),
        _ => false,
    }
}
