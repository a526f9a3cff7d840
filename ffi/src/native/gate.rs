//! The way from this library's threads into the platform: callbacks, and the wake-ups of who awaits
//! something. A process that ends its language's runtime (Python's
//! interpreter, say) shuts it first: a thread of this library that called into a runtime that is
//! being taken apart would end the process with a crash.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Wake, Waker};
use std::time::Duration;

use super::error::PlatformError;

/// How long to wait for a callback that is running.
const PATIENCE: Duration = Duration::from_secs(5);

struct Gate {
    shut: bool,
    inside: usize,
}

static GATE: Mutex<Gate> = Mutex::new(Gate { shut: false, inside: 0 });
static LEFT: Condvar = Condvar::new();

fn gate() -> MutexGuard<'static, Gate> {
    GATE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Somebody is in a callback.
struct Visit;

impl Drop for Visit {
    fn drop(&mut self) {
        gate().inside -= 1;
        LEFT.notify_all();
    }
}

fn enter() -> Option<Visit> {
    let mut gate = gate();
    (!gate.shut).then(|| {
        gate.inside += 1;
        Visit
    })
}

/// Something of the platform's. It is called, and let go of, through the gate alone: to let go of it
/// calls the platform, too.
pub(super) struct Foreign<T: ?Sized>(Option<Arc<T>>);

impl<T: ?Sized> Foreign<T> {
    pub(super) fn new(one: Arc<T>) -> Self {
        Self(Some(one))
    }

    /// Calls it. No lock may be held, since it may call back.
    ///
    /// # Errors
    /// What it throws; or the gate is shut.
    pub(super) fn call<R>(
        &self,
        callback: impl FnOnce(&T) -> Result<R, PlatformError>,
    ) -> Result<R, PlatformError> {
        let _visit = enter().ok_or(PlatformError::Failed)?;
        self.0.as_deref().ok_or(PlatformError::Failed).and_then(callback)
    }
}

impl<T: ?Sized> Clone for Foreign<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T: ?Sized> Drop for Foreign<T> {
    fn drop(&mut self) {
        let Some(one) = self.0.take() else { return };
        match enter() {
            Some(_visit) => drop(one),
            // The process ends, and takes it along.
            None => std::mem::forget(one),
        }
    }
}

/// Awaits something that is done on a thread of this library, which wakes its caller through the gate.
pub(super) async fn through<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    poll_fn(|context| {
        let waker = Waker::from(Arc::new(Bell(context.waker().clone())));
        future.as_mut().poll(&mut Context::from_waker(&waker))
    })
    .await
}

/// Wakes who awaits something, which is a call of the platform, too.
struct Bell(Waker);

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        if let Some(_visit) = enter() {
            self.0.wake_by_ref();
        }
    }
}

/// Nothing of this library calls into the language's runtime any more in this process; a call that is
/// running is waited for, for some seconds at most. From then on key stores refuse, and what is
/// awaited never comes. To be called when a language's runtime ends.
#[uniffi::export]
pub fn stop_callbacks() {
    let mut gate = gate();
    gate.shut = true;
    let waited = LEFT.wait_timeout_while(gate, PATIENCE, |gate| gate.inside > 0);
    drop(waited.unwrap_or_else(PoisonError::into_inner));
}
