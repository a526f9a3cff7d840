//! Joining by an invitation, with a network or without.

use baikoo_protocol::hash::Hash;
use baikoo_protocol::id::MemberId;
use baikoo_protocol::membership::{Body, Entry};
use baikoo_protocol::token::Token;

use super::check::fair_name;
use super::invitation::{Invitation, hex};
use crate::client::{Client, Founding, Root};
use crate::crypto::device::{DeviceSecrets, invite_key};
use crate::crypto::keys::DatabaseKey;
use crate::crypto::seal::{Purpose, seal_box};
use crate::env::Env;
use crate::error::ClientError;
use crate::store::{Location, Name, Store};

impl Client {
    /// Joins a workspace. The device can write at once; the enrolment travels with the first sync.
    ///
    /// # Errors
    /// [`ClientError::WorkspaceExists`] if the database is not new; [`ClientError::BadInput`] for a
    /// name that is none.
    pub fn join(
        location: &Location,
        key: &DatabaseKey,
        mut env: Box<dyn Env>,
        invitation: &Invitation,
        name: &str,
    ) -> Result<Self, ClientError> {
        let name = fair_name(name)?;
        let device = DeviceSecrets::make(&mut *env);
        let member = MemberId(env.random());
        let invite = invite_key(&invitation.secret);
        let profile = seal_box(invitation.role_public, Purpose::Profile, name.as_bytes(), &mut *env)
            .map_err(|_| ClientError::InviteInvalid)?;
        let body = Body::Enrol { invite: invite.public(), member, keys: device.public(), profile }.to_bytes();
        let workspace = invitation.workspace();
        let entry = Entry {
            // Its place is the server's to give: this phone can't know it.
            mseq: 0,
            prev: Hash::ZERO,
            signer: device.id(),
            signature: device.sign(&Entry::signing_hash(workspace, None, &body)),
            countersignature: Some(invite.sign(&Entry::invite_signing_hash(workspace, &body))),
            body,
        };
        let token = Token(env.random());
        let admission = super::admission_of(&device, workspace, &entry, &token);
        let store = Store::open(location, key)?;
        let founding = Founding {
            device: &device,
            token: &token,
            member,
            name,
            role: invitation.role,
            server: &invitation.server,
            root: Root::Genesis(invitation.genesis),
            admission: &admission,
        };
        let invited_role = format!("{} {}", invitation.role_epoch, hex(&invitation.role_public.0));
        let store = Client::found(store, &founding, |tx| tx.set(Name::InvitedRole, invited_role.as_bytes()))?;
        Client::open_store(store, env)
    }
}
