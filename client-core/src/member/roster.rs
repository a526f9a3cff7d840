//! Who is here: devices, their standing, invitations.

use baikoo_protocol::id::DeviceId;
use baikoo_protocol::membership::{Body, Device, DeviceKeys, DeviceStatus, InviteState, SealedBox};

use super::invitation::hex;
use crate::client::Client;
use crate::crypto::device::safety_number;
use crate::crypto::seal::{Purpose, SealingSecret, open_box};
use crate::error::ClientError;
use crate::view::{Author, DeviceView, InviteView};

impl Client {
    /// All devices, for a coordinator with names.
    pub fn members(&self) -> Result<Vec<DeviceView>, ClientError> {
        let Some(membership) = &self.membership else { return Ok(Vec::new()) };
        membership.devices().iter().map(|(id, device)| self.device_view(*id, device)).collect()
    }

    fn device_view(&self, id: DeviceId, device: &Device) -> Result<DeviceView, ClientError> {
        let peer = self.store.read(|tx| tx.peer(id))?;
        let (status, reason) = match device.status {
            DeviceStatus::Unverified => ("unverified", None),
            DeviceStatus::Pending => ("pending", None),
            DeviceStatus::Active => ("active", None),
            DeviceStatus::Revoked { reason, .. } => ("revoked", Some(reason)),
        };
        Ok(DeviceView {
            device: id,
            member: device.member,
            name: self.name_of(id),
            role: device.role,
            status: status.to_owned(),
            reason,
            me: id == self.device.id(),
            safety_number: self.safety_number_of(&device.keys),
            last_seen_ms: peer.last_seen_ms,
            skew_ms: peer.skew_ms,
            forked: peer.forked,
            recovered: device.recovered,
        })
    }

    /// Invitations, those that the server does not have yet included.
    pub fn invites(&self) -> Result<Vec<InviteView>, ClientError> {
        self.must_coordinate()?;
        let mut views: Vec<InviteView> = Vec::new();
        if let Some(membership) = &self.membership {
            views.extend(membership.invites().iter().map(|(key, invite)| {
                InviteView {
                    id: hex(&key[..]),
                    role: invite.role,
                    name: self.open_profile(&invite.profile, invite.profile_epoch),
                    expires_at_ms: invite.expires_at_ms,
                    state: match invite.state {
                        InviteState::Open => "open",
                        InviteState::Used(_) => "used",
                        InviteState::Cancelled => "cancelled",
                    }
                    .to_owned(),
                }
            }));
        }
        let epoch = self.role_key()?.0;
        for (_, body) in self.store.read(|tx| tx.membership_wishes())? {
            if let Body::Invite { invite, role, expires_at_ms, profile } = body {
                views.push(InviteView {
                    id: hex(&invite.0),
                    role,
                    name: self.open_profile(&profile, epoch),
                    expires_at_ms,
                    state: "waiting".to_owned(),
                });
            }
        }
        Ok(views)
    }

    /// Who a device is, as far as this one may know.
    pub fn author(&self, id: DeviceId) -> Author {
        let me = id == self.device.id();
        let known = self.membership.as_ref().and_then(|membership| membership.device(id));
        let role = known
            .map_or(if me { self.role } else { baikoo_protocol::membership::Role::Monitor }, |device| {
                device.role
            });
        Author { device: id, name: self.name_of(id), role, me }
    }

    fn name_of(&self, id: DeviceId) -> Option<String> {
        if id == self.device.id() {
            return Some(self.name.clone());
        }
        if let Some(name) = self.names.borrow().get(&id) {
            return Some(name.clone());
        }
        let device = self.membership.as_ref()?.device(id)?;
        let name = self.open_profile(device.profile.as_ref()?, device.profile_epoch)?;
        self.names.borrow_mut().insert(id, name.clone());
        Some(name)
    }

    fn open_profile(&self, sealed: &SealedBox, epoch: u32) -> Option<String> {
        let secret = self.role_secrets.get(&epoch);
        // Somebody may have sealed to an older key than was in force when the server took it in.
        let others = self.role_secrets.values();
        secret
            .into_iter()
            .chain(others)
            .find_map(|secret| open_box(&SealingSecret::of_role(secret), Purpose::Profile, sealed).ok())
            .and_then(|bytes| String::from_utf8(bytes).ok())
            .map(|name| name.chars().filter(|c| !c.is_control()).take(80).collect())
    }

    /// This device's safety number; empty as long as a recovered device does not know the genesis.
    pub fn safety_number(&self) -> String {
        self.safety_number_of(&self.device.public())
    }

    fn safety_number_of(&self, keys: &DeviceKeys) -> String {
        self.genesis.map(|genesis| safety_number(genesis, keys)).unwrap_or_default()
    }
}
