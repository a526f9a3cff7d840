//! The open workspace behind a handle: who uses it takes turns, and all hear what has happened.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use baikoo_client_core::client::Client;
use baikoo_client_core::env::Env;
use baikoo_client_core::error::ClientError;
use baikoo_client_core::sync::driver::{Access, exchange, keep_in_step, keep_listening};
use baikoo_client_core::sync::{Input, SyncEngine};
use baikoo_client_core::transport::Http;
use baikoo_client_core::view::SyncView;
use tokio::sync::{Mutex as Turn, broadcast, mpsc};
use tokio::task::AbortHandle;

use super::events::{EVENTS_MAX, Event};
use super::platform::{LogLevel, Platform};
use super::runtime::runtime;

/// The longest sleep between two looks at the clock, which may be set, or stand still with the phone.
const SLEEP_MAX: Duration = Duration::from_secs(60);

/// An open workspace.
pub(super) struct Session {
    slot: Mutex<Option<(Client, SyncEngine)>>,
    audience: Mutex<Option<broadcast::Sender<Event>>>,
    told: Mutex<Option<SyncView>>,
    pub(super) platform: Platform,
    http: Http,
    // Calls of the server, one at a time.
    line: Turn<()>,
    syncing: Mutex<Option<Syncing>>,
}

/// Syncing that goes on by itself.
struct Syncing {
    inputs: mpsc::UnboundedSender<Input>,
    task: AbortHandle,
    listening: AbortHandle,
}

impl Drop for Syncing {
    fn drop(&mut self) {
        self.task.abort();
        self.listening.abort();
    }
}

// What a panic left behind is a whole value here: it was taken out, and not put back.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Session {
    pub(super) fn new(client: Client, platform: Platform, http: Http) -> Arc<Self> {
        Arc::new(Self {
            slot: Mutex::new(Some((client, SyncEngine::new()))),
            audience: Mutex::new(Some(broadcast::channel(EVENTS_MAX).0)),
            told: Mutex::default(),
            platform,
            http,
            line: Turn::default(),
            syncing: Mutex::default(),
        })
    }

    /// Lends the client for one step, and tells what has happened in it.
    pub(super) fn step<R>(
        &self,
        step: impl FnOnce(&mut Client, &mut SyncEngine) -> R,
    ) -> Result<R, ClientError> {
        self.platform.read_clock();
        let _watch = Watch(self);
        let mut slot = lock(&self.slot);
        // Taken out, so that a step that panics leaves no client that nobody can vouch for.
        let (mut client, mut engine) = slot.take().ok_or(ClientError::Locked)?;
        let result = step(&mut client, &mut engine);
        let happened = client.take_events();
        *slot = Some((client, engine));
        drop(slot);
        happened.into_iter().for_each(|event| self.tell(event.into()));
        Ok(result)
    }

    /// A step that writes: what syncs by itself hears of it.
    pub(super) fn write<R>(
        &self,
        step: impl FnOnce(&mut Client) -> Result<R, ClientError>,
    ) -> Result<R, ClientError> {
        let result = self.step(|client, _| step(client))??;
        self.input(Input::LocalChange);
        Ok(result)
    }

    /// Closes the database. Whoever uses the client now is waited for.
    pub(super) fn end(&self) {
        drop(lock(&self.slot).take());
        self.close();
    }

    // No more calls, and nothing more to hear.
    fn close(&self) {
        let audience = lock(&self.audience).take();
        if let Some(audience) = audience {
            // An error says that nobody listens.
            let _ = audience.send(Event::Locked);
        }
        // After the audience is gone: who starts to sync at the same time sees that, or is stopped here.
        self.stop();
    }

    pub(super) fn listen(&self) -> Option<broadcast::Receiver<Event>> {
        lock(&self.audience).as_ref().map(broadcast::Sender::subscribe)
    }

    fn tell(&self, event: Event) {
        if let Some(audience) = &*lock(&self.audience) {
            // An error says that nobody listens.
            let _ = audience.send(event);
        }
    }

    /// Where synchronising stands.
    pub(super) fn status(&self) -> Result<SyncView, ClientError> {
        self.step(|client, engine| client.sync_status(engine))?
    }

    // Often called, and mostly nothing has changed.
    fn tell_status(&self) {
        let Ok(status) = self.status() else { return };
        if lock(&self.told).replace(status.clone()).as_ref() != Some(&status) {
            self.tell(Event::SyncChanged { status });
        }
    }

    /// One exchange with the server, when it is its turn.
    pub(super) async fn call(self: Arc<Self>, input: Input) -> Result<Option<i64>, ClientError> {
        let _line = self.line.lock().await;
        let standing = Standing(&self);
        let done = exchange(&Lent(&self), &self.http, input, || self.tell_status()).await;
        drop(standing);
        if let Err(error) = &done {
            self.platform.log(LogLevel::Warning, &format!("sync: {}", error.code()));
        }
        done
    }

    /// Syncs now, and lets what syncs by itself know when to go on.
    pub(super) async fn sync_now(self: Arc<Self>) -> Result<SyncView, ClientError> {
        let done = Arc::clone(&self).call(Input::SyncNow).await;
        self.input(Input::Wake);
        done?;
        self.status()
    }

    /// Gives the engine an input, by way of what syncs by itself if it does.
    pub(super) fn input(&self, input: Input) {
        if let Some(syncing) = &*lock(&self.syncing) {
            let _ = syncing.inputs.send(input);
            return;
        }
        // Nobody would make the call that a change or a wake asks for.
        if !matches!(input, Input::LocalChange | Input::Wake) {
            let _ = self.step(|client, engine| engine.handle(client, input));
        }
    }

    /// Syncs by itself from now on. Twice does no harm.
    pub(super) fn start(self: &Arc<Self>) {
        let mut syncing = lock(&self.syncing);
        if lock(&self.audience).is_none() {
            return;
        }
        if syncing.as_ref().is_some_and(|syncing| !syncing.task.is_finished()) {
            return;
        }
        let (inputs, received) = mpsc::unbounded_channel();
        let _ = inputs.send(Input::SyncNow);
        let task = runtime().spawn(keep(Arc::clone(self), received)).abort_handle();
        let listening = runtime().spawn(hear(Arc::clone(self), inputs.clone())).abort_handle();
        *syncing = Some(Syncing { inputs, task, listening });
    }

    /// Does not sync by itself any more. A call that is on its way is given up.
    pub(super) fn stop(&self) {
        drop(lock(&self.syncing).take());
    }
}

/// Tells where synchronising stands when a call has ended, also when it was given up.
struct Standing<'a>(&'a Session);

impl Drop for Standing<'_> {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.0.tell_status();
        }
    }
}

/// Sees a step that panics: its client is gone, so the workspace is locked.
struct Watch<'a>(&'a Session);

impl Drop for Watch<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.close();
        }
    }
}

async fn keep(session: Arc<Session>, received: mpsc::UnboundedReceiver<Input>) {
    let received = Turn::new(received);
    let next = |wake_ms| next(&session, &received, wake_ms);
    keep_in_step(&Lent(&session), next, |input| Arc::clone(&session).call(input)).await;
}

/// Passes on when the server says that it has something new.
async fn hear(session: Arc<Session>, inputs: mpsc::UnboundedSender<Input>) {
    let news = || drop(inputs.send(Input::News));
    let pause = |ms| tokio::time::sleep(Duration::from_millis(u64::try_from(ms).unwrap_or(0)));
    keep_listening(&Lent(&session), &session.http, news, pause).await;
}

async fn next(
    session: &Session,
    received: &Turn<mpsc::UnboundedReceiver<Input>>,
    wake_ms: Option<i64>,
) -> Option<Input> {
    let mut received = received.lock().await;
    let Some(at_ms) = wake_ms else { return received.recv().await };
    session.platform.read_clock();
    let in_ms = u64::try_from(at_ms.saturating_sub(session.platform.clocks().wall_ms)).unwrap_or(0);
    match tokio::time::timeout(Duration::from_millis(in_ms).min(SLEEP_MAX), received.recv()).await {
        Ok(input) => input,
        Err(_) => Some(Input::Wake),
    }
}

/// The driver's way to the client.
struct Lent<'a>(&'a Session);

impl Access for Lent<'_> {
    fn with<R>(&self, step: impl FnOnce(&mut Client, &mut SyncEngine) -> R) -> Option<R> {
        self.0.step(step).ok()
    }
}
