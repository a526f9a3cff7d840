//! `baikoo answer`

use baikoo_client_core::error::ClientError;
use clap::Args;
use serde_json::json;

use crate::context::Context;
use crate::failure::Failure;
use crate::{find, typed};

#[derive(Debug, Args)]
pub(crate) struct Answer {
    /// The report
    report: String,
    /// The words, @FILE, or - for what is piped in
    #[arg(allow_hyphen_values = true)]
    text: String,
    /// The question, as `baikoo show` names it; not needed while only one waits
    #[arg(long, value_name = "QUESTION")]
    to: Option<String>,
}

impl Answer {
    pub(crate) fn run(&self, cx: &mut Context<'_, '_>) -> Result<(), Failure> {
        let text = typed::words(cx, &self.text)?;
        let mut client = cx.open()?;
        let report = find::report(&client, &self.report)?;
        let view = client.report(report, cx.language())?;
        let question = if let Some(prefix) = &self.to {
            find::talk(&view, prefix)?
        } else {
            let mut waiting = view.talk.iter().filter(|said| said.kind == "question" && !said.answered);
            let first = waiting.next().ok_or(ClientError::NotFound("question"))?;
            if waiting.next().is_some() {
                return Err(Failure::usage("usage.which_question", ""));
            }
            first.id.parse().map_err(|_| ClientError::NotFound("question"))?
        };
        let id = client.answer_question(report, question, &text)?;
        cx.done("done.said", &[], &json!({ "report": report, "id": id, "reply_to": question }))
    }
}
