//! A device of ours and our server, each in a process of its own.

use std::path::Path as FilePath;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use baikoo_client_core::client::{Client, Put};
use baikoo_client_core::crypto::keys::DatabaseKey;
use baikoo_client_core::crypto::passphrase::Hardness;
use baikoo_client_core::env::{Clocks, Env};
use baikoo_client_core::error::ClientError;
use baikoo_client_core::form::answer::Answer;
use baikoo_client_core::form::labels::Language;
use baikoo_client_core::form::samples::SampleReport;
use baikoo_client_core::home::Home;
use baikoo_client_core::member::Invitation;
use baikoo_client_core::protocol::id::StreamId;
use baikoo_client_core::protocol::membership::Role;
use baikoo_client_core::report::{Path, TextName};
use baikoo_client_core::sync::SyncEngine;
use baikoo_client_core::sync::driver::sync_once;
use baikoo_client_core::transport::Http;
use baikoo_client_core::view::Filter;
use baikoo_server::clock::SystemClock;
use baikoo_server::limits::Limits;
use baikoo_server::node::{Creation, Node};
use baikoo_server::serve::{Listen, start};
use baikoo_server::store::sqlite::{Options, SqliteStore};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::process::obey;
use crate::reports::{report_of_words, reports};

/// The machine's own clock and dice.
struct Machine {
    started: Instant,
    boot_id: u64,
}

impl Env for Machine {
    fn clocks(&self) -> Clocks {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Clocks {
            wall_ms: i64::try_from(now.as_millis()).unwrap_or(0),
            offset_min: 360,
            monotonic_ms: u64::try_from(self.started.elapsed().as_millis()).unwrap_or(0),
            boot_id: self.boot_id,
        }
    }

    fn fill(&mut self, bytes: &mut [u8]) {
        getrandom::fill(bytes).expect("dice");
    }
}

fn machine() -> Box<dyn Env> {
    let boot_id = getrandom::u64().expect("dice");
    Box::new(Machine { started: Instant::now(), boot_id })
}

/// Bounds that a benchmark, which does in a minute what people do in a year, does not run into.
pub fn limits() -> Limits {
    Limits {
        envelopes_per_day: u32::MAX,
        requests_per_minute: u32::MAX,
        admissions_per_minute: u32::MAX,
        ..Limits::default()
    }
}

/// The server's part.
pub fn serve(folder: &FilePath) {
    let runtime = Runtime::new().expect("a runtime");
    let store = SqliteStore::open(folder, Options::default()).expect("a store");
    let node = Arc::new(Node::new(store, Arc::new(SystemClock), limits(), Creation::Open));
    let running = runtime.block_on(start(node, Listen::default())).expect("a server");
    let address = running.address.to_string();
    obey(|_| json!(address));
    runtime.block_on(running.shutdown());
}

/// The client's part.
pub fn run(folder: &FilePath) {
    let runtime = Runtime::new().expect("a runtime");
    let home = Home::new(folder.join("home"));
    let key = home
        .set_up("кызыл тоолор агын суу", Hardness::FLOOR, &mut *machine(), |_, key| {
            Ok(key.clone())
        })
        .expect("a key");
    let mut device = Device { runtime, home, key, client: None, engine: SyncEngine::new(), mine: Vec::new() };
    obey(|order| device.does(order).unwrap_or_else(|error| panic!("{order}: {error:?}")));
}

struct Device {
    runtime: Runtime,
    home: Home,
    key: DatabaseKey,
    client: Option<Client>,
    engine: SyncEngine,
    mine: Vec<StreamId>,
}

impl Device {
    fn does(&mut self, order: &Value) -> Result<Value, ClientError> {
        let what = order["do"].as_str().unwrap_or_default();
        let text = |name: &str| order[name].as_str().unwrap_or_default().to_owned();
        let number = |name: &str| usize::try_from(order[name].as_u64().unwrap_or(0)).unwrap_or(0);
        match what {
            "create" => {
                let location = self.home.location();
                let made = Client::create_workspace(
                    &location,
                    &self.key,
                    machine(),
                    &text("server"),
                    "Айгүл",
                    None,
                )?;
                self.client = Some(made.client);
                return Ok(Value::Null);
            }
            "join" => {
                let invitation = Invitation::from_link(&text("link"))?;
                let client = Client::join(&self.home.location(), &self.key, machine(), &invitation, "Бек")?;
                self.client = Some(client);
                return Ok(Value::Null);
            }
            "open" => return self.opens(),
            "reopen" => {
                self.client = None;
                self.client = Some(Client::open(&self.home.location(), &self.key, machine())?);
                self.engine = SyncEngine::new();
                return Ok(Value::Null);
            }
            _ => {}
        }
        let client = self.client.as_mut().expect("it has a workspace");
        match what {
            "invite" => Ok(json!(client.invite(Role::Monitor, "Бек", 3_600_000)?.link)),
            "me" => Ok(json!(client.me().device)),
            "approve" => {
                let device = serde_json::from_value(order["device"].clone()).expect("a device");
                client.approve(device)?;
                Ok(Value::Null)
            }
            "write" => {
                for report in reports(number("count"), order["seed"].as_u64().unwrap_or(0)) {
                    self.mine.push(write(client, &report)?);
                }
                Ok(Value::Null)
            }
            "write_words" => {
                let language = text("language").parse().unwrap_or(Language::En);
                let report = report_of_words(number("words"), language);
                self.mine.push(write(client, &report)?);
                Ok(Value::Null)
            }
            "which" => Ok(json!(self.one())),
            "take" => {
                self.mine = vec![serde_json::from_value(order["report"].clone()).expect("a report")];
                Ok(Value::Null)
            }
            "sync" => self.syncs(),
            "edit" => {
                let report = self.one();
                let client = self.client.as_mut().expect("it has a workspace");
                let number = i64::try_from(number("number")).unwrap_or(0);
                client.set_answer(
                    report,
                    &Path::question("injured_total"),
                    Some(&Answer::Integer(number)),
                )?;
                Ok(Value::Null)
            }
            "heads" => {
                let report = self.one();
                let heads = self.client.as_mut().expect("it has a workspace").report_heads(report)?;
                Ok(json!(heads.iter().map(ToString::to_string).collect::<Vec<_>>()))
            }
            "count" => {
                let filter = Filter { limit: 1, ..Filter::default() };
                Ok(json!(client.list(&filter, Language::Ky)?.total))
            }
            "save" => self.saves(number("times")),
            "search" => self.searches(),
            other => panic!("unknown order {other}"),
        }
    }

    /// The report that is edited: the first that was written, here or elsewhere.
    fn one(&mut self) -> StreamId {
        *self.mine.first().expect("a report")
    }

    /// Over a connection of its own, and again at once when the line breaks.
    fn syncs(&mut self) -> Result<Value, ClientError> {
        let client = self.client.as_mut().expect("it has a workspace");
        let mut failures = 0;
        let mut http = Http::new(None)?;
        loop {
            match self.runtime.block_on(sync_once(client, &mut self.engine, &http, |_, _| {})) {
                Ok(()) => break,
                Err(ClientError::Offline) if failures < 10_000 => {
                    failures += 1;
                    // The engine's own patience is a second at least.
                    std::thread::sleep(Duration::from_millis(250));
                    http = Http::new(None)?;
                }
                Err(error) => return Err(error),
            }
        }
        Ok(json!({ "failures": failures }))
    }

    /// One save of one answer, with the disk.
    fn saves(&mut self, times: usize) -> Result<Value, ClientError> {
        let report = self.one();
        let client = self.client.as_mut().expect("it has a workspace");
        let mut took = Vec::new();
        for time in 0..times {
            let answer = Answer::Integer(i64::try_from(time).unwrap_or(0));
            let began = Instant::now();
            client.set_answer(report, &Path::question("injured_total"), Some(&answer))?;
            took.push(ms(began));
        }
        Ok(json!(took))
    }

    fn searches(&mut self) -> Result<Value, ClientError> {
        let client = self.client.as_mut().expect("it has a workspace");
        let mut all = serde_json::Map::new();
        for word in ["Кок-Таш", "водозабор", "hospital", "мектеп", "border"] {
            let filter = Filter { query: Some(word.to_owned()), limit: 50, ..Filter::default() };
            let mut took = Vec::new();
            let mut total = 0;
            for _ in 0..9 {
                let began = Instant::now();
                total = client.list(&filter, Language::Ky)?.total;
                took.push(ms(began));
            }
            all.insert(word.to_owned(), json!({ "total": total, "took": took }));
        }
        Ok(Value::Object(all))
    }

    /// From the unwrapped key to a list on the screen: a page, and everything.
    fn opens(&mut self) -> Result<Value, ClientError> {
        let mut answers = Vec::new();
        for _ in 0..5 {
            self.client = None;
            let began = Instant::now();
            let client = Client::open(&self.home.location(), &self.key, machine())?;
            let opened = ms(began);
            let page = client.list(&Filter { limit: 50, ..Filter::default() }, Language::Ky)?;
            let paged = ms(began);
            drop(client);
            let began = Instant::now();
            let client = Client::open(&self.home.location(), &self.key, machine())?;
            let all = client.list(&Filter::default(), Language::Ky)?;
            let listed = ms(began);
            answers.push(json!({
                "open": opened, "page": paged, "all": listed,
                "shown": page.reports.len(), "total": all.reports.len(),
            }));
            self.client = Some(client);
        }
        self.engine = SyncEngine::new();
        Ok(json!(answers))
    }
}

/// As a person does it: the form's pages, the story, each repeat; then it may leave.
fn write(client: &mut Client, sample: &SampleReport) -> Result<StreamId, ClientError> {
    let report = client.create_report(Some(sample.language.code()))?;
    let answers = sample.answers.iter();
    let puts: Vec<Put> = answers
        .map(|(question, answer)| Put::Field(Path::question(question), Some(answer.clone())))
        .collect();
    client.save(report, &puts)?;
    client.set_text(report, TextName::Narrative, &sample.narrative)?;
    for (section, answers) in &sample.entries {
        let id = client.add_entry(report, section)?;
        let put = |(question, answer): &(String, Answer)| {
            Put::Field(Path::entry(section, id, question), Some(answer.clone()))
        };
        client.save(report, &answers.iter().map(put).collect::<Vec<_>>())?;
    }
    client.send(report)?;
    Ok(report)
}

fn ms(began: Instant) -> f64 {
    began.elapsed().as_secs_f64() * 1e3
}
