//! `baikoo members`

use clap::Args;

use crate::context::Context;
use crate::failure::Failure;
use crate::table::Table;
use crate::wording;

#[derive(Debug, Args)]
pub(crate) struct Members {}

impl Members {
    #[allow(clippy::unused_self, reason = "the commands are called alike")]
    pub(crate) fn run(&self, cx: &mut Context<'_, '_>) -> Result<(), Failure> {
        let devices = cx.open()?.members()?;
        if cx.json {
            return cx.data(&devices);
        }
        let words = cx.words;
        let mut table = Table::new(&[
            words.get("column.device"),
            words.get("column.name"),
            words.get("column.role"),
            words.get("column.state"),
            words.get("column.seen"),
        ]);
        for device in &devices {
            let mut standing = words.code("standing", &device.status).to_owned();
            if let Some(reason) = device.reason {
                let code = super::revoke::code(reason);
                standing.push_str(&format!(" ({})", words.code("reason", code)));
            }
            if device.forked {
                standing.push_str(&format!(" · ! {}", words.get("mark.forked")));
            }
            if device.recovered {
                standing.push_str(&format!(" · ! {}", words.get("mark.recovered")));
            }
            let name = device.name.clone().unwrap_or_else(|| "–".to_owned());
            let name = if device.me { format!("{name} ({})", words.get("me")) } else { name };
            table.row(&[
                &wording::short(device.device),
                &name,
                wording::role(words, device.role),
                &standing,
                &wording::time_or_dash(device.last_seen_ms),
            ]);
        }
        cx.table(&table)
    }
}
