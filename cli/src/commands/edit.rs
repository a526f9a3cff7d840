//! `baikoo edit`

use baikoo_client_core::client::Put;
use baikoo_client_core::form::default_form;
use baikoo_client_core::report::Path;
use clap::Args;

use crate::context::Context;
use crate::failure::Failure;
use crate::find;
use crate::typed::{self, Texts};

#[derive(Debug, Args)]
pub(crate) struct Edit {
    /// The report
    report: String,
    /// Answers: question=value, or section/entry/question=value; an empty value takes an answer back
    #[arg(value_name = "QUESTION=VALUE")]
    answers: Vec<String>,
    #[command(flatten)]
    texts: Texts,
}

impl Edit {
    pub(crate) fn run(&self, cx: &mut Context<'_, '_>) -> Result<(), Failure> {
        let clocks = (cx.world.env)().clocks();
        let texts = self.texts.read(cx)?;
        if texts.is_empty() && self.answers.is_empty() {
            return Err(Failure::usage("usage.nothing_to_write", ""));
        }
        let mut client = cx.open()?;
        let report = find::report(&client, &self.report)?;
        let mut puts = Vec::new();
        for text in &self.answers {
            let (question, value) = typed::assignment(text)?;
            if question.contains('/') {
                let path = find::path(&client.report(report, cx.language())?, question)?;
                let Path::EntryAnswer { question, .. } = &path else {
                    return Err(Failure::usage("usage.no_such_question", question));
                };
                let answer = typed::answer(default_form(), question, value, clocks)?;
                puts.push(Put::Field(path, answer));
            } else {
                puts.push(typed::put(question, value, clocks)?);
            }
        }
        puts.extend(texts);
        client.save(report, &puts)?;
        cx.done_with(&client, "done.saved", report)
    }
}
