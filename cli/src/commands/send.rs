//! `baikoo send`

use clap::Args;

use crate::context::Context;
use crate::failure::Failure;
use crate::find;

#[derive(Debug, Args)]
pub(crate) struct Send {
    /// The report
    report: String,
}

impl Send {
    pub(crate) fn run(&self, cx: &mut Context<'_, '_>) -> Result<(), Failure> {
        let mut client = cx.open()?;
        let report = find::report(&client, &self.report)?;
        client.send(report)?;
        cx.done_with(&client, "done.to_send", report)
    }
}
