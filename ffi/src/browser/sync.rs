//! Syncing in the worker, by itself: after changes, when the network comes back, when it is time.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use baikoo_client_core::client::Client;
use baikoo_client_core::error::ClientError;
use baikoo_client_core::sync::driver::{Access, exchange, keep_listening};
use baikoo_client_core::sync::{Input, SyncEngine};
use baikoo_client_core::transport::Fetch;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};

/// The open workspace with its engine.
pub(super) struct Session {
    pub(super) client: Client,
    pub(super) engine: SyncEngine,
}

/// The open workspace, if one is open, and whom to tell.
#[derive(Clone)]
pub(super) struct Shared {
    pub(super) session: Rc<RefCell<Option<Session>>>,
    pub(super) emit: js_sys::Function,
    /// How often a workspace was opened: who listens for an earlier time stops.
    pub(super) opened: Rc<Cell<u32>>,
}

struct Listening {
    shared: Shared,
    opened: u32,
}

impl Access for Listening {
    fn with<R>(&self, step: impl FnOnce(&mut Client, &mut SyncEngine) -> R) -> Option<R> {
        if self.shared.opened.get() == self.opened { self.shared.with(step) } else { None }
    }
}

impl Access for Shared {
    fn with<R>(&self, step: impl FnOnce(&mut Client, &mut SyncEngine) -> R) -> Option<R> {
        let mut session = self.session.borrow_mut();
        let session = session.as_mut()?;
        Some(step(&mut session.client, &mut session.engine))
    }
}

impl Shared {
    /// Gives the engine an input and lets it run in the background.
    pub(super) fn sync(&self, input: Input) {
        let shared = self.clone();
        spawn_local(async move {
            let _ = shared.sync_now(input).await;
        });
    }

    /// Hears when the server has something new, until the workspace is locked or opened again.
    pub(super) fn listen(&self) {
        self.opened.set(self.opened.get().wrapping_add(1));
        let listening = Listening { shared: self.clone(), opened: self.opened.get() };
        spawn_local(async move {
            let news = || listening.shared.sync(Input::News);
            keep_listening(&listening, &Fetch, news, sleep).await;
        });
    }

    /// Gives the engine an input and waits until it is done.
    pub(super) async fn sync_now(&self, input: Input) -> Result<(), ClientError> {
        let wake_ms = exchange(self, &Fetch, input, || self.tell()).await;
        self.tell();
        // After a failure the engine has said when to try again, too.
        let wake_ms = match &wake_ms {
            Ok(wake_ms) => *wake_ms,
            Err(_) => self
                .with(|client, engine| client.sync_status(engine).ok())
                .flatten()
                .and_then(|status| status.next_try_ms),
        };
        if let Some(at_ms) = wake_ms {
            self.wake_at(at_ms);
        }
        Ok(())
    }

    /// Tells the page what has changed.
    pub(super) fn tell(&self) {
        let events = self.with(|client, _| client.take_events()).unwrap_or_default();
        self.emit("sync");
        if !events.is_empty() {
            self.emit("changed");
        }
    }

    pub(super) fn emit(&self, kind: &str) {
        let event = js_sys::Object::new();
        let _ = js_sys::Reflect::set(&event, &"type".into(), &kind.into());
        let _ = self.emit.call1(&JsValue::NULL, &event);
    }

    #[allow(clippy::cast_precision_loss, reason = "JavaScript has only doubles")]
    fn wake_at(&self, at_ms: i64) {
        let shared = self.clone();
        let wake = Closure::once_into_js(move || shared.sync(Input::Wake));
        set_timeout(&wake, at_ms as f64 - js_sys::Date::now());
    }
}

fn set_timeout(then: &JsValue, in_ms: f64) {
    let set_timeout = js_sys::Reflect::get(&js_sys::global(), &"setTimeout".into());
    if let Ok(Ok(set_timeout)) = set_timeout.map(|found| found.dyn_into::<js_sys::Function>()) {
        let _ = set_timeout.call2(&JsValue::NULL, then, &in_ms.clamp(0.0, 3_600_000.0).into());
    }
}

#[allow(clippy::cast_precision_loss, reason = "JavaScript has only doubles")]
async fn sleep(ms: i64) {
    let slept = js_sys::Promise::new(&mut |resolve, _| set_timeout(&resolve, ms as f64));
    let _ = JsFuture::from(slept).await;
}
