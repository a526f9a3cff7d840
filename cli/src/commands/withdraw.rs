//! `baikoo withdraw`

use clap::Args;

use crate::context::Context;
use crate::failure::Failure;
use crate::find;

#[derive(Debug, Args)]
pub(crate) struct Withdraw {
    /// The report
    report: String,
    /// Why
    #[arg(long)]
    reason: String,
}

impl Withdraw {
    pub(crate) fn run(&self, cx: &mut Context<'_, '_>) -> Result<(), Failure> {
        if self.reason.trim().is_empty() {
            return Err(Failure::usage("usage.reason", ""));
        }
        let mut client = cx.open()?;
        let report = find::report(&client, &self.report)?;
        client.withdraw(report, self.reason.trim())?;
        cx.done_with(&client, "done.withdrawn", report)
    }
}
