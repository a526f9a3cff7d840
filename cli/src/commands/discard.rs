//! `baikoo discard`

use clap::Args;
use serde_json::json;

use crate::context::Context;
use crate::failure::Failure;
use crate::{find, wording};

#[derive(Debug, Args)]
pub(crate) struct Discard {
    /// The draft
    report: String,
}

impl Discard {
    pub(crate) fn run(&self, cx: &mut Context<'_, '_>) -> Result<(), Failure> {
        let mut client = cx.open()?;
        let report = find::report(&client, &self.report)?;
        client.discard_draft(report)?;
        cx.done("done.discarded", &[("report", &wording::short(report))], &json!({ "report": report }))
    }
}
