//! `baikoo comment`

use baikoo_client_core::report::TalkKind;
use clap::Args;
use serde_json::json;

use crate::context::Context;
use crate::failure::Failure;
use crate::{find, typed};

#[derive(Debug, Args)]
pub(crate) struct Comment {
    /// The report
    report: String,
    /// The words, @FILE, or - for what is piped in
    #[arg(allow_hyphen_values = true)]
    text: String,
}

impl Comment {
    pub(crate) fn run(&self, cx: &mut Context<'_, '_>) -> Result<(), Failure> {
        let text = typed::words(cx, &self.text)?;
        let mut client = cx.open()?;
        let report = find::report(&client, &self.report)?;
        let id = client.say(report, TalkKind::Comment, &text, None)?;
        cx.done("done.said", &[], &json!({ "report": report, "id": id }))
    }
}
