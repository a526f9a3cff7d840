//! Coming back by recovery sheets: two of three give a key that may add one coordinator's device
//! after another, and that has countersigned the genesis.
//!
//! Whoever uses them signs the new device into the log, where everybody sees it.

use super::{
    Body, Device, DeviceKeys, DeviceStatus, Entry, Membership, MembershipError, Role, SealedBox,
    check_newcomer,
};
use crate::id::{DeviceId, MemberId, WorkspaceId};
use crate::signature::{SealingPublicKey, SignatureBytes, SigningPublicKey, Verifier};

/// A genesis that names a recovery signing key is countersigned by it. So whoever holds the sheets
/// can tell the true genesis from one that a server has made around the same public keys.
pub(super) fn check_genesis(entry: &Entry, signing: Option<SigningPublicKey>) -> Result<(), MembershipError> {
    match (signing, entry.countersignature) {
        (None, None) => Ok(()),
        (Some(key), Some(signature)) => {
            let signed = Entry::recovery_signing_hash(WorkspaceId([0; 16]), &entry.body);
            if key.verifies(&signed, &signature) { Ok(()) } else { Err(MembershipError::Signature) }
        }
        _ => Err(MembershipError::Signature),
    }
}

impl Membership {
    /// Checks that recovery sheets of this workspace, and the device that it names, have signed a
    /// recovery, and gives the device's key. Whether the device may still come is not asked here.
    ///
    /// # Errors
    /// [`MembershipError::Signature`]; [`MembershipError::NotAllowed`] where the workspace has no
    /// sheets that could sign; [`MembershipError::Unfit`] for another kind of entry.
    pub fn check_recovery(&self, entry: &Entry) -> Result<Verifier, MembershipError> {
        let Body::Recover { keys, .. } = Body::from_bytes(&entry.body)? else {
            return Err(MembershipError::Unfit);
        };
        let sheets = self.recovery_signing.ok_or(MembershipError::NotAllowed)?;
        let by_sheets = Entry::recovery_signing_hash(self.workspace, &entry.body);
        if !entry.countersignature.is_some_and(|signature| sheets.verifies(&by_sheets, &signature)) {
            return Err(MembershipError::Signature);
        }
        check_newcomer(entry, &keys, &Entry::signing_hash(self.workspace, None, &entry.body))
    }

    pub(super) fn recover(
        &mut self,
        entry: &Entry,
        member: MemberId,
        keys: DeviceKeys,
    ) -> Result<(), MembershipError> {
        let verifier = self.check_recovery(entry)?;
        let device = keys.device();
        // One that was revoked stays so: the same entry does not bring it back.
        if self.is_taken(device, member)? {
            return Err(MembershipError::Unfit);
        }
        let new = Device {
            member,
            role: Role::Coordinator,
            keys,
            verifier,
            status: DeviceStatus::Active,
            profile: None,
            profile_epoch: self.role().epoch,
            mseq: entry.mseq,
            recovered: true,
        };
        self.devices.insert(device, new);
        Ok(())
    }

    /// Takes the name of a device that came without one. Nobody is renamed.
    pub(super) fn name_signer(
        &mut self,
        signer: DeviceId,
        profile: Option<SealedBox>,
        epoch: u32,
    ) -> Result<(), MembershipError> {
        let Some(profile) = profile else { return Ok(()) };
        match self.devices.get_mut(&signer) {
            Some(device) if device.profile.is_none() => {
                (device.profile, device.profile_epoch) = (Some(profile), epoch);
                Ok(())
            }
            _ => Err(MembershipError::Unfit),
        }
    }

    /// New sheets are signed by their own key for this workspace, and differ from the old.
    pub(super) fn check_renewal(
        &self,
        recovery: SealingPublicKey,
        signing: SigningPublicKey,
        proof: &SignatureBytes,
    ) -> Result<(), MembershipError> {
        if recovery == self.recovery || Some(signing) == self.recovery_signing {
            return Err(MembershipError::Unfit);
        }
        let signed = Entry::renewal_signing_hash(self.workspace, recovery, signing);
        if signing.verifies(&signed, proof) { Ok(()) } else { Err(MembershipError::Signature) }
    }

    /// Whom two recovery sheets sign as, if this workspace has such sheets.
    pub fn recovery_signing(&self) -> Option<SigningPublicKey> {
        self.recovery_signing
    }
}
