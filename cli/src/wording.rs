//! Things that many commands say: states with their marks, people, times.

use baikoo_client_core::form::labels::label;
use baikoo_client_core::protocol::membership::Role;
use baikoo_client_core::view::{Author, Delivery, ReportSummary};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::words::Words;

/// How much of an id is shown.
const SHORT: usize = 8;

/// The beginning of an id, enough to name it again.
#[allow(clippy::needless_pass_by_value, reason = "ids are small, and callers need no `&`")]
pub(crate) fn short(id: impl std::fmt::Display) -> String {
    id.to_string().chars().take(SHORT).collect()
}

/// How far a report has come: a mark and a word.
pub(crate) fn delivery(words: Words, delivery: Delivery) -> String {
    let (mark, key) = match delivery {
        Delivery::Draft => ("✎", "delivery.draft"),
        Delivery::OnDevice => ("●", "delivery.on_device"),
        Delivery::Stored => ("✓", "delivery.stored"),
        Delivery::Received => ("✓✓", "delivery.received"),
    };
    format!("{mark} {}", words.get(key))
}

/// How far the author says that she is.
pub(crate) fn stage(words: Words, code: &str) -> &str {
    match code {
        "draft" => words.get("delivery.draft"),
        "sent" => words.get("stage.sent"),
        "withdrawn" => words.get("mark.withdrawn"),
        other => other,
    }
}

/// Everything that a person should know about a report at a glance.
pub(crate) fn state(words: Words, summary: &ReportSummary) -> String {
    let mut parts = vec![delivery(words, summary.delivery)];
    if summary.stage == "withdrawn" {
        parts.push(format!("✗ {}", words.get("mark.withdrawn")));
    }
    if let Some(code) = summary.review.as_deref().filter(|code| *code != "new") {
        parts.push(format!("◆ {}", label(words.language, &format!("choice.decision.{code}")).text));
    }
    let marks = [
        (summary.changed_since_review, "Δ", "mark.changed_since_review"),
        (summary.conflicts > 0, "⇄", "mark.two_versions"),
        (summary.questions > 0, "?", "mark.asked"),
        (summary.urgent, "!", "mark.urgent"),
        (summary.unread, "•", "mark.unread"),
    ];
    let marks = marks.into_iter().filter(|(holds, ..)| *holds);
    parts.extend(marks.map(|(_, mark, key)| format!("{mark} {}", words.get(key))));
    parts.join(" · ")
}

/// A report's title; never blank.
pub(crate) fn title(words: Words, summary: &ReportSummary) -> String {
    if summary.title.is_empty() { words.get("untitled").to_owned() } else { summary.title.clone() }
}

/// A person: her name if it is known, else her device.
pub(crate) fn author(words: Words, author: &Author) -> String {
    let name =
        author.name.clone().unwrap_or_else(|| format!("{} {}", words.get("device"), short(author.device)));
    if author.me { format!("{name} ({})", words.get("me")) } else { name }
}

/// What a member may do.
pub(crate) fn role(words: Words, role: Role) -> &'static str {
    words.get(match role {
        Role::Monitor => "role.monitor",
        Role::Coordinator => "role.coordinator",
    })
}

/// A time by this machine's clock.
pub(crate) fn time(ms: i64) -> String {
    let Ok(time) = Timestamp::from_millisecond(ms) else { return "?".to_owned() };
    time.to_zoned(TimeZone::system()).strftime("%Y-%m-%d %H:%M").to_string()
}

/// A time that may not be known.
pub(crate) fn time_or_dash(ms: Option<i64>) -> String {
    ms.map_or_else(|| "–".to_owned(), time)
}

/// An amount of bytes.
pub(crate) fn bytes(count: u64) -> String {
    match count {
        0..1_000 => format!("{count} B"),
        1_000..1_000_000 => format!("{}.{} kB", count / 1_000, count % 1_000 / 100),
        _ => format!("{}.{} MB", count / 1_000_000, count % 1_000_000 / 100_000),
    }
}
