//! `baikoo quarantine`

use clap::Args;

use crate::context::Context;
use crate::failure::Failure;
use crate::table::Table;
use crate::wording;

#[derive(Debug, Args)]
pub(crate) struct Quarantine {}

impl Quarantine {
    #[allow(clippy::unused_self, reason = "the commands are called alike")]
    pub(crate) fn run(&self, cx: &mut Context<'_, '_>) -> Result<(), Failure> {
        let all = cx.open()?.quarantined()?;
        if cx.json {
            return cx.data(&all);
        }
        let words = cx.words;
        let mut table = Table::new(&[
            words.get("column.id"),
            words.get("column.device"),
            words.get("column.report"),
            words.get("column.reason"),
            words.get("column.adoptable"),
        ]);
        for one in &all {
            table.row(&[
                &wording::short(&one.hash),
                &wording::short(one.device),
                &wording::short(one.stream),
                words.code("set_apart", &one.reason),
                words.get(if one.adoptable { "yes" } else { "no" }),
            ]);
        }
        cx.table(&table)
    }
}
