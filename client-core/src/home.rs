//! A folder of a device with a file system: the wrapped key and the database beside each other.
//!
//! Destroying the wrapped key destroys the database: nothing else opens it.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::crypto::keys::{DatabaseKey, Secret32};
use crate::crypto::passphrase::{self, Hardness, strength};
use crate::env::Env;
use crate::error::ClientError;
use crate::store::Location;

/// The folder.
#[derive(Debug, Clone)]
pub struct Home {
    folder: PathBuf,
}

impl Home {
    /// A folder that may or may not be there yet.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    /// Whether a workspace has been set up in it.
    pub fn exists(&self) -> bool {
        self.key_file().exists()
    }

    /// Where the database is.
    pub fn location(&self) -> Location {
        Location::File(self.folder.join("baikoo.db"))
    }

    /// Draws a database key and keeps it wrapped by the passphrase. Durable when this returns.
    ///
    /// # Errors
    /// [`ClientError::WorkspaceExists`], [`ClientError::WeakPassphrase`], or
    /// [`ClientError::StorageFull`].
    pub fn make_key(
        &self,
        passphrase: &str,
        hardness: Hardness,
        env: &mut dyn Env,
    ) -> Result<DatabaseKey, ClientError> {
        if self.exists() {
            return Err(ClientError::WorkspaceExists);
        }
        if strength(passphrase) == 0 {
            return Err(ClientError::WeakPassphrase);
        }
        fs::create_dir_all(&self.folder).map_err(|error| from_io(&error))?;
        let key = Secret32::make(env);
        self.write_key(&passphrase::wrap(&key, passphrase, hardness, env))?;
        Ok(key)
    }

    /// Unwraps the database key.
    ///
    /// # Errors
    /// [`ClientError::NoWorkspace`] or [`ClientError::WrongPassphrase`].
    pub fn unlock(&self, passphrase: &str) -> Result<DatabaseKey, ClientError> {
        let file = fs::read(self.key_file()).map_err(|_| ClientError::NoWorkspace)?;
        passphrase::unwrap(&file, passphrase).map_err(|_| ClientError::WrongPassphrase)
    }

    /// Wraps the same key anew. No data is rewritten.
    ///
    /// # Errors
    /// As [`Self::unlock`] and [`Self::make_key`].
    pub fn change_passphrase(
        &self,
        old: &str,
        new: &str,
        hardness: Hardness,
        env: &mut dyn Env,
    ) -> Result<(), ClientError> {
        let key = self.unlock(old)?;
        if strength(new) == 0 {
            return Err(ClientError::WeakPassphrase);
        }
        self.write_key(&passphrase::wrap(&key, new, hardness, env))
    }

    /// Destroys everything: the wrapped key first, so that a wipe that is cut short has done its
    /// work already.
    ///
    /// # Errors
    /// When a file can't be deleted.
    pub fn wipe(&self) -> Result<(), ClientError> {
        let key = self.key_file();
        if key.exists() {
            let length = fs::metadata(&key).map_or(0, |meta| meta.len());
            let blank = vec![0; usize::try_from(length).unwrap_or(0)];
            let _ = fs::write(&key, blank);
            fs::remove_file(&key).map_err(|error| from_io(&error))?;
        }
        for name in ["baikoo.db", "baikoo.db-wal", "baikoo.db-shm"] {
            let path = self.folder.join(name);
            if path.exists() {
                fs::remove_file(path).map_err(|error| from_io(&error))?;
            }
        }
        Ok(())
    }

    fn key_file(&self) -> PathBuf {
        self.folder.join("baikoo.key")
    }

    // To a new file, synced, then renamed over the old: at no moment is there no key.
    fn write_key(&self, wrapped: &[u8]) -> Result<(), ClientError> {
        let next = self.folder.join("baikoo.key.new");
        let write = || -> std::io::Result<()> {
            let mut file = File::create(&next)?;
            file.write_all(wrapped)?;
            file.sync_all()?;
            fs::rename(&next, self.key_file())?;
            sync_folder(&self.folder)
        };
        write().map_err(|error| from_io(&error))
    }
}

fn sync_folder(folder: &Path) -> std::io::Result<()> {
    File::open(folder)?.sync_all()
}

fn from_io(error: &std::io::Error) -> ClientError {
    match error.kind() {
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => ClientError::StorageFull,
        _ => ClientError::Internal(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::SeededEnv;

    #[test]
    fn a_passphrase_changes_without_a_new_key_and_a_wipe_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let (home, env) = (Home::new(folder.path()), &mut SeededEnv::new(5));
        let key = home.make_key("a first passphrase", Hardness::FLOOR, env).unwrap();
        assert!(matches!(
            home.make_key("another passphrase", Hardness::FLOOR, env),
            Err(ClientError::WorkspaceExists)
        ));
        home.change_passphrase("a first passphrase", "a second one, longer", Hardness::FLOOR, env).unwrap();
        assert_eq!(home.unlock("a second one, longer").unwrap(), key);
        assert!(matches!(home.unlock("a first passphrase"), Err(ClientError::WrongPassphrase)));
        home.wipe().unwrap();
        assert!(!home.exists());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
