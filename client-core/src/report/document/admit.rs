//! Tries another's changes on a copy, and proves the copy whole.

use std::collections::HashSet;

use automerge::Change;

use super::super::chunk::{self, Outline};
use super::super::ids::{ActorId, ChangeHash};
use super::super::limits::DOCUMENT_OPS_MAX;
use super::super::receive::{ChangeRefusal, IncomingChange, Received};
use super::super::schema::TextName;
use super::check::{Kind, OpCheck};
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
        let mut plain = true;
        for decoded in &fresh {
            ops += decoded.incoming.ops;
            if ops > DOCUMENT_OPS_MAX {
                return Err(ChangeRefusal::DocumentFull);
            }
            if decoded.incoming.seq <= seq {
                return Err(ChangeRefusal::ActorReused);
            }
            plain &= copy.apply(decoded)? == Kind::Plain;
            seq = decoded.incoming.seq;
        }
        let applied: Vec<_> = fresh.iter().map(|decoded| decoded.incoming.hash).collect();
        if plain {
            copy.read_everything();
            copy.save();
        } else {
            copy.prove_whole(&fresh)?;
        }
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
    fn apply(&mut self, decoded: &Decoded) -> Result<Kind, ChangeRefusal> {
        self.check_place(&decoded.incoming)?;
        let expanded = decoded.change.decode();
        let kind = OpCheck::new(&self.automerge, &expanded).run()?;
        self.automerge.apply_changes([decoded.change.clone()]).map_err(|_| ChangeRefusal::Foreign)?;
        if !self.has_change(decoded.incoming.hash) {
            return Err(ChangeRefusal::Poison);
        }
        let usual_encoding = Change::from(expanded).raw_bytes() == decoded.change.raw_bytes();
        Ok(if usual_encoding { kind } else { Kind::Woven })
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
        self.history_of_changes(fresh.iter().map(|decoded| decoded.change.clone()).collect());
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
