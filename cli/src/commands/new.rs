//! `baikoo new`

use baikoo_client_core::form::labels::Language;
use baikoo_client_core::form::default_form;
use baikoo_client_core::report::EntryId;
use clap::Args;

use crate::context::Context;
use crate::failure::Failure;
use crate::typed::{self, Template, Texts};

#[derive(Debug, Args)]
pub(crate) struct New {
    /// Answers: question=value; `baikoo form` shows questions and codes
    #[arg(value_name = "QUESTION=VALUE")]
    answers: Vec<String>,
    /// A JSON file with "language", "answers" and "entries"; - for what is piped in
    #[arg(long, value_name = "FILE")]
    template: Option<String>,
    /// The language that the texts are in [default: the language of the output]
    #[arg(long, value_name = "LANGUAGE")]
    language: Option<Language>,
    #[command(flatten)]
    texts: Texts,
    /// Let it leave with the next sync
    #[arg(long)]
    send: bool,
}

impl New {
    pub(crate) fn run(&self, cx: &mut Context<'_, '_>) -> Result<(), Failure> {
        let clocks = (cx.world.env)().clocks();
        let template = self.template.as_deref().map(|path| Template::read(cx, path)).transpose()?;
        let template = template.unwrap_or_default();
        let mut puts = template.puts(clocks)?;
        for text in &self.answers {
            let (question, value) = typed::assignment(text)?;
            puts.push(typed::put(question, value, clocks)?);
        }
        puts.extend(self.texts.read(cx)?);
        // Everything is read before anything is written: a typing error leaves no half report.
        let mut entries = Vec::new();
        for entry in &template.entries {
            if !default_form().section(&entry.section).is_some_and(|section| section.repeat) {
                return Err(Failure::usage("usage.no_such_section", &entry.section));
            }
            let assignments = entry.assignments()?;
            typed::entry_puts(&entry.section, EntryId([0; 8]), &assignments, clocks)?;
            entries.push((&entry.section, assignments));
        }
        let language = self.language.map(|language| language.code().to_owned()).or(template.language);
        let language = language.unwrap_or_else(|| cx.language().code().to_owned());

        let mut client = cx.open()?;
        let report = client.create_report(Some(&language))?;
        client.save(report, &puts)?;
        for (section, assignments) in entries {
            let id = client.add_entry(report, section)?;
            client.save(report, &typed::entry_puts(section, id, &assignments, clocks)?)?;
        }
        if self.send {
            client.send(report)?;
        }
        cx.done_with(&client, "done.new", report)
    }
}
