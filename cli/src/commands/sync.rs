//! `baikoo sync`

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use baikoo_client_core::client::{Client, Event};
use baikoo_client_core::crypto::keys::DatabaseKey;
use baikoo_client_core::error::ClientError;
use baikoo_client_core::sync::driver::{sync_from, sync_once};
use baikoo_client_core::sync::{Input, SyncEngine};
use baikoo_client_core::transport::Http;
use baikoo_client_core::view::{Filter, SyncView};
use clap::Args;

use crate::context::Context;
use crate::failure::Failure;
use crate::words::Words;
use crate::{output, wording};

/// How long to wait for another command to close the workspace.
const BUSY: Duration = Duration::from_millis(500);

#[derive(Debug, Args)]
pub(crate) struct Sync {
    /// Go on until Ctrl-C; between two calls, other commands can use the workspace
    #[arg(long)]
    watch: bool,
    /// While watching, how often to look, in seconds
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=3600))]
    every: u64,
    /// Trust the server's certificate by this root, too (PEM) [env: BAIKOO_CA]
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,
}

impl Sync {
    pub(crate) fn run(&self, cx: &mut Context<'_, '_>) -> Result<(), Failure> {
        let http = transport(cx, self.ca.as_ref())?;
        let key = cx.unlock()?;
        if self.watch {
            return runtime()?.block_on(async {
                tokio::select! {
                    outcome = self.watch(cx, &key, &http) => outcome,
                    // Dropped in the middle of a call, it loses no more than a lost connection does.
                    _ = tokio::signal::ctrl_c() => Ok(()),
                }
            });
        }
        let mut client = cx.open_with(&key)?;
        let (status, outcome) = once(cx, &mut client, &http)?;
        if cx.json {
            cx.data(&status)?;
        } else {
            super::status::print(cx, &status, &client.safety_number())?;
            let unread = client.list(&Filter { limit: 1, unread: true, ..Filter::default() }, cx.language())?;
            if unread.total > 0 {
                cx.line(&format!("• {}: {}", cx.words.get("status.unread"), unread.total))?;
            }
        }
        Ok(outcome?)
    }

    async fn watch(&self, cx: &mut Context<'_, '_>, key: &DatabaseKey, http: &Http) -> Result<(), Failure> {
        let (mut engine, mut failed, mut said) = (SyncEngine::new(), false, None);
        loop {
            // Opened for each call, so that other commands get their turn in between.
            let mut client = match cx.open_with(key) {
                Err(Failure::Client(ClientError::BusyElsewhere)) => {
                    tokio::time::sleep(BUSY).await;
                    continue;
                }
                opened => opened?,
            };
            let words = cx.words;
            let last_success_ms = client.sync_status(&engine)?.last_success_ms;
            // After a failure the engine says when to try again, and is not hurried.
            let input = if failed { Input::Wake } else { Input::SyncNow };
            let outcome = sync_from(input, &mut client, &mut engine, http, |client, engine| {
                show(cx, words, client, engine);
            });
            let outcome = outcome.await;
            cx.progress("");
            let status = client.sync_status(&engine)?;
            if outcome.is_ok() && status.last_success_ms == last_success_ms {
                // The engine found it too early (a clock was set back): nothing was tried.
                drop(client);
                tokio::time::sleep(BUSY).await;
                continue;
            }
            failed = outcome.is_err();
            let changed = client.take_events().iter().filter(|event| is_news(event)).count();
            let now_said = (status.waiting_reports, outcome.as_ref().err().map(ClientError::code));
            if said != Some(now_said) || changed > 0 {
                self.tell(cx, &status, changed, outcome.as_ref().err())?;
                said = Some(now_said);
            }
            drop(client);
            let pause_ms = match (outcome, status.next_try_ms) {
                // It would not help to try again.
                (Err(error), None) => return Err(error.into()),
                (Err(_), Some(at_ms)) => u64::try_from(at_ms - cx.now_ms()).unwrap_or(0).max(100),
                (Ok(()), _) => self.every * 1_000,
            };
            tokio::time::sleep(Duration::from_millis(pause_ms)).await;
        }
    }

    #[allow(clippy::unused_self, reason = "reads better beside `watch`")]
    fn tell(
        &self,
        cx: &mut Context<'_, '_>,
        status: &SyncView,
        changed: usize,
        error: Option<&ClientError>,
    ) -> Result<(), Failure> {
        if cx.json {
            let code = error.map(ClientError::code);
            return cx.data(&serde_json::json!({ "sync": status, "changed": changed, "error": code }));
        }
        let words = cx.words;
        let what = match error {
            Some(error) => words.get(&format!("error.{}", error.code())).to_owned(),
            None if status.waiting_reports > 0 => {
                let gaps = [
                    ("count", &*status.waiting_reports.to_string()),
                    ("bytes", &*wording::bytes(status.waiting_bytes)),
                ];
                words.say("status.waiting", &gaps)
            }
            None => words.get("status.all_stored").to_owned(),
        };
        let now = wording::time(cx.now_ms());
        let news = if changed > 0 { format!(" • {}: {changed}", words.get("status.unread")) } else { String::new() };
        cx.line(&format!("{now}  {what}{news}"))
    }
}

/// The way to the server.
pub(super) fn transport(cx: &Context<'_, '_>, ca: Option<&PathBuf>) -> Result<Http, Failure> {
    let root = ca.cloned().or_else(|| cx.world.var("BAIKOO_CA").map(PathBuf::from));
    let root = match root {
        Some(path) => Some(fs::read(&path).map_err(|error| Failure::File(path, error))?),
        None => None,
    };
    Ok(Http::new(root.as_deref())?)
}

/// One sync with a progress line: where it stands afterwards, and what stopped it.
pub(super) fn once(
    cx: &mut Context<'_, '_>,
    client: &mut Client,
    http: &Http,
) -> Result<(SyncView, Result<(), ClientError>), Failure> {
    let (words, mut engine) = (cx.words, SyncEngine::new());
    let outcome = runtime()?
        .block_on(sync_once(client, &mut engine, http, |client, engine| show(cx, words, client, engine)));
    cx.progress("");
    Ok((client.sync_status(&engine)?, outcome))
}

fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    Ok(tokio::runtime::Builder::new_current_thread().enable_all().build()?)
}

/// A change of a named report; the nameless one only says that states may have moved.
fn is_news(event: &Event) -> bool {
    matches!(event, Event::ReportChanged(report) if report.0 != [0; 16])
}

fn show(cx: &mut Context<'_, '_>, words: Words, client: &Client, engine: &SyncEngine) {
    if !cx.world.err_is_terminal {
        return;
    }
    if let Ok(status) = client.sync_status(engine) {
        let gaps = [
            ("count", &*status.waiting_reports.to_string()),
            ("bytes", &*wording::bytes(status.waiting_bytes)),
            ("fetch", &*status.to_fetch.to_string()),
        ];
        output::progress(cx.world, &format!("⟳ {}", words.say("sync.progress", &gaps)));
    }
}
