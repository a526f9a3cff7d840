//! The server on a real port: calls, closed doors, impatient time-outs, many at once.

#![allow(clippy::unwrap_used, reason = "a test may fail here")]

mod support;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use baikoo_protocol::envelope::Elide;
use baikoo_protocol::frame::{Frame, Hello};
use baikoo_protocol::id::StreamId;
use baikoo_protocol::membership::Role;
use baikoo_protocol::refusal::Refusal;
use baikoo_protocol::token::{Admission, Token};
use baikoo_server::clock::{Clock, SystemClock};
use baikoo_server::limits::Limits;
use baikoo_server::node::Creation;
use baikoo_server::serve::Listen;
use baikoo_server::store::sqlite::check;
use baikoo_server::testing::{TestDevice, TestWorkspace, hello, upload};
use support::STREAM;
use support::http::{PATIENCE, Reply, Site, call, short, until, until_closed};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::task::JoinSet;

#[tokio::test]
async fn a_report_goes_from_a_phone_to_the_office() {
    let site = Site::open(Limits::default()).await;
    let mut workspace = site.settles(1).await;
    let mut alice = site.joins(&mut workspace, Role::Monitor, 10).await;
    let report = alice.changes(workspace.id, STREAM, 300);
    let reply = site.sync(workspace.id, &alice, upload(&hello(), &[], std::slice::from_ref(&report))).await;
    assert!(matches!(reply.frames()[0], Frame::Status(ref status) if status.accepted_dseq == 1));
    let frames = site.sync(workspace.id, &workspace.coordinator, upload(&hello(), &[], &[])).await.frames();
    let logged = Frame::Logged { seq: 1, envelope: report.to_wire(Elide::default()) };
    assert!(frames.contains(&logged));
    assert_eq!(frames.last(), Some(&Frame::End));
}

#[tokio::test]
async fn a_workspace_is_created_with_a_code_that_works_once() {
    let site = Site::with(Limits::default(), Creation::SetupCode, Listen::default()).await;
    let code = "0123-abcd";
    let hash = baikoo_server::config::hash_setup_code(code);
    baikoo_server::store::sqlite::add_setup_code(site.folder.path(), hash).unwrap();
    let (first, second) = (TestWorkspace::new(1), TestWorkspace::new(2));
    let create = async |workspace: &TestWorkspace, code: &str| {
        let body = workspace.coordinator.admission(workspace.id, &workspace.genesis).to_bytes();
        site.post("/v1/workspaces", &[("x-baikoo-setup-code", code.to_owned())], body).await
    };
    assert_eq!(create(&first, "wrong").await.refusal(), Refusal::CreationRefused);
    let body = first.coordinator.admission(first.id, &first.genesis).to_bytes();
    assert_eq!(site.post("/v1/workspaces", &[], body).await.refusal(), Refusal::CreationRefused);
    assert_eq!(create(&first, code).await.status, 200);
    assert_eq!(create(&first, code).await.status, 200, "its answer may have got lost");
    assert_eq!(create(&second, code).await.refusal(), Refusal::CreationRefused);
    let closed = Site::with(Limits::default(), Creation::Closed, Listen::default()).await;
    let body = first.coordinator.admission(first.id, &first.genesis).to_bytes();
    assert_eq!(closed.post("/v1/workspaces", &[], body).await.refusal(), Refusal::CreationRefused);
}

#[tokio::test]
async fn nobody_on_the_way_can_put_in_a_token_of_their_own() {
    let site = Site::open(Limits::default()).await;
    let mut workspace = site.settles(1).await;
    let (invite, alice, mallory) = (TestDevice::new(10), TestDevice::new(11), TestDevice::new(12));
    let entry = workspace.invites(&invite, Role::Monitor, SystemClock.now_ms() + 1_000_000);
    let carol = workspace.coordinator.clone();
    site.sync(workspace.id, &carol, upload(&hello(), &[entry], &[])).await.frames();
    let (enrolment, token_hash) = (alice.enrolment(workspace.id, &invite), mallory.token.hash());
    let hers = alice.admission(workspace.id, &enrolment);
    let signed = Admission::signing_hash(workspace.id, enrolment.hash(), token_hash);
    let path = format!("/v1/{}/enrol", workspace.id.to_path());
    let send = async |admission: &Admission| site.post(&path, &[], admission.to_bytes()).await;

    let swapped = Admission { token_hash, ..hers.clone() };
    assert_eq!(send(&swapped).await.refusal(), Refusal::Signature);
    let signed_by_mallory = Admission { signature: mallory.sign(signed), ..swapped };
    assert_eq!(send(&signed_by_mallory).await.refusal(), Refusal::Signature);
    let for_elsewhere = alice.admission(TestWorkspace::new(5).id, &enrolment);
    assert_eq!(send(&for_elsewhere).await.refusal(), Refusal::Signature);
    let own = mallory.enrolment(workspace.id, &invite).to_bytes();
    assert_eq!(send(&Admission { entry: own, ..hers.clone() }).await.refusal(), Refusal::Signature);
    // As it was before tokens were signed for: two fields, the signature of 66 bytes left out.
    let mut unsigned = hers.to_bytes();
    unsigned.truncate(unsigned.len() - 66);
    unsigned[0] = 0x82;
    assert_eq!(site.post(&path, &[], unsigned).await.refusal(), Refusal::Malformed);

    assert_eq!(send(&hers).await.status, 200, "Alice has lost nothing by it");
    site.sync(workspace.id, &alice, upload(&hello(), &[], &[])).await.frames();
    let thief = [("authorization", mallory.token.to_header(alice.id()))];
    let path = format!("/v1/{}/sync", workspace.id.to_path());
    let reply = site.post(&path, &thief, upload(&hello(), &[], &[])).await;
    assert_eq!(reply.refusal(), Refusal::Unauthorised);

    let founds = TestWorkspace::new(20);
    let admission = founds.coordinator.admission(founds.id, &founds.genesis);
    let reply = site.post("/v1/workspaces", &[], Admission { token_hash, ..admission }.to_bytes()).await;
    assert_eq!(reply.refusal(), Refusal::Signature);
}

#[tokio::test]
async fn whoever_has_no_right_gets_the_same_answer_whatever_is_missing() {
    let site = Site::open(Limits::default()).await;
    let workspace = site.settles(1).await;
    let (carol, stranger) = (workspace.coordinator.clone(), TestDevice::new(9));
    let path = format!("/v1/{}/sync", workspace.id.to_path());
    let nowhere = format!("/v1/{}/sync", TestWorkspace::new(5).id.to_path());
    let good = carol.token.to_header(carol.id());
    let wrong = Token([0; 16]).to_header(carol.id());
    let other = stranger.token.to_header(stranger.id());
    let cases = [(&path, wrong), (&path, other), (&nowhere, good), (&path, "Basic x".into())];
    let mut answers = BTreeSet::new();
    for (path, authorization) in cases {
        let reply = site.post(path, &[("authorization", authorization)], upload(&hello(), &[], &[])).await;
        answers.insert(without_date(reply));
    }
    answers.insert(without_date(site.post(&path, &[], Vec::new()).await));
    answers.insert(without_date(site.post("/v1/nonsense/sync", &[], Vec::new()).await));
    assert_eq!(answers.len(), 1, "{answers:?}");
    let reply = site.post(&path, &[], Vec::new()).await;
    assert_eq!(reply.refusal(), Refusal::Unauthorised);
}

fn without_date(mut reply: Reply) -> String {
    reply.headers.remove("date");
    format!("{reply:?}")
}

#[tokio::test]
async fn a_revoked_phone_is_told_so_and_an_impatient_one_to_wait() {
    let site = Site::open(Limits { requests_per_minute: 3, ..Limits::default() }).await;
    let mut workspace = site.settles(1).await;
    let alice = site.joins(&mut workspace, Role::Monitor, 10).await;
    let revocation = workspace.revokes(&alice);
    let carol = workspace.coordinator.clone();
    site.sync(workspace.id, &carol, upload(&hello(), &[revocation], &[])).await.frames();
    let reply = site.sync(workspace.id, &alice, upload(&hello(), &[], &[])).await;
    assert_eq!(reply.refusal(), Refusal::DeviceRevoked);
    site.sync(workspace.id, &carol, upload(&hello(), &[], &[])).await.frames();
    let reply = site.sync(workspace.id, &carol, upload(&hello(), &[], &[])).await;
    assert_eq!(reply.refusal(), Refusal::Busy);
    let wait: u64 = reply.headers["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=20).contains(&wait), "{wait}");
}

#[tokio::test]
async fn what_is_too_large_or_not_frames_is_refused() {
    let site = Site::open(Limits { upload_bytes: 4_000, ..Limits::default() }).await;
    let workspace = site.settles(1).await;
    let carol = &workspace.coordinator;
    let reply = site.sync(workspace.id, carol, vec![0; 4_001]).await;
    assert_eq!(reply.refusal(), Refusal::TooLarge);
    for nonsense in [vec![], vec![0xff; 9], Frame::End.to_bytes(), Frame::Hello(hello()).to_bytes()] {
        assert_eq!(site.sync(workspace.id, carol, nonsense).await.refusal(), Refusal::Malformed);
    }
    let long = [vec![0x03, 0x80, 0x80, 0x80, 0x01], vec![0; 50]].concat();
    let long = [Frame::Hello(hello()).to_bytes(), long].concat();
    assert_eq!(site.sync(workspace.id, carol, long).await.refusal(), Refusal::TooLarge);
    let path = format!("/v1/{}/enrol", workspace.id.to_path());
    assert_eq!(site.post("/v1/workspaces", &[], vec![0; 30_000]).await.refusal(), Refusal::TooLarge);
    assert_eq!(site.post(&path, &[], vec![1, 2, 3]).await.refusal(), Refusal::Malformed);
}

#[tokio::test]
async fn clients_that_stall_or_lie_are_closed() {
    let site = Site::open(short()).await;
    let workspace = site.settles(1).await;
    let carol = &workspace.coordinator;
    let head = format!(
        "POST /v1/{}/sync HTTP/1.1\r\nhost: x\r\nauthorization: {}\r\n",
        workspace.id.to_path(),
        carol.token.to_header(carol.id())
    );
    let stories = [
        ("says nothing", String::new()),
        ("sends half a head", "POST /v1/works".to_owned()),
        ("sends a head without an end", head.clone()),
        ("promises a body and sends none", format!("{head}content-length: 1000\r\n\r\n")),
        ("sends three bytes of many", format!("{head}content-length: 1000\r\n\r\nabc")),
        ("sends a chunk and stops", format!("{head}transfer-encoding: chunked\r\n\r\n3\r\nabc\r\n")),
        ("stays after its answer", "GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n".to_owned()),
    ];
    let mut all = JoinSet::new();
    for (story, bytes) in stories {
        let stream = site.connect().await;
        all.spawn(async move { (story, until_closed(stream, bytes.as_bytes()).await.1) });
    }
    while let Some(closed) = all.join_next().await {
        let (story, after) = closed.unwrap();
        // The next longer limit that would close it is `head_timeout` as it is by default.
        assert!(after < Duration::from_secs(9), "a client that {story} was closed after {after:?}");
    }
}

#[tokio::test]
async fn a_client_that_takes_nothing_is_closed() {
    let write_idle_timeout = short().write_idle_timeout;
    let site = Site::open(Limits { write_idle_timeout, ..Limits::default() }).await;
    let mut workspace = site.settles(1).await;
    let mut alice = site.joins(&mut workspace, Role::Monitor, 10).await;
    let id = workspace.id;
    // More than the buffers of both ends hold.
    for _ in 0..5 {
        let much: Vec<_> = (0..16).map(|_| alice.changes(id, STREAM, 150_000)).collect();
        site.sync(id, &alice, upload(&hello(), &[], &much)).await.frames();
    }
    let carol = &workspace.coordinator;
    let body = upload(&hello(), &[], &[]);
    let head = format!(
        "POST /v1/{}/sync HTTP/1.1\r\nhost: x\r\nauthorization: {}\r\ncontent-length: {}\r\n\r\n",
        id.to_path(),
        carol.token.to_header(carol.id()),
        body.len()
    );
    let answered = site.metric("requests_total");
    let mut stream = site.connect().await;
    stream.write_all(&[head.into_bytes(), body].concat()).await.unwrap();
    site.counts("requests_total", |count| count > answered).await;
    site.counts("connections_open", |count| count == 0).await;
    let mut taken = Vec::new();
    let _ = stream.read_to_end(&mut taken).await;
    assert!(taken.len() < 8_000_000, "the answer was cut off, after {} bytes", taken.len());
}

#[tokio::test]
async fn connections_are_counted() {
    // Long enough that none of the three is closed for saying nothing.
    let patient = Limits { head_timeout: PATIENCE, ..Limits::default() };
    let site = Site::open(Limits { connections: 3, ..patient }).await;
    let held = [site.connect().await, site.connect().await, site.connect().await];
    assert_eq!(until_closed(site.connect().await, &request_for("/healthz")).await.0, "");
    drop(held);
    site.counts("connections_open", |count| count == 0).await;
    for path in ["/healthz", "/readyz"] {
        let lets_in = async || {
            // The places are given back a moment after the count.
            let answer = until_closed(site.connect().await, &request_for(path)).await.0;
            answer.starts_with("HTTP/1.1 200")
        };
        until(path, lets_in).await;
    }
}

fn request_for(path: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").into_bytes()
}

#[tokio::test]
async fn a_coordinator_hears_that_there_is_more_until_she_is_revoked() {
    let site = Site::open(Limits { heartbeat: Duration::from_millis(50), ..Limits::default() }).await;
    let mut workspace = site.settles(1).await;
    let mut alice = site.joins(&mut workspace, Role::Monitor, 10).await;
    let path = format!("/v1/{}/events", workspace.id.to_path());
    let hers = [("authorization", alice.token.to_header(alice.id()))];
    assert_eq!(site.get(&path, &hers).await.refusal(), Refusal::NotAllowed);

    let carol = workspace.coordinator.clone();
    let mut stream = site.connect().await;
    let authorization = carol.token.to_header(carol.id());
    let request = format!("GET {path} HTTP/1.1\r\nhost: x\r\nauthorization: {authorization}\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    read_until(&mut stream, ": here").await;
    let report = alice.changes(workspace.id, STREAM, 30);
    site.sync(workspace.id, &alice, upload(&hello(), &[], &[report])).await.frames();
    let heard = read_until(&mut stream, "data: more").await;
    assert!(!heard.contains(&workspace.id.to_string()));
    read_until(&mut stream, ": here").await;
    let grace = Limits::default().shutdown_grace;
    tokio::time::timeout(grace / 2, site.server.shutdown()).await.expect("does not wait for it");
}

async fn read_until(stream: &mut tokio::net::TcpStream, wanted: &str) -> String {
    let mut read = String::new();
    let mut buffer = [0; 1024];
    while !read.contains(wanted) {
        let count = tokio::time::timeout(PATIENCE, stream.read(&mut buffer)).await;
        let count = count.expect("in time").unwrap();
        assert_ne!(count, 0, "closed after {read}");
        read.push_str(&String::from_utf8_lossy(&buffer[..count]));
    }
    read
}

#[tokio::test]
async fn stopping_lets_a_request_in_flight_end() {
    let site = Site::open(Limits::default()).await;
    let mut workspace = site.settles(1).await;
    let mut alice = site.joins(&mut workspace, Role::Monitor, 10).await;
    let body = upload(&hello(), &[], &[alice.changes(workspace.id, STREAM, 30)]);
    let mut stream = site.connect().await;
    let head = format!(
        "POST /v1/{}/sync HTTP/1.1\r\nhost: x\r\nauthorization: {}\r\ncontent-length: {}\r\n\
         expect: 100-continue\r\n\r\n",
        workspace.id.to_path(),
        alice.token.to_header(alice.id()),
        body.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    // The server says this when it begins to read the body.
    read_until(&mut stream, "100 Continue\r\n\r\n").await;
    stream.write_all(&body[..40]).await.unwrap();
    let address = site.server.address;
    let stopping = tokio::spawn(site.server.shutdown());
    let closed = async || tokio::net::TcpStream::connect(address).await.is_err();
    until("no new connections", closed).await;
    stream.write_all(&body[40..]).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    assert!(answer.starts_with(b"HTTP/1.1 200"));
    stopping.await.unwrap();
    assert_eq!(check::check(site.folder.path()).unwrap().envelopes, 1);
}

#[tokio::test]
async fn what_was_complete_when_the_connection_broke_is_kept() {
    let site = Site::open(Limits::default()).await;
    let mut workspace = site.settles(1).await;
    let mut alice = site.joins(&mut workspace, Role::Monitor, 10).await;
    let id = workspace.id;
    for round in 1..=5 {
        let before = Frame::Hello(hello()).to_bytes();
        let reports = [alice.changes(id, STREAM, 30), alice.changes(id, STREAM, 30)];
        let whole =
            reports.map(|report| Frame::Envelope(report.to_wire(Elide::default())).to_bytes()).concat();
        let half = Frame::Envelope(alice.clone().changes(id, STREAM, 30).to_bytes()).to_bytes();
        let head = format!(
            "POST /v1/{}/sync HTTP/1.1\r\nhost: x\r\nauthorization: {}\r\n\
             content-length: 100000\r\n\r\n",
            id.to_path(),
            alice.token.to_header(alice.id())
        );
        let mut stream = site.connect().await;
        let bytes = [head.into_bytes(), before, whole, half[..50].to_vec()].concat();
        stream.write_all(&bytes).await.unwrap();
        drop(stream);
        let kept = async || check::check(site.folder.path()).unwrap().envelopes == round * 2;
        until("both are kept", kept).await;
    }
}

#[tokio::test]
async fn metrics_count_and_name_nobody() {
    let listen = Listen { metrics_address: Some(([127, 0, 0, 1], 0).into()), ..Listen::default() };
    let site = Site::with(Limits::default(), Creation::Open, listen).await;
    let mut workspace = site.settles(1).await;
    let mut alice = site.joins(&mut workspace, Role::Monitor, 10).await;
    let report = alice.changes(workspace.id, STREAM, 30);
    site.sync(workspace.id, &alice, upload(&hello(), &[], &[report])).await.frames();
    let text = call(site.server.metrics_address.unwrap(), "GET", "/metrics", &[], Vec::new()).await.body;
    let text = String::from_utf8(text.to_vec()).unwrap();
    assert!(text.contains("\nbaikoo_envelopes_stored_total 1\n"), "{text}");
    assert!(!text.contains(&workspace.id.to_string()) && !text.contains(&alice.id().to_string()));
    assert_eq!(site.get("/metrics", &[]).await.status, 404);
}

#[tokio::test]
async fn the_app_is_served_with_nothing_else_let_in() {
    let app = tempfile::tempdir().unwrap();
    std::fs::create_dir(app.path().join("assets")).unwrap();
    for (name, text) in [
        ("index.html", "<!doctype html>"),
        ("sw.js", "worker"),
        ("assets/app-1a2b.js", "plain"),
        ("assets/app-1a2b.js.br", "brotli"),
        ("assets/app-1a2b.js.gz", "gzip"),
    ] {
        std::fs::write(app.path().join(name), text).unwrap();
    }
    #[cfg(unix)]
    std::os::unix::fs::symlink("/etc/hostname", app.path().join("link.txt")).unwrap();
    let listen = Listen { app_folder: Some(app.path().to_owned()), ..Listen::default() };
    let site = Site::with(Limits::default(), Creation::Open, listen).await;

    for path in
        ["/", "/reports/17", "/../../etc/passwd", "/..%2f..%2fetc/passwd", "/link.txt", "/.git/config"]
    {
        let reply = site.get(path, &[]).await;
        assert_eq!((reply.status.as_u16(), &reply.body[..]), (200, &b"<!doctype html>"[..]), "{path}");
        assert_eq!(reply.headers["cache-control"], "no-cache");
        let policy = reply.headers["content-security-policy"].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none'; script-src 'self' 'wasm-unsafe-eval'"));
        assert!(!policy.contains("unsafe-inline") && !policy.contains("  "));
        assert_eq!(reply.headers["cross-origin-opener-policy"], "same-origin");
    }
    let asset = "/assets/app-1a2b.js";
    for (accepted, expected, coding) in
        [("br, gzip", "brotli", Some("br")), ("gzip", "gzip", Some("gzip")), ("identity", "plain", None)]
    {
        let reply = site.get(asset, &[("accept-encoding", accepted.to_owned())]).await;
        assert_eq!(reply.body, expected);
        assert_eq!(reply.headers.get("content-encoding").map(|value| value.to_str().unwrap()), coding);
        assert_eq!(reply.headers["cache-control"], "public, max-age=31536000, immutable");
        assert_eq!(reply.headers["content-type"], "text/javascript; charset=utf-8");
    }
    let worker = site.get("/sw.js", &[]).await;
    assert_eq!(worker.headers["cache-control"], "no-cache");
    let tag = worker.headers["etag"].to_str().unwrap().to_owned();
    assert_eq!(site.get("/sw.js", &[("if-none-match", tag)]).await.status, 304);
    assert_eq!(site.get("/assets/gone-0000.js", &[]).await.status, 404);
    assert_eq!(site.get("/v1/nothing", &[]).await.status, 404);
    assert_eq!(site.post("/", &[], Vec::new()).await.status, 405);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_fifty_at_once_every_seq_is_there_once() {
    let limits = Limits { admissions_per_minute: 1_000, requests_per_minute: 10_000, ..Limits::default() };
    let site = Arc::new(Site::open(limits).await);
    let mut workspace = site.settles(1).await;
    let mut devices = Vec::new();
    for seed in 0..50 {
        devices.push(site.joins(&mut workspace, Role::Monitor, 100 + seed * 2).await);
    }
    let (id, carol) = (workspace.id, workspace.coordinator.clone());
    let mut all = JoinSet::new();
    for (number, mut device) in (0_u8..).zip(devices) {
        let (site, carol) = (Arc::clone(&site), carol.clone());
        all.spawn(async move {
            let stream = StreamId([number; 16]);
            for _ in 0..4 {
                let some: Vec<_> = (0..5).map(|_| device.changes(id, stream, 100)).collect();
                let frames = site.sync(id, &device, upload(&hello(), &[], &some)).await.frames();
                assert!(!frames.iter().any(|frame| matches!(frame, Frame::Refused { .. })));
                // What a reader is told to have, it has: no seq turns up behind its cursor.
                let pull = upload(&Hello { mseq: 101, ..hello() }, &[], &[]);
                let frames = site.sync(id, &carol, pull).await.frames();
                assert_eq!(seqs(&frames), (1..=high_water(&frames)).collect::<Vec<_>>());
            }
        });
    }
    while let Some(done) = all.join_next().await {
        done.unwrap();
    }
    let findings = check::check(site.folder.path()).unwrap();
    assert_eq!((findings.envelopes, findings.problems), (1_000, Vec::new()));
}

fn seqs(frames: &[Frame]) -> Vec<u64> {
    let logged = frames.iter().filter_map(|frame| match frame {
        Frame::Logged { seq, .. } => Some(*seq),
        _ => None,
    });
    logged.collect()
}

fn high_water(frames: &[Frame]) -> u64 {
    let found = frames.iter().find_map(|frame| match frame {
        Frame::HighWater { cursor, .. } => Some(*cursor),
        _ => None,
    });
    found.unwrap()
}
