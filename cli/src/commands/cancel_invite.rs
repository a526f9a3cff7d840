//! `baikoo cancel-invite`

use clap::Args;
use serde_json::json;

use crate::context::Context;
use crate::failure::Failure;
use crate::find::by_prefix;

#[derive(Debug, Args)]
pub(crate) struct CancelInvite {
    /// The invitation, as `baikoo invites` names it
    invitation: String,
}

impl CancelInvite {
    pub(crate) fn run(&self, cx: &mut Context<'_, '_>) -> Result<(), Failure> {
        let mut client = cx.open()?;
        let found = by_prefix(client.invites()?, |one| one.id.clone(), &self.invitation, "invitation")?;
        client.cancel_invite(&found.id)?;
        cx.done("done.cancelled", &[], &json!({ "invitation": found.id }))
    }
}
