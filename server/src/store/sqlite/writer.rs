//! The one thread that writes, and its group commit.
//!
//! A durable commit costs a flush of the disk, however much it carries. So the thread takes all
//! the work that waits, from whichever connections, puts it into one transaction, and answers
//! only when that is on disk.

use std::sync::Arc;

use rusqlite::{Connection, TransactionBehavior};
use tokio::sync::{mpsc, oneshot};

use super::session::Session;
use super::{Shared, StoreError, database, failed};
use crate::limits::{GROUP_JOBS_MAX, WRITER_QUEUE_MAX};
use crate::metrics::Metrics;

/// The way to the thread. It ends when this is dropped.
pub(super) struct Writer {
    queue: mpsc::Sender<Box<dyn Job>>,
}

trait Job: Send {
    /// Does the work. It may be called a second time, after a rollback.
    fn run(&mut self, session: &mut Session<'_>) -> Result<(), StoreError>;
    /// Answers, with what `run` gave last or with why the transaction failed.
    fn answer(self: Box<Self>, failure: Option<StoreError>);
}

struct Task<F, T> {
    work: F,
    done: Option<Result<T, StoreError>>,
    reply: oneshot::Sender<Result<T, StoreError>>,
}

impl<F, T> Job for Task<F, T>
where
    F: FnMut(&mut Session<'_>) -> Result<T, StoreError> + Send,
    T: Send,
{
    fn run(&mut self, session: &mut Session<'_>) -> Result<(), StoreError> {
        match (self.work)(session) {
            Ok(done) => {
                self.done = Some(Ok(done));
                Ok(())
            }
            // The rules refuse before anything is written, so the others' work can stand.
            Err(StoreError::Refused(refusal)) => {
                self.done = Some(Err(refusal.into()));
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    fn answer(self: Box<Self>, failure: Option<StoreError>) {
        let answer = failure.map_or(self.done, |failure| Some(Err(failure)));
        // Whoever asked may be gone; what was committed stays.
        let _ = self.reply.send(answer.unwrap_or(Err(StoreError::Closed)));
    }
}

impl Writer {
    pub(super) fn start(
        connection: Connection,
        shared: Arc<Shared>,
        metrics: Arc<Metrics>,
    ) -> Result<Self, StoreError> {
        let (queue, work) = mpsc::channel(WRITER_QUEUE_MAX);
        let thread = Thread { connection, shared, metrics };
        std::thread::Builder::new().name("writer".into()).spawn(move || thread.run(work)).map_err(failed)?;
        Ok(Self { queue })
    }

    pub(super) async fn write<T: Send + 'static>(
        &self,
        work: impl FnMut(&mut Session<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (reply, answer) = oneshot::channel();
        let task = Box::new(Task { work, done: None, reply });
        self.queue.send(task).await.map_err(|_| StoreError::Closed)?;
        answer.await.map_err(|_| StoreError::Closed)?
    }
}

struct Thread {
    connection: Connection,
    shared: Arc<Shared>,
    metrics: Arc<Metrics>,
}

impl Thread {
    fn run(mut self, mut work: mpsc::Receiver<Box<dyn Job>>) {
        while let Some(first) = work.blocking_recv() {
            let mut group = vec![first];
            while group.len() < GROUP_JOBS_MAX
                && let Ok(next) = work.try_recv()
            {
                group.push(next);
            }
            self.commit(group);
        }
        // The last one out folds the write-ahead log into the file; if it can't, the next open does.
        let _ = self.connection.pragma_update(None, "wal_checkpoint", "truncate");
    }

    fn commit(&mut self, mut group: Vec<Box<dyn Job>>) {
        match self.transact(&mut group) {
            Ok(()) => {
                self.metrics.committed(group.len());
                group.into_iter().for_each(|job| job.answer(None));
            }
            // One job may have spoiled it for all: a workspace that is damaged, say.
            Err(Failure::Work(_)) if group.len() > 1 => {
                group.into_iter().for_each(|job| self.commit(vec![job]));
            }
            Err(Failure::Work(error) | Failure::Commit(error)) => {
                tracing::error!(%error, "a transaction failed");
                group.into_iter().for_each(|job| job.answer(Some(error.clone())));
            }
        }
    }

    fn transact(&mut self, group: &mut [Box<dyn Job>]) -> Result<(), Failure> {
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(|error| Failure::Commit(database(error)))?;
        let mut session = Session::new(&transaction, &self.shared);
        for job in group {
            job.run(&mut session).map_err(Failure::Work)?;
        }
        let news = session.finish();
        transaction.commit().map_err(|error| Failure::Commit(database(error)))?;
        news.memberships.into_values().for_each(|membership| self.shared.publish(membership));
        news.touched.into_iter().for_each(|workspace| self.shared.wake(workspace));
        Ok(())
    }
}

enum Failure {
    Work(StoreError),
    Commit(StoreError),
}
