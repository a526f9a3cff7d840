//! `baikoo ask`

use clap::Args;
use serde_json::json;

use crate::context::Context;
use crate::failure::Failure;
use crate::{find, typed};

#[derive(Debug, Args)]
pub(crate) struct Ask {
    /// The report
    report: String,
    /// The words, @FILE, or - for what is piped in
    #[arg(allow_hyphen_values = true)]
    text: String,
}

impl Ask {
    pub(crate) fn run(&self, cx: &mut Context<'_, '_>) -> Result<(), Failure> {
        let text = typed::words(cx, &self.text)?;
        let mut client = cx.open()?;
        let report = find::report(&client, &self.report)?;
        let id = client.ask(report, &text)?;
        cx.done("done.asked", &[], &json!({ "report": report, "id": id }))
    }
}
