//! What every request shares: the store, the clock, the limits, the counters.

use std::sync::Arc;

use baikoo_protocol::id::{DeviceId, WorkspaceId};

use crate::clock::Clock;
use crate::limits::Limits;
use crate::metrics::Metrics;
use crate::rate::Buckets;
use crate::store::Store;

const DAY_MS: u32 = 24 * 3600 * 1000;
const MINUTE_MS: u32 = 60 * 1000;

/// Who may create workspaces.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Creation {
    /// Nobody.
    Closed,
    /// Whoever holds a one-time set-up code.
    #[default]
    SetupCode,
    /// Everybody.
    Open,
}

/// One server process, or one server of a simulation.
pub struct Node<S> {
    /// The database.
    pub store: S,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The bounds.
    pub limits: Limits,
    /// Who may create workspaces.
    pub creation: Creation,
    /// The counters.
    pub metrics: Arc<Metrics>,
    /// Envelopes by device.
    pub envelope_rate: Buckets<(WorkspaceId, DeviceId)>,
    /// Requests by device.
    pub request_rate: Buckets<(WorkspaceId, DeviceId)>,
    /// Workspaces created and devices enrolled.
    pub admission_rate: Buckets<()>,
}

impl<S: Store> Node<S> {
    /// A node over a store.
    pub fn new(store: S, clock: Arc<dyn Clock>, limits: Limits, creation: Creation) -> Self {
        Self {
            store,
            clock,
            creation,
            metrics: Arc::default(),
            envelope_rate: Buckets::new(limits.envelopes_per_day, DAY_MS),
            request_rate: Buckets::new(limits.requests_per_minute, MINUTE_MS),
            admission_rate: Buckets::new(limits.admissions_per_minute, MINUTE_MS),
            limits,
        }
    }

    /// With counters that others count into as well, such as the store.
    #[must_use]
    pub fn with_metrics(mut self, metrics: Arc<Metrics>) -> Self {
        self.metrics = metrics;
        self
    }
}
