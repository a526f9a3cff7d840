//! What a command works with: the world, the reader's language, and the folder of the workspace.

use std::path::PathBuf;
use std::time::Duration;

use baikoo_client_core::client::Client;
use baikoo_client_core::crypto::keys::DatabaseKey;
use baikoo_client_core::crypto::passphrase::Hardness;
use baikoo_client_core::error::ClientError;
use baikoo_client_core::form::labels::Language;
use baikoo_client_core::home::Home;

use crate::args::Global;
use crate::failure::Failure;
use crate::passphrase;
use crate::words::Words;
use crate::world::World;

/// How often, and after how long a pause, a workspace that another command has is tried again.
const BUSY_TRIES: u32 = 25;
const BUSY_PAUSE: Duration = Duration::from_millis(200);

/// What a command works with.
pub(crate) struct Context<'w, 'a> {
    /// The world.
    pub(crate) world: &'w mut World<'a>,
    /// What is said, in the reader's language.
    pub(crate) words: Words,
    /// Whether a program reads the results.
    pub(crate) json: bool,
    /// The folder of the workspace.
    pub(crate) home: Home,
    /// Its path.
    pub(crate) folder: PathBuf,
    /// The file with the passphrase, if one was named.
    pub(crate) passphrase_file: Option<PathBuf>,
}

impl<'w, 'a> Context<'w, 'a> {
    /// From the global options and the environment.
    pub(crate) fn new(world: &'w mut World<'a>, global: &Global) -> Self {
        let folder = global.home.clone().unwrap_or_else(|| default_folder(world));
        Self {
            words: Words { language: global.lang.unwrap_or_else(|| language(world)) },
            json: global.json,
            home: Home::new(&folder),
            folder,
            passphrase_file: global.passphrase_file.clone(),
            world,
        }
    }

    /// The reader's language.
    pub(crate) fn language(&self) -> Language {
        self.words.language
    }

    /// Opens the workspace.
    pub(crate) fn open(&mut self) -> Result<Client, Failure> {
        let key = self.unlock()?;
        self.open_with(&key)
    }

    /// Opens the workspace with its key. While another command has it, it is waited for: most have it
    /// for a moment only.
    pub(crate) fn open_with(&mut self, key: &DatabaseKey) -> Result<Client, Failure> {
        for _ in 0..BUSY_TRIES {
            match self.open_now(key) {
                Err(Failure::Client(ClientError::BusyElsewhere)) => std::thread::sleep(BUSY_PAUSE),
                opened => return opened,
            }
        }
        self.open_now(key)
    }

    /// Opens the workspace with its key, unless another command has it.
    pub(crate) fn open_now(&mut self, key: &DatabaseKey) -> Result<Client, Failure> {
        // Wiped by another command since the key was read: nothing may grow there again.
        if !self.home.exists() {
            return Err(ClientError::NoWorkspace.into());
        }
        Ok(Client::open(&self.home.location(), key, (self.world.env)())?)
    }

    /// The key of the workspace.
    pub(crate) fn unlock(&mut self) -> Result<DatabaseKey, Failure> {
        if !self.home.exists() {
            return Err(ClientError::NoWorkspace.into());
        }
        let passphrase = passphrase::current(self)?;
        Ok(self.home.unlock(&passphrase)?)
    }

    /// Makes the key of a new workspace. `found` makes the workspace itself; if it can't, nothing
    /// is left behind.
    pub(crate) fn set_up<T>(
        &mut self,
        found: impl FnOnce(&Self, &DatabaseKey) -> Result<T, ClientError>,
    ) -> Result<T, Failure> {
        if self.home.exists() {
            return Err(ClientError::WorkspaceExists.into());
        }
        let passphrase = passphrase::first(self)?;
        let mut env = (self.world.env)();
        Ok(self.home.set_up(&passphrase, self.hardness(), &mut *env, |_, key| found(self, key))?)
    }

    /// How hard a guess of the passphrase is made. The hundreds of runs of a test may ask for the
    /// least that the core ever accepts; a released program does not listen to that.
    pub(crate) fn hardness(&self) -> Hardness {
        let in_test = cfg!(debug_assertions) && self.world.var("BAIKOO_TEST_KDF") == Some("floor");
        if in_test { Hardness::FLOOR } else { Hardness::STANDARD }
    }

    /// Now, in milliseconds since 1970.
    pub(crate) fn now_ms(&self) -> i64 {
        (self.world.env)().clocks().wall_ms
    }
}

fn language(world: &World<'_>) -> Language {
    let named = ["BAIKOO_LANG", "LC_ALL", "LC_MESSAGES", "LANG"];
    let tag = named.into_iter().find_map(|name| world.var(name)).unwrap_or("en");
    tag.split('.').next().and_then(|tag| tag.parse().ok()).unwrap_or(Language::En)
}

fn default_folder(world: &World<'_>) -> PathBuf {
    let under = |name: &str, path: &[&str]| {
        world
            .var(name)
            .map(|folder| path.iter().fold(PathBuf::from(folder), |folder, part| folder.join(part)))
    };
    let data = if cfg!(target_os = "macos") {
        under("HOME", &["Library", "Application Support", "Baikoo"])
    } else if cfg!(windows) {
        under("APPDATA", &["Baikoo"])
    } else {
        under("XDG_DATA_HOME", &["baikoo"])
    };
    under("BAIKOO_HOME", &[]).or(data).or_else(|| under("HOME", &[".baikoo"])).unwrap_or(".baikoo".into())
}

impl Context<'_, '_> {
    /// Prints what was done with a report, and how far it has come.
    pub(crate) fn done_with(
        &mut self,
        client: &Client,
        key: &str,
        report: baikoo_client_core::protocol::id::StreamId,
    ) -> Result<(), Failure> {
        let summary = client.report_summary(report, self.language())?;
        let state = crate::wording::delivery(self.words, summary.delivery);
        let id = crate::wording::short(report);
        self.done(key, &[("report", &id), ("state", &state)], &summary)
    }
}
