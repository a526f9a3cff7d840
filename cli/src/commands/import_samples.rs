//! `baikoo import-samples`

use baikoo_client_core::client::{Client, Put};
use baikoo_client_core::error::ClientError;
use baikoo_client_core::form::samples::{SampleReport, sample_reports};
use baikoo_client_core::protocol::id::StreamId;
use baikoo_client_core::report::{Path, TextName};
use clap::Args;
use serde_json::json;

use crate::context::Context;
use crate::failure::Failure;

#[derive(Debug, Args)]
pub(crate) struct ImportSamples {
    /// Only the accounts of this reporter
    #[arg(long, value_name = "LETTER", value_parser = ["A", "B", "C", "D"])]
    reporter: Option<String>,
    /// How many at most
    #[arg(long)]
    limit: Option<usize>,
    /// Let them leave with the next sync
    #[arg(long)]
    send: bool,
}

impl ImportSamples {
    pub(crate) fn run(&self, cx: &mut Context<'_, '_>) -> Result<(), Failure> {
        let mut client = cx.open()?;
        let samples = sample_reports().into_iter();
        let wanted = samples.filter(|sample| self.reporter.as_ref().is_none_or(|one| *one == sample.reporter));
        let mut written = Vec::new();
        for sample in wanted.take(self.limit.unwrap_or(usize::MAX)) {
            let report = write(&mut client, &sample)?;
            if self.send {
                client.send(report)?;
            }
            written.push(json!({ "report": report, "incident": sample.incident, "reporter": sample.reporter }));
        }
        let count = written.len().to_string();
        cx.done("done.samples", &[("count", &count)], &json!({ "reports": written }))
    }
}

fn write(client: &mut Client, sample: &SampleReport) -> Result<StreamId, ClientError> {
    let report = client.create_report(Some(sample.language.code()))?;
    let answers = sample.answers.iter();
    let mut puts: Vec<Put> =
        answers.map(|(question, answer)| Put::Field(Path::question(question), Some(answer.clone()))).collect();
    puts.push(Put::Text(TextName::Narrative, sample.narrative.clone()));
    client.save(report, &puts)?;
    for (section, answers) in &sample.entries {
        let id = client.add_entry(report, section)?;
        let put = |(question, answer): &(String, _)| {
            Put::Field(Path::entry(section, id, question), Some(Clone::clone(answer)))
        };
        client.save(report, &answers.iter().map(put).collect::<Vec<_>>())?;
    }
    Ok(report)
}
