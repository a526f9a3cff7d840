//! `baikoo passphrase`

use std::path::PathBuf;

use baikoo_client_core::error::ClientError;
use clap::Args;
use serde_json::json;

use crate::context::Context;
use crate::failure::Failure;
use crate::passphrase;

#[derive(Debug, Args)]
pub(crate) struct Passphrase {
    /// A file whose first line is the new passphrase [env: BAIKOO_NEW_PASSPHRASE; default: ask]
    #[arg(long, value_name = "FILE")]
    new_passphrase_file: Option<PathBuf>,
}

impl Passphrase {
    pub(crate) fn run(&self, cx: &mut Context<'_, '_>) -> Result<(), Failure> {
        if !cx.home.exists() {
            return Err(ClientError::NoWorkspace.into());
        }
        let old = passphrase::current(cx)?;
        // Before anybody thinks of a new one.
        cx.home.unlock(&old)?;
        let new = passphrase::next(cx, self.new_passphrase_file.as_deref())?;
        cx.home.change_passphrase(&old, &new, cx.hardness(), &mut *(cx.world.env)())?;
        cx.done("done.passphrase", &[], &json!({ "changed": true }))
    }
}
