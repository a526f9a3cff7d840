//! The membership log: who belongs to a workspace, told by coordinators' signatures alone.
//!
//! A linear chain of entries. The server appends with compare-and-set and can add nobody; every
//! client verifies every entry from the genesis, whose hash is in its invitation. Names of people
//! stand in it only sealed to the coordinators' role key.

mod entry;
mod recovery;

use std::collections::BTreeMap;

use crate::hash::Hash;
use crate::id::{DeviceId, MemberId, WorkspaceId};
use crate::limits::{DEVICES_MAX, INVITE_LIFETIME_MAX_MS, OPEN_INVITES_MAX};
use crate::signature::{SealingPublicKey, SigningPublicKey, Verifier};

pub use entry::{
    Body, DeviceKeys, Entry, MembershipError, RevokeReason, Role, RoleCopy, RoleEpoch, SealedBox,
};

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
    /// Its signing key, ready to check what it signs.
    pub verifier: Verifier,
    /// Where it stands.
    pub status: DeviceStatus,
    /// The member's name, sealed to the role key of `profile_epoch`. A recovered device says it with
    /// the role key that it brings.
    pub profile: Option<SealedBox>,
    /// The role epoch in force when its name came.
    pub profile_epoch: u32,
    /// The entry that brought it.
    pub mseq: u64,
    /// Whether recovery sheets brought it.
    pub recovered: bool,
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
    recovery_signing: Option<SigningPublicKey>,
}

impl Membership {
    /// Starts from a genesis entry.
    ///
    /// # Errors
    /// When it is not one, or not signed by the device that it names.
    pub fn from_genesis(entry: &Entry) -> Result<Self, MembershipError> {
        let Body::Genesis { member, keys, profile, role, recovery, recovery_signing, .. } =
            Body::from_bytes(&entry.body)?
        else {
            return Err(MembershipError::Unfit);
        };
        let device = keys.device();
        if entry.mseq != 1 || entry.prev != Hash::ZERO {
            return Err(MembershipError::Unfit);
        }
        // The workspace's id is the hash of this entry, so the signature can't cover it.
        let signed = Entry::signing_hash(WorkspaceId([0; 16]), Some((1, Hash::ZERO)), &entry.body);
        let verifier = check_newcomer(entry, &keys, &signed)?;
        recovery::check_genesis(entry, recovery_signing)?;
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
            verifier,
            status: DeviceStatus::Active,
            profile: Some(profile),
            profile_epoch: 1,
            mseq: 1,
            recovered: false,
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
            recovery_signing,
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
                let verifier = self.check_enrolment(entry, &invite, &keys)?;
                self.enrol(entry, &invite, member, (keys, verifier), profile)?;
            }
            Body::Recover { member, keys } => self.recover(entry, member, keys)?,
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
    ) -> Result<Verifier, MembershipError> {
        let by_invite = Entry::invite_signing_hash(self.workspace, &entry.body);
        if !entry.countersignature.is_some_and(|signature| invite.verifies(&by_invite, &signature)) {
            return Err(MembershipError::Signature);
        }
        check_newcomer(entry, keys, &Entry::signing_hash(self.workspace, None, &entry.body))
    }

    fn check_coordinator(&self, entry: &Entry) -> Result<(), MembershipError> {
        let signer = self.devices.get(&entry.signer).ok_or(MembershipError::NotAllowed)?;
        if entry.countersignature.is_some() {
            return Err(MembershipError::Malformed);
        }
        let signed = Entry::signing_hash(self.workspace, Some((entry.mseq, entry.prev)), &entry.body);
        if !signer.verifier.verifies(&signed, &entry.signature) {
            return Err(MembershipError::Signature);
        }
        if signer.is_active_coordinator() { Ok(()) } else { Err(MembershipError::NotAllowed) }
    }

    fn enrol(
        &mut self,
        entry: &Entry,
        invite: &SigningPublicKey,
        member: MemberId,
        (keys, verifier): (DeviceKeys, Verifier),
        profile: SealedBox,
    ) -> Result<(), MembershipError> {
        let device = keys.device();
        let taken = self.is_taken(device, member)?;
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
        let new = Device {
            member,
            role,
            keys,
            verifier,
            status,
            profile: Some(profile),
            profile_epoch,
            mseq: entry.mseq,
            recovered: false,
        };
        self.devices.insert(device, new);
        Ok(())
    }

    // No scan and no sheet ever adds a device to a member who is already there.
    fn is_taken(&self, device: DeviceId, member: MemberId) -> Result<bool, MembershipError> {
        if self.devices.len() >= DEVICES_MAX {
            return Err(MembershipError::Limit);
        }
        Ok(self.devices.contains_key(&device) || self.devices.values().any(|known| known.member == member))
    }

    fn apply_by_coordinator(&mut self, entry: &Entry, body: Body) -> Result<(), MembershipError> {
        match body {
            Body::Genesis { .. } | Body::Enrol { .. } | Body::Recover { .. } => Err(MembershipError::Unfit),
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
            Body::RotateRole { role, profile } => {
                self.check_rotation(&role, None)?;
                self.name_signer(entry.signer, profile, role.epoch)?;
                self.roles.push(role);
                Ok(())
            }
            Body::RenewSheets { recovery, recovery_signing, proof, role } => {
                self.check_renewal(recovery, recovery_signing, &proof)?;
                self.check_rotation(&role, None)?;
                (self.recovery, self.recovery_signing) = (recovery, Some(recovery_signing));
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

/// Checks that a device that an entry brings has signed it.
fn check_newcomer(entry: &Entry, keys: &DeviceKeys, signed: &Hash) -> Result<Verifier, MembershipError> {
    let verifier = keys.signing.verifier().ok_or(MembershipError::Signature)?;
    let is_signed = entry.signer == verifier.device() && verifier.verifies(signed, &entry.signature);
    if is_signed { Ok(verifier) } else { Err(MembershipError::Signature) }
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
