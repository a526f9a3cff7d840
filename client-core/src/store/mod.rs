//! Memory: everything that a device keeps, in one database encrypted by SQLCipher.
//!
//! One action is one transaction. What a function here has returned from `write` is durable: the
//! database syncs before it says yes. Only this folder names `rusqlite`.

use std::path::PathBuf;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use crate::crypto::keys::DatabaseKey;

mod documents;
mod log;
mod membership;
mod meta;
mod peers;
mod projection;

pub use documents::{DocumentRow, Progress, StoredKey, UnsealedChange};
pub use log::{EnvelopeRow, EnvelopeState};
pub use meta::Name;
pub use peers::Peer;
pub use projection::{ListedRow, RowColumns};

/// What can go wrong with the database itself.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The key is another, or the file is no database of ours.
    #[error("the key does not open the database")]
    WrongKey,
    /// The disk, or the browser's quota, is full. Nothing was changed.
    #[error("no room on this device")]
    Full,
    /// Another process or tab has it open.
    #[error("the database is open elsewhere")]
    BusyElsewhere,
    /// A newer version of Baikoo wrote it.
    #[error("the database was written by a newer version")]
    Newer,
    /// Anything else that SQLite says.
    #[error("database error")]
    Sqlite(#[source] rusqlite::Error),
    /// A row is not what this program wrote.
    #[error("the database is damaged: {0}")]
    Damaged(&'static str),
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode;
        match error.sqlite_error_code() {
            Some(ErrorCode::NotADatabase) => Self::WrongKey,
            Some(ErrorCode::DiskFull) => Self::Full,
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::BusyElsewhere,
            Some(ErrorCode::DatabaseCorrupt) => Self::Damaged("page"),
            _ => Self::Sqlite(error),
        }
    }
}

/// Where the database is.
#[derive(Debug, Clone)]
pub enum Location {
    /// A file.
    File(PathBuf),
    /// In a browser: a name in the origin's private file system. The VFS is always named, since
    /// SQLite's default there is memory, and would lose everything in silence.
    Vfs {
        /// The file's name.
        name: String,
        /// The VFS, as it was registered.
        vfs: String,
    },
}

/// Decides at every commit whether it happens: `true` undoes it, as if the device had died.
pub type CommitFault = Box<dyn FnMut() -> bool + Send>;

/// The open database.
pub struct Store {
    connection: Connection,
}

/// Each brings a database one version on. One that has shipped is never edited: the next is a new file.
const MIGRATIONS: [&str; 4] = [
    include_str!("migrations/001_init.sql"),
    include_str!("migrations/002_progress.sql"),
    include_str!("migrations/003_review.sql"),
    include_str!("migrations/004_sending.sql"),
];

impl Store {
    /// Opens the database, and makes it if it is not there.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub fn open(location: &Location, key: &DatabaseKey) -> Result<Self, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_CREATE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX
            | OpenFlags::SQLITE_OPEN_URI;
        let connection = match location {
            Location::File(path) => Connection::open_with_flags(path, flags)?,
            Location::Vfs { name, vfs } => {
                Connection::open_with_flags_and_vfs(name.as_str(), flags, vfs.as_str())?
            }
        };
        unlock(&connection, key)?;
        let mut store = Self { connection };
        store.migrate()?;
        Ok(store)
    }

    /// Lets a simulation decide the fate of commits.
    pub fn set_commit_fault(&mut self, fault: Option<CommitFault>) -> Result<(), StoreError> {
        Ok(self.connection.commit_hook(fault)?)
    }

    /// Reads.
    ///
    /// # Errors
    /// What `action` says.
    pub fn read<T, E: From<StoreError>>(&self, action: impl FnOnce(&Tx<'_>) -> Result<T, E>) -> Result<T, E> {
        action(&Tx(&self.connection))
    }

    /// Writes all of it or nothing. When this returns `Ok`, it is durable.
    ///
    /// # Errors
    /// What `action` says, or the commit.
    pub fn write<T, E: From<StoreError>>(
        &mut self,
        action: impl FnOnce(&Tx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(StoreError::from)?;
        let result = action(&Tx(&transaction))?;
        transaction.commit().map_err(StoreError::from)?;
        Ok(result)
    }

    fn migrate(&mut self) -> Result<(), StoreError> {
        let version: i64 = self.connection.query_row("pragma user_version", [], |row| row.get(0))?;
        let done = usize::try_from(version).map_err(|_| StoreError::Damaged("version"))?;
        let wanted = MIGRATIONS.get(done..).ok_or(StoreError::Newer)?;
        if wanted.is_empty() {
            return Ok(());
        }
        let transaction = self.connection.transaction()?;
        wanted.iter().try_for_each(|migration| transaction.execute_batch(migration))?;
        transaction.pragma_update(
            None,
            "user_version",
            i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX),
        )?;
        Ok(transaction.commit()?)
    }
}

/// Reads and, inside [`Store::write`], writes. The methods stand in this folder's files.
pub struct Tx<'a>(&'a Connection);

fn unlock(connection: &Connection, key: &DatabaseKey) -> Result<(), StoreError> {
    // SQLCipher would print a wrong key's failure to stderr.
    connection.pragma_update(None, "cipher_log", "off").ok();
    let mut hex = zeroize::Zeroizing::new(String::with_capacity(67));
    hex.push_str("x'");
    for byte in key.0 {
        hex.push_str(&format!("{byte:02x}"));
    }
    hex.push('\'');
    connection.pragma_update(None, "key", hex.as_str())?;
    let cipher: Option<String> = connection.query_row("pragma cipher_version", [], |row| row.get(0)).ok();
    if cipher.is_none_or(|version| version.is_empty()) {
        // Built without SQLCipher, this would write everything in the clear. Better not at all.
        return Err(StoreError::Damaged("no cipher in this build"));
    }
    for (name, value) in [("locking_mode", "exclusive"), ("temp_store", "memory")] {
        connection.pragma_update_and_check(None, name, value, |_| Ok(())).or_else(no_row)?;
    }
    // SQLite would prepare some statements anew each time that a value is bound, for a better plan.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    // Reads the first page: a wrong key shows here.
    connection.query_row("select count(*) from sqlite_schema", [], |_| Ok(()))?;
    // WAL is proven natively; in the browser's file pool, persist is.
    let journal = if cfg!(target_family = "wasm") { "persist" } else { "wal" };
    connection.pragma_update_and_check(None, "journal_mode", journal, |_| Ok(())).or_else(no_row)?;
    for (name, value) in [
        ("synchronous", "full"),
        ("secure_delete", "on"),
        ("foreign_keys", "on"),
        ("trusted_schema", "off"),
        ("cell_size_check", "on"),
        ("cache_size", "-16000"),
    ] {
        connection.pragma_update_and_check(None, name, value, |_| Ok(())).or_else(no_row)?;
    }
    Ok(())
}

// Some pragmas answer with a row and some do not.
fn no_row(error: rusqlite::Error) -> Result<(), rusqlite::Error> {
    match error {
        rusqlite::Error::QueryReturnedNoRows => Ok(()),
        other => Err(other),
    }
}

fn array<const N: usize>(bytes: &[u8]) -> Result<[u8; N], StoreError> {
    bytes.try_into().map_err(|_| StoreError::Damaged("a column has the wrong length"))
}

fn number(value: i64) -> u64 {
    u64::try_from(value).unwrap_or(0)
}

fn integer(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}
