//! `baikoo revoke`

use baikoo_client_core::protocol::membership::RevokeReason;
use clap::{Args, ValueEnum};
use serde_json::json;

use crate::context::Context;
use crate::failure::Failure;
use crate::{find, wording};

#[derive(Debug, Args)]
pub(crate) struct Revoke {
    /// The device, as `baikoo members` names it
    device: String,
    /// Why
    #[arg(long, value_enum)]
    reason: Reason,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Reason {
    Lost,
    Seized,
    Left,
}

impl Revoke {
    pub(crate) fn run(&self, cx: &mut Context<'_, '_>) -> Result<(), Failure> {
        let reason = match self.reason {
            Reason::Lost => RevokeReason::Lost,
            Reason::Seized => RevokeReason::Seized,
            Reason::Left => RevokeReason::Left,
        };
        let mut client = cx.open()?;
        let device = find::device(&client, &self.device)?.device;
        client.revoke(device, reason)?;
        cx.done("done.revoked", &[("device", &wording::short(device))], &json!({ "device": device }))
    }
}

/// A reason's code.
pub(super) fn code(reason: RevokeReason) -> &'static str {
    match reason {
        RevokeReason::Lost => "lost",
        RevokeReason::Seized => "seized",
        RevokeReason::Left => "left",
    }
}
