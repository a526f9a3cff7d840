//! `baikoo sync`

mod watch;

use std::fs;
use std::path::PathBuf;

use baikoo_client_core::client::Client;
use baikoo_client_core::error::ClientError;
use baikoo_client_core::sync::SyncEngine;
use baikoo_client_core::sync::driver::sync_once;
use baikoo_client_core::transport::Http;
use baikoo_client_core::view::{Filter, SyncView};
use clap::Args;
use tokio::task::LocalSet;

use crate::context::Context;
use crate::failure::Failure;
use crate::output;
use crate::wording;
use crate::words::Words;
use watch::Watch;

#[derive(Debug, Args)]
pub(crate) struct Sync {
    /// Go on until Ctrl-C: at once when something was written here or, on a coordinator's device, when
    /// something has come. Between two calls, other commands can use the workspace
    #[arg(long)]
    watch: bool,
    /// While watching, how often to look in any case, in seconds
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
            let mut watch = Watch::new(http, self.every);
            let watching = async {
                tokio::select! {
                    outcome = watch.run(cx, &key) => outcome,
                    // Dropped in the middle of a call, it loses no more than a lost connection does.
                    _ = tokio::signal::ctrl_c() => Ok(()),
                }
            };
            return runtime()?.block_on(LocalSet::new().run_until(watching));
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

/// A progress line, for a person who waits.
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
