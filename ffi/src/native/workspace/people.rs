//! People and devices.

use baikoo_client_core::error::ClientError;
use baikoo_client_core::member::{MadeInvitation, secret_of_sheets};
use baikoo_client_core::protocol::id::DeviceId;
use baikoo_client_core::protocol::membership::{RevokeReason, Role};
use baikoo_client_core::view::{DeviceView, InviteView, Me, SheetsStanding};

use super::Workspace;

#[uniffi::export]
impl Workspace {
    /// This device and its workspace, its safety number included.
    pub async fn me(&self) -> Result<Me, ClientError> {
        self.read(|client| Ok(client.me())).await
    }

    /// All devices, for a coordinator with names.
    pub async fn members(&self) -> Result<Vec<DeviceView>, ClientError> {
        self.read(|client| client.members()).await
    }

    /// Vouches for a device, after its safety number was compared.
    pub async fn approve(&self, device: DeviceId) -> Result<(), ClientError> {
        self.write(move |client| client.approve(device)).await
    }

    /// Revokes a device: nothing that it sends from now on counts.
    pub async fn revoke(&self, device: DeviceId, reason: RevokeReason) -> Result<(), ClientError> {
        self.write(move |client| client.revoke(device, reason)).await
    }

    /// Makes an invitation for one new device. It works once the next sync has told the server.
    pub async fn invite(
        &self,
        role: Role,
        name: String,
        lifetime_ms: u64,
    ) -> Result<MadeInvitation, ClientError> {
        self.write(move |client| client.invite(role, &name, lifetime_ms)).await
    }

    /// Invitations, those that the server does not have yet included.
    pub async fn invitations(&self) -> Result<Vec<InviteView>, ClientError> {
        self.read(|client| client.invites()).await
    }

    /// Takes an invitation back.
    pub async fn cancel_invitation(&self, id: String) -> Result<(), ClientError> {
        self.write(move |client| client.cancel_invite(&id)).await
    }

    /// Gives the coordinators a new role key.
    pub async fn rotate_role(&self) -> Result<(), ClientError> {
        self.write(|client| client.rotate_role()).await
    }

    /// Draws new recovery sheets, shown once and kept nowhere. The old ones count until
    /// [`Self::renew_sheets`]: call it when somebody holds the new ones on paper.
    pub async fn draw_sheets(&self) -> Result<Vec<String>, ClientError> {
        self.read(|client| client.draw_sheets()).await
    }

    /// Lets drawn sheets (two of them are enough) take the place of the old ones, with the next
    /// sync that succeeds.
    pub async fn renew_sheets(&self, sheets: Vec<String>) -> Result<(), ClientError> {
        self.write(move |client| client.renew_sheets(&secret_of_sheets(&sheets)?)).await
    }

    /// Where these sheets (two of them are enough) stand.
    pub async fn sheets_standing(&self, sheets: Vec<String>) -> Result<SheetsStanding, ClientError> {
        self.read(move |client| client.sheets_standing(&secret_of_sheets(&sheets)?)).await
    }
}
