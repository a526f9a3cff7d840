//! `baikoo join`

use baikoo_client_core::client::Client;
use baikoo_client_core::member::{Invitation, fair_name};
use clap::Args;

use crate::context::Context;
use crate::failure::Failure;
use crate::typed::piped;

#[derive(Debug, Args)]
pub(crate) struct Join {
    /// The invitation's link; - reads it from what is piped in, and keeps it out of the shell's history
    link: String,
    /// Your name, as coordinators see it
    #[arg(long)]
    name: String,
}

impl Join {
    pub(crate) fn run(&self, cx: &mut Context<'_, '_>) -> Result<(), Failure> {
        let link = if self.link == "-" { piped(cx)? } else { self.link.clone() };
        let invitation = Invitation::from_link(&link)?;
        check_name(&self.name)?;
        let client = cx.set_up(|cx, key| {
            Client::join(&cx.home.location(), key, (cx.world.env)(), &invitation, self.name.trim())
        })?;
        let me = client.me();
        if cx.json {
            return cx.data(&me);
        }
        cx.line(cx.words.get("joined"))?;
        cx.line(&cx.words.say("joined.safety", &[("number", &me.safety_number)]))
    }
}

/// A name that can be shown to others.
pub(super) fn check_name(name: &str) -> Result<(), Failure> {
    fair_name(name).map(drop).map_err(|_| Failure::usage("usage.name", ""))
}
