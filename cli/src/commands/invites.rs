//! `baikoo invites`

use clap::Args;

use crate::context::Context;
use crate::failure::Failure;
use crate::table::Table;
use crate::wording;

#[derive(Debug, Args)]
pub(crate) struct Invites {}

impl Invites {
    #[allow(clippy::unused_self, reason = "the commands are called alike")]
    pub(crate) fn run(&self, cx: &mut Context<'_, '_>) -> Result<(), Failure> {
        let invites = cx.open()?.invites()?;
        if cx.json {
            return cx.data(&invites);
        }
        let words = cx.words;
        let mut table = Table::new(&[
            words.get("column.id"),
            words.get("column.name"),
            words.get("column.role"),
            words.get("column.until"),
            words.get("column.state"),
        ]);
        for invite in &invites {
            table.row(&[
                &wording::short(&invite.id),
                invite.name.as_deref().unwrap_or("–"),
                wording::role(words, invite.role),
                &wording::time(i64::try_from(invite.expires_at_ms).unwrap_or(i64::MAX)),
                words.code("invitation", &invite.state),
            ]);
        }
        cx.table(&table)
    }
}
