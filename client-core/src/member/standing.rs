//! Vouching for devices and revoking them; the role key's turns.

use baikoo_protocol::hash::Hash;
use baikoo_protocol::id::DeviceId;
use baikoo_protocol::membership::{
    Body, Device, DeviceStatus, Entry, Membership, RevokeReason, Role, RoleCopy, RoleEpoch,
};
use baikoo_protocol::signature::SealingPublicKey;

use crate::client::{Client, Event, add_alarm, owe_projection};
use crate::crypto::keys::{RoleSecret, Secret32};
use crate::crypto::seal::{Purpose, SealingSecret, open_box, public_of, seal_box};
use crate::error::ClientError;
use crate::store::Name;

impl Client {
    /// Vouches for a device, after its safety number was compared. A coordinator's device gets the
    /// role key with this, and everything that it opens.
    ///
    /// # Errors
    /// [`ClientError::NotFound`] if no such device waits.
    pub fn approve(&mut self, device: DeviceId) -> Result<(), ClientError> {
        self.must_coordinate()?;
        let found = self.membership()?.device(device).ok_or(ClientError::NotFound("device"))?;
        let (sealing, waits) = (found.keys.sealing, found.status);
        let role = match waits {
            DeviceStatus::Unverified => None,
            DeviceStatus::Pending => {
                let secret = self.role_secret()?.clone();
                Some(
                    seal_box(sealing, Purpose::RoleSecret, &secret.0.0, &mut *self.env)
                        .map_err(|_| ClientError::Internal(None))?,
                )
            }
            _ => return Err(ClientError::NotFound("device that waits")),
        };
        self.store.write(|tx| Ok(tx.wish_membership(&Body::Approve { device, role })?))
    }

    /// Revokes a device: nothing that it signs after its last envelope known here counts any more.
    /// What it still sends is set apart and shown. If it knew the role key, a new one is drawn in
    /// the same entry.
    ///
    /// # Errors
    /// [`ClientError::NotFound`] for an unknown or revoked device; [`ClientError::BadInput`] for
    /// the last coordinator's.
    pub fn revoke(&mut self, device: DeviceId, reason: RevokeReason) -> Result<(), ClientError> {
        self.must_coordinate()?;
        let membership = self.membership()?;
        let found = membership.device(device).ok_or(ClientError::NotFound("device"))?;
        if matches!(found.status, DeviceStatus::Revoked { .. }) {
            return Err(ClientError::NotFound("device in standing"));
        }
        let knew_the_role_key = found.is_active_coordinator();
        if knew_the_role_key && membership.coordinators().count() == 1 {
            return Err(ClientError::BadInput("the last coordinator".to_owned()));
        }
        let role = if knew_the_role_key { Some(self.make_role_epoch(Some(device))?) } else { None };
        let own = self.device.id();
        let (last_dseq, last_hash) = self.store.read(|tx| {
            let known = if device == own {
                tx.get_count(Name::Dseq)?
            } else {
                tx.opened_up_to(device, tx.peer(device)?.opened_dseq)?
            };
            let hash = tx.envelopes_at(device, known)?.first().map_or(Hash::ZERO, |row| row.hash);
            Ok::<_, ClientError>((known, hash))
        })?;
        let body = Body::Revoke { device, last_dseq, last_hash, reason, role };
        self.store.write(|tx| Ok(tx.wish_membership(&body)?))
    }

    /// Draws a new role key for the coordinators in standing.
    ///
    /// # Errors
    /// [`ClientError::NotAllowed`] for a monitor.
    pub fn rotate_role(&mut self) -> Result<(), ClientError> {
        self.must_coordinate()?;
        let role = self.make_role_epoch(None)?;
        self.store.write(|tx| Ok(tx.wish_membership(&Body::RotateRole { role, profile: None })?))
    }

    pub(super) fn make_role_epoch(&mut self, without: Option<DeviceId>) -> Result<RoleEpoch, ClientError> {
        let recovery = self.membership()?.recovery();
        self.make_role_epoch_for(without, recovery)
    }

    /// A new role key, for whoever holds the sheets of `recovery`.
    pub(super) fn make_role_epoch_for(
        &mut self,
        without: Option<DeviceId>,
        recovery: SealingPublicKey,
    ) -> Result<RoleEpoch, ClientError> {
        let old = self.role_secret()?.clone();
        let secret = RoleSecret(Secret32::make(&mut *self.env));
        let public = public_of(&SealingSecret::of_role(&secret));
        let (epoch, to) = {
            let membership = self.membership()?;
            let to: Vec<_> = membership
                .coordinators()
                .filter(|device| Some(*device) != without)
                .filter_map(|device| Some((device, membership.device(device)?.keys.sealing)))
                .collect();
            (membership.role().epoch + 1, to)
        };
        let env = &mut *self.env;
        let mut seal = |to, content: &RoleSecret| {
            seal_box(to, Purpose::RoleSecret, &content.0.0, env).map_err(|_| ClientError::Internal(None))
        };
        Ok(RoleEpoch {
            epoch,
            public,
            copies: to
                .into_iter()
                .map(|(device, sealing)| Ok(RoleCopy { device, sealed: seal(sealing, &secret)? }))
                .collect::<Result<_, ClientError>>()?,
            recovery: seal(recovery, &secret)?,
            previous: Some(seal(public, &old)?),
        })
    }

    /// Signs the wishes that can follow the log's head now.
    pub(crate) fn sign_wishes(&self) -> Result<Vec<(i64, Entry)>, ClientError> {
        let Some(membership) = &self.membership else { return Ok(Vec::new()) };
        if !self.coordinates() {
            return Ok(Vec::new());
        }
        let wishes = self.store.read(|tx| tx.membership_wishes())?;
        let mut ahead = membership.clone();
        let mut entries = Vec::new();
        for (id, body) in wishes {
            let (mseq, prev, body) = (ahead.mseq() + 1, ahead.head(), body.to_bytes());
            let signed = Entry::signing_hash(self.workspace, Some((mseq, prev)), &body);
            let entry = Entry {
                mseq,
                prev,
                body,
                signer: self.device.id(),
                signature: self.device.sign(&signed),
                countersignature: None,
            };
            // A wish that no longer fits (approved by somebody else meanwhile) is left to the
            // server to refuse, so that there is one judge.
            if ahead.apply(&entry).is_ok() || entries.is_empty() {
                entries.push((id, entry));
            }
        }
        Ok(entries)
    }

    /// Takes in a verified-by-nobody entry: verifies it, stores it, learns role keys from it.
    pub(crate) fn take_membership_entry(&mut self, bytes: &[u8]) -> Result<(), ClientError> {
        let entry = Entry::from_bytes(bytes).map_err(|_| ClientError::UpdateNeeded)?;
        let mut membership = match &self.membership {
            None => {
                let membership = Membership::from_genesis(&entry).map_err(|_| self.untrusted())?;
                let expected = match self.genesis {
                    Some(genesis) => membership.genesis() == genesis,
                    None => membership.workspace() == self.workspace,
                };
                if !expected {
                    return Err(self.untrusted());
                }
                return self.keep_membership(&entry, membership);
            }
            Some(membership) if entry.mseq <= membership.mseq() => return Ok(()),
            Some(membership) => membership.clone(),
        };
        membership.apply(&entry).or_else(|_| self.bad_entry())?;
        self.check_sheets(&membership)?;
        self.keep_membership(&entry, membership)
    }

    fn keep_membership(&mut self, entry: &Entry, membership: Membership) -> Result<(), ClientError> {
        let fulfilled: Vec<i64> = self.store.read(|tx| {
            let wishes = tx.membership_wishes()?;
            Ok::<_, ClientError>(
                wishes.iter().filter(|(_, body)| body.to_bytes() == entry.body).map(|(id, _)| *id).collect(),
            )
        })?;
        let alarm = self.alarm_of(entry);
        let own = membership.device(self.device.id());
        let begins_to_coordinate = own.is_some_and(Device::is_active_coordinator) && !self.coordinates();
        self.store.write(|tx| {
            tx.add_membership_entry(entry)?;
            if let Some(alarm) = alarm {
                add_alarm(tx, alarm)?;
            }
            if self.genesis.is_none() {
                tx.set(Name::Genesis, &membership.genesis().0)?;
                tx.unset(Name::Workspace)?;
            }
            // Envelopes that waited for their device, or for a role key, may be readable now.
            tx.retry_all_waiting()?;
            if begins_to_coordinate {
                // A coordinator's list shows where the review of each report stands.
                owe_projection(tx, &tx.streams(false)?.into_iter().collect())?;
            }
            Ok::<_, ClientError>(fulfilled.iter().try_for_each(|id| tx.drop_membership_wish(*id))?)
        })?;
        if let Some(alarm) = alarm {
            self.events.push(Event::Alarm(alarm.to_owned()));
        }
        self.genesis = Some(membership.genesis());
        self.membership = Some(membership);
        self.learn_role_secrets()
    }

    /// Opens every role key that this device can reach: its own copies, from each epoch the one
    /// before, and with recovery sheets any.
    pub(crate) fn learn_role_secrets(&mut self) -> Result<(), ClientError> {
        let Some(membership) = &self.membership else { return Ok(()) };
        let own = self.device.id();
        let standing = membership.device(own).map(|device| (device.role, device.status));
        if standing != Some((Role::Coordinator, DeviceStatus::Active)) {
            return Ok(());
        }
        let (mut learnt, sheets) = (false, self.sheets()?);
        for role in membership.roles().iter().rev() {
            if self.role_secrets.contains_key(&role.epoch) {
                continue;
            }
            let from_copy = membership
                .role_copy(role.epoch, own)
                .and_then(|sealed| open_box(&self.device.sealing(), Purpose::RoleSecret, sealed).ok());
            let from_next = || {
                let next = membership.roles().iter().find(|next| next.epoch == role.epoch + 1)?;
                let with = SealingSecret::of_role(self.role_secrets.get(&next.epoch)?);
                open_box(&with, Purpose::RoleSecret, next.previous.as_ref()?).ok()
            };
            let from_sheets = || {
                let sheets = sheets.as_ref()?;
                open_box(&sheets.sealing, Purpose::RoleSecret, &role.recovery).ok()
            };
            let Some(bytes) = from_copy.or_else(from_next).or_else(from_sheets) else { continue };
            let Ok(bytes) = <[u8; 32]>::try_from(bytes) else { continue };
            let secret = RoleSecret(Secret32(bytes));
            // A copy that does not belong to the public key would seal things to nobody.
            if public_of(&SealingSecret::of_role(&secret)) == role.public {
                self.role_secrets.insert(role.epoch, secret);
                learnt = true;
            }
        }
        match sheets {
            Some(_) => self.put_sheets_away(),
            None if learnt => self.keep_role_secrets(),
            None => Ok(()),
        }
    }
}
