//! `baikoo rebuild`

use clap::Args;
use serde_json::json;

use crate::context::Context;
use crate::failure::Failure;

#[derive(Debug, Args)]
pub(crate) struct Rebuild {
    /// Only the lists and the search, not the documents
    #[arg(long)]
    lists: bool,
}

impl Rebuild {
    pub(crate) fn run(&self, cx: &mut Context<'_, '_>) -> Result<(), Failure> {
        let mut client = cx.open()?;
        if self.lists {
            client.rebuild_projection()?;
        } else {
            client.rebuild_from_envelopes()?;
        }
        cx.done("done.rebuilt", &[], &json!({ "rebuilt": true }))
    }
}
