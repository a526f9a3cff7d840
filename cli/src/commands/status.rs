//! `baikoo status`

use baikoo_client_core::sync::SyncEngine;
use baikoo_client_core::view::{Filter, SyncView};
use clap::Args;
use serde_json::json;

use crate::context::Context;
use crate::failure::Failure;
use crate::wording;

/// A clock that is off by less is not worth a word.
const SKEW_MS: i64 = 2 * 60_000;

#[derive(Debug, Args)]
pub(crate) struct Status {
    /// Put the alarms away, after reading them
    #[arg(long)]
    dismiss: bool,
}

impl Status {
    pub(crate) fn run(&self, cx: &mut Context<'_, '_>) -> Result<(), Failure> {
        let mut client = cx.open()?;
        let status = client.sync_status(&SyncEngine::new())?;
        let count = |filter: Filter| Ok::<_, Failure>(client.list(&filter, cx.language())?.total);
        let reports = count(Filter { limit: 1, ..Filter::default() })?;
        let drafts = count(Filter { limit: 1, stages: vec!["draft".to_owned()], ..Filter::default() })?;
        let unread = count(Filter { limit: 1, unread: true, ..Filter::default() })?;
        let set_apart = client.quarantined()?.len();
        if cx.json {
            cx.data(&json!({
                "sync": status, "reports": reports, "drafts": drafts, "unread": unread, "set_apart": set_apart,
            }))?;
        } else {
            for (key, number) in [
                ("status.reports", u64::from(reports)),
                ("status.drafts", drafts.into()),
                ("status.unread", unread.into()),
                ("status.set_apart", u64::try_from(set_apart).unwrap_or(u64::MAX)),
            ] {
                cx.line(&format!("{}: {number}", cx.words.get(key)))?;
            }
            print(cx, &status, &client.safety_number())?;
        }
        if self.dismiss {
            client.dismiss_alarms()?;
        }
        Ok(())
    }
}

/// Prints where synchronising stands.
pub(super) fn print(cx: &mut Context<'_, '_>, status: &SyncView, safety: &str) -> Result<(), Failure> {
    let words = cx.words;
    if status.waiting_reports > 0 {
        let gaps = [
            ("count", &*status.waiting_reports.to_string()),
            ("bytes", &*wording::bytes(status.waiting_bytes)),
        ];
        cx.line(&format!("● {}", words.say("status.waiting", &gaps)))?;
    } else if status.enrolled {
        cx.line(&format!("✓ {}", words.get("status.all_stored")))?;
    }
    if status.to_fetch > 0 {
        cx.line(&words.say("status.to_fetch", &[("count", &status.to_fetch.to_string())]))?;
    }
    cx.line(&words.say("status.last", &[("time", &wording::time_or_dash(status.last_success_ms))]))?;
    if status.revoked {
        cx.line(&format!("! {}", words.get("error.device_revoked")))?;
    } else if !status.enrolled {
        cx.line(words.get("status.not_enrolled"))?;
    } else if !status.approved {
        cx.line(&words.say("status.not_approved", &[("number", safety)]))?;
    }
    for alarm in &status.alarms {
        cx.line(&format!("! {}", words.code("alarm", alarm)))?;
    }
    if let Some(skew_ms) = status.skew_ms.filter(|skew_ms| skew_ms.abs() >= SKEW_MS) {
        cx.line(&format!("! {}", words.say("status.skew", &[("minutes", &(skew_ms / 60_000).to_string())])))?;
    }
    Ok(())
}
