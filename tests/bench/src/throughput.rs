//! How many envelopes a second the server checks and makes durable, from fifty devices over
//! loopback, beside what checking the signatures alone would allow on the same cores.

use std::sync::Arc;
use std::time::{Duration, Instant};

use baikoo_protocol::envelope::Envelope;
use baikoo_protocol::frame::{Frame, Hello};
use baikoo_protocol::id::StreamId;
use baikoo_protocol::membership::{Entry, Role};
use baikoo_server::clock::SystemClock;
use baikoo_server::node::{Creation, Node};
use baikoo_server::serve::{Listen, start};
use baikoo_server::store::sqlite::{Options, SqliteStore};
use baikoo_server::store::{Enrolment, NewWorkspace, Store};
use baikoo_server::testing::{TestDevice, TestWorkspace, frames, hello, upload};
use ed25519_dalek::{Signer, SigningKey};
use tokio::task::JoinSet;

use crate::device::limits;

const DEVICES: u64 = 50;
const BODY_BYTES: usize = 600;

/// What came out.
#[derive(Debug, Clone, Copy)]
pub struct Throughput {
    pub per_call: usize,
    pub calls: usize,
    pub envelopes_per_second: f64,
    pub verifies_per_second: f64,
}

/// Ed25519 alone, `verify_strict`, on as many threads as there are cores.
pub fn verify_alone(time: Duration) -> f64 {
    let cores = std::thread::available_parallelism().map_or(2, usize::from);
    let threads: Vec<_> = (0..cores)
        .map(|_| {
            std::thread::spawn(move || {
                let key = SigningKey::from_bytes(&[7; 32]);
                let messages: Vec<([u8; 32], _)> =
                    (0..64_u8).map(|n| ([n; 32], key.sign(&[n; 32]))).collect();
                let (mut count, began) = (0_u64, Instant::now());
                while began.elapsed() < time {
                    for (message, signature) in &messages {
                        key.verifying_key().verify_strict(message, signature).expect("it is sound");
                        count += 1;
                    }
                }
                count as f64 / began.elapsed().as_secs_f64()
            })
        })
        .collect();
    threads.into_iter().map(|thread| thread.join().expect("it counts")).sum()
}

/// Both, one after the other; the signatures before and after.
pub async fn measure(per_call: usize, calls: usize) -> Throughput {
    // Makes the process's TLS provider known, which the client library asks for even without TLS.
    baikoo_client_core::transport::Http::new(None).expect("a transport");
    let before = tokio::task::block_in_place(|| verify_alone(Duration::from_secs(2)));
    let envelopes_per_second = server(per_call, calls).await;
    let after = tokio::task::block_in_place(|| verify_alone(Duration::from_secs(2)));
    Throughput { per_call, calls, envelopes_per_second, verifies_per_second: (before + after) / 2.0 }
}

async fn server(per_call: usize, calls: usize) -> f64 {
    let folder = tempfile::tempdir().expect("a folder");
    let store = SqliteStore::open(folder.path(), Options::default()).expect("a store");
    let node = Arc::new(Node::new(store, Arc::new(SystemClock), limits(), Creation::Open));
    let mut workspace = TestWorkspace::new(1);
    let admitted = workspace.coordinator.admitted(workspace.id, &workspace.genesis);
    node.store.create(NewWorkspace { admitted, setup_code: None }).await.expect("a workspace");
    let running = start(Arc::clone(&node), Listen::default()).await.expect("a server");
    let url = format!("http://{}/v1/{}/sync", running.address, workspace.id.to_path());

    let mut devices = Vec::new();
    for number in 0..DEVICES {
        let (invite, device) = (TestDevice::new(10 + number * 2), TestDevice::new(11 + number * 2));
        let entry = workspace.invites(&invite, Role::Monitor, 0);
        let coordinator = workspace.coordinator.clone();
        Caller::new(&url, coordinator).calls(&[entry], &[]).await;
        let entry = device.enrolment(workspace.id, &invite);
        let admitted = device.admitted(workspace.id, &entry);
        let new = Enrolment { workspace: workspace.id, admitted, now_ms: 0 };
        node.store.enrol(new).await.expect("an enrolment");
        workspace.enrols(&entry);
        devices.push(device);
    }
    // What a device knows before, and what a client costs to make, is not the server's.
    let mut uploads = Vec::new();
    for (number, mut device) in devices.into_iter().enumerate() {
        let mut caller = Caller::new(&url, device.clone());
        caller.calls(&[], &[]).await;
        let batches: Vec<Vec<Envelope>> = (0..calls)
            .map(|call| {
                let mut stream = [0; 16];
                stream[..8].copy_from_slice(&(number as u64).to_be_bytes());
                stream[8..].copy_from_slice(&(call as u64).to_be_bytes());
                (0..per_call).map(|_| device.changes(workspace.id, StreamId(stream), BODY_BYTES)).collect()
            })
            .collect();
        uploads.push((caller, batches));
    }
    let began = Instant::now();
    let mut all = JoinSet::new();
    for (mut caller, batches) in uploads {
        all.spawn(async move {
            for batch in batches {
                caller.calls(&[], &batch).await;
            }
        });
    }
    all.join_all().await;
    let took = began.elapsed().as_secs_f64();
    running.shutdown().await;
    (DEVICES as usize * per_call * calls) as f64 / took
}

/// A device on its connection, which remembers where it stands as a client does: nobody asks for
/// the whole log again with each call.
struct Caller {
    client: reqwest::Client,
    url: String,
    device: TestDevice,
    hello: Hello,
}

impl Caller {
    fn new(url: &str, device: TestDevice) -> Self {
        Self { client: reqwest::Client::new(), url: url.to_owned(), device, hello: hello() }
    }

    async fn calls(&mut self, entries: &[Entry], envelopes: &[Envelope]) {
        let request = self
            .client
            .post(&self.url)
            .header("authorization", self.device.token.to_header(self.device.id()))
            .body(upload(&self.hello, entries, envelopes));
        let answer = request.send().await.expect("an answer");
        assert!(answer.status().is_success(), "{}", answer.status());
        for frame in frames(&answer.bytes().await.expect("all of it")) {
            match frame {
                Frame::Status(status) => self.hello.log_epoch = status.log_epoch,
                Frame::Entry(_) => self.hello.mseq += 1,
                Frame::HighWater { cursor, tip, .. } => (self.hello.cursor, self.hello.tip) = (cursor, tip),
                Frame::Refused { refusal, .. } => panic!("the server has refused an envelope: {refusal:?}"),
                _ => {}
            }
        }
    }
}
