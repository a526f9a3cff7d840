//! An open workspace: one method here is one method of the client, where it is documented in full.

mod people;
mod read;
mod review;
mod sync;
mod write;

use std::sync::Arc;

use baikoo_client_core::client::Client;
use baikoo_client_core::error::ClientError;

use super::events::{Events, Subscription};
use super::platform::EventListener;
use super::runtime::work;
use super::session::Session;

/// An open workspace. To let go of the last handle locks it.
#[derive(uniffi::Object)]
pub struct Workspace {
    session: Arc<Session>,
}

impl Workspace {
    pub(super) fn new(session: Arc<Session>) -> Arc<Self> {
        Arc::new(Self { session })
    }

    /// A step that only reads.
    async fn read<R: Send + 'static>(
        &self,
        step: impl FnOnce(&mut Client) -> Result<R, ClientError> + Send + 'static,
    ) -> Result<R, ClientError> {
        let session = Arc::clone(&self.session);
        work(move |_| session.step(|client, _| step(client))?).await
    }

    /// A step that writes. Durable when it has answered.
    async fn write<R: Send + 'static>(
        &self,
        step: impl FnOnce(&mut Client) -> Result<R, ClientError> + Send + 'static,
    ) -> Result<R, ClientError> {
        let session = Arc::clone(&self.session);
        work(move |_| session.write(step)).await
    }
}

#[uniffi::export]
impl Workspace {
    /// Locks it: the database is closed, and the keys are forgotten. Every handle is locked; twice
    /// does no harm.
    pub async fn lock(&self) -> Result<(), ClientError> {
        let session = Arc::clone(&self.session);
        work(move |_| {
            session.end();
            Ok(())
        })
        .await
    }

    /// What happens from now on, as a stream that is asked for the next event.
    pub fn events(&self) -> Arc<Events> {
        Events::new(self.session.listen())
    }

    /// What happens from now on, told to a listener until the subscription is ended or dropped.
    pub fn subscribe(&self, listener: Arc<dyn EventListener>) -> Arc<Subscription> {
        Subscription::new(self.session.listen(), listener, self.session.platform.clone())
    }
}

impl Drop for Workspace {
    fn drop(&mut self) {
        // The thread that lets go may be the one that draws, and closing writes to the disk.
        let session = Arc::clone(&self.session);
        drop(super::runtime::runtime().spawn_blocking(move || session.end()));
    }
}

#[cfg(test)]
mod tests {
    use super::super::device::Device;
    use super::*;
    use crate::native::events::Event;

    #[test]
    fn a_panic_is_an_error_of_its_call_and_locks_the_workspace() {
        let runtime = super::super::runtime::runtime();
        let folder = tempfile::tempdir().unwrap();
        let device = Device::new(folder.path().display().to_string(), None);
        runtime.block_on(async {
            let made = Arc::clone(&device).create_workspace(
                "http://127.0.0.1:9".into(),
                "Gulnara".into(),
                "кызыл тоолор агын суу".into(),
                None,
            );
            let workspace = made.await.unwrap().workspace;
            let report = workspace.create_report(None).await.unwrap();
            let events = workspace.events();
            let bug = workspace.read::<()>(|_| panic!("a bug"));
            assert_eq!(bug.await.unwrap_err().code(), "internal");
            assert_eq!(events.next().await, Some(Event::Locked));
            assert_eq!(events.next().await, None);
            assert_eq!(workspace.me().await.unwrap_err().code(), "locked");
            let again = device.unlock("кызыл тоолор агын суу".into()).await.unwrap();
            again.heads(report).await.unwrap();
        });
    }
}
