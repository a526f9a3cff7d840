//! `baikoo review`

use baikoo_client_core::form::review_form;
use clap::Args;

use crate::context::Context;
use crate::failure::Failure;
use crate::{find, typed};

#[derive(Debug, Args)]
pub(crate) struct Review {
    /// The report
    report: String,
    /// Answers: question=value (see `baikoo form --review`); an empty value takes an answer back
    #[arg(value_name = "QUESTION=VALUE", required = true)]
    answers: Vec<String>,
}

impl Review {
    pub(crate) fn run(&self, cx: &mut Context<'_, '_>) -> Result<(), Failure> {
        let clocks = (cx.world.env)().clocks();
        let mut answers = Vec::new();
        for text in &self.answers {
            let (question, value) = typed::assignment(text)?;
            answers.push((question, typed::answer(review_form(), question, value, clocks)?));
        }
        // A decision stands on the rest, so it comes last.
        answers.sort_by_key(|(question, _)| *question == "decision");
        let mut client = cx.open()?;
        let report = find::report(&client, &self.report)?;
        for (question, answer) in &answers {
            client.set_review(report, question, answer.as_ref())?;
        }
        cx.done_with(&client, "done.reviewed", report)
    }
}
