//! `baikoo list`

use baikoo_client_core::client::Client;
use baikoo_client_core::view::{Filter, ReportList};
use clap::Args;

use crate::context::Context;
use crate::failure::Failure;
use crate::table::Table;
use crate::{find, wording};

#[derive(Debug, Args)]
pub(crate) struct List {
    #[command(flatten)]
    filter: FilterArgs,
    /// How many at most; 0 for all
    #[arg(long, default_value_t = 50)]
    limit: u32,
    /// How many to leave out first
    #[arg(long, default_value_t = 0)]
    offset: u32,
}

/// What a list is narrowed to. What can be given several times, any of them fits.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Filters")]
pub(crate) struct FilterArgs {
    /// Words to search for, in any script
    #[arg(long, value_name = "WORDS")]
    query: Option<String>,
    /// Types of incident, by code
    #[arg(long = "type", value_name = "CODE")]
    types: Vec<String>,
    /// Districts, by code
    #[arg(long, value_name = "DISTRICT")]
    district: Vec<String>,
    /// Happened on this date or later
    #[arg(long, value_name = "DATE")]
    from: Option<String>,
    /// Happened on this date or earlier
    #[arg(long, value_name = "DATE")]
    to: Option<String>,
    /// draft, sent or withdrawn
    #[arg(long, value_name = "STAGE")]
    stage: Vec<String>,
    /// new, `in_review`, asked, verified or rejected (coordinators)
    #[arg(long, value_name = "STATUS")]
    review: Vec<String>,
    /// Begun by this device
    #[arg(long, value_name = "DEVICE")]
    author: Vec<String>,
    /// Where people differ
    #[arg(long)]
    conflicted: bool,
    /// With a question that waits
    #[arg(long)]
    asked: bool,
    /// New or changed, and not opened since
    #[arg(long)]
    unread: bool,
    /// Where danger goes on
    #[arg(long)]
    urgent: bool,
    /// Whose texts are in this language
    #[arg(long, value_name = "LANGUAGE")]
    language: Vec<String>,
}

impl FilterArgs {
    /// The filter.
    pub(super) fn filter(&self, client: &Client) -> Result<Filter, Failure> {
        let authors = self.author.iter().map(|prefix| Ok(find::device(client, prefix)?.device));
        Ok(Filter {
            query: self.query.clone(),
            types: self.types.clone(),
            districts: self.district.clone(),
            from: self.from.clone(),
            to: self.to.clone(),
            stages: self.stage.clone(),
            reviews: self.review.clone(),
            authors: authors.collect::<Result<_, Failure>>()?,
            conflicted: self.conflicted,
            asked: self.asked,
            unread: self.unread,
            urgent: self.urgent,
            languages: self.language.clone(),
            limit: 0,
            offset: 0,
        })
    }
}

impl List {
    pub(crate) fn run(&self, cx: &mut Context<'_, '_>) -> Result<(), Failure> {
        let client = cx.open()?;
        let filter = Filter { limit: self.limit, offset: self.offset, ..self.filter.filter(&client)? };
        let list = client.list(&filter, cx.language())?;
        print(cx, &list)
    }
}

/// Prints a list.
pub(super) fn print(cx: &mut Context<'_, '_>, list: &ReportList) -> Result<(), Failure> {
    if cx.json {
        return cx.data(list);
    }
    let words = cx.words;
    let mut table = Table::new(&[
        words.get("column.id"),
        words.get("column.date"),
        words.get("column.title"),
        words.get("column.state"),
        words.get("column.author"),
    ]);
    for summary in &list.reports {
        table.row(&[
            &wording::short(summary.id),
            summary.date.as_deref().unwrap_or("–"),
            &wording::title(words, summary),
            &wording::state(words, summary),
            &wording::author(words, &summary.author),
        ]);
    }
    cx.table(&table)?;
    let shown = list.reports.len();
    if shown < usize::try_from(list.total).unwrap_or(usize::MAX) {
        let gaps = [("shown", &*shown.to_string()), ("total", &*list.total.to_string())];
        cx.line(&words.say("list.more", &gaps))?;
    }
    Ok(())
}
