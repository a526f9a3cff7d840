//! Who belongs to the workspace, with which devices, invitations and recovery sheets.

use baikoo_protocol::id::{DeviceId, MemberId};
use baikoo_protocol::membership::{RevokeReason, Role};
use serde::{Deserialize, Serialize};

/// Where recovery sheets stand, as far as this device knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum SheetsStanding {
    /// They are the ones that bring the workspace back.
    Count,
    /// They will, when the server has heard of them; until then others do.
    Wait,
    /// They open nothing here: others took their place, or they never counted.
    Void,
}

/// A device, for the people who look after the workspace.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct DeviceView {
    /// The device.
    #[cfg_attr(test, ts(type = "string"))]
    pub device: DeviceId,
    /// Whose it is.
    #[cfg_attr(test, ts(type = "string"))]
    pub member: MemberId,
    /// The member's name, if this device may know it.
    pub name: Option<String>,
    /// What the member may do.
    #[cfg_attr(test, ts(type = "Role"))]
    pub role: Role,
    /// unverified, pending, active or revoked.
    pub status: String,
    /// Why it was revoked, if it was.
    #[cfg_attr(test, ts(type = "RevokeReason | null"))]
    pub reason: Option<RevokeReason>,
    /// Whether it is this device.
    pub me: bool,
    /// Twelve groups of five digits, to be compared by voice with the device's own screen.
    pub safety_number: String,
    /// When something of it last came, in milliseconds since 1970 by this device's clock.
    #[cfg_attr(test, ts(type = "number | null"))]
    pub last_seen_ms: Option<i64>,
    /// By how much its clock seems wrong, in milliseconds; positive if it is ahead.
    #[cfg_attr(test, ts(type = "number | null"))]
    pub skew_ms: Option<i64>,
    /// Its log has two branches: a cloned or restored phone.
    pub forked: bool,
    /// Recovery sheets brought it. If nobody knows who used them, somebody has them who should not.
    pub recovered: bool,
}

/// An invitation that is still open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct InviteView {
    /// Its public key, as hexadecimal digits: its name.
    pub id: String,
    /// As what.
    #[cfg_attr(test, ts(type = "Role"))]
    pub role: Role,
    /// Whom it is meant for.
    pub name: Option<String>,
    /// Until when, in milliseconds since 1970.
    #[cfg_attr(test, ts(type = "number"))]
    pub expires_at_ms: u64,
    /// open, used, cancelled; or `waiting` while the server does not have it yet.
    pub state: String,
}

/// This device and its workspace.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Me {
    /// This device.
    #[cfg_attr(test, ts(type = "string"))]
    pub device: DeviceId,
    /// Its member.
    #[cfg_attr(test, ts(type = "string"))]
    pub member: MemberId,
    /// The member's name.
    pub name: String,
    /// What the member may do.
    #[cfg_attr(test, ts(type = "Role"))]
    pub role: Role,
    /// The workspace.
    pub workspace: String,
    /// The server's address.
    pub server: String,
    /// This device's safety number.
    pub safety_number: String,
    /// The workspace's fingerprint, the same on every device.
    pub fingerprint: String,
}
