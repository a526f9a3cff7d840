//! A server without a network, and people with devices.

#![allow(dead_code, unreachable_pub, reason = "each test file uses its part")]
#![allow(clippy::unwrap_used, reason = "a test may fail here")]

pub mod http;

use std::path::Path;
use std::sync::Arc;

use baikoo_protocol::frame::{Frame, Hello, Status};
use baikoo_protocol::id::{DeviceId, StreamId};
use baikoo_protocol::membership::Role;
use baikoo_protocol::refusal::Refusal;
use baikoo_server::clock::ManualClock;
use baikoo_server::limits::Limits;
use baikoo_server::node::{Creation, Node};
use baikoo_server::store::sqlite::{Options, SqliteStore};
use baikoo_server::store::{Enrolment, NewWorkspace, Store};
use baikoo_server::testing::{TestDevice, TestWorkspace, frames, hello, upload};
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use tempfile::TempDir;

pub const NOW_MS: u64 = 1_700_000_000_000;
pub const STREAM: StreamId = StreamId([1; 16]);

/// A node, a workspace with its coordinator Carol, and its folder.
pub struct World {
    pub node: Arc<Node<SqliteStore>>,
    pub clock: Arc<ManualClock>,
    pub carol: TestDevice,
    pub workspace: TestWorkspace,
    pub folder: TempDir,
    next_seed: u64,
}

/// What came down.
#[derive(Debug)]
pub struct Answer(pub Vec<Frame>);

impl World {
    pub async fn new() -> Self {
        Self::with(Limits::default(), Options::default()).await
    }

    pub async fn with(limits: Limits, options: Options) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (node, clock) = open(folder.path(), limits, options);
        let workspace = TestWorkspace::new(1);
        let carol = workspace.coordinator.clone();
        let admitted = carol.admitted(workspace.id, &workspace.genesis);
        node.store.create(NewWorkspace { admitted, setup_code: None }).await.unwrap();
        Self { node, clock, carol, workspace, folder, next_seed: 2 }
    }

    /// Carol invites somebody, who enrols.
    pub async fn joins(&mut self, role: Role) -> TestDevice {
        let (invite, device) = (TestDevice::new(self.next_seed), TestDevice::new(self.next_seed + 1));
        self.next_seed += 2;
        let entry = self.workspace.invites(&invite, role, NOW_MS + 1_000_000);
        let carol = self.carol.id();
        self.sync(carol, &upload(&hello(), &[entry], &[])).await.unwrap().refuses_nothing();
        let entry = device.enrolment(self.workspace.id, &invite);
        let admitted = device.admitted(self.workspace.id, &entry);
        let enrolment = Enrolment { workspace: self.workspace.id, admitted, now_ms: NOW_MS };
        self.node.store.enrol(enrolment).await.unwrap();
        self.workspace.enrols(&entry);
        device
    }

    /// One sync call, its body in one piece.
    pub async fn sync(&self, device: DeviceId, body: &[u8]) -> Result<Answer, Refusal> {
        self.sync_in_pieces(device, vec![Ok(Bytes::copy_from_slice(body))]).await
    }

    pub async fn sync_in_pieces(
        &self,
        device: DeviceId,
        pieces: Vec<Result<Bytes, ()>>,
    ) -> Result<Answer, Refusal> {
        let node = Arc::clone(&self.node);
        let answer =
            baikoo_server::sync::answer(node, self.workspace.id, device, stream::iter(pieces)).await?;
        let mut answer = Box::pin(answer);
        let mut bytes = Vec::new();
        while let Some(piece) = answer.next().await {
            bytes.extend(piece?);
        }
        let frames = frames(&bytes);
        assert!(matches!(frames.first(), Some(Frame::Status(_))));
        assert_eq!(frames.last(), Some(&Frame::End));
        Ok(Answer(frames))
    }

    /// Only looks.
    pub async fn pull(&self, device: DeviceId, hello: &Hello) -> Answer {
        self.sync(device, &upload(hello, &[], &[])).await.unwrap()
    }
}

pub fn open(folder: &Path, limits: Limits, options: Options) -> (Arc<Node<SqliteStore>>, Arc<ManualClock>) {
    let clock = Arc::new(ManualClock::at(NOW_MS));
    let store = SqliteStore::open(folder, options).unwrap();
    (Arc::new(Node::new(store, Arc::clone(&clock) as _, limits, Creation::Open)), clock)
}

impl Answer {
    pub fn status(&self) -> &Status {
        match &self.0[0] {
            Frame::Status(status) => status,
            other => panic!("not a status: {other:?}"),
        }
    }

    pub fn refusals(&self) -> Vec<(u64, Refusal, u64)> {
        let refused = self.0.iter().filter_map(|frame| match frame {
            Frame::Refused { index, refusal, wanted } => Some((*index, *refusal, *wanted)),
            _ => None,
        });
        refused.collect()
    }

    pub fn refuses_nothing(&self) {
        assert_eq!(self.refusals(), []);
    }

    /// The `seq` of each logged envelope.
    pub fn logged(&self) -> Vec<u64> {
        let logged = self.0.iter().filter_map(|frame| match frame {
            Frame::Logged { seq, .. } => Some(*seq),
            _ => None,
        });
        logged.collect()
    }

    pub fn high_water(&self) -> (u64, [u8; 8], bool) {
        let found = self.0.iter().find_map(|frame| match frame {
            Frame::HighWater { cursor, tip, more } => Some((*cursor, *tip, *more)),
            _ => None,
        });
        found.expect("a high-water mark")
    }

    pub fn entries(&self) -> usize {
        self.0.iter().filter(|frame| matches!(frame, Frame::Entry(_))).count()
    }
}
