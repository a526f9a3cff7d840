//! `baikoo recover check`, `baikoo recover use` and `baikoo recover renew`

use std::path::PathBuf;

use baikoo_client_core::client::Client;
use baikoo_client_core::crypto::keys::Secret32;
use baikoo_client_core::crypto::recovery;
use baikoo_client_core::error::ClientError;
use baikoo_client_core::member::Recovery;
use baikoo_client_core::view::{Filter, Me, SheetsStanding};
use clap::{Args, Subcommand};
use serde_json::json;
use zeroize::Zeroizing;

use super::join::check_name;
use super::sync;
use crate::context::Context;
use crate::failure::Failure;
use crate::typed::piped;

#[derive(Debug, Args)]
pub(crate) struct Recover {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Check that two sheets fit together, without showing what they open
    Check {
        /// Also check that they are the ones that count in the workspace on this device
        #[arg(long)]
        here: bool,
        /// The sheets; without them, they are read from what is piped in, one a line
        #[arg(value_name = "SHEET")]
        sheets: Vec<String>,
    },
    /// Come back as a coordinator on a new device, with two of the three sheets
    Use(Use),
    /// Replace the recovery sheets, after some were lost or used; the old ones count no longer
    Renew {
        /// Trust the server's certificate by this root, too (PEM) [env: BAIKOO_CA]
        #[arg(long, value_name = "FILE")]
        ca: Option<PathBuf>,
    },
}

#[derive(Debug, Args)]
struct Use {
    /// The server's address, as it stands on the sheets
    #[arg(long, value_name = "URL")]
    server: String,
    /// The workspace's id, as it stands on the sheets
    #[arg(long, value_name = "ID")]
    workspace: String,
    /// Your name, as the members see it
    #[arg(long)]
    name: String,
    /// Trust the server's certificate by this root, too (PEM) [env: BAIKOO_CA]
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,
    /// The sheets; without them, they are read from what is piped in, one a line
    #[arg(value_name = "SHEET")]
    sheets: Vec<String>,
}

impl Recover {
    pub(crate) fn run(&self, cx: &mut Context<'_, '_>) -> Result<(), Failure> {
        match &self.what {
            What::Check { here, sheets } => {
                let secret = put_together(cx, sheets)?;
                if !here {
                    return cx.done("done.sheets_fit", &[], &json!({ "fit": true }));
                }
                if cx.open()?.sheets_standing(&secret)? == SheetsStanding::Count {
                    return cx.done("done.sheets_count", &[], &json!({ "fit": true, "count": true }));
                }
                Err(ClientError::RecoveryInvalid.into())
            }
            What::Use(wanted) => wanted.run(cx),
            What::Renew { ca } => renew(cx, ca.as_ref()),
        }
    }
}

impl Use {
    fn run(&self, cx: &mut Context<'_, '_>) -> Result<(), Failure> {
        check_name(&self.name)?;
        if cx.home.exists() {
            return Err(ClientError::WorkspaceExists.into());
        }
        let recovery = Recovery::new(put_together(cx, &self.sheets)?, &self.server, &self.workspace)?;
        let http = sync::transport(cx, self.ca.as_ref())?;
        let mut client = cx.set_up(|cx, key| {
            Client::recover(&cx.home.location(), key, (cx.world.env)(), &recovery, self.name.trim())
        })?;
        // There is nothing to do here before the server has been asked.
        let (status, outcome) = sync::once(cx, &mut client, &http)?;
        match outcome {
            Err(error @ ClientError::RecoveryInvalid) => {
                // Nobody was let in: as if nothing had been tried.
                drop(client);
                cx.home.wipe()?;
                return Err(error.into());
            }
            Err(error) => {
                if !status.approved && !cx.json {
                    cx.line(cx.words.get("recovered.later"))?;
                }
                return Err(error.into());
            }
            // A server that let the device in and does not say so in the log is not to be believed.
            Ok(()) if !status.approved => return Err(ClientError::RecoveryInvalid.into()),
            Ok(()) => {}
        }
        let reports = client.list(&Filter { limit: 1, ..Filter::default() }, cx.language())?.total;
        if cx.json {
            return cx.data(&json!({ "me": client.me(), "sync": status, "reports": reports }));
        }
        cx.line(&cx.words.say("recovered", &[("count", &reports.to_string())]))?;
        cx.line(cx.words.get("recovered.next"))
    }
}

/// Shows the new sheets first, so that at no moment nobody has any that count.
fn renew(cx: &mut Context<'_, '_>, ca: Option<&PathBuf>) -> Result<(), Failure> {
    let http = sync::transport(cx, ca)?;
    let mut client = cx.open()?;
    let sheets = client.draw_sheets()?;
    let secret = put_together(cx, &sheets)?;
    if !cx.json {
        cx.line(cx.words.get("created.sheets"))?;
        print_sheets(cx, &client.me(), &sheets)?;
        cx.line("")?;
    }
    client.renew_sheets(&secret)?;
    let (_, outcome) = sync::once(cx, &mut client, &http)?;
    let count = client.sheets_standing(&secret)? == SheetsStanding::Count;
    if cx.json {
        cx.data(&json!({ "recovery_sheets": sheets, "count": count }))?;
    } else {
        cx.line(cx.words.get(if count { "renewed" } else { "renewed.later" }))?;
    }
    Ok(outcome?)
}

/// Each is whole: whoever finds one years later must know what it is and what to do with it.
pub(super) fn print_sheets(cx: &mut Context<'_, '_>, me: &Me, sheets: &[String]) -> Result<(), Failure> {
    let of = sheets.len().to_string();
    for (place, sheet) in sheets.iter().enumerate() {
        let number = (place + 1).to_string();
        cx.line("")?;
        cx.line(&format!("── {} ──", cx.words.say("sheet.number", &[("number", &number), ("of", &of)])))?;
        cx.line(&format!("  {sheet}"))?;
        cx.line(&format!("  {}: {}", cx.words.get("sheet.workspace"), me.fingerprint))?;
        cx.line(&format!("  {}: {}", cx.words.get("sheet.server"), me.server))?;
        cx.line(&format!("  {}:", cx.words.get("sheet.use")))?;
        let (server, workspace) = (&me.server, &me.workspace);
        cx.line(&format!("  baikoo recover use --server {server} --workspace {workspace} --name …"))?;
    }
    Ok(())
}

fn put_together(cx: &mut Context<'_, '_>, sheets: &[String]) -> Result<Secret32, Failure> {
    let mut sheets: Vec<Zeroizing<String>> = sheets.iter().cloned().map(Zeroizing::new).collect();
    if sheets.is_empty() {
        let text = Zeroizing::new(piped(cx)?);
        let lines = text.lines().filter(|line| !line.trim().is_empty());
        sheets.extend(lines.map(|line| Zeroizing::new(line.to_owned())));
    }
    let sheets: Vec<&str> = sheets.iter().map(|sheet| sheet.as_str()).collect();
    recovery::join(&sheets).map_err(|wrong| match wrong {
        0 => Failure::usage("usage.sheets_dont_fit", ""),
        number => Failure::usage("usage.sheet_wrong", number.to_string()),
    })
}
