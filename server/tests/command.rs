//! The command as an administrator uses it, and what a sudden death leaves.

#![allow(clippy::unwrap_used, reason = "a test may fail here")]

mod support;

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use baikoo_protocol::frame::Frame;
use baikoo_server::testing::{TestWorkspace, hello, upload};
use support::STREAM;
use support::http::call;

fn run(data: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_baikoo-server"))
        .arg("--data")
        .arg(data)
        .args(arguments)
        .output()
        .unwrap()
}

fn serve(data: &Path) -> (Child, SocketAddr) {
    let mut server = Command::new(env!("CARGO_BIN_EXE_baikoo-server"))
        .arg("--data")
        .arg(data)
        .args(["serve", "--listen", "127.0.0.1:0"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(server.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let address = line.trim().strip_prefix("listening on ").unwrap().parse().unwrap();
    (server, address)
}

#[tokio::test]
async fn an_administrator_sets_up_backs_up_and_restores() {
    let folder = tempfile::tempdir().unwrap();
    let (data, copy, other) =
        (folder.path().join("data"), folder.path().join("copy.db"), folder.path().join("other"));
    let code = String::from_utf8(run(&data, &["init"]).stdout).unwrap();
    let (mut server, address) = serve(&data);
    assert!(!run(&data, &["serve", "--listen", "127.0.0.1:0"]).status.success(), "one server per folder");

    let workspace = TestWorkspace::new(1);
    let mut carol = workspace.coordinator.clone();
    let setup = [("x-baikoo-setup-code", code.trim().to_owned())];
    let body = carol.admission(workspace.id, &workspace.genesis).to_bytes();
    assert_eq!(call(address, "POST", "/v1/workspaces", &setup, body).await.status, 200);
    let path = format!("/v1/{}/sync", workspace.id.to_path());
    let token = [("authorization", carol.token.to_header(carol.id()))];
    for _ in 0..10 {
        let body = upload(&hello(), &[], &[carol.changes(workspace.id, STREAM, 500)]);
        let frames = call(address, "POST", &path, &token, body).await.frames();
        assert!(matches!(frames[0], Frame::Status(ref status) if status.accepted_dseq == carol.dseq));
    }
    // What was acknowledged is there, however the process ends.
    server.kill().unwrap();
    server.wait().unwrap();
    let checked = run(&data, &["check"]);
    assert!(checked.status.success());
    assert_eq!(String::from_utf8(checked.stdout).unwrap(), "1 workspaces, 10 envelopes verified\n");

    let (mut server, _) = serve(&data);
    assert!(run(&data, &["backup", copy.to_str().unwrap()]).status.success());
    let stopped = Command::new("kill").arg(server.id().to_string()).status().unwrap();
    assert!(stopped.success() && server.wait().unwrap().success(), "asked to stop, it ends well");
    assert!(run(&other, &["restore", copy.to_str().unwrap()]).status.success());
    assert!(!run(&other, &["restore", copy.to_str().unwrap()]).status.success(), "never over a database");
    let stats = run(&other, &["stats"]).stdout;
    let stats: serde_json::Value = serde_json::from_slice(&stats).unwrap();
    assert_eq!(
        (&stats["workspaces"], &stats["envelopes"], &stats["setup_codes"]),
        (&1.into(), &10.into(), &0.into())
    );
}
