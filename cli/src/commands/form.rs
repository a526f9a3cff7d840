//! `baikoo form`

use baikoo_client_core::client::{Client, QuestionView};
use baikoo_client_core::error::ClientError;
use clap::Args;

use crate::context::Context;
use crate::failure::Failure;
use crate::table::Table;

#[derive(Debug, Args)]
pub(crate) struct Form {
    /// Only this section, or this question with its codes
    name: Option<String>,
    /// The form of reviews
    #[arg(long)]
    review: bool,
}

impl Form {
    pub(crate) fn run(&self, cx: &mut Context<'_, '_>) -> Result<(), Failure> {
        let language = cx.language();
        let form = if self.review { Client::review_form(language) } else { Client::form(language) };
        let Some(name) = &self.name else {
            return if cx.json { cx.data(&form) } else { questions(cx, &form.sections) };
        };
        if let Some(section) = form.sections.iter().find(|section| section.name == *name) {
            return if cx.json { cx.data(section) } else { questions(cx, std::slice::from_ref(section)) };
        }
        let mut all = form.sections.iter().flat_map(|section| &section.questions);
        let question = all.find(|question| question.name == *name).ok_or(ClientError::NotFound("question"))?;
        if cx.json { cx.data(question) } else { codes(cx, question) }
    }
}

fn questions(
    cx: &mut Context<'_, '_>,
    sections: &[baikoo_client_core::client::FormSectionView],
) -> Result<(), Failure> {
    for section in sections {
        let repeat = if section.repeat { format!(" · {}", cx.words.get("form.repeat")) } else { String::new() };
        cx.line(&format!("{} [{}]{repeat}", section.label, section.name))?;
        let mut table = Table::new(&[
            cx.words.get("column.name"),
            cx.words.get("column.kind"),
            cx.words.get("column.question"),
        ]);
        for question in &section.questions {
            let kind = serde_json::to_string(&question.kind).unwrap_or_default();
            table.row(&[&question.name, kind.trim_matches('"'), &question.label]);
        }
        cx.table(&table)?;
        cx.line("")?;
    }
    Ok(())
}

fn codes(cx: &mut Context<'_, '_>, question: &QuestionView) -> Result<(), Failure> {
    cx.line(&question.label)?;
    for more in [&question.hint, &question.guidance].into_iter().flatten() {
        cx.line(more)?;
    }
    let choices = question.list.as_deref().unwrap_or_default();
    if choices.is_empty() {
        return Ok(());
    }
    let mut table = Table::new(&[cx.words.get("column.code"), cx.words.get("column.answer")]);
    for choice in choices {
        table.row(&[&choice.code, &choice.label]);
    }
    cx.table(&table)
}
