//! The library's own threads. UniFFI polls futures on the caller's thread, so whatever takes time is
//! moved here and only awaited there.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock};

use baikoo_client_core::error::ClientError;
use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinHandle;

use super::gate::through;

/// Threads for calls: two for the network, and so many at most for what computes, reads and writes.
const THREADS_WAITING: usize = 2;
const THREADS_WORKING_MAX: usize = 32;

/// The threads. They are never joined: a process that ends takes them along.
pub(super) fn runtime() -> &'static Runtime {
    static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
        let mut builder = Builder::new_multi_thread();
        builder.worker_threads(THREADS_WAITING).max_blocking_threads(THREADS_WORKING_MAX);
        builder.thread_name("baikoo").enable_all().build().expect("a process can have threads")
    });
    &RUNTIME
}

/// Whether somebody still waits for the work.
#[derive(Clone, Default)]
pub(super) struct Awaited(Arc<AtomicBool>);

impl Awaited {
    /// Between two parts of the work.
    ///
    /// # Errors
    /// If nobody waits any more; nobody will see it.
    pub(super) fn check(&self) -> Result<(), ClientError> {
        if self.0.load(Ordering::SeqCst) { Err(ClientError::Internal(None)) } else { Ok(()) }
    }
}

/// A task that is given up when nobody waits for it any more.
struct Task<R>(JoinHandle<Result<R, ClientError>>, Awaited);

impl<R> Drop for Task<R> {
    fn drop(&mut self) {
        self.1.0.store(true, Ordering::SeqCst);
        self.0.abort();
    }
}

impl<R> Task<R> {
    // A panic of the work is an error of the call.
    async fn done(mut self) -> Result<R, ClientError> {
        through(&mut self.0).await.unwrap_or(Err(ClientError::Internal(None)))
    }
}

/// Does work that computes, reads or writes. If it is dropped before it begins, it never does;
/// afterwards it hears of it at its next [`Awaited::check`].
pub(super) async fn work<R: Send + 'static>(
    work: impl FnOnce(&Awaited) -> Result<R, ClientError> + Send + 'static,
) -> Result<R, ClientError> {
    let awaited = Awaited::default();
    let theirs = awaited.clone();
    Task(runtime().spawn_blocking(move || work(&theirs)), awaited).done().await
}

/// Does work that waits for the network. It ends where it is when it is dropped.
pub(super) async fn wait<R: Send + 'static>(
    work: impl Future<Output = Result<R, ClientError>> + Send + 'static,
) -> Result<R, ClientError> {
    Task(runtime().spawn(work), Awaited::default()).done().await
}
