//! The store in one SQLite file: a writer thread, a few readers.
//!
//! Only this folder names `rusqlite`. One process writes at a time, held by a lock file, so that
//! the memberships in memory are true.

mod append;
pub mod check;
mod database;
mod read;
mod session;
mod writer;

use std::collections::HashMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use baikoo_protocol::hash::Hash;
use baikoo_protocol::id::{DeviceId, MemberId, StreamId, WorkspaceId};
use baikoo_protocol::membership::Membership;
use rusqlite::Connection;
use tokio::sync::{Semaphore, watch};

use super::{Batch, Enrolment, NewWorkspace, Outcome, Position, Row, Store, StoreError, Stretch};
use crate::limits::{MEMBERSHIPS_CACHED_MAX, READERS_MAX};
use crate::metrics::Metrics;
use writer::Writer;

pub use database::{DATABASE_FILE, Stats, add_setup_code, backup, restore, stats};

/// Called at each commit; `true` makes the transaction roll back, as if the process had died.
pub type CommitHook = Box<dyn FnMut() -> bool + Send>;

/// How to open the store.
#[derive(Default)]
pub struct Options {
    /// For tests that make commits fail.
    pub on_commit: Option<CommitHook>,
    /// For tests that fill the disk: how many pages of 4 KiB the file may have.
    pub pages_max: Option<u32>,
    /// Where to count commits.
    pub metrics: Arc<Metrics>,
}

/// The store.
pub struct SqliteStore {
    writer: Writer,
    readers: Arc<Readers>,
    shared: Arc<Shared>,
    // Held as long as the store is open.
    _lock: File,
}

/// What the writer tells the readers.
#[derive(Default)]
struct Shared {
    memberships: Mutex<HashMap<WorkspaceId, Arc<Membership>>>,
    changes: Mutex<HashMap<WorkspaceId, watch::Sender<u64>>>,
}

impl Shared {
    fn membership(&self, workspace: WorkspaceId) -> Option<Arc<Membership>> {
        lock(&self.memberships).get(&workspace).cloned()
    }

    // Only the writer's thread calls this, after its commit, so that nothing old replaces the new.
    fn publish(&self, membership: Arc<Membership>) {
        let mut memberships = lock(&self.memberships);
        if memberships.len() >= MEMBERSHIPS_CACHED_MAX {
            memberships.clear();
        }
        memberships.insert(membership.workspace(), membership);
    }

    fn wake(&self, workspace: WorkspaceId) {
        let mut changes = lock(&self.changes);
        if let Some(sender) = changes.get(&workspace) {
            if sender.receiver_count() == 0 {
                changes.remove(&workspace);
            } else {
                sender.send_modify(|count| *count += 1);
            }
        }
    }
}

/// Connections for reading, as many as are needed up to a limit.
struct Readers {
    path: PathBuf,
    idle: Mutex<Vec<Connection>>,
    free: Arc<Semaphore>,
}

impl SqliteStore {
    /// Opens the store in a folder, and creates it where there is none.
    ///
    /// # Errors
    /// When the folder can't be written, another process has it open, or the file is not ours.
    pub fn open(folder: &Path, options: Options) -> Result<Self, StoreError> {
        database::make_folder(folder)?;
        let lock = database::lock(folder)?;
        let path = folder.join(DATABASE_FILE);
        let mut connection = database::open_writer(&path, options.pages_max)?;
        if let Some(hook) = options.on_commit {
            connection.commit_hook(Some(hook)).map_err(database)?;
        }
        let shared = Arc::new(Shared::default());
        let writer = Writer::start(connection, Arc::clone(&shared), options.metrics)?;
        let readers = Arc::new(Readers {
            path,
            idle: Mutex::new(Vec::new()),
            free: Arc::new(Semaphore::new(READERS_MAX)),
        });
        Ok(Self { writer, readers, shared, _lock: lock })
    }

    async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        let readers = Arc::clone(&self.readers);
        let permit = Arc::clone(&readers.free).acquire_owned().await.map_err(|_| StoreError::Closed)?;
        let done = tokio::task::spawn_blocking(move || {
            // Held here, since whoever asked may be gone before the answer.
            let _permit = permit;
            let idle = lock(&readers.idle).pop();
            let connection = match idle {
                Some(connection) => connection,
                None => database::open_reader(&readers.path)?,
            };
            let answer = work(&connection).map_err(database);
            // A connection that failed may be broken; the next reader opens a new one.
            if answer.is_ok() {
                lock(&readers.idle).push(connection);
            }
            answer
        });
        done.await.map_err(failed)?
    }
}

impl Store for SqliteStore {
    async fn create(&self, new: NewWorkspace) -> Result<(), StoreError> {
        self.writer.write(move |session| session.create(&new)).await
    }

    async fn enrol(&self, new: Enrolment) -> Result<(), StoreError> {
        self.writer.write(move |session| session.enrol(&new)).await
    }

    async fn append(&self, batch: Batch) -> Result<Vec<Outcome>, StoreError> {
        self.writer.write(move |session| session.append(&batch)).await
    }

    async fn token(&self, workspace: WorkspaceId, device: DeviceId) -> Result<Option<Hash>, StoreError> {
        self.read(move |connection| read::token(connection, workspace, device)).await
    }

    async fn membership(&self, workspace: WorkspaceId) -> Result<Option<Arc<Membership>>, StoreError> {
        match self.shared.membership(workspace) {
            Some(membership) => Ok(Some(membership)),
            None => self.writer.write(move |session| session.membership(workspace)).await,
        }
    }

    async fn entries(&self, workspace: WorkspaceId, after: u64) -> Result<Vec<Vec<u8>>, StoreError> {
        self.read(move |connection| read::entries(connection, workspace, after)).await
    }

    async fn hashes_at(
        &self,
        workspace: WorkspaceId,
        places: Vec<(DeviceId, u64)>,
    ) -> Result<Vec<Vec<Hash>>, StoreError> {
        self.read(move |connection| {
            places.iter().map(|(device, dseq)| read::hashes(connection, workspace, *device, *dseq)).collect()
        })
        .await
    }

    async fn position(&self, workspace: WorkspaceId, device: DeviceId) -> Result<Position, StoreError> {
        self.read(move |connection| read::position(connection, workspace, device)).await
    }

    async fn running_at(&self, workspace: WorkspaceId, seq: u64) -> Result<Option<Hash>, StoreError> {
        if seq == 0 {
            return Ok(Some(Hash::ZERO));
        }
        self.read(move |connection| read::running_at(connection, workspace, seq)).await
    }

    async fn page(&self, stretch: Stretch) -> Result<Vec<Row>, StoreError> {
        self.read(move |connection| read::page(connection, &stretch)).await
    }

    async fn may_read(
        &self,
        workspace: WorkspaceId,
        stream: StreamId,
        member: MemberId,
        device: DeviceId,
    ) -> Result<bool, StoreError> {
        self.read(move |connection| {
            let owner = read::owner(connection, workspace, stream)?;
            Ok(owner == Some(member) || read::is_granted(connection, workspace, device, stream)?)
        })
        .await
    }

    async fn ready(&self) -> Result<(), StoreError> {
        self.writer.write(|session| session.probe()).await
    }

    fn changes(&self, workspace: WorkspaceId) -> watch::Receiver<u64> {
        let mut changes = lock(&self.shared.changes);
        changes.retain(|_, sender| sender.receiver_count() > 0);
        changes.entry(workspace).or_insert_with(|| watch::Sender::new(0)).subscribe()
    }
}

// What these mutexes guard is replaced whole, so a panic in another thread leaves nothing half done.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn failed(error: impl std::error::Error + Send + Sync + 'static) -> StoreError {
    StoreError::Failed(Arc::new(error))
}

fn database(error: rusqlite::Error) -> StoreError {
    match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::DiskFull) => StoreError::Full,
        _ => failed(error),
    }
}
