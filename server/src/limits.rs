//! Every bound of the server, with its name. Those that both sides must agree on stand in
//! [`baikoo_protocol::limits`].

use std::time::Duration;

/// Envelopes and entries that are checked and committed together, from one request.
pub const BATCH_ITEMS_MAX: usize = 256;
/// Bytes of such a batch, from which on it is not added to.
pub const BATCH_BYTES_MAX: usize = 512 * 1024;
/// Batches of many requests that share one durable transaction.
pub const GROUP_JOBS_MAX: usize = 128;
/// Batches that wait for the writer; beyond that, requests wait before they read on.
pub const WRITER_QUEUE_MAX: usize = 256;
/// Connections to the database for reading.
pub const READERS_MAX: usize = 4;
/// Rows that one page of the log holds in memory.
pub const PAGE_ROWS_MAX: usize = 256;
/// Bytes of a page, from which on it is not added to.
pub const PAGE_BYTES_MAX: usize = 256 * 1024;
/// Bytes that are gathered before they are handed to the connection.
pub const CHUNK_BYTES: usize = 16 * 1024;
/// Chunks of an answer that wait for a slow reader.
pub const ANSWER_QUEUE_MAX: usize = 2;
/// Membership logs that are kept folded in memory.
pub const MEMBERSHIPS_CACHED_MAX: usize = 1_024;
/// The body of a call that creates a workspace or enrols a device.
pub const ADMISSION_BYTES_MAX: usize = 20 * 1024;
/// Devices whose rates are remembered; when more come, the full buckets are forgotten.
pub const BUCKETS_MAX: usize = 100_000;
/// The buffer for one request's head.
pub const HEAD_BYTES_MAX: usize = 16 * 1024;

/// Bounds that an administrator or a test may set.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Bytes of envelopes and entries per workspace.
    pub workspace_bytes: u64,
    /// Bytes of log in one answer, whatever the device asks for.
    pub answer_bytes: u64,
    /// Bytes of one request's body.
    pub upload_bytes: usize,
    /// Envelopes per device and day.
    pub envelopes_per_day: u32,
    /// Requests per device and minute.
    pub requests_per_minute: u32,
    /// Workspaces created and devices enrolled per minute, by everybody together.
    pub admissions_per_minute: u32,
    /// Open connections.
    pub connections: usize,
    /// Open connections from one network (IPv4 /24, IPv6 /48), kept in memory only.
    pub connections_per_network: usize,
    /// A request's head must be complete within this time, counted from when it could begin; so it
    /// is also how long a connection may stay idle.
    pub head_timeout: Duration,
    /// The next piece of a request's body must come within this time.
    pub body_idle_timeout: Duration,
    /// The client must take some of the answer within this time.
    pub write_idle_timeout: Duration,
    /// A request with its answer must be over within this time. Long, for phones on 2G.
    pub request_timeout: Duration,
    /// How long requests in flight may go on after the server was asked to stop.
    pub shutdown_grace: Duration,
    /// How often an event stream says that it is still there.
    pub heartbeat: Duration,
    /// After this time an event stream ends, and the client opens it again.
    pub events_lifetime: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            workspace_bytes: 8 << 30,
            answer_bytes: 8 << 20,
            upload_bytes: 64 << 20,
            envelopes_per_day: 20_000,
            requests_per_minute: 240,
            admissions_per_minute: 120,
            connections: 2_048,
            connections_per_network: 256,
            head_timeout: Duration::from_secs(10),
            body_idle_timeout: Duration::from_secs(30),
            write_idle_timeout: Duration::from_secs(30),
            request_timeout: Duration::from_secs(15 * 60),
            shutdown_grace: Duration::from_secs(20),
            heartbeat: Duration::from_secs(25),
            events_lifetime: Duration::from_secs(3600),
        }
    }
}
