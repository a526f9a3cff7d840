//! Invitations: a link, or the same as a QR code. One use, one role, expires.
//!
//! It carries what a phone needs to start writing with no network at all: the workspace's genesis
//! hash, the coordinators' role key, and a secret from which the invite key is derived. It stands
//! in the link's fragment, so that no server ever sees it.

use baikoo_protocol::hash::Hash;
use baikoo_protocol::id::WorkspaceId;
use baikoo_protocol::membership::{Body, Role, workspace_of_genesis};
use baikoo_protocol::signature::SealingPublicKey;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use minicbor::{Decode, Encode};

use super::check::fair_name;
use crate::client::Client;
use crate::crypto::device::invite_key;
use crate::crypto::seal::{Purpose, seal_box};
use crate::error::ClientError;
use crate::view::InviteView;

const MARK: &str = "/#join=";

/// What an invitation says.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
pub struct Invitation {
    /// The version of this layout.
    #[n(0)]
    version: u8,
    /// The hash of the workspace's genesis: the root of all trust in it.
    #[n(1)]
    pub genesis: Hash,
    /// The one-time secret.
    #[n(2)]
    #[cbor(with = "minicbor::bytes")]
    pub(crate) secret: [u8; 16],
    /// As what.
    #[n(3)]
    pub role: Role,
    /// The role key in force, so that reports can be sealed before the first sync.
    #[n(4)]
    pub(crate) role_epoch: u32,
    /// Its public half.
    #[n(5)]
    pub(crate) role_public: SealingPublicKey,
    /// The server takes no enrolment after this time, in milliseconds since 1970.
    #[n(6)]
    pub expires_at_ms: u64,
    /// The server's address. In the link it stands before the fragment.
    #[n(7)]
    pub server: String,
}

impl core::fmt::Debug for Invitation {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Invitation").field("role", &self.role).finish_non_exhaustive()
    }
}

impl Invitation {
    /// The workspace that it is for.
    pub fn workspace(&self) -> WorkspaceId {
        workspace_of_genesis(self.genesis)
    }

    /// The link.
    pub fn to_link(&self) -> String {
        let bare = Self { server: String::new(), ..self.clone() };
        let bytes = minicbor::to_vec(&bare).expect("writing to a vector can't fail");
        format!("{}{MARK}{}", self.server.trim_end_matches('/'), URL_SAFE_NO_PAD.encode(bytes))
    }

    /// Reads a link, however it was pasted: spaces and line breaks around and in it are ignored.
    ///
    /// # Errors
    /// [`ClientError::InviteInvalid`].
    pub fn from_link(link: &str) -> Result<Self, ClientError> {
        let link: String = link.split_whitespace().collect();
        let (server, code) = link.split_once(MARK).ok_or(ClientError::InviteInvalid)?;
        let bytes = URL_SAFE_NO_PAD.decode(code).map_err(|_| ClientError::InviteInvalid)?;
        let bare: Self = minicbor::decode(&bytes).map_err(|_| ClientError::InviteInvalid)?;
        let fair = bare.version == 1
            && (server.starts_with("https://") || server.starts_with("http://"))
            && server.len() <= 200;
        if fair { Ok(Self { server: server.to_owned(), ..bare }) } else { Err(ClientError::InviteInvalid) }
    }
}

/// An invitation that was just made: show it, and forget it.
#[derive(Debug, Clone)]
pub struct MadeInvitation {
    /// Its public name in the workspace.
    pub view: InviteView,
    /// The link. It holds the secret and stands nowhere else.
    pub link: String,
}

impl Client {
    /// Makes an invitation for one new device. It works as soon as the server has it, which the
    /// next sync sees to; the invited can start writing before.
    ///
    /// # Errors
    /// [`ClientError::NotAllowed`] for a monitor; [`ClientError::BadInput`] for a name that is none,
    /// and for a lifetime that is not between one minute and thirty days.
    pub fn invite(
        &mut self,
        role: Role,
        name: &str,
        lifetime_ms: u64,
    ) -> Result<MadeInvitation, ClientError> {
        self.must_coordinate()?;
        let genesis = self.membership()?.genesis();
        let name = fair_name(name)?;
        if !(60_000..=baikoo_protocol::limits::INVITE_LIFETIME_MAX_MS).contains(&lifetime_ms) {
            return Err(ClientError::BadInput("lifetime".to_owned()));
        }
        let secret: [u8; 16] = self.env.random();
        let key = invite_key(&secret);
        // The server judges by its own clock, so the time is told by it, as far as it is known.
        let now_ms = u64::try_from(self.server_now_ms()?).unwrap_or(0);
        let expires_at_ms = now_ms.saturating_add(lifetime_ms);
        let (role_epoch, role_public) = self.role_key()?;
        let profile = seal_box(role_public, Purpose::Profile, name.as_bytes(), &mut *self.env)
            .map_err(|_| ClientError::Internal(None))?;
        let body = Body::Invite { invite: key.public(), role, expires_at_ms, profile };
        self.store.write(|tx| tx.wish_membership(&body).map_err(ClientError::from))?;
        let invitation = Invitation {
            version: 1,
            genesis,
            secret,
            role,
            role_epoch,
            role_public,
            expires_at_ms,
            server: self.server.clone(),
        };
        let view = InviteView {
            id: hex(&key.public().0),
            role,
            name: Some(name.to_owned()),
            expires_at_ms,
            state: "waiting".to_owned(),
        };
        Ok(MadeInvitation { view, link: invitation.to_link() })
    }

    /// Takes an invitation back.
    ///
    /// # Errors
    /// [`ClientError::NotFound`] if there is none of this name.
    pub fn cancel_invite(&mut self, id: &str) -> Result<(), ClientError> {
        self.must_coordinate()?;
        let membership = self.membership()?;
        let invite = membership
            .invites()
            .keys()
            .find(|key| hex(&key[..]) == id)
            .copied()
            .ok_or(ClientError::NotFound("invitation"))?;
        let body = Body::CancelInvite { invite: baikoo_protocol::signature::SigningPublicKey(invite) };
        self.store.write(|tx| Ok(tx.wish_membership(&body)?))
    }
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
