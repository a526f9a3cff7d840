//! Exchange with the server.

use std::sync::Arc;

use baikoo_client_core::error::ClientError;
use baikoo_client_core::sync::driver::Surroundings;
use baikoo_client_core::view::SyncView;

use super::super::runtime::{wait, work};
use super::Workspace;

#[uniffi::export]
impl Workspace {
    /// Syncs by itself from now on: after changes, when the network comes back, when it is time.
    /// Twice does no harm. Locked, it does nothing.
    pub fn start_sync(&self) {
        self.session.start();
    }

    /// Does not sync by itself any more. A call that is on its way is given up; nothing is lost.
    pub fn stop_sync(&self) {
        self.session.stop();
    }

    /// Syncs now, until there is nothing more to do, and answers where that leads. While the platform
    /// says that there is no network, nothing is tried. Cancelled, it hangs up; what came until then
    /// is kept.
    pub async fn sync_now(&self) -> Result<SyncView, ClientError> {
        wait(Arc::clone(&self.session).sync_now()).await
    }

    /// Where synchronising stands.
    pub async fn sync_status(&self) -> Result<SyncView, ClientError> {
        let session = Arc::clone(&self.session);
        work(move |_| session.status()).await
    }

    /// What the platform knows of network and power. Without it, both are taken to be good.
    pub async fn surroundings(&self, surroundings: Surroundings) -> Result<(), ClientError> {
        let session = Arc::clone(&self.session);
        work(move |_| Ok(surroundings.inputs().map(|input| session.input(input)))).await.map(|_| ())
    }

    /// A person has seen the alarms.
    pub async fn dismiss_alarms(&self) -> Result<(), ClientError> {
        self.read(|client| client.dismiss_alarms()).await
    }
}
