//! `baikoo recover check`

use baikoo_client_core::crypto::recovery;
use clap::{Args, Subcommand};
use serde_json::json;

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
        /// The sheets; without them, they are read from what is piped in, one a line
        #[arg(value_name = "SHEET")]
        sheets: Vec<String>,
    },
}

impl Recover {
    pub(crate) fn run(&self, cx: &mut Context<'_, '_>) -> Result<(), Failure> {
        let What::Check { sheets } = &self.what;
        let mut sheets = sheets.clone();
        if sheets.is_empty() {
            let text = piped(cx)?;
            sheets.extend(text.lines().map(str::to_owned).filter(|line| !line.trim().is_empty()));
        }
        let sheets: Vec<&str> = sheets.iter().map(String::as_str).collect();
        match recovery::join(&sheets) {
            Ok(_) => cx.done("done.sheets_fit", &[], &json!({ "fit": true })),
            Err(0) => Err(Failure::usage("usage.sheets_dont_fit", "")),
            Err(wrong) => Err(Failure::usage("usage.sheet_wrong", wrong.to_string())),
        }
    }
}
