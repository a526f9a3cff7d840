//! `baikoo verify`

use clap::Args;

use super::reject::decide;
use crate::context::Context;
use crate::failure::Failure;

#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// The report
    report: String,
    /// On what grounds
    #[arg(long)]
    reason: Option<String>,
}

impl Verify {
    pub(crate) fn run(&self, cx: &mut Context<'_, '_>) -> Result<(), Failure> {
        decide(cx, &self.report, "verified", self.reason.as_deref())
    }
}
