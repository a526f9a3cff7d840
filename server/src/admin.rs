//! What the administrator does beside serving. She can deny service; she can't read or enrol.

use std::io;
use std::path::Path;
use std::sync::Arc;

use baikoo_protocol::id::DeviceId;

use crate::clock::SystemClock;
use crate::config::{Config, LISTEN_DEFAULT, hash_setup_code};
use crate::limits::Limits;
use crate::metrics::Metrics;
use crate::node::Node;
use crate::serve::{self, Listen, RunningServer};
use crate::store::StoreError;
use crate::store::sqlite::{self, Options, SqliteStore};

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub enum AdminError {
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The network or a file.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The machine gives no random numbers.
    #[error("the machine gives no random numbers")]
    Random,
    /// A backup that does not verify.
    #[error("{0} problems in what was restored")]
    Restored(usize),
}

/// Makes the data folder if there is none, and a code with which one workspace can be created. The
/// server keeps only the code's hash.
///
/// # Errors
/// When the folder can't be written.
pub fn init(folder: &Path) -> Result<String, AdminError> {
    let mut random = [0; 16];
    getrandom::fill(&mut random).map_err(|_| AdminError::Random)?;
    let digits = DeviceId(random).to_string();
    sqlite::add_setup_code(folder, hash_setup_code(&digits))?;
    // In groups, since people read codes to each other.
    let groups: Vec<&str> = (0..8).map(|group| &digits[group * 4..group * 4 + 4]).collect();
    Ok(groups.join("-"))
}

/// Opens the data folder and begins to serve.
///
/// # Errors
/// When the store can't be opened or an address can't be bound.
pub async fn start(folder: &Path, config: Config) -> Result<RunningServer, AdminError> {
    let metrics = Arc::<Metrics>::default();
    let store = SqliteStore::open(folder, Options { metrics: Arc::clone(&metrics), ..Options::default() })?;
    let mut limits = Limits::default();
    limits.workspace_bytes = config.workspace_bytes.unwrap_or(limits.workspace_bytes);
    let creation = config.creation.unwrap_or_default();
    let node = Node::new(store, Arc::new(SystemClock), limits, creation).with_metrics(metrics);
    let tls = match (&config.tls_certificate, &config.tls_key) {
        (Some(certificate), Some(key)) => Some(crate::tls::acceptor(certificate, key)?),
        (None, None) => None,
        _ => return Err(io::Error::other("TLS needs both a certificate and a key").into()),
    };
    let listen = Listen {
        address: Some(config.listen.unwrap_or(LISTEN_DEFAULT)),
        tls,
        app_folder: config.app_dir,
        metrics_address: config.metrics_listen,
    };
    Ok(serve::start(Arc::new(node), listen).await?)
}

/// Puts a backup into an empty data folder, with new log epochs, and verifies all of it.
///
/// # Errors
/// When the folder has a database already, or the backup does not verify.
pub fn restore(folder: &Path, from: &Path) -> Result<sqlite::check::Findings, AdminError> {
    sqlite::restore(folder, from)?;
    let findings = sqlite::check::check(folder)?;
    if findings.problems.is_empty() {
        Ok(findings)
    } else {
        Err(AdminError::Restored(findings.problems.len()))
    }
}
