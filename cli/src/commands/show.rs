//! `baikoo show`

use baikoo_client_core::view::{FieldView, HistoryView, ReportView, ReviewView, TalkView};
use clap::Args;

use crate::context::Context;
use crate::failure::Failure;
use crate::words::Words;
use crate::{find, wording};

#[derive(Debug, Args)]
pub(crate) struct Show {
    /// The report
    report: String,
    /// Leave it marked as not opened
    #[arg(long)]
    keep_unread: bool,
}

impl Show {
    pub(crate) fn run(&self, cx: &mut Context<'_, '_>) -> Result<(), Failure> {
        let mut client = cx.open()?;
        let report = find::report(&client, &self.report)?;
        let view = client.report(report, cx.language())?;
        if cx.json {
            cx.data(&view)?;
        } else {
            self.print(cx, &view)?;
        }
        if !self.keep_unread {
            client.mark_read(report)?;
        }
        Ok(())
    }

    #[allow(clippy::unused_self, reason = "reads better beside `run`")]
    fn print(&self, cx: &mut Context<'_, '_>, view: &ReportView) -> Result<(), Failure> {
        head(cx, view)?;
        for section in &view.sections {
            cx.line("")?;
            cx.line(&section.label)?;
            for field in &section.fields {
                print_field(cx, field)?;
            }
            for entry in &section.entries {
                cx.line(&format!("  {}/{}", section.name, wording::short(&entry.id)))?;
                if let Some(reason) = &entry.removed {
                    cx.line(&format!("  ✗ {}: {reason}", cx.words.get("mark.removed")))?;
                }
                if entry.edited_after_removal {
                    cx.line(&format!("  ! {}", cx.words.get("mark.edited_after_removal")))?;
                }
                for field in &entry.fields {
                    print_field(cx, field)?;
                }
            }
        }
        if !view.talk.is_empty() {
            cx.line("")?;
            cx.line(cx.words.get("show.talk"))?;
            print_talk(cx, &view.talk)?;
        }
        if !view.hints.is_empty() {
            cx.line("")?;
            cx.line(cx.words.get("show.hints"))?;
            for hint in &view.hints {
                cx.line(&format!("  {} [{}]: {}", hint.label, hint.path, cx.words.code("hint", &hint.kind)))?;
            }
        }
        match &view.review {
            Some(review) => print_review(cx, review),
            None => Ok(()),
        }
    }
}

fn head(cx: &mut Context<'_, '_>, view: &ReportView) -> Result<(), Failure> {
    let (words, summary) = (cx.words, &view.summary);
    cx.line(&format!("{}  [{}]", wording::title(words, summary), wording::short(summary.id)))?;
    cx.line(&wording::state(words, summary))?;
    let (author, time) = (wording::author(words, &summary.author), wording::time(summary.changed_ms));
    let (answered, asked) = (view.progress.0.to_string(), view.progress.1.to_string());
    let gaps = [("author", &*author), ("time", &*time), ("answered", &*answered), ("asked", &*asked)];
    cx.line(&words.say("show.by", &gaps))?;
    if let Some(reason) = &view.withdrawn {
        cx.line(&words.say("show.withdrawn", &[("reason", reason)]))?;
    }
    if view.edited_after_withdrawal {
        cx.line(&format!("! {}", words.get("mark.edited_after_withdrawal")))?;
    }
    if !view.shared_with.is_empty() {
        let all: Vec<String> = view.shared_with.iter().map(|one| wording::author(words, one)).collect();
        cx.line(&words.say("show.shared", &[("members", &all.join(", "))]))?;
    }
    Ok(())
}

/// An answer, and all its versions while there are several.
pub(super) fn print_field(cx: &mut Context<'_, '_>, field: &FieldView) -> Result<(), Failure> {
    if field.versions.len() > 1 {
        cx.line(&format!("  {} [{}]  ⇄ {}", field.label, field.path, cx.words.get("mark.two_versions")))?;
        return print_versions(cx, field);
    }
    let settled = if field.was_conflicted { format!("  ⇄ {}", cx.words.get("mark.settled")) } else { String::new() };
    if field.text.contains('\n') || field.text.chars().count() > 80 {
        cx.line(&format!("  {}:{settled}", field.label))?;
        return cx.quoted(&field.text);
    }
    cx.line(&format!("  {}: {}{settled}", field.label, field.text))
}

/// The versions of a field, numbered for `resolve`.
pub(super) fn print_versions(cx: &mut Context<'_, '_>, field: &FieldView) -> Result<(), Failure> {
    for (place, version) in field.versions.iter().enumerate() {
        let words = cx.words;
        let authors: Vec<String> = version.authors.iter().map(|one| wording::author(words, one)).collect();
        let text = if version.answer.is_none() { words.get("taken_back") } else { &version.text };
        let time = wording::time(version.time_ms);
        cx.line(&format!("    {}) {text}  — {}, {time}", place + 1, authors.join(", ")))?;
    }
    Ok(())
}

fn print_talk(cx: &mut Context<'_, '_>, talk: &[TalkView]) -> Result<(), Failure> {
    for said in talk {
        let kind = cx.words.code("talk", &said.kind);
        let waits = if said.kind == "question" && !said.answered {
            format!(" · ? {}", cx.words.get("mark.asked"))
        } else {
            String::new()
        };
        let author = wording::author(cx.words, &said.author);
        let (id, time) = (wording::short(&said.id), wording::time(said.time_ms));
        cx.line(&format!("  [{id}] {kind} — {author}, {time}{waits}"))?;
        cx.quoted(&said.text)?;
    }
    Ok(())
}

fn print_review(cx: &mut Context<'_, '_>, review: &ReviewView) -> Result<(), Failure> {
    if review.fields.is_empty() && review.notes.is_empty() {
        return Ok(());
    }
    cx.line("")?;
    cx.line(cx.words.get("show.review"))?;
    for field in &review.fields {
        print_field(cx, field)?;
    }
    print_talk(cx, &review.notes)?;
    if !review.changed_since.is_empty() {
        cx.line(&format!("  Δ {}", cx.words.get("mark.changed_since_review")))?;
        for change in &review.changed_since {
            cx.line(&format!("    {}: {}", change.label, from_to(cx.words, change)))?;
        }
    }
    Ok(())
}

/// From what to what.
pub(super) fn from_to(words: Words, change: &HistoryView) -> String {
    let side = |text: &Option<String>| match text.as_deref() {
        None => "–".to_owned(),
        Some(code) if change.path == "state/stage" => wording::stage(words, code).to_owned(),
        Some(text) => text.to_owned(),
    };
    format!("{} → {}", side(&change.old), side(&change.new))
}
