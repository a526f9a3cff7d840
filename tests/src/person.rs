//! A person with a device. What she does reads as a sentence; what goes wrong is a panic of the
//! test with her name in it.

use std::cell::{Cell, RefCell};

use baikoo_client_core::client::Client;
use baikoo_client_core::crypto::keys::DatabaseKey;
use baikoo_client_core::crypto::passphrase::Hardness;
use baikoo_client_core::error::ClientError;
use baikoo_client_core::form::answer::{Answer, DateAnswer, PlaceAnswer};
use baikoo_client_core::form::labels::Language;
use baikoo_client_core::home::Home;
use baikoo_client_core::protocol::id::StreamId;
use baikoo_client_core::report::{Path, TextName};
use baikoo_client_core::sync::driver::{Access, exchange};
use baikoo_client_core::sync::{Input, SyncEngine};
use baikoo_client_core::testing::SeededEnv;
use baikoo_client_core::transport::Transport;
use baikoo_client_core::view::{Delivery, Filter, ReportSummary, ReportView, SyncView};
use tempfile::TempDir;

/// The passphrase of everybody in the tests.
pub const PASSPHRASE: &str = "кызыл тоолор агын суу";

/// A person with a device.
pub struct Person {
    /// What she is called.
    pub name: String,
    /// Where her device keeps its files.
    pub folder: TempDir,
    key: DatabaseKey,
    starts: Cell<u64>,
    /// Her device's clock and dice.
    pub env: SeededEnv,
    // Nothing while the device is off.
    parts: RefCell<Option<(Client, SyncEngine)>>,
}

impl Person {
    /// A person whose device is set up by `make`.
    ///
    /// # Panics
    /// If it can't be.
    pub fn new(
        name: &str,
        env: SeededEnv,
        make: impl FnOnce(&Home, &DatabaseKey, SeededEnv) -> Result<Client, ClientError>,
    ) -> Self {
        let folder = tempfile::tempdir().expect("a folder for tests");
        let home = Home::new(folder.path());
        let mut dice = env.clone();
        let key =
            home.set_up(PASSPHRASE, Hardness::FLOOR, &mut dice, |_, key| Ok(key.clone())).expect("a new key");
        let client = make(&home, &key, env.clone()).unwrap_or_else(|error| panic!("{name}: {error:?}"));
        Self {
            name: name.to_owned(),
            folder,
            key,
            starts: Cell::new(0),
            env,
            parts: RefCell::new(Some((client, SyncEngine::new()))),
        }
    }

    pub(crate) fn cloned(&self, name: &str, env: SeededEnv) -> Self {
        let folder = tempfile::tempdir().expect("a folder for tests");
        for entry in std::fs::read_dir(self.folder.path()).expect("her folder").flatten() {
            std::fs::copy(entry.path(), folder.path().join(entry.file_name())).expect("a copy");
        }
        let location = Home::new(folder.path()).location();
        let client = Client::open(&location, &self.key, Box::new(env.clone())).expect("a clone that opens");
        let parts = RefCell::new(Some((client, SyncEngine::new())));
        Self { name: name.to_owned(), folder, key: self.key.clone(), starts: Cell::new(0), env, parts }
    }

    /// Does something with her client.
    ///
    /// # Panics
    /// If the client says no.
    pub fn does<R>(&self, what: impl FnOnce(&mut Client) -> Result<R, ClientError>) -> R {
        self.tries(what).unwrap_or_else(|error| panic!("{}: {error:?}", self.name))
    }

    /// Tries something with her client.
    pub fn tries<R>(
        &self,
        what: impl FnOnce(&mut Client) -> Result<R, ClientError>,
    ) -> Result<R, ClientError> {
        let mut parts = self.parts.borrow_mut();
        what(&mut parts.as_mut().expect("the device is on").0)
    }

    /// Syncs once over a transport.
    pub async fn syncs_over(&self, transport: &impl Transport) -> Result<(), ClientError> {
        exchange(self, transport, Input::SyncNow, || {}).await.map(|_| ())
    }

    /// Switches the device off: everything that was only in memory is gone.
    pub fn switches_off(&self) {
        *self.parts.borrow_mut() = None;
    }

    /// Switches the device on again.
    pub fn switches_on(&self) {
        let location = Home::new(self.folder.path()).location();
        let mut env = self.env.clone();
        // Dice that fell before must not fall again.
        let starts = self.starts.get() + 1;
        self.starts.set(starts);
        env.reseed(starts);
        let client = Client::open(&location, &self.key, Box::new(env))
            .unwrap_or_else(|error| panic!("{} after a restart: {error:?}", self.name));
        *self.parts.borrow_mut() = Some((client, SyncEngine::new()));
    }

    /// Off and on again.
    pub fn restarts(&self) {
        self.switches_off();
        self.switches_on();
    }

    /// Writes a flash report, without sending it.
    pub fn writes(&self, narrative: &str) -> StreamId {
        self.does(|client| {
            let report = client.create_report(Some("ky"))?;
            let types = ["water".to_owned(), "clash".to_owned()].into();
            client.set_answer(report, &Path::question("inc_type"), Some(&Answer::Choices(types)))?;
            let place = PlaceAnswer { name: Some("Көк-Таш".to_owned()), ..PlaceAnswer::default() };
            client.set_answer(report, &Path::question("place"), Some(&Answer::Place(place)))?;
            let date = DateAnswer("2021-04-29".to_owned());
            client.set_answer(report, &Path::question("start_date"), Some(&Answer::Date(date)))?;
            client.set_text(report, TextName::Narrative, narrative)?;
            Ok(report)
        })
    }

    /// Writes a report and sends it: it leaves with the next sync.
    pub fn sends(&self, narrative: &str) -> StreamId {
        let report = self.writes(narrative);
        self.does(|client| client.send(report));
        report
    }

    /// Answers a question with a number.
    pub fn counts(&self, report: StreamId, question: &str, number: i64) {
        self.does(|client| {
            client.set_answer(report, &Path::question(question), Some(&Answer::Integer(number)))
        });
    }

    /// Rewrites the narrative.
    pub fn narrates(&self, report: StreamId, text: &str) {
        self.does(|client| client.set_text(report, TextName::Narrative, text));
    }

    /// Opens a report.
    pub fn opens(&self, report: StreamId) -> ReportView {
        self.does(|client| client.report(report, Language::En))
    }

    /// What her list shows of a report.
    pub fn lists(&self, report: StreamId) -> Option<ReportSummary> {
        self.list().into_iter().find(|summary| summary.id == report)
    }

    /// Her whole list.
    pub fn list(&self) -> Vec<ReportSummary> {
        self.does(|client| client.list(&Filter::default(), Language::En)).reports
    }

    /// How far a report has come, as her device says.
    pub fn delivery(&self, report: StreamId) -> Delivery {
        self.lists(report).unwrap_or_else(|| panic!("{} has no such report", self.name)).delivery
    }

    /// Where her device says that it stands.
    pub fn status(&self) -> SyncView {
        let parts = self.parts.borrow();
        let (client, engine) = parts.as_ref().expect("the device is on");
        client.sync_status(engine).expect("a status")
    }

    /// The numbers that a question has, the winner first.
    pub fn numbers(&self, report: StreamId, question: &str) -> Vec<Option<Answer>> {
        let view = self.opens(report);
        let mut fields = view.sections.iter().flat_map(|section| &section.fields);
        let field = fields.find(|field| field.question == question);
        field
            .map(|field| field.versions.iter().map(|version| version.answer.clone()).collect())
            .unwrap_or_default()
    }
}

impl Access for Person {
    fn with<R>(&self, step: impl FnOnce(&mut Client, &mut SyncEngine) -> R) -> Option<R> {
        let mut parts = self.parts.borrow_mut();
        let (client, engine) = parts.as_mut()?;
        Some(step(client, engine))
    }
}
