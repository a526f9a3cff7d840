//! `baikoo safety`

use clap::Args;
use serde_json::json;

use crate::context::Context;
use crate::failure::Failure;
use crate::find;

#[derive(Debug, Args)]
pub(crate) struct Safety {
    /// Of this device, as `baikoo members` names it; without it, of the one that you are using
    device: Option<String>,
}

impl Safety {
    pub(crate) fn run(&self, cx: &mut Context<'_, '_>) -> Result<(), Failure> {
        let client = cx.open()?;
        let (device, number) = match &self.device {
            Some(prefix) => {
                let found = find::device(&client, prefix)?;
                (found.device, found.safety_number)
            }
            None => (client.me().device, client.safety_number()),
        };
        if cx.json {
            return cx.data(&json!({ "device": device, "safety_number": number }));
        }
        cx.line(&number)
    }
}
