//! A server for a test: the one that `BAIKOO_STORY_SERVER` names, or one of its own.

use std::net::SocketAddr;
use std::sync::Arc;

use baikoo_server::clock::SystemClock;
use baikoo_server::limits::Limits;
use baikoo_server::node::{Creation, Node};
use baikoo_server::serve::{Listen, RunningServer, start};
use baikoo_server::store::sqlite::{Options, SqliteStore};
use tempfile::TempDir;
use tokio::runtime::Runtime;

pub(crate) struct Server {
    pub(crate) runtime: Runtime,
    pub(crate) address: String,
    own: Option<(RunningServer, TempDir)>,
}

impl Server {
    pub(crate) fn start() -> Self {
        let runtime = Runtime::new().expect("a runtime");
        if let Ok(address) = std::env::var("BAIKOO_STORY_SERVER") {
            return Self { runtime, address, own: None };
        }
        let folder = tempfile::tempdir().expect("a folder");
        let store = SqliteStore::open(folder.path(), Options::default()).expect("a store");
        let limits = Limits { requests_per_minute: 100_000, ..Limits::default() };
        let node = Arc::new(Node::new(store, Arc::new(SystemClock), limits, Creation::Open));
        let listen = Listen { address: Some(SocketAddr::from(([127, 0, 0, 1], 0))), ..Listen::default() };
        let running = runtime.block_on(start(node, listen)).expect("a server that listens");
        Self { address: format!("http://{}", running.address), runtime, own: Some((running, folder)) }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some((running, _folder)) = self.own.take() {
            self.runtime.block_on(running.shutdown());
        }
    }
}
