//! What happens in a workspace, as a stream that is asked and as calls of a listener.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use baikoo_client_core::client;
use baikoo_client_core::protocol::id::StreamId;
use baikoo_client_core::view::SyncView;
use tokio::sync::{Mutex, broadcast};
use tokio::task::AbortHandle;

use super::gate::{Foreign, through};
use super::platform::{EventListener, LogLevel, Platform};
use super::runtime::runtime;

/// Events that wait for a slow listener at most; then it is told that it missed some.
pub(super) const EVENTS_MAX: usize = 256;

/// Something that a screen may want to know.
#[derive(Debug, Clone, PartialEq, uniffi::Enum)]
pub enum Event {
    /// A report came or changed, here or from elsewhere.
    ReportChanged {
        /// Which.
        report: StreamId,
    },
    /// How far reports have come may have changed, of any of them.
    DeliveriesChanged,
    /// The membership log has grown.
    MembersChanged,
    /// Something was set apart.
    Quarantined,
    /// Something about the server or a device that a person should know: see `SyncView.alarms`.
    Alarm {
        /// Its code.
        alarm: String,
    },
    /// Where synchronising stands has changed.
    SyncChanged {
        /// Where it stands.
        status: SyncView,
    },
    /// The listener was too slow, and events were dropped: read anew what is shown.
    Missed,
    /// The workspace is locked. Nothing comes after this.
    Locked,
}

impl From<client::Event> for Event {
    fn from(event: client::Event) -> Self {
        match event {
            // The core's word for all reports at once.
            client::Event::ReportChanged(StreamId([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])) => {
                Self::DeliveriesChanged
            }
            client::Event::ReportChanged(report) => Self::ReportChanged { report },
            client::Event::MembersChanged => Self::MembersChanged,
            client::Event::Quarantined => Self::Quarantined,
            client::Event::Alarm(alarm) => Self::Alarm { alarm },
        }
    }
}

/// Events, one after the other. Dropped, it ends.
#[derive(uniffi::Object)]
pub struct Events(Mutex<Option<broadcast::Receiver<Event>>>);

impl Events {
    pub(super) fn new(receiver: Option<broadcast::Receiver<Event>>) -> Arc<Self> {
        Arc::new(Self(Mutex::new(receiver)))
    }
}

#[uniffi::export]
impl Events {
    /// The next event, when it comes; `None` once the workspace is locked or this was ended.
    /// Cancelled while it waits, it loses nothing.
    pub async fn next(&self) -> Option<Event> {
        through(async { next(self.0.lock().await.as_mut()?).await }).await
    }

    /// No more events. Whoever waits in `next` gets the one that it waits for.
    pub async fn end(&self) {
        *through(self.0.lock()).await = None;
    }
}

async fn next(receiver: &mut broadcast::Receiver<Event>) -> Option<Event> {
    match receiver.recv().await {
        Ok(event) => Some(event),
        Err(broadcast::error::RecvError::Lagged(_)) => Some(Event::Missed),
        Err(broadcast::error::RecvError::Closed) => None,
    }
}

/// A listener's place in the audience. Dropped, it ends.
#[derive(uniffi::Object)]
pub struct Subscription(AbortHandle, Arc<AtomicBool>);

impl Subscription {
    pub(super) fn new(
        receiver: Option<broadcast::Receiver<Event>>,
        listener: Arc<dyn EventListener>,
        platform: Platform,
    ) -> Arc<Self> {
        let listener = Foreign::new(listener);
        let ended = Arc::new(AtomicBool::new(false));
        let is_ended = Arc::clone(&ended);
        let task = runtime().spawn(async move {
            let Some(mut receiver) = receiver else { return };
            while let Some(event) = next(&mut receiver).await {
                // A task that is running when it is aborted goes on to its next pause.
                if is_ended.load(Ordering::SeqCst) {
                    return;
                }
                let (listener, platform) = (listener.clone(), platform.clone());
                let told = runtime().spawn_blocking(move || {
                    if listener.call(|listener| listener.on_event(event)).is_err() {
                        platform.log(LogLevel::Warning, "a listener threw; it goes on with the next event");
                    }
                });
                let _ = told.await;
            }
        });
        Arc::new(Self(task.abort_handle(), ended))
    }
}

#[uniffi::export]
impl Subscription {
    /// No more events. One that is being told already is told to its end. Twice does no harm.
    pub fn end(&self) {
        self.1.store(true, Ordering::SeqCst);
        self.0.abort();
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        self.end();
    }
}
