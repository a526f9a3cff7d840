//! `baikoo approve`

use clap::Args;
use serde_json::json;

use crate::context::Context;
use crate::failure::Failure;
use crate::{find, wording};

#[derive(Debug, Args)]
pub(crate) struct Approve {
    /// The device, as `baikoo members` names it
    device: String,
    /// The number that its owner read to you; if it differs, nothing is approved
    #[arg(long, value_name = "NUMBER")]
    safety: Option<String>,
}

impl Approve {
    pub(crate) fn run(&self, cx: &mut Context<'_, '_>) -> Result<(), Failure> {
        let mut client = cx.open()?;
        let device = find::device(&client, &self.device)?;
        let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
        if self.safety.as_deref().is_some_and(|heard| digits(heard) != digits(&device.safety_number)) {
            return Err(Failure::usage("usage.safety_differs", &device.safety_number));
        }
        client.approve(device.device)?;
        let gaps = [("device", &*wording::short(device.device)), ("number", &*device.safety_number)];
        cx.done("done.approved", &gaps, &json!({ "device": device.device }))
    }
}
