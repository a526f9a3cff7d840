//! Why the server says no: a closed list. Each item is something that a device or a person can
//! act on, and none of them says anything about content.

/// A refusal's code. The numbers are the wire's and never change their meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum Refusal {
    /// The bytes are not what the protocol says. An update, or a bug.
    #[error("malformed")]
    Malformed = 1,
    /// The other side speaks a version that this one does not.
    #[error("unsupported version")]
    UnsupportedVersion = 2,
    /// Over a named limit.
    #[error("too large")]
    TooLarge = 3,
    /// No such workspace, no such device, or the wrong token: the same answer for all three.
    #[error("unauthorised")]
    Unauthorised = 4,
    /// The device has been revoked.
    #[error("device is revoked")]
    DeviceRevoked = 5,
    /// A coordinator has to approve the device first.
    #[error("device waits for approval")]
    ApprovalPending = 6,
    /// An envelope before this one is missing; the answer says which `dseq` is wanted.
    #[error("gap in the device's log")]
    Gap = 7,
    /// Too many envelopes with this device's `dseq`. Two are kept and shown as a fork.
    #[error("too many forks")]
    Fork = 8,
    /// The signature is wrong.
    #[error("signature is wrong")]
    Signature = 9,
    /// The device may not write to this stream, or not this kind.
    #[error("not allowed")]
    NotAllowed = 10,
    /// The membership log has moved on: take its entries and try again.
    #[error("membership has moved on")]
    MembershipMoved = 11,
    /// The entry does not follow from the membership log.
    #[error("membership entry is not valid")]
    MembershipInvalid = 12,
    /// The invitation is used, cancelled or unknown.
    #[error("invitation is not open")]
    InviteNotOpen = 13,
    /// The invitation came too late.
    #[error("invitation has expired")]
    InviteExpired = 14,
    /// Too many requests; wait as long as the answer says.
    #[error("too many requests")]
    Busy = 15,
    /// The server's disk is full, or its quota for this workspace is used up.
    #[error("server storage is full")]
    StorageFull = 16,
    /// The server takes no new workspaces, or not with this code.
    #[error("workspace creation is refused")]
    CreationRefused = 17,
    /// The server has failed; nothing is wrong with what was sent.
    #[error("server error")]
    Internal = 18,
}

impl Refusal {
    /// All codes, in the wire's order.
    pub const ALL: [Self; 18] = [
        Self::Malformed,
        Self::UnsupportedVersion,
        Self::TooLarge,
        Self::Unauthorised,
        Self::DeviceRevoked,
        Self::ApprovalPending,
        Self::Gap,
        Self::Fork,
        Self::Signature,
        Self::NotAllowed,
        Self::MembershipMoved,
        Self::MembershipInvalid,
        Self::InviteNotOpen,
        Self::InviteExpired,
        Self::Busy,
        Self::StorageFull,
        Self::CreationRefused,
        Self::Internal,
    ];

    /// The code for a byte of the wire; an unknown one is the other side's newer refusal.
    pub fn from_byte(byte: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|refusal| *refusal as u8 == byte)
    }

    /// The HTTP status that carries it when a whole request is refused.
    pub fn http_status(self) -> u16 {
        match self {
            Self::Malformed | Self::Signature | Self::MembershipInvalid => 400,
            Self::Unauthorised => 401,
            Self::DeviceRevoked | Self::ApprovalPending | Self::NotAllowed | Self::CreationRefused => 403,
            Self::Gap | Self::Fork | Self::MembershipMoved => 409,
            Self::InviteNotOpen | Self::InviteExpired => 410,
            Self::TooLarge => 413,
            Self::UnsupportedVersion => 426,
            Self::Busy => 429,
            Self::Internal => 500,
            Self::StorageFull => 507,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_found_by_its_byte() {
        for (place, refusal) in Refusal::ALL.into_iter().enumerate() {
            assert_eq!(refusal as usize, place + 1);
            assert_eq!(Refusal::from_byte(refusal as u8), Some(refusal));
        }
        assert_eq!(Refusal::from_byte(0), None);
        assert_eq!(Refusal::from_byte(200), None);
    }
}
