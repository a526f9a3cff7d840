//! What comes up: gathered as it arrives, verified off the async threads, committed.

use std::collections::BTreeMap;
use std::sync::Arc;

use baikoo_protocol::codec::CodecError;
use baikoo_protocol::envelope::WireEnvelope;
use baikoo_protocol::frame::{Frame, FrameDecoder, Hello};
use baikoo_protocol::hash::Hash;
use baikoo_protocol::id::{DeviceId, WorkspaceId};
use baikoo_protocol::limits::UPLOAD_ENVELOPES_MAX;
use baikoo_protocol::membership::{Entry, Membership};
use baikoo_protocol::refusal::Refusal;
use bytes::Bytes;
use futures_util::{FutureExt, Stream, StreamExt};

use super::load_membership;
use crate::limits::{BATCH_BYTES_MAX, BATCH_ITEMS_MAX};
use crate::node::Node;
use crate::rules::{self, Refused};
use crate::store::{Batch, Item, Outcome, Store};
use crate::verified::Verified;

/// What came up with one call.
pub(super) struct Uploaded {
    pub(super) hello: Hello,
    /// Refused items by their place.
    pub(super) refused: Vec<(u64, Refused)>,
}

pub(super) struct Upload<'a, S> {
    node: &'a Node<S>,
    workspace: WorkspaceId,
    device: DeviceId,
    hello: Option<Hello>,
    count: u64,
    waiting: Vec<(u64, Parsed)>,
    waiting_bytes: usize,
    refused: Vec<(u64, Refused)>,
}

enum Parsed {
    Entry(Entry),
    Envelope(WireEnvelope),
}

impl<'a, S: Store> Upload<'a, S> {
    pub(super) fn new(node: &'a Node<S>, workspace: WorkspaceId, device: DeviceId) -> Self {
        Self {
            node,
            workspace,
            device,
            hello: None,
            count: 0,
            waiting: Vec::new(),
            waiting_bytes: 0,
            refused: Vec::new(),
        }
    }

    pub(super) async fn run<E: Send>(
        mut self,
        body: impl Stream<Item = Result<Bytes, E>> + Send + Unpin,
    ) -> Result<Uploaded, Refusal> {
        let read = self.read(body).await;
        // Whatever was wrong with what came after, the complete frames count.
        let committed = self.commit().await;
        read.and(committed)?;
        let hello = self.hello.ok_or(Refusal::Malformed)?;
        self.refused.sort_unstable_by_key(|(place, _)| *place);
        Ok(Uploaded { hello, refused: self.refused })
    }

    async fn read<E: Send>(
        &mut self,
        mut body: impl Stream<Item = Result<Bytes, E>> + Send + Unpin,
    ) -> Result<(), Refusal> {
        let mut decoder = FrameDecoder::default();
        loop {
            while let Some(frame) = decoder.next_frame().map_err(refusal_of)? {
                if !self.take(frame)? {
                    return if decoder.waiting() == 0 { Ok(()) } else { Err(Refusal::Malformed) };
                }
                if self.waiting.len() >= BATCH_ITEMS_MAX || self.waiting_bytes >= BATCH_BYTES_MAX {
                    self.commit().await?;
                }
            }
            // While more is already there, the batch grows; before waiting for the network, it is
            // committed, so that a cut finds it safe.
            let next = match body.next().now_or_never() {
                Some(next) => next,
                None => {
                    self.commit().await?;
                    body.next().await
                }
            };
            // A body that breaks off, or ends without the end frame, was cut.
            let bytes = next.and_then(Result::ok).ok_or(Refusal::Malformed)?;
            self.node.metrics.received(bytes.len());
            decoder.push(&bytes);
        }
    }

    /// Takes a frame, and says whether more may come.
    fn take(&mut self, frame: Frame) -> Result<bool, Refusal> {
        match (frame, &self.hello) {
            (Frame::Hello(hello), None) => self.hello = Some(hello),
            (Frame::End, Some(_)) => return Ok(false),
            (Frame::Entry(bytes), Some(_)) => {
                let parsed = Entry::from_bytes(&bytes).map(Parsed::Entry).map_err(rules::refusal_of);
                self.wait(parsed, bytes.len())?;
            }
            (Frame::Envelope(bytes), Some(_)) => {
                let parsed = WireEnvelope::from_bytes(&bytes).map(Parsed::Envelope).map_err(refusal_of);
                self.wait(parsed, bytes.len())?;
            }
            _ => return Err(Refusal::Malformed),
        }
        Ok(true)
    }

    fn wait(&mut self, parsed: Result<Parsed, Refusal>, bytes: usize) -> Result<(), Refusal> {
        let place = self.count;
        self.count += 1;
        if self.count > UPLOAD_ENVELOPES_MAX as u64 {
            return Err(Refusal::TooLarge);
        }
        let now_ms = self.node.clock.now_ms();
        let rated = parsed.and_then(|parsed| {
            let spent = self.node.envelope_rate.take((self.workspace, self.device), now_ms);
            spent.map(|()| parsed).map_err(|_| Refusal::Busy)
        });
        match rated {
            Ok(parsed) => {
                self.waiting_bytes += bytes;
                self.waiting.push((place, parsed));
            }
            Err(refusal) => self.refuse(place, refusal.into()),
        }
        Ok(())
    }

    fn refuse(&mut self, place: u64, refused: Refused) {
        self.node.metrics.refused(refused.refusal);
        self.refused.push((place, refused));
    }

    async fn commit(&mut self) -> Result<(), Refusal> {
        let waiting = std::mem::take(&mut self.waiting);
        self.waiting_bytes = 0;
        if waiting.is_empty() {
            return Ok(());
        }
        let membership = load_membership(self.node, self.workspace).await?;
        if let Err(refusal) = rules::may_upload(&membership, self.device) {
            waiting.into_iter().for_each(|(place, _)| self.refuse(place, refusal.into()));
            return Ok(());
        }
        let places: Vec<u64> = waiting.iter().map(|(place, _)| *place).collect();
        let check = self.prepare_check(membership, &waiting).await?;
        let verified = tokio::task::spawn_blocking(move || check.verify_all(waiting));
        let verified = verified.await.map_err(|_| Refusal::Internal)?;

        let (mut items, mut item_places) = (Vec::new(), Vec::new());
        for (place, verdict) in places.into_iter().zip(verified) {
            match verdict {
                Ok(item) => {
                    items.push(item);
                    item_places.push(place);
                }
                Err(refused) => self.refuse(place, refused),
            }
        }
        self.append(items, &item_places).await
    }

    async fn append(&mut self, items: Vec<Item>, places: &[u64]) -> Result<(), Refusal> {
        if items.is_empty() {
            return Ok(());
        }
        let batch = Batch {
            workspace: self.workspace,
            uploader: self.device,
            now_ms: self.node.clock.now_ms(),
            quota_bytes: self.node.limits.workspace_bytes,
            items,
        };
        let outcomes = self.node.store.append(batch).await.map_err(|error| error.refusal())?;
        for (place, outcome) in places.iter().zip(outcomes) {
            match outcome {
                Outcome::Stored(_) => self.node.metrics.stored(),
                Outcome::Appended(_) => self.node.metrics.appended(),
                Outcome::Duplicate => self.node.metrics.duplicate(),
                Outcome::Refused(refused) => self.refuse(*place, refused),
            }
        }
        Ok(())
    }

    async fn prepare_check(
        &self,
        membership: Arc<Membership>,
        waiting: &[(u64, Parsed)],
    ) -> Result<BatchCheck, Refusal> {
        let mut places: Vec<(DeviceId, u64)> = waiting
            .iter()
            .filter_map(|(_, parsed)| match parsed {
                Parsed::Envelope(wire) if wire.lacks_prev() && wire.dseq() > 1 => {
                    Some((wire.device().unwrap_or(self.device), wire.dseq() - 1))
                }
                _ => None,
            })
            .collect();
        places.sort_unstable();
        places.dedup();
        let (mut known, mut tips) = (BTreeMap::new(), BTreeMap::new());
        if !places.is_empty() {
            let store = &self.node.store;
            let found = store.hashes_at(self.workspace, places.clone()).await.map_err(|e| e.refusal())?;
            for ((device, dseq), hashes) in places.into_iter().zip(found) {
                if hashes.is_empty() && !tips.contains_key(&device) {
                    let position = store.position(self.workspace, device).await.map_err(|e| e.refusal())?;
                    tips.insert(device, position.accepted_dseq);
                }
                known.insert((device, dseq), hashes);
            }
        }
        Ok(BatchCheck { workspace: self.workspace, device: self.device, membership, known, tips })
    }
}

/// Checks a batch's signatures, in order: an envelope may follow the one before it in the batch.
struct BatchCheck {
    workspace: WorkspaceId,
    device: DeviceId,
    membership: Arc<Membership>,
    /// Hashes by device and `dseq`, to put back what the wire form left out.
    known: BTreeMap<(DeviceId, u64), Vec<Hash>>,
    /// The last stored `dseq` of devices whose envelopes may come after a gap.
    tips: BTreeMap<DeviceId, u64>,
}

impl BatchCheck {
    fn verify_all(mut self, parsed: Vec<(u64, Parsed)>) -> Vec<Result<Item, Refused>> {
        parsed
            .into_iter()
            .map(|(_, parsed)| match parsed {
                Parsed::Entry(entry) => Ok(Item::Entry(entry)),
                Parsed::Envelope(wire) => self.verify(&wire).map(Item::Envelope),
            })
            .collect()
    }

    fn verify(&mut self, wire: &WireEnvelope) -> Result<Verified, Refused> {
        let (device, dseq) = (wire.device().unwrap_or(self.device), wire.dseq());
        let membership = Arc::clone(&self.membership);
        let author = &membership.device(device).ok_or(Refusal::NotAllowed)?.verifier;
        let candidates = match dseq {
            0 => return Err(Refusal::Malformed.into()),
            _ if !wire.lacks_prev() => vec![Hash::ZERO],
            1 => vec![Hash::ZERO],
            _ => self.known.get(&(device, dseq - 1)).cloned().unwrap_or_default(),
        };
        let was_whole = !wire.lacks_prev() || dseq == 1;
        // Where two branches are stored, the signature tells which one this continues.
        let mut refused = self.gap(device, dseq);
        for prev in candidates {
            match Verified::check(self.workspace, author, wire.clone().complete(device, prev)) {
                Ok(verified) => {
                    self.known.entry((device, dseq)).or_default().push(verified.hash());
                    let tip = self.tips.entry(device).or_default();
                    *tip = dseq.max(*tip);
                    return Ok(verified);
                }
                // It may continue a branch that is not stored. The device sends the one before, and
                // this one whole; then it is clear what is wrong.
                Err(Refusal::Signature) if !was_whole => {}
                Err(refusal) => refused = refusal.into(),
            }
        }
        Err(refused)
    }

    fn gap(&self, device: DeviceId, dseq: u64) -> Refused {
        let after_tip = self.tips.get(&device).map_or(dseq, |tip| tip + 1);
        Refused { refusal: Refusal::Gap, wanted: after_tip.min(dseq - 1).max(1) }
    }
}

fn refusal_of(error: CodecError) -> Refusal {
    match error {
        CodecError::TooLong => Refusal::TooLarge,
        CodecError::Unknown("version" | "suite" | "envelope kind") => Refusal::UnsupportedVersion,
        _ => Refusal::Malformed,
    }
}
