//! `baikoo reject`

use baikoo_client_core::form::Answer;
use clap::Args;

use crate::context::Context;
use crate::failure::Failure;
use crate::find;

#[derive(Debug, Args)]
pub(crate) struct Reject {
    /// The report
    report: String,
    /// Why
    #[arg(long)]
    reason: String,
}

impl Reject {
    pub(crate) fn run(&self, cx: &mut Context<'_, '_>) -> Result<(), Failure> {
        if self.reason.trim().is_empty() {
            return Err(Failure::usage("usage.reason", ""));
        }
        decide(cx, &self.report, "rejected", Some(&self.reason))
    }
}

/// Writes a decision with its reason, the reason first: a rejection needs one.
pub(super) fn decide(
    cx: &mut Context<'_, '_>,
    report: &str,
    decision: &str,
    reason: Option<&str>,
) -> Result<(), Failure> {
    let mut client = cx.open()?;
    let report = find::report(&client, report)?;
    if let Some(reason) = reason {
        client.set_review(report, "reason", Some(&Answer::Text(reason.trim().to_owned())))?;
    }
    client.set_review(report, "decision", Some(&Answer::Choice(decision.to_owned())))?;
    cx.done_with(&client, "done.reviewed", report)
}
