//! Counters in Prometheus' text form. They count kinds of things, never who or what.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};

use baikoo_protocol::refusal::Refusal;

/// All counters.
#[derive(Debug, Default)]
pub struct Metrics {
    requests: AtomicU64,
    requests_failed: AtomicU64,
    connections_open: AtomicU64,
    connections_refused: AtomicU64,
    envelopes_stored: AtomicU64,
    envelopes_duplicate: AtomicU64,
    entries_appended: AtomicU64,
    refusals: [AtomicU64; Refusal::ALL.len()],
    bytes_up: AtomicU64,
    bytes_down: AtomicU64,
    commits: AtomicU64,
    jobs_committed: AtomicU64,
}

impl Metrics {
    /// A request was answered.
    pub fn answered(&self, is_server_error: bool) {
        add(&self.requests, 1);
        add(&self.requests_failed, u64::from(is_server_error));
    }

    /// A connection came.
    pub fn connected(&self) {
        add(&self.connections_open, 1);
    }

    /// A connection ended.
    pub fn disconnected(&self) {
        self.connections_open.fetch_sub(1, Ordering::Relaxed);
    }

    /// A connection was over the cap.
    pub fn connection_refused(&self) {
        add(&self.connections_refused, 1);
    }

    /// An envelope was stored.
    pub fn stored(&self) {
        add(&self.envelopes_stored, 1);
    }

    /// An envelope came again.
    pub fn duplicate(&self) {
        add(&self.envelopes_duplicate, 1);
    }

    /// A membership entry was appended.
    pub fn appended(&self) {
        add(&self.entries_appended, 1);
    }

    /// Something was refused.
    pub fn refused(&self, refusal: Refusal) {
        add(&self.refusals[refusal as usize - 1], 1);
    }

    /// Bytes of frames came.
    pub fn received(&self, bytes: usize) {
        add(&self.bytes_up, bytes as u64);
    }

    /// Bytes of frames went.
    pub fn sent(&self, bytes: usize) {
        add(&self.bytes_down, bytes as u64);
    }

    /// A transaction became durable, with so many requests' work in it.
    pub fn committed(&self, jobs: usize) {
        add(&self.commits, 1);
        add(&self.jobs_committed, jobs as u64);
    }

    /// Prometheus' text form.
    pub fn to_text(&self) -> String {
        let mut out = String::new();
        let mut metric = |name: &str, kind: &str, what: &str, value: &AtomicU64| {
            let value = value.load(Ordering::Relaxed);
            // Writing to a string can't fail.
            let _ = write!(
                out,
                "# HELP baikoo_{name} {what}\n# TYPE baikoo_{name} {kind}\nbaikoo_{name} {value}\n"
            );
        };
        metric("requests_total", "counter", "Requests answered.", &self.requests);
        metric("requests_failed_total", "counter", "Answers with a server error.", &self.requests_failed);
        metric("connections_open", "gauge", "Connections open now.", &self.connections_open);
        metric(
            "connections_refused_total",
            "counter",
            "Connections over the cap.",
            &self.connections_refused,
        );
        metric("envelopes_stored_total", "counter", "Envelopes stored.", &self.envelopes_stored);
        metric(
            "envelopes_duplicate_total",
            "counter",
            "Envelopes that came again.",
            &self.envelopes_duplicate,
        );
        metric("entries_appended_total", "counter", "Membership entries appended.", &self.entries_appended);
        metric("frame_bytes_up_total", "counter", "Bytes of sync calls received.", &self.bytes_up);
        metric("frame_bytes_down_total", "counter", "Bytes of sync calls sent.", &self.bytes_down);
        metric("commits_total", "counter", "Durable transactions.", &self.commits);
        metric("jobs_committed_total", "counter", "Requests' work in them.", &self.jobs_committed);
        out.push_str("# HELP baikoo_refusals_total Frames and requests refused.\n");
        out.push_str("# TYPE baikoo_refusals_total counter\n");
        for (refusal, count) in Refusal::ALL.into_iter().zip(&self.refusals) {
            let count = count.load(Ordering::Relaxed);
            let _ = writeln!(out, "baikoo_refusals_total{{code=\"{}\"}} {count}", refusal as u8);
        }
        out
    }
}

fn add(counter: &AtomicU64, by: u64) {
    counter.fetch_add(by, Ordering::Relaxed);
}
