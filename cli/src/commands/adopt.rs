//! `baikoo adopt`

use clap::Args;
use serde_json::json;

use crate::context::Context;
use crate::failure::Failure;
use crate::find::by_prefix;

#[derive(Debug, Args)]
pub(crate) struct Adopt {
    /// The envelope, as `baikoo quarantine` names it
    hash: String,
}

impl Adopt {
    pub(crate) fn run(&self, cx: &mut Context<'_, '_>) -> Result<(), Failure> {
        let mut client = cx.open()?;
        let found = by_prefix(client.quarantined()?, |one| one.hash.clone(), &self.hash, "envelope")?;
        client.adopt_by_name(&found.hash)?;
        cx.done("done.adopted", &[], &json!({ "hash": found.hash, "report": found.stream }))
    }
}
