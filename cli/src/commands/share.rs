//! `baikoo share`

use clap::Args;

use crate::context::Context;
use crate::failure::Failure;
use crate::find;

#[derive(Debug, Args)]
pub(crate) struct Share {
    /// The report
    report: String,
    /// The member: her name, her id, or a device of hers
    member: String,
}

impl Share {
    pub(crate) fn run(&self, cx: &mut Context<'_, '_>) -> Result<(), Failure> {
        let mut client = cx.open()?;
        let report = find::report(&client, &self.report)?;
        let member = find::member(&client, &self.member)?;
        client.share(report, member)?;
        cx.done_with(&client, "done.shared", report)
    }
}
