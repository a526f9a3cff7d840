//! Opening what came: verify, decrypt, check, merge, project. What can't be taken is set apart with
//! its bytes; what can't be taken *yet* waits; neither holds up the rest.

use std::collections::{BTreeMap, BTreeSet};

use baikoo_protocol::envelope::{Adopt, Checkpoint, Grant, Kind, Payload, Recipient};
use baikoo_protocol::hash::Hash;
use baikoo_protocol::id::{DeviceId, StreamId};
use baikoo_protocol::membership::{DeviceStatus, Role};

use super::body::Body;
use crate::client::{Client, Event, owe_projection};
use crate::crypto::body::open_body;
use crate::crypto::keys::DocumentKey;
use crate::crypto::seal::{SealingSecret, open_key};
use crate::error::ClientError;
use crate::report::{Document, DocumentKind};
use crate::store::{EnvelopeRow, EnvelopeState, Name, Tx};

/// Envelopes that are opened and merged in one transaction.
const BATCH: u32 = 256;
/// How often a device may die while it applies one envelope before the envelope is to blame.
const CRASHES_MAX: usize = 3;

/// What becomes of an envelope.
pub(super) enum Verdict {
    Applied,
    Waits(&'static str),
    SetApart(&'static str),
}

/// A changes envelope, open.
pub(super) struct Opened {
    pub(super) row: EnvelopeRow,
    pub(super) body: Body,
}

impl Client {
    /// Opens and merges some of what has arrived.
    ///
    /// # Errors
    /// Only of the database: bad envelopes are set apart.
    ///
    /// Answers whether there is more to do.
    pub fn settle(&mut self) -> Result<bool, ClientError> {
        self.project_owed()?;
        let rows = self.store.read(|tx| tx.envelopes_in(EnvelopeState::Received, 0, BATCH))?;
        let Some(first) = rows.first() else { return Ok(false) };
        // After a crash in the middle of applying, one at a time: the culprit shows itself.
        let (rows, crashes): (Vec<EnvelopeRow>, usize) =
            if rows.iter().any(|row| self.suspects.contains_key(&row.id)) {
                let crashes = self.suspects.remove(&first.id).unwrap_or(0);
                (rows.into_iter().take(1).collect(), crashes)
            } else {
                (rows, 0)
            };
        // One that is tried again stands there once for each time.
        let ids: Vec<String> =
            rows.iter().flat_map(|row| std::iter::repeat_n(row.id.to_string(), crashes + 1)).collect();
        self.store.write(|tx| Ok::<_, ClientError>(tx.set(Name::Applying, ids.join(" ").as_bytes())?))?;
        self.apply_batch(rows)?;
        Ok(true)
    }

    fn apply_batch(&mut self, rows: Vec<EnvelopeRow>) -> Result<(), ClientError> {
        let mut verdicts: BTreeMap<i64, Verdict> = BTreeMap::new();
        let mut opened = Vec::new();
        let mut fresh_keys = Vec::new();
        let mut touched = BTreeSet::new();
        let headers: Vec<(i64, DeviceId, Kind, StreamId)> = rows
            .iter()
            .map(|row| (row.id, row.envelope.device, row.envelope.kind, row.envelope.stream))
            .collect();
        for row in rows {
            let id = row.id;
            let verdict = match self.verify(&row)? {
                Some(verdict) => verdict,
                None => match row.envelope.kind {
                    Kind::Changes => match self.open_changes(row, &mut fresh_keys)? {
                        Ok(done) => {
                            opened.push(done);
                            continue;
                        }
                        Err(verdict) => verdict,
                    },
                    Kind::Grant => self.take_grant(&row)?,
                    Kind::Checkpoint => self.take_checkpoint(&row)?,
                    Kind::Adopt => self.take_adopt(&row)?,
                },
            };
            verdicts.insert(id, verdict);
        }
        let documents = self.merge(opened, &mut verdicts, &mut touched)?;
        let now_ms = self.env.clocks().wall_ms;
        self.store.write(|tx| {
            for (stream, key) in &fresh_keys {
                tx.add_key(*stream, key, true)?;
            }
            for merged in &documents {
                merged.keep(tx)?;
            }
            for (id, verdict) in &verdicts {
                let (state, reason) = match verdict {
                    Verdict::Applied => (EnvelopeState::Applied, None),
                    Verdict::Waits(reason) => (EnvelopeState::Waiting, Some(*reason)),
                    Verdict::SetApart(reason) => (EnvelopeState::Quarantined, Some(*reason)),
                };
                tx.set_envelope_state(*id, state, reason)?;
            }
            for (_, device, kind, _) in &headers {
                note_peer(tx, *device, *kind, now_ms)?;
            }
            // What waited for a change or a key of this stream may go on.
            for (id, _, _, stream) in &headers {
                if matches!(verdicts.get(id), Some(Verdict::Applied)) && *stream != StreamId([0; 16]) {
                    tx.retry_waiting(*stream)?;
                }
            }
            // The rows come in a transaction of their own, and are owed until then.
            owe_projection(tx, &touched)?;
            Ok::<_, ClientError>(tx.unset(Name::Applying)?)
        })?;
        if verdicts.values().any(|verdict| matches!(verdict, Verdict::SetApart(_))) {
            self.events.push(Event::Quarantined);
        }
        let merged: BTreeMap<StreamId, Document> =
            documents.into_iter().map(|merged| (merged.row.stream, merged.document)).collect();
        self.project_merged(&touched, &merged)
    }

    /// Checks who signed and whether it counts. `None`: go on.
    fn verify(&mut self, row: &EnvelopeRow) -> Result<Option<Verdict>, ClientError> {
        let envelope = &row.envelope;
        let Some(device) =
            self.membership.as_ref().and_then(|membership| membership.device(envelope.device)).cloned()
        else {
            return Ok(Some(Verdict::Waits("unknown_device")));
        };
        if envelope.verified(self.workspace, &device.verifier).is_none() {
            return Ok(Some(Verdict::SetApart("signature")));
        }
        let coordinator = device.role == Role::Coordinator;
        match device.status {
            DeviceStatus::Pending => return Ok(Some(Verdict::Waits("approval"))),
            DeviceStatus::Revoked { last_dseq, last_hash, .. } => {
                let beyond = envelope.dseq > last_dseq || envelope.dseq == last_dseq && row.hash != last_hash;
                if beyond && row.reason.as_deref() != Some("adopted") && !self.is_adopted(row.hash)? {
                    return Ok(Some(Verdict::SetApart("revoked_device")));
                }
            }
            DeviceStatus::Active | DeviceStatus::Unverified => {}
        }
        if !coordinator && matches!(envelope.kind, Kind::Checkpoint | Kind::Adopt) {
            return Ok(Some(Verdict::SetApart("not_allowed")));
        }
        self.check_chain(row)?;
        Ok(None)
    }

    /// Looks for forks and, where everything can be seen, for gaps. Both are shown; neither keeps
    /// an honest account from being read.
    fn check_chain(&mut self, row: &EnvelopeRow) -> Result<(), ClientError> {
        let envelope = &row.envelope;
        let (same, before) = self.store.read(|tx| {
            let before = if envelope.dseq > 1 {
                tx.envelopes_at(envelope.device, envelope.dseq - 1)?
            } else {
                Vec::new()
            };
            Ok::<_, ClientError>((tx.envelopes_at(envelope.device, envelope.dseq)?, before))
        })?;
        if same.len() > 1 {
            let device = envelope.device;
            self.store.write(|tx| {
                let mut peer = tx.peer(device)?;
                peer.forked = true;
                Ok::<_, ClientError>(tx.set_peer(device, &peer)?)
            })?;
            self.alarm("fork")?;
        }
        let unbroken = envelope.dseq == 1 && envelope.prev == Hash::ZERO
            || before.iter().any(|row| row.hash == envelope.prev);
        if self.coordinates() && !unbroken {
            self.alarm("gap")?;
        }
        Ok(())
    }

    fn is_adopted(&self, hash: Hash) -> Result<bool, ClientError> {
        self.store.read(|tx| {
            for state in [EnvelopeState::Applied, EnvelopeState::Stored, EnvelopeState::Outbox] {
                let mut after = 0;
                loop {
                    let rows = tx.envelopes_in(state, after, 256)?;
                    let Some(last) = rows.last() else { break };
                    after = last.id;
                    let names = |row: &EnvelopeRow| match (&row.envelope.kind, &row.envelope.payload) {
                        (Kind::Adopt, Payload::Open(bytes)) => {
                            Adopt::from_bytes(bytes).is_ok_and(|adopt| adopt.0.contains(&hash))
                        }
                        _ => false,
                    };
                    if rows.iter().any(names) {
                        return Ok(true);
                    }
                }
            }
            Ok(false)
        })
    }

    /// Opens an envelope. A key that came with it goes to `fresh_keys`, for the caller to keep: a
    /// transaction for each would cost a sync of the disk for each new report.
    pub(super) fn open_changes(
        &self,
        row: EnvelopeRow,
        fresh_keys: &mut Vec<(StreamId, DocumentKey)>,
    ) -> Result<Result<Opened, Verdict>, ClientError> {
        let envelope = &row.envelope;
        let Payload::Sealed(sealed) = &envelope.payload else {
            return Ok(Err(Verdict::SetApart("malformed")));
        };
        let stream = envelope.stream;
        let fresh = fresh_keys.iter().find(|(of, key)| *of == stream && key.id() == sealed.key_id);
        let key = match fresh {
            Some((_, key)) => Some(key.clone()),
            None => self.store.read(|tx| tx.key(stream, sealed.key_id))?,
        };
        let key = match key {
            Some(key) => key,
            None => match self.find_key(&sealed.seals, sealed.key_id, stream) {
                Some(key) => {
                    fresh_keys.push((stream, key.clone()));
                    key
                }
                None => return Ok(Err(Verdict::Waits("no_key"))),
            },
        };
        let mut header = envelope.clone();
        if let Payload::Sealed(sealed) = &mut header.payload {
            sealed.ciphertext.0.clear();
        }
        let Ok(bytes) = open_body(sealed, &key, &header.associated_data(self.workspace)) else {
            return Ok(Err(Verdict::SetApart("does_not_open")));
        };
        let Some(body) = Body::from_bytes(&bytes, envelope.device, stream) else {
            return Ok(Err(Verdict::SetApart("malformed")));
        };
        let author_coordinates = self
            .membership
            .as_ref()
            .and_then(|membership| membership.device(envelope.device))
            .is_some_and(|device| device.role == Role::Coordinator);
        if body.kind() == DocumentKind::Review && !author_coordinates {
            return Ok(Err(Verdict::SetApart("not_allowed")));
        }
        Ok(Ok(Opened { row, body }))
    }

    fn find_key(
        &self,
        seals: &[baikoo_protocol::envelope::Seal],
        key_id: Hash,
        stream: StreamId,
    ) -> Option<DocumentKey> {
        let own = self.device.id();
        seals.iter().find_map(|seal| {
            let with = match seal.recipient {
                Recipient::Role(epoch) => SealingSecret::of_role(self.role_secrets.get(&epoch)?),
                Recipient::Device(device) if device == own => self.device.sealing(),
                Recipient::Device(_) => return None,
            };
            open_key(&with, seal, key_id, (self.workspace, stream)).ok()
        })
    }

    fn take_grant(&mut self, row: &EnvelopeRow) -> Result<Verdict, ClientError> {
        let (stream, own) = (row.envelope.stream, self.device.id());
        let Payload::Open(bytes) = &row.envelope.payload else { return Ok(Verdict::SetApart("malformed")) };
        let Ok(grant) = Grant::from_bytes(bytes) else { return Ok(Verdict::SetApart("malformed")) };
        let key = self.find_key(&grant.seals, grant.key_id, stream);
        self.store.write(|tx| {
            for device in grant.devices() {
                tx.add_share(stream, device, true)?;
            }
            if let Some(key) = &key {
                tx.add_key(stream, key, true)?;
            }
            // What came before the grant was not for this device; now it is.
            if grant.devices().any(|device| device == own)
                && let Some(seq) = row.seq
            {
                tx.want_backfill(stream, seq)?;
            }
            Ok::<_, ClientError>(())
        })?;
        Ok(Verdict::Applied)
    }

    fn take_checkpoint(&mut self, row: &EnvelopeRow) -> Result<Verdict, ClientError> {
        let Payload::Open(bytes) = &row.envelope.payload else { return Ok(Verdict::SetApart("malformed")) };
        let Ok(checkpoint) = Checkpoint::from_bytes(bytes) else { return Ok(Verdict::SetApart("malformed")) };
        let own = self.device.id();
        let mine = checkpoint.devices.iter().find(|(device, _)| *device == own).map(|(_, dseq)| *dseq);
        let split = self.store.write(|tx| {
            if let Some(dseq) = mine {
                let known = tx.get_count(Name::ReceivedDseq)?;
                // Nobody can have received what was never written.
                let written = tx.get_count(Name::Dseq)?;
                tx.set_count(Name::ReceivedDseq, known.max(dseq.min(written)))?;
            }
            let epoch: [u8; 8] = tx.get_array(Name::LogEpoch)?.unwrap_or_default();
            let here = tx.running_at(checkpoint.seq)?;
            Ok::<_, ClientError>(
                epoch == checkpoint.log_epoch && here.is_some_and(|hash| hash != checkpoint.hash),
            )
        })?;
        if split {
            self.alarm("split_view")?;
        }
        if mine.is_some() {
            self.reproject_own()?;
        }
        Ok(Verdict::Applied)
    }

    fn take_adopt(&mut self, row: &EnvelopeRow) -> Result<Verdict, ClientError> {
        let Payload::Open(bytes) = &row.envelope.payload else { return Ok(Verdict::SetApart("malformed")) };
        let Ok(adopt) = Adopt::from_bytes(bytes) else { return Ok(Verdict::SetApart("malformed")) };
        self.take_adopted(&adopt.0)?;
        Ok(Verdict::Applied)
    }

    /// Lets adopted envelopes be looked at again.
    pub(crate) fn take_adopted(&mut self, hashes: &[Hash]) -> Result<(), ClientError> {
        self.store.write(|tx| {
            for hash in hashes {
                if let Some(row) = tx.envelope(*hash)?
                    && row.state == EnvelopeState::Quarantined
                    && row.reason.as_deref() == Some("revoked_device")
                {
                    tx.set_envelope_state(row.id, EnvelopeState::Received, Some("adopted"))?;
                }
            }
            Ok(())
        })
    }

    /// After a start: if applying a single envelope has crashed each time, it is set apart. Once
    /// may have been the battery.
    pub(crate) fn quarantine_lone_suspect(&mut self) -> Result<(), ClientError> {
        let id = match self.suspects.first_key_value() {
            Some((id, crashes)) if self.suspects.len() == 1 && *crashes >= CRASHES_MAX => *id,
            _ => return Ok(()),
        };
        self.suspects.clear();
        self.store.write(|tx| {
            tx.set_envelope_state(id, EnvelopeState::Quarantined, Some("poison"))?;
            Ok(tx.unset(Name::Applying)?)
        })
    }
}

fn note_peer(tx: &Tx<'_>, device: DeviceId, kind: Kind, now_ms: i64) -> Result<(), ClientError> {
    let mut peer = tx.peer(device)?;
    let before = peer.opened_dseq;
    peer.last_seen_ms = Some(now_ms);
    peer.opened_dseq = tx.opened_up_to(device, before)?;
    // A checkpoint about nothing but a checkpoint would go to and fro between two coordinators
    // for ever.
    if kind == Kind::Checkpoint && peer.announced_dseq == before && peer.opened_dseq == before + 1 {
        peer.announced_dseq = peer.opened_dseq;
    }
    Ok(tx.set_peer(device, &peer)?)
}
