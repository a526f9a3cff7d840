//! Things by the beginning of their names, as long as only one begins so.

use baikoo_client_core::client::Client;
use baikoo_client_core::error::ClientError;
use baikoo_client_core::form::labels::Language;
use baikoo_client_core::form::{Form, default_form};
use baikoo_client_core::protocol::id::{MemberId, StreamId};
use baikoo_client_core::report::{EntryId, Path, TalkId};
use baikoo_client_core::view::{DeviceView, Filter, ReportView};

use crate::failure::Failure;

/// The one of several that begins so.
pub(crate) fn by_prefix<T>(
    all: impl IntoIterator<Item = T>,
    name: impl Fn(&T) -> String,
    prefix: &str,
    what: &'static str,
) -> Result<T, Failure> {
    let prefix = prefix.trim().to_lowercase();
    let mut found = all.into_iter().filter(|one| !prefix.is_empty() && name(one).starts_with(&prefix));
    match (found.next(), found.next()) {
        (Some(one), None) => Ok(one),
        (Some(_), Some(_)) => Err(Failure::usage("usage.ambiguous", prefix)),
        (None, _) => Err(ClientError::NotFound(what).into()),
    }
}

/// A report.
pub(crate) fn report(client: &Client, prefix: &str) -> Result<StreamId, Failure> {
    if let Ok(id) = prefix.parse() {
        return Ok(id);
    }
    let all = client.list(&Filter::default(), Language::En)?.reports;
    Ok(by_prefix(all, |report| report.id.to_string(), prefix, "report")?.id)
}

/// A device.
pub(crate) fn device(client: &Client, prefix: &str) -> Result<DeviceView, Failure> {
    by_prefix(client.members()?, |device| device.device.to_string(), prefix, "device")
}

/// A member, by her own id, by a device of hers, or by her name.
pub(crate) fn member(client: &Client, text: &str) -> Result<MemberId, Failure> {
    let devices = client.members()?;
    let mut members: Vec<MemberId> = devices
        .iter()
        .filter(|device| {
            let named = device.name.as_deref().is_some_and(|name| name.to_lowercase() == text.to_lowercase());
            let prefix = text.to_lowercase();
            let begins = |id: String| !prefix.is_empty() && id.starts_with(&prefix);
            named || begins(device.device.to_string()) || begins(device.member.to_string())
        })
        .map(|device| device.member)
        .collect();
    members.sort_unstable();
    members.dedup();
    match members[..] {
        [member] => Ok(member),
        [] => Err(ClientError::NotFound("member").into()),
        _ => Err(Failure::usage("usage.ambiguous", text)),
    }
}

/// An entry of a report, as `section/id` or `id`; both may be cut short.
pub(crate) fn entry(view: &ReportView, text: &str) -> Result<(String, EntryId), Failure> {
    let (section, prefix) = text.split_once('/').unwrap_or(("", text));
    let all = view
        .sections
        .iter()
        .filter(|shown| shown.name.starts_with(section))
        .flat_map(|shown| shown.entries.iter().map(|entry| (shown.name.clone(), entry.id.clone())));
    let (section, id) = by_prefix(all, |(_, id)| id.clone(), prefix, "entry")?;
    let id = id.parse().map_err(|_| ClientError::NotFound("entry"))?;
    Ok((section, id))
}

/// A place in a report: `injured_total`, `persons/3f/p_sex`.
pub(crate) fn path(view: &ReportView, text: &str) -> Result<Path, Failure> {
    if let Some((one, question)) = text.rsplit_once('/')
        && !["state", "talk"].contains(&one)
    {
        let (section, id) = entry(view, one)?;
        in_section(default_form(), Some(&section), question)?;
        return Ok(Path::entry(&section, id, question));
    }
    if text.contains('/') {
        return text.parse().map_err(|_| ClientError::NotFound("question").into());
    }
    in_section(default_form(), None, text)?;
    Ok(Path::question(text))
}

/// Refuses a question that does not stand in the section, or in none that repeats.
pub(crate) fn in_section(form: &Form, section: Option<&str>, question: &str) -> Result<(), Failure> {
    let stands = form.section_of(question).is_some_and(|of| match section {
        Some(section) => of.repeat && of.name == section,
        None => !of.repeat,
    });
    if stands { Ok(()) } else { Err(Failure::usage("usage.no_such_question", question)) }
}

/// Something said in a report.
pub(crate) fn talk(view: &ReportView, prefix: &str) -> Result<TalkId, Failure> {
    let found = by_prefix(&view.talk, |said| said.id.clone(), prefix, "question")?;
    found.id.parse().map_err(|_| ClientError::NotFound("question").into())
}
