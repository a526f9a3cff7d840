//! `baikoo search`

use baikoo_client_core::view::Filter;
use clap::Args;

use crate::context::Context;
use crate::failure::Failure;

#[derive(Debug, Args)]
pub(crate) struct Search {
    /// Words or their beginnings; all of them are wanted
    #[arg(required = true)]
    words: Vec<String>,
    /// How many at most; 0 for all
    #[arg(long, default_value_t = 20)]
    limit: u32,
}

impl Search {
    pub(crate) fn run(&self, cx: &mut Context<'_, '_>) -> Result<(), Failure> {
        let client = cx.open()?;
        let filter = Filter { query: Some(self.words.join(" ")), limit: self.limit, ..Filter::default() };
        let list = client.list(&filter, cx.language())?;
        super::list::print(cx, &list)
    }
}
