//! A device in the simulation: its clock, its power, its files.

use super::*;

/// A device.
pub(super) struct Device {
    pub(super) name: String,
    pub(super) role: Role,
    pub(super) folder: TempDir,
    pub(super) key: DatabaseKey,
    pub(super) env: SeededEnv,
    pub(super) starts: Cell<u64>,
    pub(super) fuse: Fuse,
    pub(super) id: DeviceId,
    pub(super) member: MemberId,
    pub(super) parts: RefCell<Option<(Client, SyncEngine)>>,
}

impl Device {
    pub(super) fn new(
        name: String,
        role: Role,
        env: SeededEnv,
        make: impl FnOnce(&Home, &DatabaseKey, SeededEnv) -> Result<Client, ClientError>,
    ) -> Self {
        let folder = scratch();
        let home = Home::new(folder.path());
        let key = Secret32::make(&mut env.clone());
        let client = make(&home, &key, env.clone()).unwrap_or_else(|error| panic!("{name}: {error:?}"));
        let me = client.me();
        let device = Self {
            name,
            role,
            folder,
            key,
            env,
            starts: Cell::new(0),
            fuse: Fuse::default(),
            id: me.device,
            member: me.member,
            parts: RefCell::new(Some((client, SyncEngine::new()))),
        };
        device.hangs_on_the_fuse();
        device
    }

    pub(super) fn hangs_on_the_fuse(&self) {
        let mut parts = self.parts.borrow_mut();
        let (client, _) = parts.as_mut().expect("on");
        client.set_commit_fault(Some(self.fuse.hook())).expect("a hook");
    }

    /// The battery is taken out, and put back.
    pub(super) fn restarts(&self) {
        *self.parts.borrow_mut() = None;
        let _ = self.fuse.is_put_out();
        let mut env = self.env.clone();
        self.starts.set(self.starts.get() + 1);
        env.reseed(self.starts.get());
        let location = Home::new(self.folder.path()).location();
        let client = Client::open(&location, &self.key, Box::new(env))
            .unwrap_or_else(|error| panic!("{} does not start again: {error:?}", self.name));
        *self.parts.borrow_mut() = Some((client, SyncEngine::new()));
        self.hangs_on_the_fuse();
    }

    pub(super) fn tries<R>(
        &self,
        what: impl FnOnce(&mut Client) -> Result<R, ClientError>,
    ) -> Result<R, ClientError> {
        what(&mut self.parts.borrow_mut().as_mut().expect("on").0)
    }

    pub(super) fn does<R>(&self, what: impl FnOnce(&mut Client) -> Result<R, ClientError>) -> R {
        self.tries(what).unwrap_or_else(|error| panic!("{}: {error:?}", self.name))
    }

    pub(super) fn opens(&self, report: StreamId) -> Result<ReportView, ClientError> {
        self.tries(|client| client.report(report, Language::En))
    }

    pub(super) fn lists(&self) -> Vec<ReportSummary> {
        self.does(|client| client.list(&Filter::default(), Language::En)).reports
    }

    pub(super) fn status(&self) -> SyncView {
        let parts = self.parts.borrow();
        let (client, engine) = parts.as_ref().expect("on");
        client.sync_status(engine).expect("a status")
    }

    pub(super) fn has(&self, report: StreamId) -> bool {
        self.tries(|client| client.report_heads(report)).is_ok()
    }
}

impl Access for Device {
    fn with<R>(&self, step: impl FnOnce(&mut Client, &mut SyncEngine) -> R) -> Option<R> {
        let mut parts = self.parts.borrow_mut();
        let (client, engine) = parts.as_mut()?;
        Some(step(client, engine))
    }
}
