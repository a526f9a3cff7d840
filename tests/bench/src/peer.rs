//! The peer: samod with automerge over a WebSocket, doing the same. It is not end-to-end encrypted,
//! knows no members and signs nothing; its server reads every word.

use std::collections::HashMap;
use std::path::Path;
use std::time::Duration;

use automerge::transaction::Transactable;
use automerge::{Automerge, ObjType, ROOT, ReadDoc};
use baikoo_client_core::form::samples::SampleReport;
use futures_util::future::join_all;
use samod::storage::TokioFilesystemStorage;
use samod::{BackoffConfig, DocHandle, DocumentId, Repo};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::process::obey;
use crate::reports::reports;

async fn repo(folder: &Path) -> Repo {
    let storage = TokioFilesystemStorage::new(folder.join("store"));
    Repo::build_tokio().with_storage(storage).load().await
}

/// The server's part.
pub fn serve(folder: &Path) {
    let runtime = Runtime::new().expect("a runtime");
    let address = runtime.block_on(async {
        let repo = repo(folder).await;
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let acceptor =
            repo.make_acceptor(format!("ws://{address}").parse().expect("a URL")).expect("it listens");
        tokio::spawn(async move {
            let _repo = repo;
            while let Ok((stream, _)) = listener.accept().await {
                let _ = stream.set_nodelay(true);
                let acceptor = acceptor.clone();
                tokio::spawn(async move {
                    if let Ok(socket) = tokio_tungstenite::accept_async(stream).await {
                        let _ = acceptor.accept_tungstenite(socket);
                    }
                });
            }
        });
        address.to_string()
    });
    obey(|_| json!(address));
}

/// The client's part.
pub fn run(folder: &Path) {
    let runtime = Runtime::new().expect("a runtime");
    let repo = runtime.block_on(repo(folder));
    let mut peer = Peer { repo, documents: Vec::new(), wanted: Vec::new() };
    obey(|order| runtime.block_on(peer.does(order)));
}

struct Peer {
    repo: Repo,
    documents: Vec<DocHandle>,
    /// Documents that others have made.
    wanted: Vec<DocumentId>,
}

impl Peer {
    async fn does(&mut self, order: &Value) -> Value {
        match order["do"].as_str().unwrap_or_default() {
            "write" => {
                let count = usize::try_from(order["count"].as_u64().unwrap_or(0)).unwrap_or(0);
                for report in reports(count, order["seed"].as_u64().unwrap_or(0)) {
                    self.documents.push(self.repo.create(document(&report)).await.expect("a document"));
                }
                let list: Vec<String> =
                    self.documents.iter().map(|document| document.document_id().to_string()).collect();
                json!(list)
            }
            "want" => {
                let list = order["documents"].as_array().expect("a list");
                let ids = list.iter().map(|id| id.as_str().unwrap_or_default().parse().expect("an id"));
                self.wanted = ids.collect();
                Value::Null
            }
            "edit" => {
                let number = order["number"].as_i64().unwrap_or(0);
                self.documents[0].with_document(|document| {
                    document
                        .transact::<_, _, automerge::AutomergeError>(|tx| {
                            let (_, answers) = tx.get(ROOT, "answers")?.expect("answers");
                            tx.put(&answers, "injured_total", number)
                        })
                        .expect("an edit");
                });
                Value::Null
            }
            "heads" => json!(self.documents[0].with_document(|document| {
                let mut heads: Vec<String> = document.get_heads().iter().map(ToString::to_string).collect();
                heads.sort_unstable();
                heads
            })),
            "count" => json!(self.documents.len()),
            "sync" => self.syncs(order["server"].as_str().unwrap_or_default()).await,
            other => panic!("unknown order {other}"),
        }
    }

    /// Over a connection of its own, until both sides have said that they have everything.
    async fn syncs(&mut self, server: &str) -> Value {
        let url = format!("ws://{server}/").parse().expect("a URL");
        let dialer = self.repo.dial_websocket(url, BackoffConfig::default()).expect("it dials");
        dialer.established().await.expect("a connection");
        let connection = dialer.connection_id().expect("a connection");
        let found = join_all(self.wanted.drain(..).map(|id| self.repo.find(id))).await;
        for document in found {
            self.documents.push(document.expect("it runs").expect("the document is there"));
        }
        let all = self.documents.iter().map(|document| async move {
            document.they_have_our_changes(connection).await;
            document.we_have_their_changes(connection).await;
        });
        let done = tokio::time::timeout(Duration::from_secs(240), join_all(all)).await.is_ok();
        dialer.close();
        json!({ "done": done })
    }
}

/// The same report, with as many changes as ours has.
fn document(report: &SampleReport) -> Automerge {
    let mut document = Automerge::new();
    let ids = document
        .transact::<_, _, automerge::AutomergeError>(|tx| {
            let mut ids = HashMap::new();
            for (name, kind) in
                [("answers", ObjType::Map), ("entries", ObjType::Map), ("narrative", ObjType::Text)]
            {
                ids.insert(name, tx.put_object(ROOT, name, kind)?);
            }
            tx.put(ROOT, "form", "border_incident")?;
            tx.put(ROOT, "form_version", 1)?;
            tx.put(ROOT, "language", report.language.code())?;
            tx.put(ROOT, "stage", "draft")?;
            Ok(ids)
        })
        .expect("a change")
        .result;
    let change = |document: &mut Automerge,
                  name: &str,
                  answers: &[(String, baikoo_client_core::form::answer::Answer)]| {
        document
            .transact::<_, _, automerge::AutomergeError>(|tx| {
                let map = if name == "answers" {
                    ids["answers"].clone()
                } else {
                    tx.put_object(&ids["entries"], name, ObjType::Map)?
                };
                for (question, answer) in answers {
                    match serde_json::to_value(answer).expect("JSON")["value"].take() {
                        Value::Number(number) => tx.put(&map, question, number.as_i64().unwrap_or(0))?,
                        Value::String(text) => tx.put(&map, question, text)?,
                        other => tx.put(&map, question, other.to_string())?,
                    }
                }
                Ok(())
            })
            .expect("a change");
    };
    change(&mut document, "answers", &report.answers);
    let text = |tx: &mut automerge::transaction::Transaction<'_>| {
        tx.splice_text(&ids["narrative"], 0, 0, &report.narrative)
    };
    document.transact::<_, _, automerge::AutomergeError>(text).expect("a change");
    for (place, (section, answers)) in report.entries.iter().enumerate() {
        change(&mut document, &format!("{section}-{place}"), answers);
    }
    document
        .transact::<_, _, automerge::AutomergeError>(|tx| tx.put(ROOT, "stage", "sent"))
        .expect("a change");
    document
}
