//! The story that every language tells, told in Rust through the native face. `BAIKOO_BLESS=1` writes
//! what was seen into the file: see tests/story/README.md.
#![cfg(not(target_family = "wasm"))]

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use baikoo_client_core::error::ClientError;
use baikoo_client_core::form::labels::Language;
use baikoo_client_core::protocol::membership::Role;
use baikoo_client_core::report::TextName;
use baikoo_client_core::view::{EntryView, FieldView, Filter, ReportList, ReportSummary};
use baikoo_ffi::native::device::Device;
use baikoo_ffi::native::forms;
use baikoo_ffi::native::workspace::Workspace;
use serde_json::{Value, json};
use tempfile::TempDir;

mod server;

struct Person {
    device: Arc<Device>,
    workspace: Option<Arc<Workspace>>,
    _folder: TempDir,
}

struct Teller {
    server: String,
    passphrase: String,
    people: BTreeMap<String, Person>,
    kept: BTreeMap<String, String>,
}

#[test]
fn the_story_is_told() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/story/story.json");
    let text = std::fs::read_to_string(&path).expect("the story");
    let story: Value = serde_json::from_str(&text).expect("a story in JSON");
    let server = server::Server::start();
    let person = |name: &Value| {
        let folder = tempfile::tempdir().expect("a folder");
        let device = Device::new(folder.path().join("home").display().to_string(), None);
        (name.as_str().unwrap_or_default().to_owned(), Person { device, workspace: None, _folder: folder })
    };
    let mut teller = Teller {
        server: server.address.clone(),
        passphrase: story["passphrase"].as_str().unwrap_or_default().to_owned(),
        people: story["people"].as_array().into_iter().flatten().map(person).collect(),
        kept: BTreeMap::new(),
    };
    let bless = std::env::var_os("BAIKOO_BLESS").is_some();
    let mut seen = Vec::new();
    for step in story["steps"].as_array().expect("steps") {
        let result = server.runtime.block_on(teller.does(&Step { step, kept: &teller.kept.clone() }));
        match (&result, step.get("error")) {
            (Err(error), Some(code)) => assert_eq!(error.code(), code, "{step}"),
            (Ok(_), None) => {}
            other => panic!("{step}: {other:?}"),
        }
        let value = result.unwrap_or_default();
        if let Some(name) = step["keep"].as_str() {
            teller.kept.insert(name.to_owned(), value.as_str().unwrap_or_default().to_owned());
        }
        match step.get("expect") {
            Some(_) if bless => seen.push(Some(value)),
            Some(expected) => assert_eq!(&value, expected, "{step}"),
            None => seen.push(None),
        }
    }
    if bless {
        std::fs::write(path, blessed(&text, &seen)).expect("the tree can be written");
    }
}

/// A step stands on a line of its own, with what it expects at its end.
fn blessed(text: &str, seen: &[Option<Value>]) -> String {
    let mut seen = seen.iter();
    let mut lines = text.lines().map(|line| {
        if !line.starts_with("    {") {
            return line.to_owned();
        }
        match (seen.next().expect("a step for each line"), line.split_once(", \"expect\": ")) {
            (Some(value), Some((step, _))) => {
                format!("{step}, \"expect\": {value}}}{}", if line.ends_with(',') { "," } else { "" })
            }
            _ => line.to_owned(),
        }
    });
    let first = lines.next().unwrap_or_default();
    lines.fold(first, |text, line| text + "\n" + &line) + "\n"
}

/// One step with the names that were kept.
struct Step<'a> {
    step: &'a Value,
    kept: &'a BTreeMap<String, String>,
}

impl Step<'_> {
    fn find(&self, name: &str) -> Option<String> {
        let mut text = self.step[name].as_str()?.to_owned();
        for (name, value) in self.kept.iter().rev() {
            text = text.replace(&format!("${name}"), value);
        }
        Some(text)
    }

    fn text(&self, name: &str) -> String {
        self.find(name).unwrap_or_default()
    }

    /// What the other languages leave to UniFFI: a text that is no id, or no path, is bad input.
    fn of<T: std::str::FromStr>(&self, name: &str) -> Result<T, ClientError> {
        self.text(name).parse().map_err(|_| ClientError::BadInput(self.text(name)))
    }

    fn json<T: serde::de::DeserializeOwned>(&self, name: &str) -> T {
        serde_json::from_value(self.step[name].clone())
            .unwrap_or_else(|error| panic!("{}: {error}", self.step))
    }

    fn language(&self) -> Language {
        self.text("language").parse().expect("a language")
    }
}

impl Teller {
    async fn does(&mut self, step: &Step<'_>) -> Result<Value, ClientError> {
        let who = step.text("who");
        let (server, passphrase) = (self.server.clone(), self.passphrase.clone());
        let given = step.find("passphrase").unwrap_or(passphrase);
        let person = self.people.get_mut(&who).expect("somebody of the story");
        let device = Arc::clone(&person.device);
        match step.text("do").as_str() {
            "create_workspace" => {
                let server = step.find("server").unwrap_or(server);
                let made = device.create_workspace(server, step.text("name"), given, None).await?;
                person.workspace = Some(made.workspace);
                return Ok(json!(made.recovery_sheets.len()));
            }
            "join" => {
                let joined = device.join(step.text("link"), step.text("name"), given).await?;
                person.workspace = Some(joined);
                return Ok(Value::Null);
            }
            "unlock" => {
                let opened = device.unlock(given).await?;
                person.workspace = Some(opened);
                return Ok(Value::Null);
            }
            "wipe" => return device.wipe().await.map(|()| Value::Null),
            "change_passphrase" => {
                return device
                    .change_passphrase(step.text("old"), step.text("new"))
                    .await
                    .map(|()| Value::Null);
            }
            "strength" => return Ok(json!(forms::passphrase_strength(&given))),
            "label" => return Ok(label(&step.text("question"), step.language())),
            "places" => {
                let found = forms::places(&step.text("query"), step.language(), step.json("limit"));
                return Ok(found.into_iter().map(|place| place.name).collect());
            }
            "same" => return self.same(step).await,
            _ => {}
        }
        let workspace = Arc::clone(person.workspace.as_ref().expect("a workspace"));
        with(&workspace, step).await
    }

    async fn same(&self, step: &Step<'_>) -> Result<Value, ClientError> {
        let mut all = Vec::new();
        for name in step.json::<Vec<String>>("people") {
            let workspace = self.people[&name].workspace.as_ref().expect("a workspace");
            let mut heads = workspace.heads(step.of("report")?).await?;
            heads.sort();
            all.push(heads);
        }
        Ok(json!(all.windows(2).all(|pair| pair[0] == pair[1])))
    }
}

async fn with(workspace: &Workspace, step: &Step<'_>) -> Result<Value, ClientError> {
    let report = || step.of("report");
    let nothing = |()| Value::Null;
    Ok(match step.text("do").as_str() {
        "lock" => nothing(workspace.lock().await?),
        "sync" => {
            let status = workspace.sync_now().await?;
            json!([status.waiting_reports, status.enrolled, status.approved, status.revoked])
        }
        "invite" => {
            let role = if step.text("role") == "monitor" { Role::Monitor } else { Role::Coordinator };
            json!(workspace.invite(role, step.text("name"), 3_600_000).await?.link)
        }
        "approve" => {
            let members = workspace.members().await?.into_iter();
            let waiting: Vec<_> =
                members.filter(|one| one.status == "unverified" || one.status == "pending").collect();
            for one in &waiting {
                workspace.approve(one.device).await?;
            }
            json!(waiting.len())
        }
        "members" => {
            let members = workspace.members().await?.into_iter();
            let mut rows: Vec<_> = members
                .map(|one| (one.name, json!(one.role).to_string().replace('"', ""), one.status))
                .collect();
            rows.sort();
            json!(rows)
        }
        "create" => json!(workspace.create_report(step.find("report_language")).await?),
        "answer" => nothing(workspace.set_answer(report()?, step.of("path")?, step.json("answer")).await?),
        "text" => {
            let name = step.json::<TextName>("name");
            nothing(workspace.set_text(report()?, name, step.text("text")).await?)
        }
        "entry" => json!(workspace.add_entry(report()?, step.text("section")).await?),
        "remove_entry" => {
            let (section, entry, reason) = (step.text("section"), step.of("entry")?, step.text("reason"));
            nothing(workspace.remove_entry(report()?, section, entry, reason).await?)
        }
        "send" => nothing(workspace.send(report()?).await?),
        "discard" => nothing(workspace.discard_draft(report()?).await?),
        "withdraw" => nothing(workspace.withdraw(report()?, step.text("reason")).await?),
        "list" => rows(workspace.list(step.json::<Filter>("filter"), step.language()).await?),
        "search" => rows(workspace.search(step.text("words"), step.language(), 0).await?),
        "show" => show(workspace, step).await?,
        "conflicts" => {
            let fields = workspace.conflicts(report()?, step.language()).await?.fields;
            fields.iter().map(|field| json!([field.path, versions(field)])).collect()
        }
        "resolve" => {
            let fields = workspace.conflicts(report()?, Language::En).await?.fields;
            let mut versions = fields
                .into_iter()
                .filter(|field| field.path == step.text("path"))
                .flat_map(|field| field.versions);
            let chosen =
                versions.find(|one| one.text == step.text("text")).ok_or(ClientError::NotFound("version"))?;
            nothing(workspace.resolve(report()?, step.of("path")?, chosen.change).await?)
        }
        "history" => {
            let items = workspace.history(report()?, step.language()).await?.into_iter();
            let mut changes: Vec<_> = items
                .filter(|item| item.path == step.text("path"))
                .map(|item| [sorted(item.old), sorted(item.new)])
                .collect();
            changes.sort();
            json!(changes)
        }
        "ask" => json!(workspace.ask(report()?, step.text("text")).await?),
        "comment" => json!(workspace.comment(report()?, step.text("text")).await?),
        "note" => json!(workspace.note(report()?, step.text("text")).await?),
        "reply" => {
            json!(workspace.answer_question(report()?, step.of("question")?, step.text("text")).await?)
        }
        "review" => {
            nothing(workspace.set_review(report()?, step.text("question"), step.json("answer")).await?)
        }
        "verdict" => {
            let review = workspace.review(report()?, step.language()).await?.expect("a coordinator");
            let mut fields: Vec<_> =
                review.fields.iter().map(|field| [&field.question, &field.text]).collect();
            fields.sort();
            json!([fields, review.notes.iter().map(|note| &note.text).collect::<Vec<_>>()])
        }
        other => panic!("no such verb: {other}"),
    })
}

fn rows(list: ReportList) -> Value {
    let row = |one: ReportSummary| {
        // Which of several versions wins is chance.
        let injured = one.injured.filter(|_| one.conflicts == 0);
        json!([
            one.title,
            one.excerpt,
            one.stage,
            one.delivery,
            injured,
            one.conflicts,
            one.questions,
            one.review
        ])
    };
    list.reports.into_iter().map(row).collect()
}

async fn show(workspace: &Workspace, step: &Step<'_>) -> Result<Value, ClientError> {
    let view = workspace.report(step.of("report")?, step.language()).await?;
    let mut fields = Vec::new();
    for section in &view.sections {
        fields.extend(section.fields.iter().map(|field| (field.path.clone(), said(field))));
        for EntryView { id, fields: inside, .. } in &section.entries {
            fields.extend(inside.iter().map(|field| (field.path.replace(id, "*"), said(field))));
        }
    }
    fields.sort();
    let talk: Vec<_> = view.talk.iter().map(|item| [&item.kind, &item.text]).collect();
    Ok(json!([view.narrative, fields, talk, view.edited_after_withdrawal]))
}

fn said(field: &FieldView) -> String {
    let texts: Vec<_> = versions(field).into_iter().map(String::as_str).collect();
    if texts.len() > 1 { texts.join(" / ") } else { field.text.clone() }
}

/// Several versions in one text, in an order that is not chance.
fn sorted(text: Option<String>) -> String {
    let text = text.unwrap_or_default();
    let mut parts: Vec<_> = text.split(" / ").collect();
    parts.sort_unstable();
    parts.join(" / ")
}

fn versions(field: &FieldView) -> Vec<&String> {
    let mut texts: Vec<_> = field.versions.iter().map(|version| &version.text).collect();
    texts.sort();
    texts
}

fn label(question: &str, language: Language) -> Value {
    let form = forms::form(language);
    let mut questions = form.sections.into_iter().flat_map(|section| section.questions);
    json!(questions.find(|one| one.name == question).map(|one| one.label))
}
