//! `baikoo resolve`

use baikoo_client_core::error::ClientError;
use baikoo_client_core::view::{FieldView, VersionView};
use clap::Args;

use crate::context::Context;
use crate::failure::Failure;
use crate::find;

#[derive(Debug, Args)]
pub(crate) struct Resolve {
    /// The report
    report: String,
    /// The question: injured_total, persons/3f…/p_sex, review/viol_status
    path: String,
    /// The version, by its number in `baikoo conflicts`
    #[arg(long, value_name = "N")]
    choose: usize,
}

impl Resolve {
    pub(crate) fn run(&self, cx: &mut Context<'_, '_>) -> Result<(), Failure> {
        let mut client = cx.open()?;
        let report = find::report(&client, &self.report)?;
        let view = client.report(report, cx.language())?;
        if let Some(question) = self.path.strip_prefix("review/") {
            let fields = view.review.into_iter().flat_map(|review| review.fields);
            let version = self.version(fields, question)?;
            client.set_review(report, question, version.answer.as_ref())?;
        } else {
            let path = find::path(&view, &self.path)?;
            let fields = view.sections.into_iter().flat_map(|section| {
                section.fields.into_iter().chain(section.entries.into_iter().flat_map(|entry| entry.fields))
            });
            let version = self.version(fields, &path.to_string())?;
            client.resolve(report, &path, &version.change)?;
        }
        cx.done_with(&client, "done.resolved", report)
    }

    fn version(&self, mut fields: impl Iterator<Item = FieldView>, path: &str) -> Result<VersionView, Failure> {
        let field = fields.find(|field| field.path == path).ok_or(ClientError::NotFound("version"))?;
        let place = self.choose.checked_sub(1);
        let version = place.and_then(|place| field.versions.into_iter().nth(place));
        version.ok_or(ClientError::NotFound("version").into())
    }
}
