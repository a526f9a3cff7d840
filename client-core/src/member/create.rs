//! Making a workspace, on the first coordinator's device.

use baikoo_protocol::hash::Hash;
use baikoo_protocol::id::{MemberId, WorkspaceId};
use baikoo_protocol::membership::{Body, Entry, Membership, Role, RoleCopy, RoleEpoch};
use baikoo_protocol::token::Token;

use super::check::{fair_address, fair_name};
use crate::client::{Client, Founding, Root};
use crate::crypto::device::DeviceSecrets;
use crate::crypto::keys::{DatabaseKey, RoleSecret, Secret32};
use crate::crypto::recovery;
use crate::crypto::seal::{Purpose, SealingSecret, public_of, seal_box};
use crate::env::Env;
use crate::error::ClientError;
use crate::store::{Location, Name, Store};

/// A new workspace.
pub struct Created {
    /// The open client.
    pub client: Client,
    /// The recovery key, two of these three sheets open it. Shown once, kept nowhere.
    pub recovery_sheets: Vec<String>,
}

impl Client {
    /// Makes a workspace and its first coordinator. The server hears of it in the next sync.
    ///
    /// # Errors
    /// [`ClientError::WorkspaceExists`] if the database is not new; [`ClientError::BadInput`] for an
    /// address or a name that is none.
    pub fn create_workspace(
        location: &Location,
        key: &DatabaseKey,
        mut env: Box<dyn Env>,
        server: &str,
        name: &str,
        setup_code: Option<&str>,
    ) -> Result<Created, ClientError> {
        let (server, name) = (fair_address(server)?, fair_name(name)?);
        let env_ref = &mut *env;
        let device = DeviceSecrets::make(env_ref);
        let member = MemberId(env_ref.random());
        let role_secret = RoleSecret(Secret32::make(env_ref));
        let recovery_secret = Secret32::make(env_ref);
        let role_public = public_of(&SealingSecret::of_role(&role_secret));
        let recovery_signing = recovery::signing_key(&recovery_secret);
        let recovery_public = public_of(&SealingSecret::from_seed(&recovery_secret));
        let mut seal = |to, purpose, content: &[u8]| {
            seal_box(to, purpose, content, &mut *env).map_err(|_| ClientError::Internal(None))
        };
        let role = RoleEpoch {
            epoch: 1,
            public: role_public,
            copies: vec![RoleCopy {
                device: device.id(),
                sealed: seal(device.public().sealing, Purpose::RoleSecret, &role_secret.0.0)?,
            }],
            recovery: seal(recovery_public, Purpose::RoleSecret, &role_secret.0.0)?,
            previous: None,
        };
        let profile = seal(role_public, Purpose::Profile, name.as_bytes())?;
        let body = Body::Genesis {
            nonce: env.random(),
            member,
            keys: device.public(),
            profile,
            role,
            recovery: recovery_public,
            recovery_signing: Some(recovery_signing.public()),
        }
        .to_bytes();
        // The workspace's id is the hash of this entry, so the signature can't cover it.
        let nowhere = WorkspaceId([0; 16]);
        let signed = Entry::signing_hash(nowhere, Some((1, Hash::ZERO)), &body);
        let by_sheets = recovery_signing.sign(&Entry::recovery_signing_hash(nowhere, &body));
        let entry = Entry {
            mseq: 1,
            prev: Hash::ZERO,
            body,
            signer: device.id(),
            signature: device.sign(&signed),
            countersignature: Some(by_sheets),
        };
        let membership = Membership::from_genesis(&entry).expect("a genesis of our own making is one");
        let token = Token(env.random());
        let admission = super::admission_of(&device, membership.workspace(), &entry, &token);
        let recovery_sheets = recovery::split(&recovery_secret, &mut *env);

        let store = Store::open(location, key)?;
        let founding = Founding {
            device: &device,
            token: &token,
            member,
            name,
            role: Role::Coordinator,
            server,
            root: Root::Genesis(membership.genesis()),
            admission: &admission,
        };
        let store = Client::found(store, &founding, |tx| {
            if let Some(code) = setup_code {
                tx.set(Name::SetupCode, code.as_bytes())?;
            }
            tx.add_membership_entry(&entry)
        })?;
        Ok(Created { client: Client::open_store(store, env)?, recovery_sheets })
    }
}
