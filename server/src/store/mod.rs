//! What the server keeps, and the little that it asks of a database.
//!
//! One store serves all workspaces; every table's key begins with the workspace. Whatever
//! implements [`Store`] must pass `conformance` (with the feature `testing`).

use std::future::Future;
use std::sync::Arc;

use baikoo_protocol::hash::Hash;
use baikoo_protocol::id::{DeviceId, MemberId, StreamId, WorkspaceId};
use baikoo_protocol::membership::{Entry, Membership};
use baikoo_protocol::refusal::Refusal;
use tokio::sync::watch;

use crate::rules::Refused;
use crate::verified::{Admitted, Verified};

#[cfg(feature = "testing")]
pub mod conformance;
pub mod sqlite;

/// Why the store did not do it.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    /// The disk is full.
    #[error("the disk is full")]
    Full,
    /// The rules say no.
    #[error("refused: {0}")]
    Refused(#[from] Refusal),
    /// The database has failed.
    #[error("the database has failed: {0}")]
    Failed(Arc<dyn std::error::Error + Send + Sync>),
    /// What is stored contradicts itself.
    #[error("the database is damaged: {0}")]
    Damaged(&'static str),
    /// The store is closing.
    #[error("the store is closing")]
    Closed,
}

impl StoreError {
    /// What the other side is told.
    pub fn refusal(&self) -> Refusal {
        match self {
            Self::Full => Refusal::StorageFull,
            Self::Refused(refusal) => *refusal,
            Self::Failed(_) | Self::Damaged(_) | Self::Closed => Refusal::Internal,
        }
    }
}

/// A new workspace.
#[derive(Debug, Clone)]
pub struct NewWorkspace {
    /// The genesis, and the hash of the first device's token.
    pub admitted: Admitted,
    /// The hash of the one-time set-up code that is used up by this, where one is wanted.
    pub setup_code: Option<Hash>,
}

/// A new device.
#[derive(Debug, Clone)]
pub struct Enrolment {
    /// Where.
    pub workspace: WorkspaceId,
    /// The enrolment or recovery, of which the store fills in the place unless it had one before, and
    /// the hash of the device's token.
    pub admitted: Admitted,
    /// The time, to judge whether the invitation has expired.
    pub now_ms: u64,
}

/// One thing to append.
#[derive(Debug, Clone)]
pub enum Item {
    /// To the membership log.
    Entry(Entry),
    /// To the log.
    Envelope(Verified),
}

/// Things to append in one durable transaction, in order.
#[derive(Debug, Clone)]
pub struct Batch {
    /// Where.
    pub workspace: WorkspaceId,
    /// Which device hands them in.
    pub uploader: DeviceId,
    /// The time, to judge invitations.
    pub now_ms: u64,
    /// Bytes that the workspace may use.
    pub quota_bytes: u64,
    /// What.
    pub items: Vec<Item>,
}

/// What became of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// An envelope is stored, at this `seq`.
    Stored(u64),
    /// An entry is appended, at this `mseq`.
    Appended(u64),
    /// It was there before.
    Duplicate,
    /// It is not taken.
    Refused(Refused),
}

/// Where a log stands, for one of its readers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position {
    /// The log's epoch.
    pub log_epoch: [u8; 8],
    /// Epochs before this one, the oldest first, with the head at which each ended.
    pub earlier: Vec<([u8; 8], u64)>,
    /// The last `seq`.
    pub head: u64,
    /// The running hash there.
    pub running: Hash,
    /// The reader's highest `dseq`; without a gap, since the rules let none arise.
    pub accepted_dseq: u64,
}

/// What a reader sees of a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    /// Everything: a coordinator.
    Everything,
    /// What a monitor may see, without her device's own envelopes: changes and grants in streams
    /// that her member owns or that were granted to her device; of each coordinator the latest
    /// checkpoint that names her device; every adoption, which is only hashes.
    Monitor {
        /// Who.
        member: MemberId,
        /// On which device.
        device: DeviceId,
    },
    /// One stream, without the envelopes of the device that asks.
    Stream {
        /// Which.
        stream: StreamId,
        /// Who asks.
        device: DeviceId,
    },
}

/// A stretch of a log: `after < seq <= until`, at most about a page of it.
#[derive(Debug, Clone, Copy)]
pub struct Stretch {
    /// Of which workspace.
    pub workspace: WorkspaceId,
    /// As seen by whom.
    pub view: View,
    /// Before its beginning.
    pub after: u64,
    /// Its end.
    pub until: u64,
    /// Bytes from which on the page is not added to. At least one row comes, if there is one.
    pub bytes: usize,
}

/// An envelope in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its place.
    pub seq: u64,
    /// The running hash there.
    pub running: Hash,
    /// Who made it.
    pub device: DeviceId,
    /// Which of that device's.
    pub dseq: u64,
    /// Its hash.
    pub hash: Hash,
    /// Its canonical form.
    pub bytes: Vec<u8>,
}

/// A database of workspaces. What a write answers is durable.
pub trait Store: Send + Sync + 'static {
    /// Creates a workspace. Doing it again with the same genesis and token changes nothing.
    fn create(&self, new: NewWorkspace) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Adds a device by an invitation or by recovery sheets. Doing it again with the same entry and
    /// token changes nothing.
    fn enrol(&self, new: Enrolment) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Appends what [`crate::rules`] let through, and says of each item what became of it.
    fn append(&self, batch: Batch) -> impl Future<Output = Result<Vec<Outcome>, StoreError>> + Send;

    /// The hash of a device's token.
    fn token(
        &self,
        workspace: WorkspaceId,
        device: DeviceId,
    ) -> impl Future<Output = Result<Option<Hash>, StoreError>> + Send;

    /// A workspace's membership, never older than the last write that was answered.
    fn membership(
        &self,
        workspace: WorkspaceId,
    ) -> impl Future<Output = Result<Option<Arc<Membership>>, StoreError>> + Send;

    /// About a page of membership entries with `mseq > after`.
    fn entries(
        &self,
        workspace: WorkspaceId,
        after: u64,
    ) -> impl Future<Output = Result<Vec<Vec<u8>>, StoreError>> + Send;

    /// The hashes of the envelopes stored at each (device, dseq).
    fn hashes_at(
        &self,
        workspace: WorkspaceId,
        places: Vec<(DeviceId, u64)>,
    ) -> impl Future<Output = Result<Vec<Vec<Hash>>, StoreError>> + Send;

    /// Where the log stands.
    fn position(
        &self,
        workspace: WorkspaceId,
        device: DeviceId,
    ) -> impl Future<Output = Result<Position, StoreError>> + Send;

    /// The running hash at `seq`, if the log is that long; [`Hash::ZERO`] at 0.
    fn running_at(
        &self,
        workspace: WorkspaceId,
        seq: u64,
    ) -> impl Future<Output = Result<Option<Hash>, StoreError>> + Send;

    /// A page of the log.
    fn page(&self, stretch: Stretch) -> impl Future<Output = Result<Vec<Row>, StoreError>> + Send;

    /// Whether a device may read a stream as [`View::Stream`], which a coordinator always may.
    fn may_read(
        &self,
        workspace: WorkspaceId,
        stream: StreamId,
        member: MemberId,
        device: DeviceId,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// Whether it can still write.
    fn ready(&self) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Changes whenever something was added to the workspace.
    fn changes(&self, workspace: WorkspaceId) -> watch::Receiver<u64>;
}
