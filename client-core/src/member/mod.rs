//! People and devices: making a workspace, inviting, joining, vouching, revoking.
//!
//! What a coordinator wants is first a wish in the database; it becomes a signed entry when the
//! head of the membership log is known, in the next sync.

mod check;
mod create;
mod invitation;
mod join;
mod recover;
mod renew;
mod roster;
mod standing;

pub use check::{fair_address, fair_name};
pub use create::Created;
pub use invitation::{Invitation, MadeInvitation};
pub use recover::{Recovery, secret_of_sheets};

use baikoo_protocol::id::WorkspaceId;
use baikoo_protocol::membership::Entry;
use baikoo_protocol::token::{Admission, Token};

use crate::crypto::device::DeviceSecrets;

/// What a device asks the server to be let in with.
pub(crate) fn admission_of(
    device: &DeviceSecrets,
    workspace: WorkspaceId,
    entry: &Entry,
    token: &Token,
) -> Admission {
    let token_hash = token.hash();
    let signature = device.sign(&Admission::signing_hash(workspace, entry.hash(), token_hash));
    Admission { entry: entry.to_bytes(), token_hash, signature }
}
