//! Appending a batch: facts, verdict, rows.

use std::sync::Arc;

use baikoo_protocol::hash::Hash;
use baikoo_protocol::id::WorkspaceId;
use baikoo_protocol::membership::{DeviceStatus, Entry, Membership};
use baikoo_protocol::refusal::Refusal;
use rusqlite::{OptionalExtension, params};

use super::session::Session;
use super::{StoreError, database, read};
use crate::rules::{self, Effects, Facts, Refused, Verdict};
use crate::store::{Batch, Item, Outcome};
use crate::verified::Verified;

/// The workspace's row while a batch goes in.
struct Counter {
    head: u64,
    running: Hash,
    mseq: u64,
    bytes: u64,
}

impl Session<'_> {
    pub(super) fn append(&mut self, batch: &Batch) -> Result<Vec<Outcome>, StoreError> {
        let workspace = batch.workspace;
        let mut membership = self.membership(workspace)?.ok_or(Refusal::Unauthorised)?;
        let mut counter = self.load_counter(workspace)?;
        let mut outcomes = Vec::with_capacity(batch.items.len());
        for item in &batch.items {
            let outcome = match item {
                Item::Entry(entry) => {
                    // Given back for the time being, so that the entry is applied in place.
                    let outcome = self.append_entry_of(batch, membership, entry, &mut counter)?;
                    membership = self.membership(workspace)?.ok_or(Refusal::Unauthorised)?;
                    outcome
                }
                Item::Envelope(verified) => {
                    self.append_envelope(batch, &membership, verified, &mut counter)?
                }
            };
            outcomes.push(outcome);
        }
        if outcomes.iter().any(|outcome| matches!(outcome, Outcome::Stored(_) | Outcome::Appended(_))) {
            self.save_counter(workspace, &counter)?;
            self.touch(workspace);
        }
        Ok(outcomes)
    }

    fn append_entry_of(
        &mut self,
        batch: &Batch,
        membership: Arc<Membership>,
        entry: &Entry,
        counter: &mut Counter,
    ) -> Result<Outcome, StoreError> {
        let workspace = batch.workspace;
        if entry.mseq <= membership.mseq() {
            let stored = read::entry_hash(self.transaction, workspace, entry.mseq).map_err(database)?;
            return Ok(if stored == Some(entry.hash()) {
                Outcome::Duplicate
            } else {
                refused(Refusal::MembershipMoved)
            });
        }
        if let Err(refusal) = rules::judge_entry(&membership, batch.uploader, entry, batch.now_ms) {
            return Ok(refused(refusal));
        }
        if counter.bytes + entry.to_bytes().len() as u64 > batch.quota_bytes {
            return Ok(refused(Refusal::StorageFull));
        }
        drop(membership);
        match self.append_entry(workspace, entry) {
            Ok(length) => {
                counter.mseq = entry.mseq;
                counter.bytes += length;
                Ok(Outcome::Appended(entry.mseq))
            }
            Err(StoreError::Refused(refusal)) => Ok(refused(refusal)),
            Err(error) => Err(error),
        }
    }

    fn append_envelope(
        &self,
        batch: &Batch,
        membership: &Membership,
        verified: &Verified,
        counter: &mut Counter,
    ) -> Result<Outcome, StoreError> {
        let facts = self.facts(batch.workspace, membership, verified).map_err(database)?;
        let effects = match rules::judge(membership, batch.uploader, verified, &facts) {
            Ok(Verdict::Duplicate) => return Ok(Outcome::Duplicate),
            Ok(Verdict::Store(effects)) => effects,
            Err(refused) => return Ok(Outcome::Refused(refused)),
        };
        let bytes = counter.bytes + verified.bytes().len() as u64;
        if bytes > batch.quota_bytes {
            return Ok(refused(Refusal::StorageFull));
        }
        counter.head += 1;
        counter.running = counter.running.running(verified.hash());
        counter.bytes = bytes;
        self.insert(batch.workspace, verified, counter, &effects).map_err(database)?;
        Ok(Outcome::Stored(counter.head))
    }

    fn facts(
        &self,
        workspace: WorkspaceId,
        membership: &Membership,
        verified: &Verified,
    ) -> rusqlite::Result<Facts> {
        let (log, envelope) = (self.transaction, verified.envelope());
        let (device, stream) = (envelope.device, envelope.stream);
        let mut facts = Facts {
            siblings: read::hashes(log, workspace, device, envelope.dseq)?,
            tip: read::tip(log, workspace, device)?,
            ..Facts::default()
        };
        if envelope.dseq > 1 {
            facts.parent_is_stored =
                read::hashes(log, workspace, device, envelope.dseq - 1)?.contains(&envelope.prev);
        }
        if envelope.kind.has_stream() {
            facts.owner = read::owner(log, workspace, stream)?;
            facts.granted = read::is_granted(log, workspace, device, stream)?;
        }
        if let Some(DeviceStatus::Revoked { last_dseq, last_hash, .. }) =
            membership.device(device).map(|author| author.status)
        {
            facts.last_is_stored = read::hashes(log, workspace, device, last_dseq)?.contains(&last_hash);
        }
        Ok(facts)
    }

    fn insert(
        &self,
        workspace: WorkspaceId,
        verified: &Verified,
        counter: &Counter,
        effects: &Effects,
    ) -> rusqlite::Result<()> {
        let (envelope, seq) = (verified.envelope(), counter.head);
        let stream = envelope.kind.has_stream().then_some(envelope.stream.0);
        self.transaction
            .prepare_cached(
                "insert into log (workspace, seq, device, dseq, kind, stream, hash, running, bytes)
                 values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            )?
            .execute(params![
                workspace.0,
                seq,
                envelope.device.0,
                envelope.dseq,
                envelope.kind as u8,
                stream,
                verified.hash().0,
                counter.running.0,
                verified.bytes(),
            ])?;
        if let Some(stream) = stream {
            self.transaction
                .prepare_cached(
                    "insert into stream (workspace, stream, owner, last_seq) values (?1, ?2, ?3, ?4)
                     on conflict do update
                     set owner = coalesce(owner, excluded.owner), last_seq = excluded.last_seq",
                )?
                .execute(params![workspace.0, stream, effects.owner.map(|owner| owner.0), seq])?;
        }
        for device in &effects.granted {
            self.transaction
                .prepare_cached(
                    "insert into granted (workspace, device, stream, seq) values (?1, ?2, ?3, ?4)
                     on conflict do nothing",
                )?
                .execute(params![workspace.0, device.0, stream, seq])?;
        }
        for device in &effects.mentioned {
            self.transaction
                .prepare_cached(
                    "insert into mention (workspace, device, coordinator, seq) values (?1, ?2, ?3, ?4)
                     on conflict do update set seq = excluded.seq",
                )?
                .execute(params![workspace.0, device.0, envelope.device.0, seq])?;
        }
        Ok(())
    }

    fn load_counter(&self, workspace: WorkspaceId) -> Result<Counter, StoreError> {
        self.transaction
            .prepare_cached("select head, running, mseq, bytes from workspace where workspace = ?1")
            .and_then(|mut select| {
                select
                    .query_row([workspace.0], |row| {
                        Ok(Counter {
                            head: row.get(0)?,
                            running: Hash(row.get(1)?),
                            mseq: row.get(2)?,
                            bytes: row.get(3)?,
                        })
                    })
                    .optional()
            })
            .map_err(database)?
            .ok_or(StoreError::Damaged("no workspace row"))
    }

    fn save_counter(&self, workspace: WorkspaceId, counter: &Counter) -> Result<(), StoreError> {
        self.transaction
            .prepare_cached(
                "update workspace set head = ?2, running = ?3, mseq = ?4, bytes = ?5 where workspace = ?1",
            )
            .and_then(|mut update| {
                update.execute(params![
                    workspace.0,
                    counter.head,
                    counter.running.0,
                    counter.mseq,
                    counter.bytes
                ])
            })
            .map_err(database)?;
        Ok(())
    }
}

fn refused(refusal: Refusal) -> Outcome {
    Outcome::Refused(Refused::from(refusal))
}
