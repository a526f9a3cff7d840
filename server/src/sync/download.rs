//! What goes down: status, refusals, membership, then the log a page at a time.

use std::collections::HashMap;
use std::sync::Arc;

use baikoo_protocol::envelope::{Elide, Envelope};
use baikoo_protocol::frame::{Backfill, Frame, Status};
use baikoo_protocol::hash::Hash;
use baikoo_protocol::id::{DeviceId, WorkspaceId};
use baikoo_protocol::membership::Device;
use baikoo_protocol::refusal::Refusal;
use bytes::Bytes;
use tokio::sync::mpsc;

use super::upload::Uploaded;
use super::{load_membership, resume};
use crate::limits::{CHUNK_BYTES, PAGE_BYTES_MAX};
use crate::node::Node;
use crate::rules;
use crate::store::{Position, Row, Store, StoreError, Stretch, View};

pub(super) struct Download<S> {
    node: Arc<Node<S>>,
    workspace: WorkspaceId,
    device: DeviceId,
    uploaded: Uploaded,
    sender: mpsc::Sender<Result<Bytes, Refusal>>,
    buffer: Vec<u8>,
    elision: Elision,
}

/// Why an answer ends before its end.
enum Stop {
    /// Nobody reads it any more.
    Unread,
    Failed(Refusal),
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.refusal())
    }
}

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Self {
        Self::Failed(refusal)
    }
}

impl<S: Store> Download<S> {
    pub(super) fn new(
        node: Arc<Node<S>>,
        workspace: WorkspaceId,
        device: DeviceId,
        uploaded: Uploaded,
        sender: mpsc::Sender<Result<Bytes, Refusal>>,
    ) -> Self {
        let (buffer, elision) = (Vec::new(), Elision::default());
        Self { node, workspace, device, uploaded, sender, buffer, elision }
    }

    pub(super) async fn run(mut self) {
        if let Err(Stop::Failed(refusal)) = self.answer().await {
            let _ = self.sender.send(Err(refusal)).await;
        }
    }

    async fn answer(&mut self) -> Result<(), Stop> {
        let (node, hello) = (Arc::clone(&self.node), self.uploaded.hello.clone());
        let position = node.store.position(self.workspace, self.device).await?;
        let cursor = resume::resume(&position, &hello);
        let running = node.store.running_at(self.workspace, cursor).await?;
        let time_ms = node.clock.now_ms();
        self.put(&Frame::Status(Status {
            log_epoch: position.log_epoch,
            head: position.head,
            accepted_dseq: position.accepted_dseq,
            time_ms,
            resume: cursor,
            resume_tip: resume::tip(running),
        }))
        .await?;
        for (index, refused) in std::mem::take(&mut self.uploaded.refused) {
            self.put(&Frame::Refused { index, refusal: refused.refusal, wanted: refused.wanted }).await?;
        }
        self.entries(hello.mseq).await?;
        // A coordinator's device that waits for approval learns only the membership, in which it
        // will find its approval. Its cursor stays.
        if self.viewer().await?.may_write() {
            let budget = Budget { left: hello.budget.min(node.limits.answer_bytes), is_unused: true };
            let (budget, is_behind) = self.backfill(&hello.backfills, position.head, budget).await?;
            self.log(cursor, resume::tip(running), &position, budget, is_behind).await?;
        }
        self.put(&Frame::End).await?;
        self.flush().await
    }

    /// The device as the membership has it now: it may be revoked while its answer is on the way.
    async fn viewer(&self) -> Result<Device, Stop> {
        let membership = load_membership(&self.node, self.workspace).await?;
        Ok(rules::standing(&membership, self.device)?.clone())
    }

    async fn entries(&mut self, known: u64) -> Result<(), Stop> {
        let mut after = known;
        loop {
            let page = self.node.store.entries(self.workspace, after).await?;
            if page.is_empty() {
                return Ok(());
            }
            after += page.len() as u64;
            for entry in page {
                self.put(&Frame::Entry(entry)).await?;
            }
        }
    }

    /// Sends streams from their start, with at most half of the budget; says whether
    /// any has more to send now. A stream that the device may not read is passed over: after a restore its grant may
    /// have to come back first.
    async fn backfill(
        &mut self,
        wanted: &[Backfill],
        head: u64,
        whole: Budget,
    ) -> Result<(Budget, bool), Stop> {
        let mut budget = Budget { left: whole.left / 2, is_unused: true };
        let mut is_behind = false;
        for backfill in wanted {
            if !self.may_read(backfill).await? {
                continue;
            }
            let until = backfill.until.min(head);
            let mut after = backfill.after.min(until);
            let is_done = loop {
                let view = View::Stream { stream: backfill.stream, device: self.device };
                let page = self.page(view, after, until).await?;
                let Some(last) = page.last().map(|row| row.seq) else {
                    after = until;
                    break true;
                };
                for Row { seq, bytes, .. } in page {
                    let frame = Frame::Backfilled { seq, envelope: bytes }.to_bytes();
                    if !budget.spend(frame.len()) {
                        break;
                    }
                    self.put_bytes(&frame).await?;
                    after = seq;
                }
                if after != last {
                    break false;
                }
            };
            is_behind |= !is_done;
            self.put(&Frame::BackfillMark(Backfill { after, ..*backfill })).await?;
        }
        let spent = whole.left / 2 - budget.left;
        Ok((Budget { left: whole.left - spent, is_unused: budget.is_unused }, is_behind))
    }

    async fn may_read(&self, backfill: &Backfill) -> Result<bool, Stop> {
        let viewer = self.viewer().await?;
        if viewer.is_active_coordinator() {
            return Ok(true);
        }
        let store = &self.node.store;
        Ok(store.may_read(self.workspace, backfill.stream, viewer.member, self.device).await?)
    }

    /// Sends the log after `cursor` as far as the budget goes, then says how far that was.
    async fn log(
        &mut self,
        mut cursor: u64,
        mut tip: [u8; 8],
        position: &Position,
        mut budget: Budget,
        is_behind: bool,
    ) -> Result<(), Stop> {
        let more = 'pages: loop {
            let view = match self.viewer().await? {
                viewer if viewer.is_active_coordinator() => View::Everything,
                viewer => View::Monitor { member: viewer.member, device: self.device },
            };
            let page = self.page(view, cursor, position.head).await?;
            if page.is_empty() {
                (cursor, tip) = (position.head, position.running.tip());
                break is_behind;
            }
            for row in page {
                let (seq, running) = (row.seq, row.running);
                let frame = self.frame_of(&row)?.to_bytes();
                if !budget.spend(frame.len()) {
                    break 'pages true;
                }
                self.put_bytes(&frame).await?;
                (cursor, tip) = (seq, running.tip());
            }
        };
        self.put(&Frame::HighWater { cursor, tip, more }).await
    }

    fn frame_of(&mut self, row: &Row) -> Result<Frame, Stop> {
        if row.device == self.device {
            return Ok(Frame::Own { seq: row.seq, dseq: row.dseq, tip: row.hash.tip() });
        }
        let envelope = Envelope::from_bytes(&row.bytes).map_err(|_| Refusal::Internal)?;
        let elide = self.elision.next(&envelope, row.hash);
        Ok(Frame::Logged { seq: row.seq, envelope: envelope.to_wire(elide) })
    }

    async fn page(&self, view: View, after: u64, until: u64) -> Result<Vec<Row>, Stop> {
        let stretch = Stretch { workspace: self.workspace, view, after, until, bytes: PAGE_BYTES_MAX };
        Ok(self.node.store.page(stretch).await?)
    }

    async fn put(&mut self, frame: &Frame) -> Result<(), Stop> {
        self.put_bytes(&frame.to_bytes()).await
    }

    async fn put_bytes(&mut self, bytes: &[u8]) -> Result<(), Stop> {
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() >= CHUNK_BYTES { self.flush().await } else { Ok(()) }
    }

    async fn flush(&mut self) -> Result<(), Stop> {
        let chunk = Bytes::from(std::mem::take(&mut self.buffer));
        self.node.metrics.sent(chunk.len());
        self.sender.send(Ok(chunk)).await.map_err(|_| Stop::Unread)
    }
}

/// The bytes of log that may still go down.
#[derive(Debug, Clone, Copy)]
struct Budget {
    left: u64,
    is_unused: bool,
}

impl Budget {
    /// Whether a frame of so many bytes goes out. The first always does, unless nothing was wanted
    /// at all: otherwise a large one would never arrive.
    fn spend(&mut self, bytes: usize) -> bool {
        let bytes = bytes as u64;
        if self.left == 0 || bytes > self.left && !self.is_unused {
            return false;
        }
        self.left = self.left.saturating_sub(bytes);
        self.is_unused = false;
        true
    }
}

/// What a logged envelope may leave out; see [`Frame::Logged`].
#[derive(Default)]
struct Elision {
    device: Option<DeviceId>,
    hashes: HashMap<DeviceId, Hash>,
}

impl Elision {
    fn next(&mut self, envelope: &Envelope, hash: Hash) -> Elide {
        let device = self.device.replace(envelope.device) == Some(envelope.device);
        let prev = self.hashes.insert(envelope.device, hash) == Some(envelope.prev);
        Elide { device, prev }
    }
}
