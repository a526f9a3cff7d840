//! The file: opening it, copying it, putting it back.

use std::fs::{File, TryLockError};
use std::path::Path;
use std::time::Duration;

use baikoo_protocol::hash::Hash;
use rusqlite::backup::Backup;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, params};

use super::{StoreError, database, failed};

/// The database's name in the data folder.
pub const DATABASE_FILE: &str = "baikoo.db";
const LOCK_FILE: &str = "baikoo.lock";
const SCHEMA: &str = include_str!("schema.sql");
const SCHEMA_VERSION: i32 = 1;
// "Baik", so that `file` and a person with a hex viewer know what this is.
const APPLICATION_ID: i32 = 0x4261_696b;
/// How long a statement waits for another connection's lock.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
/// Prepared statements that a connection keeps.
const STATEMENTS_CACHED: usize = 32;

/// Makes the data folder, for nobody else to look into.
pub(super) fn make_folder(folder: &Path) -> Result<(), StoreError> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(failed)
}

pub(super) fn lock(folder: &Path) -> Result<File, StoreError> {
    let file = File::create(folder.join(LOCK_FILE)).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreError::Damaged("another process has the data folder open")),
        Err(TryLockError::Error(error)) => Err(failed(error)),
    }
}

pub(super) fn open_writer(path: &Path, pages_max: Option<u32>) -> Result<Connection, StoreError> {
    let connection = Connection::open(path).map_err(database)?;
    prepare(&connection).map_err(database)?;
    connection.pragma_update(None, "journal_mode", "wal").map_err(database)?;
    // WAL alone may lose the last commits when the power goes; what was acknowledged must stay.
    connection.pragma_update(None, "synchronous", "full").map_err(database)?;
    if let Some(pages) = pages_max {
        connection.pragma_update(None, "max_page_count", pages).map_err(database)?;
    }
    migrate(&connection)?;
    Ok(connection)
}

fn migrate(connection: &Connection) -> Result<(), StoreError> {
    let pragma = |name| connection.pragma_query_value(None, name, |row| row.get::<_, i32>(0));
    match (pragma("application_id").map_err(database)?, pragma("user_version").map_err(database)?) {
        (0, 0) => connection
            .execute_batch(&format!(
                "begin immediate;
                 {SCHEMA}
                 pragma application_id = {APPLICATION_ID};
                 pragma user_version = {SCHEMA_VERSION};
                 commit;"
            ))
            .map_err(database),
        (APPLICATION_ID, SCHEMA_VERSION) => Ok(()),
        (APPLICATION_ID, _) => Err(StoreError::Damaged("the file is of another version")),
        _ => Err(StoreError::Damaged("the file is not a Baikoo database")),
    }
}

pub(super) fn open_reader(path: &Path) -> Result<Connection, StoreError> {
    // Read and write, since a reader of a write-ahead log must be able to recover it.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(database)?;
    prepare(&connection).map_err(database)?;
    connection.pragma_update(None, "query_only", true).map_err(database)?;
    Ok(connection)
}

fn prepare(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_CACHED);
    // SQLite would prepare some statements anew each time that a value is bound, for a better plan.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.pragma_update(None, "trusted_schema", false)
}

pub(super) fn random_epoch() -> Result<[u8; 8], StoreError> {
    let mut epoch = [0; 8];
    getrandom::fill(&mut epoch).map_err(|_| StoreError::Damaged("the machine gives no random numbers"))?;
    Ok(epoch)
}

/// Lets whoever holds the code with this hash create one workspace.
///
/// # Errors
/// When the database can't be written.
pub fn add_setup_code(folder: &Path, hash: Hash) -> Result<(), StoreError> {
    make_folder(folder)?;
    let connection = open_writer(&folder.join(DATABASE_FILE), None)?;
    connection
        .execute("insert into setup_code (hash) values (?1) on conflict do nothing", [hash.0])
        .map_err(database)?;
    Ok(())
}

/// Copies the database to a new file, while the server goes on.
///
/// # Errors
/// When the file exists or can't be written.
pub fn backup(folder: &Path, to: &Path) -> Result<(), StoreError> {
    let source = open_reader(&folder.join(DATABASE_FILE))?;
    // Readable by nobody else: who talks to whom, and when, is in it.
    let file = new_private_file(to)?;
    let mut target = Connection::open(to).map_err(database)?;
    // All pages in one step: that reads one snapshot, and never has to begin again.
    let copied = Backup::new(&source, &mut target).and_then(|backup| backup.step(-1));
    copied.map_err(database)?;
    target.close().map_err(|(_, error)| database(error))?;
    file.sync_all().map_err(failed)
}

fn new_private_file(path: &Path) -> Result<File, StoreError> {
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map_err(failed)
}

/// Puts a backup into an empty data folder. Every log gets a new epoch, by which devices notice
/// that the server has forgotten something, and give it back.
///
/// # Errors
/// When the folder already has a database, or the backup is not one.
pub fn restore(folder: &Path, from: &Path) -> Result<(), StoreError> {
    make_folder(folder)?;
    let _lock = lock(folder)?;
    let path = folder.join(DATABASE_FILE);
    let mut source = File::open(from).map_err(failed)?;
    let mut file = new_private_file(&path)?;
    std::io::copy(&mut source, &mut file).map_err(failed)?;
    file.sync_all().map_err(failed)?;
    drop(file);
    renew_epochs(&mut open_writer(&path, None)?)
}

/// Ends the epoch of every log where it stands and draws a new one.
///
/// # Errors
/// When the database can't be written.
fn renew_epochs(connection: &mut Connection) -> Result<(), StoreError> {
    let transaction = connection.transaction().map_err(database)?;
    let workspaces: Vec<[u8; 16]> = transaction
        .prepare("select workspace from workspace")
        .and_then(|mut select| select.query_map([], |row| row.get(0))?.collect())
        .map_err(database)?;
    for workspace in workspaces {
        let epoch = random_epoch()?;
        transaction
            .execute(
                "insert into epoch (workspace, number, log_epoch, head)
                 select workspace, 1 + (select count(*) from epoch where workspace = ?1), log_epoch, head
                 from workspace
                 where workspace = ?1",
                [workspace],
            )
            .and_then(|_| {
                transaction.execute(
                    "update workspace set log_epoch = ?2 where workspace = ?1",
                    params![workspace, epoch],
                )
            })
            .map_err(database)?;
    }
    transaction.commit().map_err(database)
}

/// How much there is, of everything that may be counted aloud.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Stats {
    /// Workspaces.
    pub workspaces: u64,
    /// Devices that have enrolled.
    pub devices: u64,
    /// Membership entries.
    pub entries: u64,
    /// Envelopes.
    pub envelopes: u64,
    /// Bytes of envelopes and entries.
    pub bytes: u64,
    /// The largest workspace's bytes.
    pub largest_workspace_bytes: u64,
    /// Codes that can still create a workspace.
    pub setup_codes: u64,
}

/// Counts.
///
/// # Errors
/// When the database can't be read.
pub fn stats(folder: &Path) -> Result<Stats, StoreError> {
    let connection = open_reader(&folder.join(DATABASE_FILE))?;
    let count = |sql: &str| connection.query_row(sql, [], |row| row.get(0)).map_err(database);
    Ok(Stats {
        workspaces: count("select count(*) from workspace")?,
        devices: count("select count(*) from token")?,
        entries: count("select coalesce(sum(mseq), 0) from workspace")?,
        envelopes: count("select coalesce(sum(head), 0) from workspace")?,
        bytes: count("select coalesce(sum(bytes), 0) from workspace")?,
        largest_workspace_bytes: count("select coalesce(max(bytes), 0) from workspace")?,
        setup_codes: count("select count(*) from setup_code")?,
    })
}
