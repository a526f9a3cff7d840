//! The way to the platform's callbacks. A process that ends its language's runtime (Python's
//! interpreter, say) shuts it first: a thread of this library that called into a runtime that is
//! being taken apart would end the process with a crash.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
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

/// Calls the platform. No lock may be held, since it may call back.
pub(super) fn call<R>(callback: impl FnOnce() -> Result<R, PlatformError>) -> Result<R, PlatformError> {
    let visit = {
        let mut gate = gate();
        (!gate.shut).then(|| {
            gate.inside += 1;
            Visit
        })
    };
    let _visit = visit.ok_or(PlatformError::Failed)?;
    callback()
}

/// No callback is called any more in this process; one that is running is waited for, for some
/// seconds at most. Key stores refuse from then on. To be called when a language's runtime ends.
#[uniffi::export]
pub fn stop_callbacks() {
    let mut gate = gate();
    gate.shut = true;
    let waited = LEFT.wait_timeout_while(gate, PATIENCE, |gate| gate.inside > 0);
    drop(waited.unwrap_or_else(PoisonError::into_inner));
}
