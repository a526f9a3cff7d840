//! `baikoo restore`

use clap::Args;

use crate::context::Context;
use crate::failure::Failure;
use crate::find;

#[derive(Debug, Args)]
pub(crate) struct Restore {
    /// The report
    report: String,
    /// The question, as `baikoo history` names it
    path: String,
    /// The change whose value is to stand again, as `baikoo history` names it
    change: String,
}

impl Restore {
    pub(crate) fn run(&self, cx: &mut Context<'_, '_>) -> Result<(), Failure> {
        let mut client = cx.open()?;
        let report = find::report(&client, &self.report)?;
        let path = find::path(&client.report(report, cx.language())?, &self.path)?;
        let changes = client.history(report, cx.language())?.into_iter();
        let of_path = changes.filter(|change| change.path == path.to_string());
        let found = find::by_prefix(of_path, |change| change.change.clone(), &self.change, "change")?;
        client.restore(report, &path, &found.change)?;
        cx.done_with(&client, "done.restored", report)
    }
}
