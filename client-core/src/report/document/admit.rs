//! Judges another's changes op by op, and tries them on a copy.

use std::collections::{HashMap, HashSet};

use automerge::legacy::{ElementId, Key, ObjectId, Op, OpId, OpType};
use automerge::{
    ActorId as TheirActor, Automerge, Change, ExpandedChange, ObjId, ObjType, ReadDoc, ScalarValue,
};

use super::super::chunk::{self, Outline};
use super::super::ids::{ActorId, ChangeHash, TalkId};
use super::super::limits::DOCUMENT_OPS_MAX;
use super::super::receive::{ChangeRefusal, IncomingChange, Received};
use super::super::schema::{TextName, is_name, parse_entry_key};
use super::genesis::{FIRST_FREE_OP, Root};
use super::{Document, actor_of, ours, theirs};

/// A change that was decoded and agrees with its outline.
pub(in super::super) struct Decoded {
    pub(in super::super) incoming: IncomingChange,
    change: Change,
}

/// Decodes a change whose outline was found acceptable.
pub(in super::super) fn decode(raw: &[u8], outline: Outline) -> Result<Decoded, ChangeRefusal> {
    let change = Change::try_from(raw).map_err(|_| ChangeRefusal::Malformed)?;
    let hash = ours(change.hash());
    // Automerge computes the hash but does not compare the checksum, which is its first four bytes.
    let agrees = hash.0[..4] == outline.checksum
        && change.raw_bytes() == raw
        && actor_of(change.actor_id()) == outline.actor
        && (change.seq(), change.start_op().get()) == (outline.seq, outline.start_op)
        && change.len() as u64 == outline.ops;
    if !agrees {
        return Err(ChangeRefusal::Malformed);
    }
    let Outline { deps, actor, seq, start_op, time_ms, ops, .. } = outline;
    Ok(Decoded { incoming: IncomingChange { hash, actor, seq, deps, ops, start_op, time_ms }, change })
}

impl Document {
    /// What [`receive`](Self::receive) does inside the isolation: answers the document that is to
    /// take this one's place, if anything was applied.
    pub(in super::super) fn admit(
        &self,
        raw: &[Vec<u8>],
        signer: ActorId,
    ) -> Result<(Received, Option<Self>), ChangeRefusal> {
        let fresh = self.fresh(raw, signer)?;
        let missing = self.missing(&fresh);
        if fresh.is_empty() || !missing.is_empty() {
            return Ok((Received { applied: Vec::new(), missing }, None));
        }

        let mut copy = self.clone();
        let mut ops = self.ops();
        let mut seq = self.last_seq(signer);
        for decoded in &fresh {
            ops += decoded.incoming.ops;
            if ops > DOCUMENT_OPS_MAX {
                return Err(ChangeRefusal::DocumentFull);
            }
            if decoded.incoming.seq <= seq {
                return Err(ChangeRefusal::ActorReused);
            }
            copy.apply(decoded)?;
            seq = decoded.incoming.seq;
        }
        let applied: Vec<_> = fresh.iter().map(|decoded| decoded.incoming.hash).collect();
        copy.prove_whole(&fresh)?;
        Ok((Received { applied, missing }, Some(copy)))
    }

    /// The changes that are new here, in the actor's order, each once.
    fn fresh(&self, raw: &[Vec<u8>], signer: ActorId) -> Result<Vec<Decoded>, ChangeRefusal> {
        let mut fresh = Vec::new();
        let mut seen = HashSet::new();
        for raw in raw {
            let outline = chunk::outline(raw)?;
            if outline.actor != signer || signer == ActorId::GENESIS {
                return Err(ChangeRefusal::WrongActor);
            }
            let decoded = decode(raw, outline)?;
            if !self.has_change(decoded.incoming.hash) && seen.insert(decoded.incoming.hash) {
                fresh.push(decoded);
            }
        }
        fresh.sort_by_key(|decoded| decoded.incoming.seq);
        Ok(fresh)
    }

    fn missing(&self, fresh: &[Decoded]) -> Vec<ChangeHash> {
        let mut missing: Vec<_> = fresh
            .iter()
            .flat_map(|decoded| &decoded.incoming.deps)
            .filter(|dep| !self.has_change(**dep) && fresh.iter().all(|other| other.incoming.hash != **dep))
            .copied()
            .collect();
        missing.sort_unstable();
        missing.dedup();
        missing
    }

    fn last_seq(&self, actor: ActorId) -> u64 {
        let changes = self.automerge.get_changes_meta(&[]);
        changes
            .iter()
            .filter(|change| actor_of(&change.actor) == actor)
            .map(|change| change.seq)
            .max()
            .unwrap_or(0)
    }

    /// Applies one change to this copy, if our own editor could have written it here.
    fn apply(&mut self, decoded: &Decoded) -> Result<(), ChangeRefusal> {
        self.check_place(&decoded.incoming)?;
        let expanded = decoded.change.decode();
        OpCheck::new(&self.automerge, &expanded).run()?;
        self.automerge.apply_changes([decoded.change.clone()]).map_err(|_| ChangeRefusal::Foreign)?;
        self.has_change(decoded.incoming.hash).then_some(()).ok_or(ChangeRefusal::Poison)
    }

    /// An honest change stands on the heads that its author saw, its own previous change among
    /// them, and numbers its ops from the first free number.
    fn check_place(&self, change: &IncomingChange) -> Result<(), ChangeRefusal> {
        let mut follows = change.seq == 1;
        let mut last_op = 0;
        for dep in &change.deps {
            let dep =
                self.automerge.get_change_meta_by_hash(&theirs(*dep)).ok_or(ChangeRefusal::OutOfSequence)?;
            last_op = last_op.max(dep.max_op);
            follows |= actor_of(&dep.actor) == change.actor && dep.seq + 1 == change.seq;
        }
        (follows && !change.deps.is_empty() && change.start_op == last_op + 1)
            .then_some(())
            .ok_or(ChangeRefusal::OutOfSequence)
    }

    /// Does once what will be done with this document later: save, load, read. Loading writes every
    /// change anew from what was saved and computes its hash, so equal heads mean that each change
    /// is there and will be handed on byte for byte; this is what finds odd encodings.
    fn prove_whole(&self, fresh: &[Decoded]) -> Result<(), ChangeRefusal> {
        let loaded = Self::load_base(&self.save()).map_err(|_| ChangeRefusal::Poison)?;
        let same_texts = TextName::ALL.into_iter().all(|name| self.text(name) == loaded.text(name));
        if loaded.heads() != self.heads() || !same_texts {
            return Err(ChangeRefusal::Poison);
        }
        loaded.read_everything();
        // What was written into an empty document differs from nothing in the plainest way; leaving
        // that out makes the first download of all reports a third faster.
        if !fresh
            .iter()
            .all(|decoded| decoded.incoming.seq == 1 && decoded.incoming.start_op == FIRST_FREE_OP)
        {
            self.history_of_changes(fresh.iter().map(|decoded| decoded.change.clone()).collect());
        }
        Ok(())
    }

    fn read_everything(&self) {
        self.paths();
        self.conflicts();
        self.all_entries();
        self.talk();
        for name in TextName::ALL {
            self.text_spans(name);
        }
    }
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
struct OpCheck<'a> {
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
}

impl<'a> OpCheck<'a> {
    fn new(automerge: &'a Automerge, change: &'a ExpandedChange) -> Self {
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
        }
    }

    fn run(mut self) -> Result<(), ChangeRefusal> {
        for (op, counter) in self.change.operations.iter().zip(self.change.start_op.get()..) {
            let id = OpId::new(counter, &self.change.actor_id);
            if !self.accepts(op, id) {
                return Err(ChangeRefusal::Foreign);
            }
        }
        Ok(())
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
