//! `baikoo conflicts`

use baikoo_client_core::view::Filter;
use clap::Args;

use super::show::print_versions;
use crate::context::Context;
use crate::failure::Failure;
use crate::{find, wording};

#[derive(Debug, Args)]
pub(crate) struct Conflicts {
    /// Only of this report
    report: Option<String>,
}

impl Conflicts {
    pub(crate) fn run(&self, cx: &mut Context<'_, '_>) -> Result<(), Failure> {
        let mut client = cx.open()?;
        let language = cx.language();
        let reports = match &self.report {
            Some(prefix) => vec![find::report(&client, prefix)?],
            None => {
                let filter = Filter { conflicted: true, ..Filter::default() };
                client.list(&filter, language)?.reports.into_iter().map(|summary| summary.id).collect()
            }
        };
        let mut all = Vec::new();
        for report in reports {
            let one = client.conflicts(report, language)?;
            if !one.fields.is_empty() || !one.review_fields.is_empty() {
                all.push(one);
            }
        }
        if cx.json {
            return cx.data(&all);
        }
        if all.is_empty() {
            return cx.line(cx.words.get("none"));
        }
        for one in &all {
            cx.line(&format!("{}  [{}]", wording::title(cx.words, &one.report), wording::short(one.report.id)))?;
            let review = one.review_fields.iter().map(|field| ("review/", field));
            for (of, field) in one.fields.iter().map(|field| ("", field)).chain(review) {
                let path = format!("{of}{}", field.path);
                cx.line(&format!("  ⇄ {} [{path}]: {}", field.label, cx.words.get("mark.two_versions")))?;
                print_versions(cx, field)?;
            }
        }
        Ok(())
    }
}
