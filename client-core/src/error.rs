//! What can go wrong, as a person can act on it: a short closed list, the same in the app, on the
//! command line and through the FFI. Causes are kept inside; user data is in neither.

use baikoo_protocol::refusal::Refusal;
use serde::{Deserialize, Serialize};

use crate::store::StoreError;

/// What a person or program can do something about. Its code is its name in snake case.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The passphrase is wrong. No hint is given, and there is none.
    #[error("wrong passphrase")]
    WrongPassphrase,
    /// The passphrase is too short to protect anything.
    #[error("passphrase is too short")]
    WeakPassphrase,
    /// Nothing is set up here yet.
    #[error("no workspace on this device; join one or make one")]
    NoWorkspace,
    /// There is a workspace here already.
    #[error("there is a workspace on this device already")]
    WorkspaceExists,
    /// What was asked for is not here.
    #[error("not found: {0}")]
    NotFound(&'static str),
    /// The input can't be taken as it is.
    #[error("can't take this: {0}")]
    BadInput(String),
    /// This member may not do that.
    #[error("only a coordinator can do this")]
    NotAllowed,
    /// The invitation can't be read, or is for something else.
    #[error("the invitation is not valid")]
    InviteInvalid,
    /// The invitation was used or cancelled, or came too late.
    #[error("the invitation is used, cancelled or expired; ask for a new one")]
    InviteExpired,
    /// No network, or no server there.
    #[error("no connection; everything is kept and will be sent later")]
    Offline,
    /// The server does not know this device's token.
    #[error("the server does not know this device")]
    Unauthorised,
    /// The device has been revoked.
    #[error("this device has been revoked")]
    DeviceRevoked,
    /// A coordinator has to approve the device first.
    #[error("a coordinator has to approve this device first")]
    ApprovalPending,
    /// The server refused for another reason.
    #[error("the server refused: {0}")]
    ServerRefused(Refusal),
    /// One of the two sides is too old.
    #[error("an update is needed")]
    UpdateNeeded,
    /// The disk or the browser's quota is full; nothing was changed.
    #[error("no room left on this device")]
    StorageFull,
    /// Another process or tab is using the workspace.
    #[error("the workspace is open elsewhere")]
    BusyElsewhere,
    /// The data on this device can't be read.
    #[error("the data on this device is damaged")]
    Damaged(#[source] Option<StoreError>),
    /// The recovery sheets do not open this workspace.
    #[error("these sheets do not open this workspace; check the server's address and the workspace's id")]
    RecoveryInvalid,
    /// A bug.
    #[error("internal error")]
    Internal(#[source] Option<StoreError>),
    /// The workspace has been locked since.
    #[error("locked; unlock it first")]
    Locked,
    /// The platform's key store did not open the key, or the person did not let it.
    #[error("the key store of this device refused")]
    KeyStoreRefused,
}

impl ClientError {
    /// The code: stable, for programs and translations.
    pub fn code(&self) -> &'static str {
        match self {
            Self::WrongPassphrase => "wrong_passphrase",
            Self::WeakPassphrase => "weak_passphrase",
            Self::NoWorkspace => "no_workspace",
            Self::WorkspaceExists => "workspace_exists",
            Self::NotFound(_) => "not_found",
            Self::BadInput(_) => "bad_input",
            Self::NotAllowed => "not_allowed",
            Self::InviteInvalid => "invite_invalid",
            Self::InviteExpired => "invite_expired",
            Self::Offline => "offline",
            Self::Unauthorised => "unauthorised",
            Self::DeviceRevoked => "device_revoked",
            Self::ApprovalPending => "approval_pending",
            Self::ServerRefused(_) => "server_refused",
            Self::UpdateNeeded => "update_needed",
            Self::StorageFull => "storage_full",
            Self::BusyElsewhere => "busy_elsewhere",
            Self::Damaged(_) => "damaged",
            Self::RecoveryInvalid => "recovery_invalid",
            Self::Internal(_) => "internal",
            Self::Locked => "locked",
            Self::KeyStoreRefused => "key_store_refused",
        }
    }

    /// All codes.
    pub const CODES: [&'static str; 22] = [
        "wrong_passphrase",
        "weak_passphrase",
        "no_workspace",
        "workspace_exists",
        "not_found",
        "bad_input",
        "not_allowed",
        "invite_invalid",
        "invite_expired",
        "offline",
        "unauthorised",
        "device_revoked",
        "approval_pending",
        "server_refused",
        "update_needed",
        "storage_full",
        "busy_elsewhere",
        "damaged",
        "internal",
        "recovery_invalid",
        "locked",
        "key_store_refused",
    ];

    /// The error as data, for a front end in another language.
    pub fn to_view(&self) -> ErrorView {
        ErrorView { code: self.code().to_owned(), message: self.to_string() }
    }
}

/// An error as data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorView {
    /// See [`ClientError::CODES`].
    pub code: String,
    /// In English, for a log or a developer. Front ends say it in the reader's language by the code.
    pub message: String,
}

impl From<StoreError> for ClientError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::WrongKey => Self::WrongPassphrase,
            StoreError::Full => Self::StorageFull,
            StoreError::BusyElsewhere => Self::BusyElsewhere,
            StoreError::Newer => Self::UpdateNeeded,
            StoreError::Damaged(_) => Self::Damaged(Some(error)),
            StoreError::Sqlite(_) => Self::Internal(Some(error)),
        }
    }
}

impl From<Refusal> for ClientError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Unauthorised => Self::Unauthorised,
            Refusal::DeviceRevoked => Self::DeviceRevoked,
            Refusal::ApprovalPending => Self::ApprovalPending,
            Refusal::UnsupportedVersion => Self::UpdateNeeded,
            Refusal::InviteNotOpen | Refusal::InviteExpired => Self::InviteExpired,
            other => Self::ServerRefused(other),
        }
    }
}
