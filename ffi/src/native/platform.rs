//! What the platform may hand in: a key store, a clock, a place for logs, and listeners.

use std::sync::{Arc, Mutex, PoisonError};

use baikoo_client_core::env::{Clocks, Env, NativeEnv};
use baikoo_client_core::home;

use super::error::PlatformError;
use super::events::Event;
use super::gate::Foreign;

/// The platform's key store: it closes and opens the wrapped database key. Called on a thread of
/// this library, where it may take its time: to ask for a finger, say.
#[uniffi::export(foreign)]
pub trait KeyStore: Send + Sync {
    /// Closes a secret.
    fn wrap(&self, secret: Vec<u8>) -> Result<Vec<u8>, PlatformError>;
    /// Opens what was closed. To throw is to refuse: the call answers `KeyStoreRefused`.
    fn unwrap(&self, wrapped: Vec<u8>) -> Result<Vec<u8>, PlatformError>;
    /// Destroys what opens. A wipe asks for it.
    fn forget(&self) -> Result<(), PlatformError>;
}

/// What a clock says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Record)]
pub struct ClockReading {
    /// The wall clock, in milliseconds since 1970.
    pub wall_ms: i64,
    /// The wall clock's offset from UTC, in minutes.
    pub offset_min: i16,
    /// Milliseconds since the device was started; goes on while it sleeps.
    pub monotonic_ms: u64,
    /// Random for each start of the device.
    pub boot_id: u64,
}

/// The platform's clock, where it knows better than the operating system's C library. Read before
/// each step; if it throws, the operating system's is taken.
#[uniffi::export(foreign)]
pub trait Clock: Send + Sync {
    /// What it says now.
    fn now(&self) -> Result<ClockReading, PlatformError>;
}

/// How much a log line matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum LogLevel {
    /// Nothing is wrong.
    Info,
    /// Something went wrong and is handled.
    Warning,
}

/// Where log lines go. They hold no content, no names, no addresses and no ids.
#[uniffi::export(foreign)]
pub trait LogSink: Send + Sync {
    /// Takes a line.
    fn log(&self, level: LogLevel, line: String) -> Result<(), PlatformError>;
}

/// Hears what happens in a workspace, on a thread of this library, one event after the other.
#[uniffi::export(foreign)]
pub trait EventListener: Send + Sync {
    /// Something has happened.
    fn on_event(&self, event: Event) -> Result<(), PlatformError>;
}

/// Hears how far long work is, on a thread of this library.
#[uniffi::export(foreign)]
pub trait ProgressListener: Send + Sync {
    /// So many of so many are done.
    fn on_progress(&self, done: u64, of: u64) -> Result<(), PlatformError>;
}

/// The platform as one device uses it.
#[derive(Clone)]
pub(super) struct Platform {
    clock: Option<Foreign<dyn Clock>>,
    log: Option<Foreign<dyn LogSink>>,
    // A step reads this, never the platform's clock, which may call back.
    reading: Arc<Mutex<Option<Clocks>>>,
}

impl Platform {
    pub(super) fn new(clock: Option<Arc<dyn Clock>>, log: Option<Arc<dyn LogSink>>) -> Self {
        Self { clock: clock.map(Foreign::new), log: log.map(Foreign::new), reading: Arc::default() }
    }

    /// Reads the platform's clock for the next step. No lock may be held.
    pub(super) fn read_clock(&self) {
        let Some(clock) = &self.clock else { return };
        let reading = clock.call(|clock| clock.now()).ok().map(|now| Clocks {
            wall_ms: now.wall_ms,
            offset_min: now.offset_min,
            monotonic_ms: now.monotonic_ms,
            boot_id: now.boot_id,
        });
        *self.reading.lock().unwrap_or_else(PoisonError::into_inner) = reading;
    }

    /// Writes a line to the log. No lock may be held. A log that throws is nobody's business.
    pub(super) fn log(&self, level: LogLevel, line: &str) {
        if let Some(log) = &self.log {
            let _ = log.call(|log| log.log(level, line.to_owned()));
        }
    }

    /// Tells how far long work is. It goes on, whatever the listener throws.
    pub(super) fn tell_progress(
        &self,
        listener: Option<&Foreign<dyn ProgressListener>>,
        done: usize,
        of: usize,
    ) {
        let Some(listener) = listener else { return };
        if listener.call(|listener| listener.on_progress(done as u64, of as u64)).is_err() {
            self.log(LogLevel::Warning, "a progress listener threw; the work goes on");
        }
    }

    /// The core's clocks and dice.
    pub(super) fn env(&self) -> Box<dyn Env> {
        self.read_clock();
        Box::new(self.clone())
    }
}

impl Env for Platform {
    fn clocks(&self) -> Clocks {
        let reading = *self.reading.lock().unwrap_or_else(PoisonError::into_inner);
        reading.unwrap_or_else(|| NativeEnv.clocks())
    }

    fn fill(&mut self, bytes: &mut [u8]) {
        NativeEnv.fill(bytes);
    }
}

/// A foreign key store as the core knows one.
pub(super) struct ForeignKeyStore(pub(super) Foreign<dyn KeyStore>);

impl home::KeyStore for ForeignKeyStore {
    fn wrap(&self, secret: &[u8]) -> Option<Vec<u8>> {
        self.0.call(|store| store.wrap(secret.to_vec())).ok()
    }

    fn unwrap(&self, wrapped: &[u8]) -> Option<Vec<u8>> {
        self.0.call(|store| store.unwrap(wrapped.to_vec())).ok()
    }

    fn forget(&self) {
        let _ = self.0.call(KeyStore::forget);
    }
}
