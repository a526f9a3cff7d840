//! A folder with its own keys, before and after a workspace is open in it.

use std::sync::{Arc, Mutex, PoisonError, Weak};

use baikoo_client_core::client::Client;
use baikoo_client_core::crypto::passphrase::Hardness;
use baikoo_client_core::error::ClientError;
use baikoo_client_core::home::Home;
use baikoo_client_core::member::{Invitation, Recovery};
use baikoo_client_core::transport::Http;
use zeroize::Zeroizing;

use super::gate::Foreign;
use super::platform::{Clock, ForeignKeyStore, KeyStore, LogSink, Platform};
use super::runtime::work;
use super::session::Session;
use super::workspace::Workspace;

/// What the platform hands in; everything may be left out.
#[derive(uniffi::Record)]
pub struct Options {
    /// Closes the wrapped key once more.
    #[uniffi(default)]
    pub key_store: Option<Arc<dyn KeyStore>>,
    /// A better clock than the operating system's.
    #[uniffi(default)]
    pub clock: Option<Arc<dyn Clock>>,
    /// Where log lines go; nowhere without it.
    #[uniffi(default)]
    pub log: Option<Arc<dyn LogSink>>,
    /// Trust the server's certificate by this root, too (PEM).
    #[uniffi(default)]
    pub root_certificate: Option<Vec<u8>>,
}

/// A workspace that was just made.
#[derive(uniffi::Record)]
pub struct CreatedWorkspace {
    /// It, open.
    pub workspace: Arc<Workspace>,
    /// Three sheets, of which any two open everything. They are shown once, and kept nowhere.
    pub recovery_sheets: Vec<String>,
}

/// A folder with its own keys. To make one touches nothing.
#[derive(uniffi::Object)]
pub struct Device {
    home: Home,
    platform: Platform,
    root_certificate: Option<Vec<u8>>,
    // For a wipe. Whether it is open is its own business.
    opened: Mutex<Weak<Session>>,
}

impl Device {
    // The key is made, then the workspace; if nobody waits any more, there is neither.
    async fn set_up<T: Send + 'static>(
        self: Arc<Self>,
        passphrase: String,
        found: impl FnOnce(&Self, SetUp<'_>) -> Result<T, ClientError> + Send + 'static,
    ) -> Result<(T, Http), ClientError> {
        let passphrase = Zeroizing::new(passphrase);
        let untaken = work(move |awaited| {
            let http = Http::new(self.root_certificate.as_deref())?;
            let mut env = self.platform.env();
            let made = self.home.set_up(&passphrase, Hardness::STANDARD, &mut *env, |location, key| {
                awaited.check()?;
                let made = found(&self, (location, key))?;
                awaited.check().map(|()| made)
            });
            Ok(Untaken { home: self.home.clone(), made: Some((made?, http)) })
        });
        untaken.await?.take()
    }

    fn opened(&self, client: Client, http: Http) -> Arc<Workspace> {
        let session = Session::new(client, self.platform.clone(), http);
        *self.opened.lock().unwrap_or_else(PoisonError::into_inner) = Arc::downgrade(&session);
        Workspace::new(session)
    }
}

/// What was set up, on its way to whoever asked for it. If nobody waits any more, it is undone.
struct Untaken<T> {
    home: Home,
    made: Option<T>,
}

impl<T> Untaken<T> {
    fn take(mut self) -> Result<T, ClientError> {
        self.made.take().ok_or(ClientError::Internal(None))
    }
}

impl<T> Drop for Untaken<T> {
    fn drop(&mut self) {
        if let Some(made) = self.made.take() {
            // Closed first: its files are deleted.
            drop(made);
            let _ = self.home.wipe();
        }
    }
}

type SetUp<'a> = (&'a baikoo_client_core::store::Location, &'a baikoo_client_core::crypto::keys::DatabaseKey);

#[uniffi::export]
impl Device {
    /// A folder that may or may not be there yet.
    #[uniffi::constructor(default(options = None))]
    pub fn new(folder: String, options: Option<Options>) -> Arc<Self> {
        let options =
            options.unwrap_or(Options { key_store: None, clock: None, log: None, root_certificate: None });
        let home = Home::new(folder);
        let home = match options.key_store {
            Some(key_store) => home.with_key_store(Arc::new(ForeignKeyStore(Foreign::new(key_store)))),
            None => home,
        };
        let platform = Platform::new(options.clock, options.log);
        let root_certificate = options.root_certificate;
        Arc::new(Self { home, platform, root_certificate, opened: Mutex::default() })
    }

    /// Whether a workspace has been set up in it.
    pub fn is_set_up(&self) -> bool {
        self.home.exists()
    }

    /// Makes a workspace; this device becomes its first coordinator's.
    #[uniffi::method(default(setup_code = None))]
    pub async fn create_workspace(
        self: Arc<Self>,
        server: String,
        name: String,
        passphrase: String,
        setup_code: Option<String>,
    ) -> Result<CreatedWorkspace, ClientError> {
        let (created, http) = Arc::clone(&self)
            .set_up(passphrase, move |device, (location, key)| {
                let env = device.platform.env();
                Client::create_workspace(location, key, env, &server, &name, setup_code.as_deref())
            })
            .await?;
        let workspace = self.opened(created.client, http);
        Ok(CreatedWorkspace { workspace, recovery_sheets: created.recovery_sheets })
    }

    /// Joins a workspace by an invitation, with a network or without.
    pub async fn join(
        self: Arc<Self>,
        link: String,
        name: String,
        passphrase: String,
    ) -> Result<Arc<Workspace>, ClientError> {
        let invitation = Invitation::from_link(&link)?;
        let (client, http) = Arc::clone(&self)
            .set_up(passphrase, move |device, (location, key)| {
                Client::join(location, key, device.platform.env(), &invitation, &name)
            })
            .await?;
        Ok(self.opened(client, http))
    }

    /// Brings a coordinator back by two of three recovery sheets. The next sync fetches everything,
    /// and everybody is shown that the sheets were used.
    pub async fn recover(
        self: Arc<Self>,
        sheets: Vec<String>,
        server: String,
        workspace: String,
        name: String,
        passphrase: String,
    ) -> Result<Arc<Workspace>, ClientError> {
        let recovery = Recovery::from_sheets(&sheets, &server, &workspace)?;
        let (client, http) = Arc::clone(&self)
            .set_up(passphrase, move |device, (location, key)| {
                Client::recover(location, key, device.platform.env(), &recovery, &name)
            })
            .await?;
        Ok(self.opened(client, http))
    }

    /// Opens the workspace.
    pub async fn unlock(self: Arc<Self>, passphrase: String) -> Result<Arc<Workspace>, ClientError> {
        let passphrase = Zeroizing::new(passphrase);
        work(move |awaited| {
            let key = self.home.unlock(&passphrase)?;
            awaited.check()?;
            let client = Client::open(&self.home.location(), &key, self.platform.env())?;
            Ok(self.opened(client, Http::new(self.root_certificate.as_deref())?))
        })
        .await
    }

    /// Changes the passphrase. The key stays, and no data is written anew.
    pub async fn change_passphrase(self: Arc<Self>, old: String, new: String) -> Result<(), ClientError> {
        let (old, new) = (Zeroizing::new(old), Zeroizing::new(new));
        work(move |_| self.home.change_passphrase(&old, &new, Hardness::STANDARD, &mut *self.platform.env()))
            .await
    }

    /// Destroys everything, the keys first, and locks the workspace that this opened. Asks for no
    /// passphrase.
    pub async fn wipe(self: Arc<Self>) -> Result<(), ClientError> {
        work(move |_| {
            // The keys do not wait for whoever uses the workspace now.
            let wiped = self.home.wipe();
            let opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner).upgrade();
            opened.inspect(|session| session.end());
            wiped.and_then(|()| self.home.wipe())
        })
        .await
    }
}
