//! How many envelopes a second are checked and made durable: `cargo run --release --example
//! throughput --features testing [devices] [envelopes per call] [calls]`.

#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a measurement, not a part of the server")]
#![allow(clippy::disallowed_methods, reason = "it measures real time")]

use std::sync::Arc;
use std::time::Instant;

use baikoo_protocol::id::StreamId;
use baikoo_protocol::membership::Role;
use baikoo_server::clock::SystemClock;
use baikoo_server::limits::Limits;
use baikoo_server::metrics::Metrics;
use baikoo_server::node::{Creation, Node};
use baikoo_server::store::sqlite::{Options, SqliteStore, check};
use baikoo_server::store::{Enrolment, NewWorkspace, Store};
use baikoo_server::sync::answer;
use baikoo_server::testing::{TestDevice, TestWorkspace, hello, upload};
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use tokio::task::JoinSet;

const NOISE_BYTES: usize = 300;

#[tokio::main]
async fn main() {
    let mut arguments = std::env::args().skip(1).map(|argument| argument.parse::<u64>().unwrap());
    let devices = arguments.next().unwrap_or(50);
    let per_call = arguments.next().unwrap_or(20);
    let calls = arguments.next().unwrap_or(20);

    let folder = std::env::current_dir().unwrap().join(format!("throughput-{}", std::process::id()));
    let metrics = Arc::<Metrics>::default();
    let options = Options { metrics: Arc::clone(&metrics), ..Options::default() };
    let store = SqliteStore::open(&folder, options).unwrap();
    let limits = Limits { envelopes_per_day: u32::MAX, ..Limits::default() };
    let node = Arc::new(Node::new(store, Arc::new(SystemClock), limits, Creation::Open));
    let mut workspace = TestWorkspace::new(1);
    let admitted = workspace.coordinator.admitted(workspace.id, &workspace.genesis);
    node.store.create(NewWorkspace { admitted, setup_code: None }).await.unwrap();

    let mut uploads = Vec::new();
    for number in 0..devices {
        let (invite, mut device) = (TestDevice::new(10 + number * 2), TestDevice::new(11 + number * 2));
        let entry = workspace.invites(&invite, Role::Monitor, 0);
        call(&node, &workspace, &workspace.coordinator, upload(&hello(), &[entry], &[])).await;
        let entry = device.enrolment(workspace.id, &invite);
        let admitted = device.admitted(workspace.id, &entry);
        let new = Enrolment { workspace: workspace.id, admitted, now_ms: 0 };
        node.store.enrol(new).await.unwrap();
        workspace.enrols(&entry);
        let mut stream = [0; 16];
        stream[..8].copy_from_slice(&number.to_be_bytes());
        let bodies: Vec<Vec<u8>> = (0..calls)
            .map(|_| {
                let some: Vec<_> = (0..per_call)
                    .map(|_| device.changes(workspace.id, StreamId(stream), NOISE_BYTES))
                    .collect();
                upload(&hello(), &[], &some)
            })
            .collect();
        uploads.push((device, bodies));
    }

    let began = Instant::now();
    let mut all = JoinSet::new();
    for (device, bodies) in uploads {
        let (node, workspace) = (Arc::clone(&node), workspace.clone());
        all.spawn(async move {
            for body in bodies {
                call(&node, &workspace, &device, body).await;
            }
        });
    }
    all.join_all().await;
    let took = began.elapsed();
    let total = devices * per_call * calls;
    println!("{total} envelopes from {devices} devices, {per_call} a call: {took:?}");
    println!("{:.0} durable, signature-checked envelopes/s", total as f64 / took.as_secs_f64());
    let commits = metrics.to_text();
    println!("{}", commits.lines().find(|line| line.starts_with("baikoo_commits_total")).unwrap());

    let began = Instant::now();
    let bytes = call(&node, &workspace, &workspace.coordinator, upload(&hello(), &[], &[])).await;
    println!("first {bytes} bytes down to a coordinator: {:?}", began.elapsed());
    drop(node);
    assert_eq!(check::check(&folder).unwrap().problems, [] as [String; 0]);
    std::fs::remove_dir_all(folder).unwrap();
}

async fn call(
    node: &Arc<Node<SqliteStore>>,
    workspace: &TestWorkspace,
    device: &TestDevice,
    body: Vec<u8>,
) -> usize {
    let body = stream::iter([Ok::<_, ()>(Bytes::from(body))]);
    let mut answer = Box::pin(answer(Arc::clone(node), workspace.id, device.id(), body).await.unwrap());
    let mut bytes = 0;
    while let Some(piece) = answer.next().await {
        bytes += piece.unwrap().len();
    }
    bytes
}
