//! `baikoo me`

use clap::Args;

use crate::context::Context;
use crate::failure::Failure;
use crate::wording;

#[derive(Debug, Args)]
pub(crate) struct Me {}

impl Me {
    #[allow(clippy::unused_self, reason = "the commands are called alike")]
    pub(crate) fn run(&self, cx: &mut Context<'_, '_>) -> Result<(), Failure> {
        let me = cx.open()?.me();
        if cx.json {
            return cx.data(&me);
        }
        let words = cx.words;
        for (key, value) in [
            ("me.name", &*me.name),
            ("me.role", wording::role(words, me.role)),
            ("me.device", &me.device.to_string()),
            ("me.workspace", &me.workspace),
            ("me.server", &me.server),
            ("me.fingerprint", &me.fingerprint),
            ("me.safety", &me.safety_number),
        ] {
            cx.line(&format!("{}: {value}", words.get(key)))?;
        }
        Ok(())
    }
}
