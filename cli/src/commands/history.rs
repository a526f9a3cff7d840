//! `baikoo history`

use clap::Args;

use super::show::from_to;
use crate::context::Context;
use crate::failure::Failure;
use crate::table::Table;
use crate::{find, wording};

#[derive(Debug, Args)]
pub(crate) struct History {
    /// The report
    report: String,
    /// Of its review (coordinators)
    #[arg(long)]
    review: bool,
}

impl History {
    pub(crate) fn run(&self, cx: &mut Context<'_, '_>) -> Result<(), Failure> {
        let mut client = cx.open()?;
        let report = find::report(&client, &self.report)?;
        let language = cx.language();
        let changes = if self.review {
            client.review_history(report, language)?
        } else {
            client.history(report, language)?
        };
        if cx.json {
            return cx.data(&changes);
        }
        let words = cx.words;
        let mut table = Table::new(&[
            words.get("column.change"),
            words.get("column.when"),
            words.get("column.author"),
            words.get("column.field"),
            words.get("column.from_to"),
        ]);
        for change in &changes {
            table.row(&[
                &wording::short(&change.change),
                &wording::time(change.time_ms),
                &wording::author(words, &change.author),
                &format!("{} [{}]", change.label, change.path),
                &from_to(words, change),
            ]);
        }
        cx.table(&table)
    }
}
