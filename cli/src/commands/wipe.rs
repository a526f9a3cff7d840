//! `baikoo wipe`

use baikoo_client_core::error::ClientError;
use clap::Args;
use serde_json::json;

use crate::context::Context;
use crate::failure::Failure;

#[derive(Debug, Args)]
pub(crate) struct Wipe {
    /// Yes, destroy it. Nothing on this device opens it again, and no passphrase is asked for.
    #[arg(long, required = true)]
    yes: bool,
}

impl Wipe {
    pub(crate) fn run(&self, cx: &mut Context<'_, '_>) -> Result<(), Failure> {
        debug_assert!(self.yes, "clap sees to it");
        if !cx.home.exists() && !cx.folder.join("baikoo.db").exists() {
            return Err(ClientError::NoWorkspace.into());
        }
        cx.home.wipe()?;
        cx.done("done.wiped", &[], &json!({ "wiped": true }))
    }
}
