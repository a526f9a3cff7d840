//! A folder of a device with a file system: the wrapped key and the database beside each other.
//!
//! Destroying the wrapped key destroys the database: nothing else opens it.

use std::fmt;
use std::fs;
#[cfg(unix)]
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::crypto::keys::{DatabaseKey, Secret32};
use crate::crypto::passphrase::{self, Hardness, strength};
use crate::env::Env;
use crate::error::ClientError;
use crate::store::Location;

/// What the platform has to keep secrets in: a chip that closes and opens small things for this app
/// alone. Around the passphrase's wrap, not in its place: whoever copies the files can't guess
/// passphrases elsewhere, and whoever holds the unlocked phone still needs the passphrase.
pub trait KeyStore: Send + Sync {
    /// Closes a secret; `None` if the platform or the person refuses.
    fn wrap(&self, secret: &[u8]) -> Option<Vec<u8>>;
    /// Opens what [`Self::wrap`] closed; `None` if the platform or the person refuses.
    fn unwrap(&self, wrapped: &[u8]) -> Option<Vec<u8>>;
    /// Destroys what opens: nothing that was closed can be opened any more.
    fn forget(&self);
}

/// Begins a key file that the platform's key store has closed.
const CLOSED_BY_KEY_STORE: &[u8; 8] = b"baikoo-k";

/// The folder.
#[derive(Clone)]
pub struct Home {
    folder: PathBuf,
    key_store: Option<Arc<dyn KeyStore>>,
}

impl fmt::Debug for Home {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Home").field("key_store", &self.key_store.is_some()).finish_non_exhaustive()
    }
}

impl Home {
    /// A folder that may or may not be there yet.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into(), key_store: None }
    }

    /// The same with the platform's key store: what is written from now on is closed by it, too.
    #[must_use]
    pub fn with_key_store(self, key_store: Arc<dyn KeyStore>) -> Self {
        Self { key_store: Some(key_store), ..self }
    }

    /// Whether a workspace has been set up in it.
    pub fn exists(&self) -> bool {
        self.key_file().exists()
    }

    /// Where the database is.
    pub fn location(&self) -> Location {
        Location::File(self.folder.join("baikoo.db"))
    }

    /// Draws a database key and makes with it whatever `found` makes. The key's file appears last:
    /// until then nothing has been set up, whatever a set-up that was cut short has left.
    ///
    /// # Errors
    /// [`ClientError::WorkspaceExists`]; [`ClientError::BusyElsewhere`] while another set-up is at
    /// work; [`ClientError::NoWorkspace`] if a wipe came between; [`ClientError::WeakPassphrase`],
    /// [`ClientError::KeyStoreRefused`], [`ClientError::StorageFull`], and those of `found`. Nothing
    /// of it is left behind then.
    pub fn set_up<T>(
        &self,
        passphrase: &str,
        hardness: Hardness,
        env: &mut dyn Env,
        found: impl FnOnce(&Location, &DatabaseKey) -> Result<T, ClientError>,
    ) -> Result<T, ClientError> {
        if self.exists() {
            return Err(ClientError::WorkspaceExists);
        }
        if strength(passphrase) == 0 {
            return Err(ClientError::WeakPassphrase);
        }
        make_private_folder(&self.folder).map_err(|error| from_io(&error))?;
        let _claim = self.claim()?;
        if self.exists() {
            return Err(ClientError::WorkspaceExists);
        }
        let made = self.remove_files().and_then(|()| {
            let key = Secret32::make(env);
            self.write_next_key(&passphrase::wrap(&key, passphrase, hardness, env))?;
            let made = found(&self.location(), &key)?;
            self.take_next_key().map(|()| made)
        });
        made.inspect_err(|_| {
            let _ = self.destroy();
        })
    }

    /// Unwraps the database key.
    ///
    /// # Errors
    /// [`ClientError::NoWorkspace`], [`ClientError::KeyStoreRefused`] or
    /// [`ClientError::WrongPassphrase`].
    pub fn unlock(&self, passphrase: &str) -> Result<DatabaseKey, ClientError> {
        let file = self.read_key()?;
        passphrase::unwrap(&file, passphrase).map_err(|_| ClientError::WrongPassphrase)
    }

    /// Wraps the same key anew. No data is rewritten.
    ///
    /// # Errors
    /// As [`Self::unlock`]; [`ClientError::WeakPassphrase`] or [`ClientError::StorageFull`];
    /// [`ClientError::BusyElsewhere`] while another change is at work; [`ClientError::NoWorkspace`]
    /// if a wipe came between.
    pub fn change_passphrase(
        &self,
        old: &str,
        new: &str,
        hardness: Hardness,
        env: &mut dyn Env,
    ) -> Result<(), ClientError> {
        if !self.exists() {
            return Err(ClientError::NoWorkspace);
        }
        let _claim = self.claim()?;
        let key = self.unlock(old)?;
        if strength(new) == 0 {
            return Err(ClientError::WeakPassphrase);
        }
        self.write_next_key(&passphrase::wrap(&key, new, hardness, env))?;
        let changed = if self.exists() { self.take_next_key() } else { Err(ClientError::NoWorkspace) };
        if matches!(changed, Err(ClientError::NoWorkspace)) {
            // The wipe has left the files to whoever holds the claim.
            self.destroy()?;
        }
        changed
    }

    /// Destroys everything: the wrapped key first, so that a wipe that is cut short has done its
    /// work already.
    ///
    /// # Errors
    /// When a file can't be deleted.
    pub fn wipe(&self) -> Result<(), ClientError> {
        self.destroy_keys()?;
        match self.claim() {
            // Whoever is at work finds the key gone, and removes the files: by now they may be those of
            // the next set-up. A change of passphrase that has just ended does not look again; without
            // a key its files say nothing, and the next set-up or wipe removes them.
            Err(ClientError::BusyElsewhere) => Ok(()),
            _claim => self.remove_files(),
        }
    }

    fn destroy_keys(&self) -> Result<(), ClientError> {
        // A change of passphrase or a set-up that was cut short leaves its own next key. One that is at
        // work may put it in the key's place meanwhile, so both must be found gone together.
        let keys = [self.next_key_file(), self.key_file()];
        while keys.iter().any(|key| key.exists()) {
            for key in &keys {
                let _ = blank(key);
                remove(key)?;
            }
        }
        // Or a loss of power would bring them back.
        let _ = sync_folder(&self.folder);
        if let Some(key_store) = &self.key_store {
            key_store.forget();
        }
        Ok(())
    }

    fn destroy(&self) -> Result<(), ClientError> {
        self.destroy_keys().and_then(|()| self.remove_files())
    }

    // Without a key they say nothing.
    fn remove_files(&self) -> Result<(), ClientError> {
        ["baikoo.db", "baikoo.db-wal", "baikoo.db-shm"]
            .iter()
            .try_for_each(|name| remove(&self.folder.join(name)))
    }

    fn key_file(&self) -> PathBuf {
        self.folder.join("baikoo.key")
    }

    fn next_key_file(&self) -> PathBuf {
        self.folder.join("baikoo.key.new")
    }

    // Two set-ups at once would each take the other's files for what a dead one has left, and two
    // changes of passphrase would write into the same next key. The operating system gives the claim
    // back when the process dies.
    #[cfg(unix)]
    fn claim(&self) -> Result<File, ClientError> {
        use rustix::io::Errno;
        let folder = File::open(&self.folder).map_err(|error| from_io(&error))?;
        let claimed = rustix::fs::flock(&folder, rustix::fs::FlockOperation::NonBlockingLockExclusive);
        match claimed {
            // A network's file system may have no claims on folders: better none than no workspace.
            Ok(()) | Err(Errno::BADF | Errno::INVAL | Errno::NOLCK | Errno::NOSYS | Errno::NOTSUP) => {
                Ok(folder)
            }
            Err(Errno::WOULDBLOCK) => Err(ClientError::BusyElsewhere),
            Err(other) => Err(from_io(&other.into())),
        }
    }

    #[cfg(not(unix))]
    #[expect(clippy::unnecessary_wraps, clippy::unused_self, reason = "no claim on a folder is known here")]
    fn claim(&self) -> Result<(), ClientError> {
        Ok(())
    }

    fn read_key(&self) -> Result<Vec<u8>, ClientError> {
        let file = fs::read(self.key_file()).map_err(|_| ClientError::NoWorkspace)?;
        let Some(closed) = file.strip_prefix(CLOSED_BY_KEY_STORE) else { return Ok(file) };
        let opened = self.key_store.as_ref().and_then(|key_store| key_store.unwrap(closed));
        opened.ok_or(ClientError::KeyStoreRefused)
    }

    fn write_next_key(&self, wrapped: &[u8]) -> Result<(), ClientError> {
        let closed = match &self.key_store {
            Some(key_store) => {
                let closed = key_store.wrap(wrapped).ok_or(ClientError::KeyStoreRefused)?;
                [CLOSED_BY_KEY_STORE, &closed[..]].concat()
            }
            None => wrapped.to_vec(),
        };
        let write = || -> std::io::Result<()> {
            let mut options = fs::OpenOptions::new();
            options.write(true).create(true).truncate(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            let mut file = options.open(self.next_key_file())?;
            file.write_all(&closed)?;
            file.sync_all()
        };
        write().map_err(|error| from_io(&error))
    }

    // Renamed over the old one: at no moment is there no key, unless a wipe has destroyed both.
    fn take_next_key(&self) -> Result<(), ClientError> {
        fs::rename(self.next_key_file(), self.key_file()).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => ClientError::NoWorkspace,
            _ => from_io(&error),
        })?;
        sync_folder(&self.folder).map_err(|error| from_io(&error))
    }
}

fn remove(path: &Path) -> Result<(), ClientError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(from_io(&error)),
        _ => Ok(()),
    }
}

fn blank(path: &Path) -> std::io::Result<()> {
    let mut file = fs::OpenOptions::new().write(true).open(path)?;
    let length = file.metadata()?.len();
    file.write_all(&vec![0; usize::try_from(length).unwrap_or(0)])?;
    file.sync_all()
}

/// Nobody else on the machine has any business in it.
fn make_private_folder(folder: &Path) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> std::io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Elsewhere a folder is no file that could be opened.
#[cfg(not(unix))]
fn sync_folder(_: &Path) -> std::io::Result<()> {
    Ok(())
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

    #[expect(clippy::unnecessary_wraps, reason = "a set-up may fail")]
    fn only_a_key(_: &Location, key: &DatabaseKey) -> Result<DatabaseKey, ClientError> {
        Ok(key.clone())
    }

    #[test]
    fn a_passphrase_changes_without_a_new_key_and_a_wipe_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let (home, env) = (Home::new(folder.path()), &mut SeededEnv::new(5));
        let key = home.set_up("a first passphrase", Hardness::FLOOR, env, only_a_key).unwrap();
        assert!(matches!(
            home.set_up("another passphrase", Hardness::FLOOR, env, only_a_key),
            Err(ClientError::WorkspaceExists)
        ));
        home.change_passphrase("a first passphrase", "a second one, longer", Hardness::FLOOR, env).unwrap();
        assert_eq!(home.unlock("a second one, longer").unwrap(), key);
        assert!(matches!(home.unlock("a first passphrase"), Err(ClientError::WrongPassphrase)));
        home.wipe().unwrap();
        assert!(!home.exists());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    /// Turns bits around; forgets when told to.
    #[derive(Default)]
    struct Chip(std::sync::atomic::AtomicBool);

    impl KeyStore for Chip {
        fn wrap(&self, secret: &[u8]) -> Option<Vec<u8>> {
            Some(secret.iter().map(|byte| !byte).collect())
        }

        fn unwrap(&self, wrapped: &[u8]) -> Option<Vec<u8>> {
            let forgotten = self.0.load(std::sync::atomic::Ordering::SeqCst);
            (!forgotten).then(|| wrapped.iter().map(|byte| !byte).collect())
        }

        fn forget(&self) {
            self.0.store(true, std::sync::atomic::Ordering::SeqCst);
        }
    }

    /// Does something while a key is being closed.
    struct Meanwhile(Box<dyn Fn() + Send + Sync>);

    impl KeyStore for Meanwhile {
        fn wrap(&self, secret: &[u8]) -> Option<Vec<u8>> {
            (self.0)();
            Some(secret.to_vec())
        }

        fn unwrap(&self, wrapped: &[u8]) -> Option<Vec<u8>> {
            Some(wrapped.to_vec())
        }

        fn forget(&self) {}
    }

    #[test]
    fn a_change_of_passphrase_brings_no_key_back_and_comes_alone() {
        let folder = tempfile::tempdir().unwrap();
        let plain = Home::new(folder.path());
        let change =
            |home: &Home, old, new| home.change_passphrase(old, new, Hardness::FLOOR, &mut SeededEnv::new(8));
        plain.set_up("a first passphrase", Hardness::FLOOR, &mut SeededEnv::new(7), only_a_key).unwrap();

        let another = plain.clone();
        let meanwhile = move || {
            let changed = change(&another, "a first passphrase", "a third one, longer");
            assert!(matches!(changed, Err(ClientError::BusyElsewhere)));
        };
        let home = plain.clone().with_key_store(Arc::new(Meanwhile(Box::new(meanwhile))));
        change(&home, "a first passphrase", "a second one, longer").unwrap();
        home.unlock("a second one, longer").unwrap();

        let (wiping, database) = (plain.clone(), folder.path().join("baikoo.db"));
        fs::write(&database, b"sealed").unwrap();
        let meanwhile = move || wiping.wipe().unwrap();
        let home = plain.clone().with_key_store(Arc::new(Meanwhile(Box::new(meanwhile))));
        let changed = change(&home, "a second one, longer", "a third one, longer");
        assert!(matches!(changed, Err(ClientError::NoWorkspace)));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn with_a_key_store_neither_the_passphrase_nor_the_files_suffice() {
        let folder = tempfile::tempdir().unwrap();
        let chip = Arc::new(Chip::default());
        let home = Home::new(folder.path()).with_key_store(chip.clone());
        let key =
            home.set_up("a first passphrase", Hardness::FLOOR, &mut SeededEnv::new(6), only_a_key).unwrap();
        assert_eq!(home.unlock("a first passphrase").unwrap(), key);
        assert!(matches!(home.unlock("a wrong passphrase"), Err(ClientError::WrongPassphrase)));
        let files_alone = Home::new(folder.path());
        assert!(matches!(files_alone.unlock("a first passphrase"), Err(ClientError::KeyStoreRefused)));
        chip.forget();
        assert!(matches!(home.unlock("a first passphrase"), Err(ClientError::KeyStoreRefused)));
    }

    #[test]
    fn a_set_up_that_fails_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::new(folder.path());
        let failed = home.set_up("a first passphrase", Hardness::FLOOR, &mut SeededEnv::new(7), |_, _| {
            Err::<(), _>(ClientError::InviteInvalid)
        });
        assert!(matches!(failed, Err(ClientError::InviteInvalid)));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn two_set_ups_at_once_do_not_take_each_other_apart() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::new(folder.path());
        home.set_up("a first passphrase", Hardness::FLOOR, &mut SeededEnv::new(8), |location, key| {
            let second = Home::new(folder.path()).set_up(
                "another passphrase",
                Hardness::FLOOR,
                &mut SeededEnv::new(9),
                only_a_key,
            );
            assert!(matches!(second, Err(ClientError::BusyElsewhere)));
            crate::store::Store::open(location, key).map_err(Into::into).map(drop)
        })
        .unwrap();
        let key = home.unlock("a first passphrase").unwrap();
        assert!(crate::store::Store::open(&home.location(), &key).is_ok());
    }

    #[test]
    fn a_set_up_that_was_cut_short_does_not_stand_in_the_way_of_the_next() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::new(folder.path());
        let left = Home::new(folder.path());
        let dead = std::thread::spawn(move || {
            left.set_up::<()>(
                "a first passphrase",
                Hardness::FLOOR,
                &mut SeededEnv::new(10),
                |location, key| {
                    crate::store::Store::open(location, key).unwrap();
                    std::panic::resume_unwind(Box::new("the battery is empty"))
                },
            )
        })
        .join();
        assert!(dead.is_err());
        assert!(!home.exists());
        assert!(matches!(home.unlock("a first passphrase"), Err(ClientError::NoWorkspace)));
        let key = home
            .set_up("a second one, longer", Hardness::FLOOR, &mut SeededEnv::new(11), |location, key| {
                crate::store::Store::open(location, key)?;
                Ok(key.clone())
            })
            .unwrap();
        assert_eq!(home.unlock("a second one, longer").unwrap(), key);
    }

    #[test]
    fn a_wipe_in_the_middle_of_a_set_up_wins_and_takes_a_cut_off_change_along() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::new(folder.path());
        let wiped = home.set_up("a first passphrase", Hardness::FLOOR, &mut SeededEnv::new(12), |_, key| {
            home.wipe()?;
            Ok(key.clone())
        });
        assert!(matches!(wiped, Err(ClientError::NoWorkspace)));
        fs::write(home.next_key_file(), b"what a change of passphrase had written").unwrap();
        home.wipe().unwrap();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
