//! `baikoo workspace create`

use baikoo_client_core::client::Client;
use baikoo_client_core::member::fair_address;
use clap::{Args, Subcommand};
use serde_json::json;

use super::join::check_name;
use super::recover::print_sheets;
use crate::context::Context;
use crate::failure::Failure;

#[derive(Debug, Args)]
pub(crate) struct Workspace {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Make a workspace; this device becomes its first coordinator's
    Create {
        /// The server's address
        #[arg(long, value_name = "URL")]
        server: String,
        /// Your name, as the members see it
        #[arg(long)]
        name: String,
        /// The code that the server's administrator gave you [env: BAIKOO_SETUP_CODE]
        #[arg(long, value_name = "CODE")]
        setup_code: Option<String>,
    },
}

impl Workspace {
    pub(crate) fn run(&self, cx: &mut Context<'_, '_>) -> Result<(), Failure> {
        let What::Create { server, name, setup_code } = &self.what;
        if fair_address(server).is_err() {
            return Err(Failure::usage("usage.server", server));
        }
        check_name(name)?;
        let code = setup_code.clone().or_else(|| cx.world.var("BAIKOO_SETUP_CODE").map(str::to_owned));
        let created = cx.set_up(|cx, key| {
            let env = (cx.world.env)();
            Client::create_workspace(&cx.home.location(), key, env, server, name.trim(), code.as_deref())
        })?;
        if cx.json {
            let sheets = &created.recovery_sheets;
            return cx.data(&json!({ "me": created.client.me(), "recovery_sheets": sheets }));
        }
        cx.line(cx.words.get("created"))?;
        cx.line("")?;
        cx.line(cx.words.get("created.sheets"))?;
        print_sheets(cx, &created.client.me(), &created.recovery_sheets)?;
        cx.line("")?;
        cx.line(cx.words.get("created.next"))
    }
}
