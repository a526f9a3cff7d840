//! The membership log: who belongs to a workspace, told by coordinators' signatures alone.
//!
//! A linear chain of entries. The server appends with compare-and-set and can add nobody; every
//! client verifies every entry from the genesis, whose hash is in its invitation. Names of people
//! stand in it only sealed to the coordinators' role key.

use std::collections::BTreeMap;

use minicbor::{Decode, Encode};

use crate::hash::Hash;
use crate::id::{DeviceId, MemberId, WorkspaceId};
use crate::limits::{DEVICES_MAX, ENTRY_BYTES_MAX, INVITE_LIFETIME_MAX_MS, OPEN_INVITES_MAX};
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
    /// The invite key's signature, for an enrolment.
    #[n(5)]
    pub invite_signature: Option<SignatureBytes>,
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
    /// What the signer signs. An enrolment is signed without its place in the log, since a phone
    /// with no network can't know it; the chain still fixes it once the server has appended it.
    pub fn signing_hash(workspace: WorkspaceId, place: Option<(u64, Hash)>, body: &[u8]) -> Hash {
        let (mseq, prev) = place.unwrap_or((0, Hash::ZERO));
        Hash::of("baikoo v1 membership signature", &[&workspace.0, &mseq.to_be_bytes(), &prev.0, body])
    }

    /// What the invite key signs: a domain of its own, the same content.
    pub fn invite_signing_hash(workspace: WorkspaceId, body: &[u8]) -> Hash {
        Hash::of("baikoo v1 invite signature", &[&workspace.0, body])
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

/// Where a device stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeviceStatus {
    /// A monitor's device that no coordinator has vouched for yet. It may write.
    Unverified,
    /// A coordinator's device that waits for approval. It may do nothing.
    Pending,
    /// In full standing.
    Active,
    /// Revoked: what it wrote up to here counts.
    Revoked {
        /// The last envelope that counts.
        last_dseq: u64,
        /// Its hash.
        last_hash: Hash,
        /// Why.
        reason: RevokeReason,
    },
}

/// A device, as the log has it.
#[derive(Debug, Clone)]
pub struct Device {
    /// Whose it is.
    pub member: MemberId,
    /// What its member may do.
    pub role: Role,
    /// Its public keys.
    pub keys: DeviceKeys,
    /// Where it stands.
    pub status: DeviceStatus,
    /// The member's name, sealed to the role key of `profile_epoch`.
    pub profile: SealedBox,
    /// The role epoch in force when it came.
    pub profile_epoch: u32,
    /// The entry that brought it.
    pub mseq: u64,
}

/// An invitation, as the log has it.
#[derive(Debug, Clone)]
pub struct Invite {
    /// As what.
    pub role: Role,
    /// Until when the server lets it be used, in milliseconds since 1970.
    pub expires_at_ms: u64,
    /// Whom it is meant for, sealed to the role key of `profile_epoch`.
    pub profile: SealedBox,
    /// The role epoch in force when it was made.
    pub profile_epoch: u32,
    /// Who made it.
    pub by: DeviceId,
    /// The entry that made it.
    pub mseq: u64,
    /// What became of it.
    pub state: InviteState,
}

/// What became of an invitation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InviteState {
    /// Nobody has used it.
    Open,
    /// This device did.
    Used(DeviceId),
    /// A coordinator took it back.
    Cancelled,
}

/// A verified membership log, folded to what it says now.
#[derive(Debug, Clone)]
pub struct Membership {
    workspace: WorkspaceId,
    genesis: Hash,
    mseq: u64,
    head: Hash,
    devices: BTreeMap<DeviceId, Device>,
    invites: BTreeMap<[u8; 32], Invite>,
    roles: Vec<RoleEpoch>,
    // Copies of the current role key that came with approvals, after the epoch's own.
    late_copies: BTreeMap<(u32, DeviceId), SealedBox>,
    recovery: SealingPublicKey,
}

impl Membership {
    /// Starts from a genesis entry.
    ///
    /// # Errors
    /// When it is not one, or not signed by the device that it names.
    pub fn from_genesis(entry: &Entry) -> Result<Self, MembershipError> {
        let Body::Genesis { member, keys, profile, role, recovery, .. } = Body::from_bytes(&entry.body)?
        else {
            return Err(MembershipError::Unfit);
        };
        let device = keys.device();
        if entry.mseq != 1 || entry.prev != Hash::ZERO || entry.invite_signature.is_some() {
            return Err(MembershipError::Unfit);
        }
        // The workspace's id is the hash of this entry, so the signature can't cover it.
        let signed = Entry::signing_hash(WorkspaceId([0; 16]), Some((1, Hash::ZERO)), &entry.body);
        if entry.signer != device || !keys.signing.verifies(&signed, &entry.signature) {
            return Err(MembershipError::Signature);
        }
        if role.epoch != 1
            || role.previous.is_some()
            || role.copies.len() != 1
            || role.copies[0].device != device
        {
            return Err(MembershipError::Unfit);
        }
        let head = entry.hash();
        let first = Device {
            member,
            role: Role::Coordinator,
            keys,
            status: DeviceStatus::Active,
            profile,
            profile_epoch: 1,
            mseq: 1,
        };
        Ok(Self {
            workspace: workspace_of_genesis(head),
            genesis: head,
            mseq: 1,
            head,
            devices: BTreeMap::from([(device, first)]),
            invites: BTreeMap::new(),
            roles: vec![role],
            late_copies: BTreeMap::new(),
            recovery,
        })
    }

    /// Adds the next entry. On an error nothing has changed.
    ///
    /// Expiry of invitations is the server's to judge: no clock is read here.
    ///
    /// # Errors
    /// See [`MembershipError`].
    pub fn apply(&mut self, entry: &Entry) -> Result<(), MembershipError> {
        if entry.mseq != self.mseq + 1 || entry.prev != self.head {
            return Err(MembershipError::NotNext);
        }
        let body = Body::from_bytes(&entry.body)?;
        match body {
            Body::Enrol { invite, member, keys, profile } => {
                self.check_enrolment(entry, &invite, &keys)?;
                self.enrol(entry, &invite, member, keys, profile)?;
            }
            body => {
                self.check_coordinator(entry)?;
                self.apply_by_coordinator(entry, body)?;
            }
        }
        self.mseq = entry.mseq;
        self.head = entry.hash();
        Ok(())
    }

    fn check_enrolment(
        &self,
        entry: &Entry,
        invite: &SigningPublicKey,
        keys: &DeviceKeys,
    ) -> Result<(), MembershipError> {
        let by_device = Entry::signing_hash(self.workspace, None, &entry.body);
        let by_invite = Entry::invite_signing_hash(self.workspace, &entry.body);
        let invited = entry.invite_signature.is_some_and(|signature| invite.verifies(&by_invite, &signature));
        if invited && entry.signer == keys.device() && keys.signing.verifies(&by_device, &entry.signature) {
            Ok(())
        } else {
            Err(MembershipError::Signature)
        }
    }

    fn check_coordinator(&self, entry: &Entry) -> Result<(), MembershipError> {
        let signer = self.devices.get(&entry.signer).ok_or(MembershipError::NotAllowed)?;
        if entry.invite_signature.is_some() {
            return Err(MembershipError::Malformed);
        }
        let signed = Entry::signing_hash(self.workspace, Some((entry.mseq, entry.prev)), &entry.body);
        if !signer.keys.signing.verifies(&signed, &entry.signature) {
            return Err(MembershipError::Signature);
        }
        if signer.is_active_coordinator() { Ok(()) } else { Err(MembershipError::NotAllowed) }
    }

    fn enrol(
        &mut self,
        entry: &Entry,
        invite: &SigningPublicKey,
        member: MemberId,
        keys: DeviceKeys,
        profile: SealedBox,
    ) -> Result<(), MembershipError> {
        let device = keys.device();
        if self.devices.len() >= DEVICES_MAX {
            return Err(MembershipError::Limit);
        }
        // No scan ever adds a device to a member who is already there.
        let taken =
            self.devices.contains_key(&device) || self.devices.values().any(|known| known.member == member);
        let profile_epoch = self.role().epoch;
        let found = self.invites.get_mut(&invite.0).ok_or(MembershipError::InviteNotOpen)?;
        if found.state != InviteState::Open {
            return Err(MembershipError::InviteNotOpen);
        }
        if taken {
            return Err(MembershipError::Unfit);
        }
        found.state = InviteState::Used(device);
        let status = match found.role {
            Role::Monitor => DeviceStatus::Unverified,
            Role::Coordinator => DeviceStatus::Pending,
        };
        let role = found.role;
        self.devices
            .insert(device, Device { member, role, keys, status, profile, profile_epoch, mseq: entry.mseq });
        Ok(())
    }

    fn apply_by_coordinator(&mut self, entry: &Entry, body: Body) -> Result<(), MembershipError> {
        match body {
            Body::Genesis { .. } | Body::Enrol { .. } => Err(MembershipError::Unfit),
            Body::Invite { invite, role, expires_at_ms, profile } => {
                let open = self.invites.values().filter(|known| known.state == InviteState::Open).count();
                if open >= OPEN_INVITES_MAX {
                    return Err(MembershipError::Limit);
                }
                if self.invites.contains_key(&invite.0) {
                    return Err(MembershipError::Unfit);
                }
                let profile_epoch = self.role().epoch;
                let (by, mseq, state) = (entry.signer, entry.mseq, InviteState::Open);
                self.invites.insert(
                    invite.0,
                    Invite { role, expires_at_ms, profile, profile_epoch, by, mseq, state },
                );
                Ok(())
            }
            Body::CancelInvite { invite } => {
                let found = self.invites.get_mut(&invite.0).ok_or(MembershipError::InviteNotOpen)?;
                if found.state != InviteState::Open {
                    return Err(MembershipError::InviteNotOpen);
                }
                found.state = InviteState::Cancelled;
                Ok(())
            }
            Body::Approve { device, role } => self.approve(device, role),
            Body::Revoke { device, last_dseq, last_hash, reason, role } => {
                self.revoke(device, DeviceStatus::Revoked { last_dseq, last_hash, reason }, role)
            }
            Body::RotateRole { role } => {
                self.check_rotation(&role, None)?;
                self.roles.push(role);
                Ok(())
            }
        }
    }

    fn approve(&mut self, device: DeviceId, role: Option<SealedBox>) -> Result<(), MembershipError> {
        let epoch = self.role().epoch;
        let found = self.devices.get_mut(&device).ok_or(MembershipError::Unfit)?;
        match (found.status, role) {
            (DeviceStatus::Unverified, None) => {}
            (DeviceStatus::Pending, Some(sealed)) => {
                self.late_copies.insert((epoch, device), sealed);
            }
            _ => return Err(MembershipError::Unfit),
        }
        found.status = DeviceStatus::Active;
        Ok(())
    }

    fn revoke(
        &mut self,
        device: DeviceId,
        status: DeviceStatus,
        role: Option<RoleEpoch>,
    ) -> Result<(), MembershipError> {
        let found = self.devices.get(&device).ok_or(MembershipError::Unfit)?;
        if matches!(found.status, DeviceStatus::Revoked { .. }) {
            return Err(MembershipError::Unfit);
        }
        let knew_the_role_key = found.is_active_coordinator();
        if knew_the_role_key && self.coordinators().count() == 1 {
            // Nobody could ever add anybody again.
            return Err(MembershipError::NotAllowed);
        }
        match role {
            Some(role) => {
                self.check_rotation(&role, Some(device))?;
                self.roles.push(role);
            }
            None if knew_the_role_key => return Err(MembershipError::Unfit),
            None => {}
        }
        if let Some(found) = self.devices.get_mut(&device) {
            found.status = status;
        }
        Ok(())
    }

    fn check_rotation(&self, role: &RoleEpoch, without: Option<DeviceId>) -> Result<(), MembershipError> {
        let mut wanted: Vec<DeviceId> = self.coordinators().filter(|id| Some(*id) != without).collect();
        let mut given: Vec<DeviceId> = role.copies.iter().map(|copy| copy.device).collect();
        wanted.sort_unstable();
        given.sort_unstable();
        let follows = role.epoch == self.role().epoch + 1 && role.previous.is_some() && wanted == given;
        if follows { Ok(()) } else { Err(MembershipError::Unfit) }
    }

    /// The workspace that this is the log of.
    pub fn workspace(&self) -> WorkspaceId {
        self.workspace
    }

    /// The hash of the genesis: the workspace's fingerprint.
    pub fn genesis(&self) -> Hash {
        self.genesis
    }

    /// How many entries there are.
    pub fn mseq(&self) -> u64 {
        self.mseq
    }

    /// The hash of the last entry.
    pub fn head(&self) -> Hash {
        self.head
    }

    /// All devices that ever were.
    pub fn devices(&self) -> &BTreeMap<DeviceId, Device> {
        &self.devices
    }

    /// One device.
    pub fn device(&self, device: DeviceId) -> Option<&Device> {
        self.devices.get(&device)
    }

    /// All invitations that ever were, by their public key.
    pub fn invites(&self) -> &BTreeMap<[u8; 32], Invite> {
        &self.invites
    }

    /// The role key in force.
    pub fn role(&self) -> &RoleEpoch {
        self.roles.last().expect("the genesis brings the first role epoch")
    }

    /// All role keys, the oldest first.
    pub fn roles(&self) -> &[RoleEpoch] {
        &self.roles
    }

    /// A device's sealed copy of a role key, with the epoch itself or with its approval.
    pub fn role_copy(&self, epoch: u32, device: DeviceId) -> Option<&SealedBox> {
        let own = self.roles.iter().find(|role| role.epoch == epoch)?;
        own.copies
            .iter()
            .find(|copy| copy.device == device)
            .map(|copy| &copy.sealed)
            .or_else(|| self.late_copies.get(&(epoch, device)))
    }

    /// The recovery key's public half.
    pub fn recovery(&self) -> SealingPublicKey {
        self.recovery
    }

    /// The devices of coordinators in full standing.
    pub fn coordinators(&self) -> impl Iterator<Item = DeviceId> {
        self.devices.iter().filter(|(_, device)| device.is_active_coordinator()).map(|(id, _)| *id)
    }

    /// The devices of a member that are not revoked.
    pub fn devices_of(&self, member: MemberId) -> impl Iterator<Item = DeviceId> {
        self.devices
            .iter()
            .filter(move |(_, device)| device.member == member && device.may_write())
            .map(|(id, _)| *id)
    }
}

impl Device {
    /// Whether it reads and reviews everything.
    pub fn is_active_coordinator(&self) -> bool {
        self.role == Role::Coordinator && self.status == DeviceStatus::Active
    }

    /// Whether what it writes now counts.
    pub fn may_write(&self) -> bool {
        matches!(self.status, DeviceStatus::Active | DeviceStatus::Unverified)
    }
}

/// The id of the workspace whose genesis entry has this hash.
pub fn workspace_of_genesis(genesis: Hash) -> WorkspaceId {
    let mut id = [0; 16];
    id.copy_from_slice(&genesis.0[..16]);
    WorkspaceId(id)
}

/// Whether an invitation may still be used, and was not made to last too long.
pub fn invite_is_in_time(invite: &Invite, now_ms: u64) -> bool {
    now_ms <= invite.expires_at_ms
}

/// Whether an invitation's lifetime is one that the server takes.
pub fn invite_lifetime_is_fair(expires_at_ms: u64, now_ms: u64) -> bool {
    expires_at_ms <= now_ms.saturating_add(INVITE_LIFETIME_MAX_MS)
}
