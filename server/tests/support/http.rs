//! A server on a port of its own, and a small client.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use baikoo_protocol::frame::Frame;
use baikoo_protocol::id::WorkspaceId;
use baikoo_protocol::membership::Role;
use baikoo_protocol::refusal::Refusal;
use baikoo_server::clock::Clock;
use baikoo_server::clock::SystemClock;
use baikoo_server::limits::Limits;
use baikoo_server::metrics::Metrics;
use baikoo_server::node::{Creation, Node};
use baikoo_server::serve::{Listen, RunningServer, start};
use baikoo_server::store::sqlite::{Options, SqliteStore};
use baikoo_server::testing::{TestDevice, TestWorkspace, frames, hello, upload};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{HeaderMap, Request, StatusCode};
use hyper_util::rt::TokioIo;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// For what comes in an instant, if the machine has nothing else to do.
pub const PATIENCE: Duration = Duration::from_secs(60);

pub struct Site {
    pub server: RunningServer,
    pub folder: TempDir,
    metrics: Arc<Metrics>,
}

#[derive(Debug, Clone)]
pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

/// Limits in which nobody waits long for a test.
pub fn short() -> Limits {
    Limits {
        head_timeout: Duration::from_millis(300),
        body_idle_timeout: Duration::from_millis(300),
        write_idle_timeout: Duration::from_millis(300),
        shutdown_grace: Duration::from_secs(5),
        ..Limits::default()
    }
}

impl Site {
    pub async fn open(limits: Limits) -> Self {
        Self::with(limits, Creation::Open, Listen::default()).await
    }

    pub async fn with(limits: Limits, creation: Creation, listen: Listen) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(folder.path(), Options::default()).unwrap();
        let node = Node::new(store, Arc::new(SystemClock), limits, creation);
        let metrics = Arc::clone(&node.metrics);
        let server = start(Arc::new(node), listen).await.unwrap();
        Self { server, folder, metrics }
    }

    /// What the server has counted.
    pub fn metric(&self, name: &str) -> u64 {
        let text = self.metrics.to_text();
        let value = text.lines().find_map(|line| line.strip_prefix(&format!("baikoo_{name} ")));
        value.unwrap().parse().unwrap()
    }

    /// Waits until the server's counter says so.
    pub async fn counts(&self, name: &str, wanted: impl Fn(u64) -> bool) {
        until(name, async || wanted(self.metric(name))).await;
    }

    pub async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.server.address).await.unwrap()
    }

    pub async fn post(&self, path: &str, headers: &[(&str, String)], body: Vec<u8>) -> Reply {
        call(self.server.address, "POST", path, headers, body).await
    }

    pub async fn get(&self, path: &str, headers: &[(&str, String)]) -> Reply {
        call(self.server.address, "GET", path, headers, Vec::new()).await
    }

    pub async fn sync(&self, workspace: WorkspaceId, device: &TestDevice, body: Vec<u8>) -> Reply {
        let token = [("authorization", device.token.to_header(device.id()))];
        self.post(&format!("/v1/{}/sync", workspace.to_path()), &token, body).await
    }

    /// A workspace, over the network.
    pub async fn settles(&self, seed: u64) -> TestWorkspace {
        let workspace = TestWorkspace::new(seed);
        let body = workspace.coordinator.admission(workspace.id, &workspace.genesis).to_bytes();
        assert_eq!(self.post("/v1/workspaces", &[], body).await.status, 200);
        workspace
    }

    /// A member, over the network.
    pub async fn joins(&self, workspace: &mut TestWorkspace, role: Role, seed: u64) -> TestDevice {
        let (invite, device) = (TestDevice::new(seed), TestDevice::new(seed + 1));
        let entry = workspace.invites(&invite, role, SystemClock.now_ms() + 1_000_000);
        let carol = workspace.coordinator.clone();
        let reply = self.sync(workspace.id, &carol, upload(&hello(), &[entry], &[])).await;
        assert!(!reply.frames().iter().any(|frame| matches!(frame, Frame::Refused { .. })));
        let enrolment = device.enrolment(workspace.id, &invite);
        let path = format!("/v1/{}/enrol", workspace.id.to_path());
        assert_eq!(
            self.post(&path, &[], device.admission(workspace.id, &enrolment).to_bytes()).await.status,
            200
        );
        workspace.enrols(&enrolment);
        device
    }
}

impl Reply {
    pub fn frames(&self) -> Vec<Frame> {
        assert_eq!(self.status, 200);
        frames(&self.body)
    }

    pub fn refusal(&self) -> Refusal {
        let refusal = Refusal::from_byte(self.body[0]).unwrap();
        assert_eq!(self.status, refusal.http_status());
        assert_eq!(self.headers["content-type"], "application/octet-stream");
        refusal
    }
}

pub async fn call(
    address: SocketAddr,
    method: &str,
    path: &str,
    headers: &[(&str, String)],
    body: Vec<u8>,
) -> Reply {
    let stream = TcpStream::connect(address).await.unwrap();
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
    let connection = tokio::spawn(connection);
    let mut request = Request::builder().method(method).uri(path).header("host", "server");
    for (name, value) in headers {
        request = request.header(*name, value);
    }
    let response = sender.send_request(request.body(Full::new(Bytes::from(body))).unwrap()).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    connection.abort();
    Reply { status: parts.status, headers: parts.headers, body }
}

/// Looks again and again.
pub async fn until(what: &str, look: impl AsyncFn() -> bool) {
    let looking = async {
        while !look().await {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    assert!(tokio::time::timeout(PATIENCE, looking).await.is_ok(), "{what}: it does not come");
}

/// Writes raw bytes, then reads until the server closes; says how long that took.
pub async fn until_closed(mut stream: TcpStream, bytes: &[u8]) -> (String, Duration) {
    let began = tokio::time::Instant::now();
    let mut answer = Vec::new();
    // A reset is a way of closing too, and it may come before anything was written.
    let _ = stream.write_all(bytes).await;
    let _ = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut answer))
        .await
        .expect("the server closes the connection");
    (String::from_utf8_lossy(&answer).into_owned(), began.elapsed())
}
