//! Entries: what is signed, and how it is encoded.

use minicbor::{Decode, Encode};

use crate::hash::Hash;
use crate::id::{DeviceId, MemberId, WorkspaceId};
use crate::limits::ENTRY_BYTES_MAX;
use crate::signature::{SealingPublicKey, SignatureBytes, SigningPublicKey};

/// What a member may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Encode, Decode, serde::Serialize, serde::Deserialize)]
#[cbor(index_only)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Writes reports; reads her own and what was shared with her.
    #[n(0)]
    Monitor,
    /// Reads and reviews everything; invites and revokes.
    #[n(1)]
    Coordinator,
}

/// The public keys of a device.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct DeviceKeys {
    /// Checks what it signs. The device's id is cut from this key's hash.
    #[n(0)]
    pub signing: SigningPublicKey,
    /// For sealing to it.
    #[n(1)]
    pub sealing: SealingPublicKey,
}

impl DeviceKeys {
    /// The device's id.
    pub fn device(&self) -> DeviceId {
        DeviceId::of_signing_key(&self.signing.0)
    }
}

/// Bytes sealed to a public key by HPKE; nothing here can open them.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct SealedBox {
    /// The encapsulated X25519 key.
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    pub encapsulated: [u8; 32],
    /// The content and its tag.
    #[n(1)]
    #[cbor(with = "minicbor::bytes")]
    pub ciphertext: Vec<u8>,
}

/// A copy of a role's private key for one device.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct RoleCopy {
    /// For whom.
    #[n(0)]
    pub device: DeviceId,
    /// The private key, sealed.
    #[n(1)]
    pub sealed: SealedBox,
}

/// A pair of keys that the coordinators hold together, in force until the next.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct RoleEpoch {
    /// Counts from 1.
    #[n(0)]
    pub epoch: u32,
    /// What report keys are sealed to.
    #[n(1)]
    pub public: SealingPublicKey,
    /// The private key for each coordinator's device.
    #[n(2)]
    pub copies: Vec<RoleCopy>,
    /// The private key for the recovery key on paper.
    #[n(3)]
    pub recovery: SealedBox,
    /// The private key of the epoch before, sealed to this epoch's: one link opens all history.
    #[n(4)]
    pub previous: Option<SealedBox>,
}

/// Why a device was revoked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode, serde::Serialize, serde::Deserialize)]
#[cbor(index_only)]
#[serde(rename_all = "snake_case")]
pub enum RevokeReason {
    /// Lost.
    #[n(0)]
    Lost,
    /// Taken by somebody, at a checkpoint or in a search.
    #[n(1)]
    Seized,
    /// The member left.
    #[n(2)]
    Left,
}

/// What an entry says.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub enum Body {
    /// The first entry: the workspace, and the device that made it.
    #[n(0)]
    Genesis {
        /// Random, so that two workspaces of one device differ.
        #[n(0)]
        #[cbor(with = "minicbor::bytes")]
        nonce: [u8; 16],
        /// The first coordinator.
        #[n(1)]
        member: MemberId,
        /// Her device.
        #[n(2)]
        keys: DeviceKeys,
        /// Her name, sealed to the role key.
        #[n(3)]
        profile: SealedBox,
        /// The first role key.
        #[n(4)]
        role: RoleEpoch,
        /// The public half of the recovery key.
        #[n(5)]
        recovery: SealingPublicKey,
        /// Whom two recovery sheets sign as. It countersigns the genesis, so that the sheets alone
        /// tell the true one. Without it, the sheets open what there is and bring nobody back.
        #[n(6)]
        recovery_signing: Option<SigningPublicKey>,
    },
    /// Whoever holds the private half of `invite` may add one device.
    #[n(1)]
    Invite {
        /// The public half of the key that comes from the invitation's secret.
        #[n(0)]
        invite: SigningPublicKey,
        /// As what.
        #[n(1)]
        role: Role,
        /// The server takes no enrolment after this time, in milliseconds since 1970.
        #[n(2)]
        expires_at_ms: u64,
        /// Whom it is meant for, sealed to the role key.
        #[n(3)]
        profile: SealedBox,
    },
    /// The invitation must not be used any more.
    #[n(2)]
    CancelInvite {
        /// Which.
        #[n(0)]
        invite: SigningPublicKey,
    },
    /// An invitation is used: a new member and device. Signed by the device and by the invite key.
    #[n(3)]
    Enrol {
        /// Which.
        #[n(0)]
        invite: SigningPublicKey,
        /// The new member.
        #[n(1)]
        member: MemberId,
        /// The new device.
        #[n(2)]
        keys: DeviceKeys,
        /// The name that the new member gave, sealed to the role key.
        #[n(3)]
        profile: SealedBox,
    },
    /// A coordinator vouches for a device. A coordinator's device can do nothing before.
    #[n(4)]
    Approve {
        /// Which.
        #[n(0)]
        device: DeviceId,
        /// The role's private key of the epoch in force, if the device is a coordinator's.
        #[n(1)]
        role: Option<SealedBox>,
    },
    /// Nothing of this device counts beyond its envelope `last_dseq`.
    #[n(5)]
    Revoke {
        /// Which.
        #[n(0)]
        device: DeviceId,
        /// The last envelope that counts; 0 for none.
        #[n(1)]
        last_dseq: u64,
        /// Its hash.
        #[n(2)]
        last_hash: Hash,
        /// Why.
        #[n(3)]
        reason: RevokeReason,
        /// A new role key, if the device knew the old one.
        #[n(4)]
        role: Option<RoleEpoch>,
    },
    /// A new role key.
    #[n(6)]
    RotateRole {
        /// The key.
        #[n(0)]
        role: RoleEpoch,
        /// The signer's name, sealed to the new key: of a device that recovery brought, which could
        /// not know whom to seal it to before.
        #[n(1)]
        profile: Option<SealedBox>,
    },
    /// Two recovery sheets were used: a new member and device, a coordinator's, in full standing.
    /// Signed by the device and by the recovery key.
    #[n(7)]
    Recover {
        /// The new member.
        #[n(0)]
        member: MemberId,
        /// The new device.
        #[n(1)]
        keys: DeviceKeys,
    },
    /// New recovery sheets: the old ones bring nobody in any more, and open nothing that is sealed to
    /// the role key that comes with this.
    #[n(8)]
    RenewSheets {
        /// The public half of the new recovery key.
        #[n(0)]
        recovery: SealingPublicKey,
        /// Whom the new sheets sign as.
        #[n(1)]
        recovery_signing: SigningPublicKey,
        /// That key's signature over the workspace and both keys, so that the new sheets tell the true
        /// workspace as the first ones do.
        #[n(2)]
        proof: SignatureBytes,
        /// A new role key.
        #[n(3)]
        role: RoleEpoch,
    },
}

/// An entry of the membership log.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct Entry {
    /// From 1 without a gap.
    #[n(0)]
    pub mseq: u64,
    /// The hash of the entry before; zero for the genesis.
    #[n(1)]
    pub prev: Hash,
    /// A [`Body`], as its signer encoded it.
    #[n(2)]
    #[cbor(with = "minicbor::bytes")]
    pub body: Vec<u8>,
    /// The device that signs.
    #[n(3)]
    pub signer: DeviceId,
    /// Its signature.
    #[n(4)]
    pub signature: SignatureBytes,
    /// A second key's signature: the invite key's for an enrolment, the recovery key's for a genesis
    /// and for a recovery.
    #[n(5)]
    pub countersignature: Option<SignatureBytes>,
}

/// Why an entry does not follow from the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MembershipError {
    /// Not an entry of this version, or not in its one encoding.
    #[error("not a membership entry")]
    Malformed,
    /// Another entry is already there: read on and try again.
    #[error("the log has moved on")]
    NotNext,
    /// A signature is wrong.
    #[error("signature is wrong")]
    Signature,
    /// The signer may not say this.
    #[error("the signer may not do this")]
    NotAllowed,
    /// The invitation is not open: used, cancelled, or never made.
    #[error("the invitation is not open")]
    InviteNotOpen,
    /// A device or role epoch that does not fit: unknown, already there, or out of order.
    #[error("does not fit the log")]
    Unfit,
    /// A limit is reached.
    #[error("a limit is reached")]
    Limit,
}

impl Entry {
    /// What the signer signs. An enrolment or a recovery is signed without its place in the log,
    /// which a device that is not in yet can't know; the chain still fixes it once the server has
    /// appended it.
    pub fn signing_hash(workspace: WorkspaceId, place: Option<(u64, Hash)>, body: &[u8]) -> Hash {
        let (mseq, prev) = place.unwrap_or((0, Hash::ZERO));
        Hash::of("baikoo v1 membership signature", &[&workspace.0, &mseq.to_be_bytes(), &prev.0, body])
    }

    /// What the invite key signs: a domain of its own, the same content.
    pub fn invite_signing_hash(workspace: WorkspaceId, body: &[u8]) -> Hash {
        Hash::of("baikoo v1 invite signature", &[&workspace.0, body])
    }

    /// What the recovery key signs. For a genesis the workspace is zero, as in the other signature.
    pub fn recovery_signing_hash(workspace: WorkspaceId, body: &[u8]) -> Hash {
        Hash::of("baikoo v1 recovery signature", &[&workspace.0, body])
    }

    /// What the key of new recovery sheets signs before the coordinator does.
    pub fn renewal_signing_hash(
        workspace: WorkspaceId,
        recovery: SealingPublicKey,
        recovery_signing: SigningPublicKey,
    ) -> Hash {
        let parts: [&[u8]; 3] = [&workspace.0, &recovery.0, &recovery_signing.0];
        Hash::of("baikoo v1 recovery renewal signature", &parts)
    }

    /// The bytes as they are stored and sent.
    pub fn to_bytes(&self) -> Vec<u8> {
        encode(self)
    }

    /// Reads what [`Self::to_bytes`] wrote, and nothing else.
    ///
    /// # Errors
    /// [`MembershipError::Malformed`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, MembershipError> {
        decode(bytes)
    }

    /// The entry's hash, by which the next one names it.
    pub fn hash(&self) -> Hash {
        Hash::of("baikoo v1 membership entry", &[&self.to_bytes()])
    }
}

impl Body {
    /// The keys of the device that this brings, if it brings one.
    pub fn newcomer(&self) -> Option<&DeviceKeys> {
        match self {
            Self::Genesis { keys, .. } | Self::Enrol { keys, .. } | Self::Recover { keys, .. } => Some(keys),
            _ => None,
        }
    }

    /// The bytes that are signed.
    pub fn to_bytes(&self) -> Vec<u8> {
        encode(self)
    }

    /// Reads what [`Self::to_bytes`] wrote, and nothing else.
    ///
    /// # Errors
    /// [`MembershipError::Malformed`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, MembershipError> {
        decode(bytes)
    }
}

fn encode<T: Encode<()>>(value: &T) -> Vec<u8> {
    minicbor::to_vec(value).expect("writing to a vector can't fail")
}

// One value, one encoding: what decodes must encode to the same bytes.
fn decode<T: Encode<()> + for<'b> Decode<'b, ()>>(bytes: &[u8]) -> Result<T, MembershipError> {
    if bytes.len() > ENTRY_BYTES_MAX {
        return Err(MembershipError::Malformed);
    }
    let value = minicbor::decode(bytes).map_err(|_| MembershipError::Malformed)?;
    if encode(&value) == bytes { Ok(value) } else { Err(MembershipError::Malformed) }
}
