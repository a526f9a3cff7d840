//! `baikoo sync --watch`, as the program that it is, beside other commands and with a real server.

#![allow(clippy::unwrap_used, reason = "tests may")]

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use baikoo_cli::exit_code;
use baikoo_server::clock::SystemClock;
use baikoo_server::limits::Limits;
use baikoo_server::node::{Creation, Node};
use baikoo_server::serve::{Listen, RunningServer, start};
use baikoo_server::store::sqlite::{Options, SqliteStore};
use serde_json::Value;
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// For what comes in a second or two, if the machine has nothing else to do.
const PATIENCE: Duration = Duration::from_secs(120);
/// Nothing in this test may come because it was time to look.
const EVERY: &str = "3600";

struct Server {
    runtime: Runtime,
    folder: TempDir,
    running: Option<RunningServer>,
    address: SocketAddr,
}

impl Server {
    fn new() -> Self {
        let runtime = Runtime::new().unwrap();
        let address = SocketAddr::from(([127, 0, 0, 1], 0));
        let mut server = Self { runtime, folder: tempfile::tempdir().unwrap(), running: None, address };
        server.start();
        server
    }

    fn start(&mut self) {
        let store = SqliteStore::open(self.folder.path(), Options::default()).unwrap();
        let node = Arc::new(Node::new(store, Arc::new(SystemClock), Limits::default(), Creation::Open));
        let listen = Listen { address: Some(self.address), ..Listen::default() };
        let running = self.runtime.block_on(start(node, listen)).unwrap();
        self.address = running.address;
        self.running = Some(running);
    }

    fn stop(&mut self) {
        if let Some(running) = self.running.take() {
            self.runtime.block_on(running.shutdown());
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

fn baikoo(home: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_baikoo"));
    command.env("BAIKOO_HOME", home).env("BAIKOO_PASSPHRASE", "four words in a row");
    command.env("BAIKOO_LANG", "en").env("BAIKOO_TEST_KDF", "floor");
    command
}

fn does(home: &Path, args: &[&str]) -> Value {
    let done = baikoo(home).arg("--json").args(args).output().unwrap();
    assert!(done.status.success(), "{args:?}: {}", String::from_utf8_lossy(&done.stderr));
    serde_json::from_slice(&done.stdout).unwrap_or_default()
}

/// A watch that runs, and what it says.
struct Watching {
    process: Child,
    said: mpsc::Receiver<String>,
}

impl Watching {
    fn over(home: &Path) -> Self {
        let mut watch = baikoo(home);
        watch.args(["sync", "--watch", "--every", EVERY]);
        let mut process = watch.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let (told, said) = mpsc::channel();
        std::thread::spawn(move || lines.map_while(Result::ok).for_each(|line| drop(told.send(line))));
        Self { process, said }
    }

    fn says(&self, wanted: &str) {
        assert!(self.says_within(PATIENCE, wanted), "it never says {wanted}");
    }

    fn says_within(&self, patience: Duration, wanted: &str) -> bool {
        while let Ok(line) = self.said.recv_timeout(patience) {
            if line.contains(wanted) {
                return true;
            }
        }
        false
    }

    /// Ctrl-C.
    fn ends(mut self) {
        let sent = Command::new("kill").args(["-INT", &self.process.id().to_string()]).status().unwrap();
        assert!(sent.success());
        assert_eq!(self.process.wait().unwrap().code(), Some(0));
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn who_watches_sends_and_gets_reports_without_waiting_for_the_next_look() {
    let mut server = Server::new();
    let folder = tempfile::tempdir().unwrap();
    let (gulnara, aida) = (folder.path().join("gulnara"), folder.path().join("aida"));
    let address = format!("http://{}", server.address);
    does(&gulnara, &["workspace", "create", "--server", &address, "--name", "Gulnara"]);
    let invited = does(&gulnara, &["invite", "--role", "monitor", "--name", "Aida", "--no-qr"]);
    does(&gulnara, &["sync"]);
    does(&aida, &["join", invited["link"].as_str().unwrap(), "--name", "Aida"]);
    does(&aida, &["sync"]);

    let coordinator = Watching::over(&gulnara);
    coordinator.says("is stored by the server");
    let monitor = Watching::over(&aida);
    monitor.says("is stored by the server");
    // Another command writes on the monitor's device; both hear of it. What is written in the very
    // instant in which the watch lets go of the workspace goes unnoticed, until something else is.
    let (patience, mut written) = (Duration::from_secs(20), 0);
    loop {
        assert!(written < 6, "nothing comes");
        does(&aida, &["new", "--narrative", "Жол жабык.", "--send"]);
        written += 1;
        if coordinator.says_within(patience, "New or changed") {
            break;
        }
    }
    monitor.ends();

    server.stop();
    does(&aida, &["new", "--narrative", "Жол ачылды.", "--send"]);
    server.start();
    does(&aida, &["sync"]);
    coordinator.says("New or changed");
    coordinator.ends();
    assert_eq!(does(&gulnara, &["list"])["total"], written + 1);
}

#[test]
fn a_wipe_ends_the_watch_and_nothing_grows_there_again() {
    let server = Server::new();
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("gulnara");
    let address = format!("http://{}", server.address);
    does(&home, &["workspace", "create", "--server", &address, "--name", "Gulnara"]);
    let mut watching = Watching::over(&home);
    watching.says("is stored by the server");
    does(&home, &["wipe", "--yes"]);
    assert_eq!(watching.process.wait().unwrap().code(), Some(exit_code("no_workspace").into()));
    assert_eq!(std::fs::read_dir(&home).unwrap().count(), 0);
}
