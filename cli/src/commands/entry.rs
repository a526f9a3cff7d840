//! `baikoo entry add|set|remove|restore`

use baikoo_client_core::client::Client;
use baikoo_client_core::form::default_form;
use baikoo_client_core::protocol::id::StreamId;
use baikoo_client_core::report::EntryId;
use clap::{Args, Subcommand};
use serde_json::json;

use crate::context::Context;
use crate::failure::Failure;
use crate::{find, typed};

#[derive(Debug, Args)]
pub(crate) struct Entry {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Add a person, a source, a destroyed house
    Add {
        /// The report
        report: String,
        /// The section: persons, sources, property … (see `baikoo form`)
        section: String,
        /// Answers about it
        #[arg(value_name = "QUESTION=VALUE")]
        answers: Vec<String>,
    },
    /// Answer questions about an entry, or take answers back
    Set {
        /// The report
        report: String,
        /// The entry, as `baikoo show` names it
        entry: String,
        /// Answers about it
        #[arg(value_name = "QUESTION=VALUE", required = true)]
        answers: Vec<String>,
    },
    /// Cross an entry out; it stays readable
    Remove {
        /// The report
        report: String,
        /// The entry, as `baikoo show` names it
        entry: String,
        /// Why
        #[arg(long)]
        reason: String,
    },
    /// Take back that an entry was crossed out
    Restore {
        /// The report
        report: String,
        /// The entry, as `baikoo show` names it
        entry: String,
    },
}

impl Entry {
    pub(crate) fn run(&self, cx: &mut Context<'_, '_>) -> Result<(), Failure> {
        let clocks = (cx.world.env)().clocks();
        match &self.what {
            What::Add { report, section, answers } => {
                if !default_form().section(section).is_some_and(|section| section.repeat) {
                    return Err(Failure::usage("usage.no_such_section", section));
                }
                typed::entry_puts(section, EntryId([0; 8]), answers, clocks)?;
                let mut client = cx.open()?;
                let report = find::report(&client, report)?;
                let id = client.add_entry(report, section)?;
                client.save(report, &typed::entry_puts(section, id, answers, clocks)?)?;
                tell(cx, "done.entry_added", report, section, id)
            }
            What::Set { report, entry, answers } => {
                let mut client = cx.open()?;
                let (report, section, id) = find_entry(cx, &mut client, report, entry)?;
                client.save(report, &typed::entry_puts(&section, id, answers, clocks)?)?;
                tell(cx, "done.entry_saved", report, &section, id)
            }
            What::Remove { report, entry, reason } => {
                if reason.trim().is_empty() {
                    return Err(Failure::usage("usage.reason", ""));
                }
                let mut client = cx.open()?;
                let (report, section, id) = find_entry(cx, &mut client, report, entry)?;
                client.remove_entry(report, &section, id, reason.trim())?;
                tell(cx, "done.entry_removed", report, &section, id)
            }
            What::Restore { report, entry } => {
                let mut client = cx.open()?;
                let (report, section, id) = find_entry(cx, &mut client, report, entry)?;
                client.restore_entry(report, &section, id)?;
                tell(cx, "done.entry_restored", report, &section, id)
            }
        }
    }
}

fn find_entry(
    cx: &Context<'_, '_>,
    client: &mut Client,
    report: &str,
    entry: &str,
) -> Result<(StreamId, String, EntryId), Failure> {
    let report = find::report(client, report)?;
    let (section, id) = find::entry(&client.report(report, cx.language())?, entry)?;
    Ok((report, section, id))
}

fn tell(
    cx: &mut Context<'_, '_>,
    key: &str,
    report: StreamId,
    section: &str,
    entry: EntryId,
) -> Result<(), Failure> {
    let path = format!("{section}/{entry}");
    let data = json!({ "report": report, "section": section, "entry": entry });
    cx.done(key, &[("entry", &path)], &data)
}
