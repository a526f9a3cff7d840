//! A world: one real server over TCP, that can be stopped, restored and set back; people; and a
//! clock that moves when it is told to.

use std::cell::{Cell, RefCell};
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use baikoo_client_core::client::Client;
use baikoo_client_core::error::ClientError;
use baikoo_client_core::member::{Invitation, Recovery};
use baikoo_client_core::protocol::membership::Role;
use baikoo_client_core::sync::driver::listen;
use baikoo_client_core::testing::SeededEnv;
use baikoo_client_core::transport::Http;
use baikoo_server::clock::Clock;
use baikoo_server::limits::Limits;
use baikoo_server::node::{Creation, Node};
use baikoo_server::serve::{Listen, RunningServer, start};
use baikoo_server::store::sqlite::{DATABASE_FILE, Options, SqliteStore, backup, restore};
use futures_util::future::select;
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::person::Person;

/// The world's clock, as the server reads it.
struct WorldClock(Arc<AtomicI64>);

impl Clock for WorldClock {
    fn now_ms(&self) -> u64 {
        u64::try_from(self.0.load(Ordering::SeqCst)).unwrap_or(0)
    }
}

/// A world.
pub struct World {
    runtime: Runtime,
    seed: u64,
    people: Cell<u64>,
    clock: Arc<AtomicI64>,
    folder: TempDir,
    address: SocketAddr,
    running: RefCell<Option<RunningServer>>,
    http: Http,
}

impl World {
    /// A world with a running server and nobody in it.
    ///
    /// # Panics
    /// If the machine won't have it.
    pub fn new(seed: u64) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .expect("a runtime");
        let mut world = Self {
            runtime,
            seed,
            people: Cell::new(0),
            clock: Arc::new(AtomicI64::new(1_790_000_000_000)),
            folder: tempfile::tempdir().expect("a folder for tests"),
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
            running: RefCell::new(None),
            http: Http::new(None).expect("a transport"),
        };
        world.address = world.start_at(world.address);
        world
    }

    fn start_at(&self, address: SocketAddr) -> SocketAddr {
        let folder = self.server_folder();
        fs::create_dir_all(&folder).expect("the server's folder");
        let store = SqliteStore::open(&folder, Options::default()).expect("the server's store");
        let limits = Limits { requests_per_minute: 100_000, ..Limits::default() };
        let clock = Arc::new(WorldClock(Arc::clone(&self.clock)));
        let node = Arc::new(Node::new(store, clock, limits, Creation::Open));
        let listen = Listen { address: Some(address), ..Listen::default() };
        let running = self.runtime.block_on(start(node, listen)).expect("a server that listens");
        let address = running.address;
        *self.running.borrow_mut() = Some(running);
        address
    }

    /// Where the server keeps its files.
    pub fn server_folder(&self) -> PathBuf {
        self.folder.path().join("server")
    }

    /// Cuts everybody off.
    pub fn stops_the_server(&self) {
        if let Some(running) = self.running.borrow_mut().take() {
            self.runtime.block_on(running.shutdown());
        }
    }

    /// The server is there again, at the same address.
    pub fn starts_the_server(&self) {
        self.start_at(self.address);
    }

    /// Makes a backup while the server runs.
    ///
    /// # Panics
    /// If it can't.
    pub fn backs_up_the_server(&self) -> PathBuf {
        let to = self.folder.path().join(format!("backup-{}", self.people.get()));
        backup(&self.server_folder(), &to).expect("a backup");
        to
    }

    /// The administrator restores a backup, as the manual says.
    ///
    /// # Panics
    /// If it can't.
    pub fn restores_the_server(&self, from: &Path) {
        self.stops_the_server();
        let folder = self.server_folder();
        wait_until_closed(&folder);
        fs::remove_dir_all(&folder).expect("the old folder goes");
        fs::create_dir_all(&folder).expect("a new folder");
        restore(&folder, from).expect("a restored server");
        self.starts_the_server();
    }

    /// Copies the server's files behind everybody's back.
    ///
    /// # Panics
    /// If it can't.
    pub fn copies_the_server(&self) -> PathBuf {
        self.stops_the_server();
        wait_until_closed(&self.server_folder());
        let to = self.folder.path().join("copy");
        copy_folder(&self.server_folder(), &to);
        self.starts_the_server();
        to
    }

    /// Puts an old copy back, and says nothing.
    ///
    /// # Panics
    /// If it can't.
    pub fn puts_back_the_server(&self, from: &Path) {
        self.stops_the_server();
        let folder = self.server_folder();
        wait_until_closed(&folder);
        fs::remove_dir_all(&folder).expect("the old folder goes");
        copy_folder(from, &folder);
        self.starts_the_server();
    }

    /// Lets time pass for everybody.
    pub fn passes_ms(&self, by_ms: i64) {
        self.clock.fetch_add(by_ms, Ordering::SeqCst);
    }

    fn next_env(&self) -> SeededEnv {
        let number = self.people.get() + 1;
        self.people.set(number);
        SeededEnv::with_clock(self.seed * 1_000 + number, Arc::clone(&self.clock))
    }

    /// Where the server is.
    pub fn server(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Somebody who makes a new workspace on this server.
    pub fn coordinator(&self, name: &str) -> Person {
        self.coordinator_with_sheets(name).0
    }

    /// The same, with the recovery sheets that she wrote down.
    pub fn coordinator_with_sheets(&self, name: &str) -> (Person, Vec<String>) {
        let mut sheets = Vec::new();
        let person = Person::new(name, self.next_env(), |home, key, env| {
            Client::create_workspace(&home.location(), key, Box::new(env), &self.server(), name, None).map(
                |created| {
                    sheets = created.recovery_sheets;
                    created.client
                },
            )
        });
        self.syncs(&person);
        (person, sheets)
    }

    /// Somebody who uses recovery sheets on a new device.
    pub fn recovers(&self, name: &str, sheets: &[&String], workspace: &str) -> Person {
        Person::new(name, self.next_env(), |home, key, env| {
            let recovery = Recovery::from_sheets(sheets, &self.server(), workspace)?;
            Client::recover(&home.location(), key, Box::new(env), &recovery, name)
        })
    }

    /// Somebody who opens an invitation.
    pub fn joins(&self, name: &str, link: &str) -> Person {
        Person::new(name, self.next_env(), |home, key, env| {
            let invitation = Invitation::from_link(link)?;
            Client::join(&home.location(), key, Box::new(env), &invitation, name)
        })
    }

    /// Somebody whom a coordinator has invited and vouched for.
    pub fn monitor(&self, name: &str, by: &Person) -> Person {
        self.member(name, by, Role::Monitor)
    }

    /// One more coordinator, vouched for.
    pub fn another_coordinator(&self, name: &str, by: &Person) -> Person {
        self.member(name, by, Role::Coordinator)
    }

    fn member(&self, name: &str, by: &Person, role: Role) -> Person {
        let invited = by.does(|client| client.invite(role, name, 3_600_000));
        self.syncs(by);
        let person = self.joins(name, &invited.link);
        self.syncs(&person);
        self.syncs(by);
        let device = person.does(|client| Ok(client.me().device));
        by.does(|client| client.approve(device));
        self.syncs(by);
        self.syncs(&person);
        person
    }

    /// The smallest workspace.
    pub fn coordinator_and_monitor(&self, coordinator: &str, monitor: &str) -> (Person, Person) {
        let coordinator = self.coordinator(coordinator);
        let monitor = self.monitor(monitor, &coordinator);
        (coordinator, monitor)
    }

    /// An exact copy of a device that is switched off.
    pub fn clones(&self, person: &Person) -> Person {
        let env = self.next_env();
        person.cloned(&format!("{}'s clone", person.name), env)
    }

    /// Syncs until there is nothing more to do.
    ///
    /// # Panics
    /// If it fails.
    pub fn syncs(&self, person: &Person) {
        self.tries_to_sync(person).unwrap_or_else(|error| panic!("{}: {error:?}", person.name));
    }

    /// One listens, the other writes and syncs, again and again, until the first has heard of it or
    /// the other has synced so many times. Whether she has heard.
    pub fn hears_of(&self, listener: &Person, writer: &Person, syncs_max: u32) -> bool {
        // The first is that the line is there.
        let heard = Cell::new(0);
        let listening =
            Box::pin(listen(listener, &self.http, || heard.set(heard.get() + 1), |_| std::future::ready(())));
        let writing = Box::pin(async {
            for number in 0..syncs_max {
                writer.sends(&format!("Кабар {number}"));
                writer.syncs_over(&self.http).await.expect("a sync");
                if heard.get() > 1 {
                    return;
                }
            }
        });
        self.runtime.block_on(select(listening, writing));
        heard.get() > 1
    }

    /// Tries to sync.
    ///
    /// # Errors
    /// What stopped it.
    pub fn tries_to_sync(&self, person: &Person) -> Result<(), ClientError> {
        self.passes_ms(1_000);
        self.runtime.block_on(person.syncs_over(&self.http))
    }

    /// The bytes of the server's answer to a request.
    ///
    /// # Panics
    /// If there is none.
    pub fn answers(&self, request: &baikoo_client_core::sync::Request) -> Vec<u8> {
        use baikoo_client_core::transport::{Answer, Piece, Transport};
        self.runtime.block_on(async {
            let mut answer = self.http.send(request.clone()).await;
            let mut bytes = Vec::new();
            while let Some(piece) = answer.next().await {
                match piece {
                    Piece::Status(status) => assert_eq!(status, 200),
                    Piece::Bytes(more) => bytes.extend(more),
                    Piece::Failed => panic!("the answer broke off"),
                }
            }
            bytes
        })
    }

    /// How many envelopes a device holds that it did not make, checkpoints aside.
    pub fn foreign_envelopes(&self, person: &Person) -> usize {
        person.does(|client| client.foreign_envelope_count())
    }
}

/// Waits until the store's threads have closed the database, and folds its write-ahead log in: a copy
/// taken before would be of no moment that ever was. When the last two close it at once, each leaves
/// the log to the other.
fn wait_until_closed(folder: &Path) {
    let file = folder.join(DATABASE_FILE);
    for _ in 0..12_000 {
        if is_ours_alone(&file) {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    panic!("the server's database is still open");
}

fn is_ours_alone(file: &Path) -> bool {
    let leave_the_log = || -> rusqlite::Result<String> {
        let database = rusqlite::Connection::open(file)?;
        // SQLite lets nobody leave the log while somebody else is there.
        database.pragma_update_and_check(None, "journal_mode", "delete", |row| row.get(0))
    };
    leave_the_log().is_ok_and(|mode| mode == "delete")
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder").flatten() {
        fs::copy(entry.path(), to.join(entry.file_name())).expect("a copy");
    }
}
