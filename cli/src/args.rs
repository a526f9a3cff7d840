//! The arguments: global options, and one subcommand.

use std::path::PathBuf;

use baikoo_client_core::form::labels::Language;
use clap::{Args, Parser};

use crate::commands::Command;

/// Write, sync and review reports of a Baikoo workspace.
///
/// Reports, devices, invitations, entries and changes can be named by the beginning of their id, as
/// long as only one begins so. Everything is kept encrypted under the passphrase of this device.
#[derive(Debug, Parser)]
#[command(name = "baikoo", version, color = clap::ColorChoice::Never, arg_required_else_help = true)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Options of every command.
#[derive(Debug, Args)]
#[command(next_help_heading = "Global options")]
pub(crate) struct Global {
    /// The folder of the workspace [env: BAIKOO_HOME; default: the platform's data folder, or ~/.baikoo]
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) home: Option<PathBuf>,
    /// ky, ru, uz, tg, kk or en [env: BAIKOO_LANG; default: by LANG]
    #[arg(long, global = true, value_name = "LANGUAGE")]
    pub(crate) lang: Option<Language>,
    /// Print data for programs
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// A file whose first line is the passphrase [env: BAIKOO_PASSPHRASE; default: ask]
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) passphrase_file: Option<PathBuf>,
}
