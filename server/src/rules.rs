//! What may be written to a workspace's log. Pure: the store gathers the facts inside its
//! transaction, asks here, and does as it is told.
//!
//! The server judges so that rubbish does not fill disks and radio links. Nobody relies on it for
//! more: every client verifies everything again.

use baikoo_protocol::envelope::{Adopt, Checkpoint, Envelope, Grant, Kind, Payload};
use baikoo_protocol::hash::Hash;
use baikoo_protocol::id::{DeviceId, MemberId};
use baikoo_protocol::limits::FORKS_MAX;
use baikoo_protocol::membership::{
    Body, Device, DeviceStatus, Entry, Invite, Membership, MembershipError, Role, invite_is_in_time,
    invite_lifetime_is_fair,
};
use baikoo_protocol::refusal::Refusal;

use crate::verified::Verified;

/// A refusal of one frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refused {
    /// Why.
    pub refusal: Refusal,
    /// For a gap, the `dseq` that is wanted; else 0.
    pub wanted: u64,
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        Self { refusal, wanted: 0 }
    }
}

/// What the store knows around one envelope.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// The hashes of stored envelopes with the same device and `dseq`.
    pub siblings: Vec<Hash>,
    /// Whether the envelope that `prev` names is stored, as the device's `dseq - 1`.
    pub parent_is_stored: bool,
    /// The device's highest stored `dseq`; 0 for none.
    pub tip: u64,
    /// The stream's owner, if it has one.
    pub owner: Option<MemberId>,
    /// Whether the stream has been granted to the author's device.
    pub granted: bool,
    /// Whether the last envelope that counts of a revoked author is stored.
    pub last_is_stored: bool,
}

/// What follows from an envelope that is taken.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Effects {
    /// Who owns the stream if nobody has before.
    pub owner: Option<MemberId>,
    /// Devices that may read the stream from now on.
    pub granted: Vec<DeviceId>,
    /// Devices whose envelopes a checkpoint confirms.
    pub mentioned: Vec<DeviceId>,
}

/// What to do with an envelope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It is there already.
    Duplicate,
    /// Store it.
    Store(Effects),
}

/// Whether a device may talk to the server at all.
///
/// # Errors
/// [`Refusal::Unauthorised`] or [`Refusal::DeviceRevoked`].
pub fn standing(membership: &Membership, device: DeviceId) -> Result<&Device, Refusal> {
    let found = membership.device(device).ok_or(Refusal::Unauthorised)?;
    match found.status {
        DeviceStatus::Revoked { .. } => Err(Refusal::DeviceRevoked),
        _ => Ok(found),
    }
}

/// Whether a device may hand in envelopes and entries, its own or others'.
///
/// # Errors
/// As [`standing`], or [`Refusal::ApprovalPending`].
pub fn may_upload(membership: &Membership, device: DeviceId) -> Result<&Device, Refusal> {
    let found = standing(membership, device)?;
    if found.may_write() { Ok(found) } else { Err(Refusal::ApprovalPending) }
}

/// Judges an envelope.
///
/// # Errors
/// Why it is refused.
pub fn judge(
    membership: &Membership,
    uploader: DeviceId,
    verified: &Verified,
    facts: &Facts,
) -> Result<Verdict, Refused> {
    may_upload(membership, uploader)?;
    if facts.siblings.contains(&verified.hash()) {
        return Ok(Verdict::Duplicate);
    }
    let envelope = verified.envelope();
    let author = membership.device(envelope.device).ok_or(Refusal::NotAllowed)?;
    check_author(author, verified, facts)?;
    check_chain(envelope, facts)?;
    if envelope.mseq > membership.mseq() {
        // After a restore the server may know fewer entries than the author. They come back with
        // whoever has them; until then the envelope waits.
        return Err(Refusal::MembershipMoved.into());
    }
    if facts.siblings.len() >= FORKS_MAX {
        return Err(Refusal::Fork.into());
    }
    Ok(Verdict::Store(effects(membership, author, envelope, facts)?))
}

fn check_author(author: &Device, verified: &Verified, facts: &Facts) -> Result<(), Refusal> {
    let dseq = verified.envelope().dseq;
    match author.status {
        DeviceStatus::Active | DeviceStatus::Unverified => Ok(()),
        DeviceStatus::Pending => Err(Refusal::ApprovalPending),
        DeviceStatus::Revoked { last_dseq, last_hash, .. } => {
            // What leads to `last_hash` may still arrive, in other people's hands. Whether an
            // envelope in the middle leads there shows only at the end; once the end is stored,
            // so is all that leads to it, and the rest can only be somebody else's branch.
            let may_lead_there = dseq < last_dseq && !facts.last_is_stored
                || dseq == last_dseq && verified.hash() == last_hash;
            if may_lead_there { Ok(()) } else { Err(Refusal::DeviceRevoked) }
        }
    }
}

fn check_chain(envelope: &Envelope, facts: &Facts) -> Result<(), Refused> {
    match envelope.dseq {
        0 => Err(Refusal::Malformed.into()),
        1 if envelope.prev == Hash::ZERO => Ok(()),
        1 => Err(Refusal::Malformed.into()),
        _ if facts.parent_is_stored => Ok(()),
        // On a fork the number before is stored, but not this branch's. Asking for the one before
        // leads the device back to where the branches part.
        dseq => Err(Refused { refusal: Refusal::Gap, wanted: (facts.tip + 1).min(dseq - 1) }),
    }
}

fn effects(
    membership: &Membership,
    author: &Device,
    envelope: &Envelope,
    facts: &Facts,
) -> Result<Effects, Refusal> {
    let is_coordinator = author.role == Role::Coordinator;
    let owns = facts.owner == Some(author.member);
    match (envelope.kind, &envelope.payload) {
        (Kind::Changes, Payload::Sealed(sealed)) => {
            if !(is_coordinator || owns || facts.granted || facts.owner.is_none()) {
                return Err(Refusal::NotAllowed);
            }
            // A stream belongs to whoever brings its key. After a restore, a coordinator's comment
            // may come back before the report that it is about, and must not make it hers.
            let brings_key = !is_coordinator || !sealed.seals.is_empty();
            Ok(Effects { owner: brings_key.then_some(author.member), ..Effects::default() })
        }
        (Kind::Grant, Payload::Open(payload)) => {
            if !(is_coordinator || owns) {
                return Err(Refusal::NotAllowed);
            }
            let grant = Grant::from_bytes(payload).map_err(|_| Refusal::Malformed)?;
            let granted = grant.devices().filter(|device| membership.device(*device).is_some()).collect();
            Ok(Effects { granted, ..Effects::default() })
        }
        (Kind::Checkpoint | Kind::Adopt, _) if !is_coordinator => Err(Refusal::NotAllowed),
        (Kind::Checkpoint, Payload::Open(payload)) => {
            let checkpoint = Checkpoint::from_bytes(payload).map_err(|_| Refusal::Malformed)?;
            let mentioned = checkpoint.devices.into_iter().map(|(device, _)| device);
            let mentioned = mentioned.filter(|device| membership.device(*device).is_some()).collect();
            Ok(Effects { mentioned, ..Effects::default() })
        }
        (Kind::Adopt, Payload::Open(payload)) => {
            Adopt::from_bytes(payload).map_err(|_| Refusal::Malformed)?;
            Ok(Effects::default())
        }
        _ => Err(Refusal::Malformed),
    }
}

/// Judges a membership entry that came with a sync call, beyond what the log itself checks.
///
/// Any member may hand entries in, since they prove themselves: after a restore the server gets
/// back what it lost from whoever has it.
///
/// # Errors
/// Why it is refused.
pub fn judge_entry(
    membership: &Membership,
    uploader: DeviceId,
    entry: &Entry,
    now_ms: u64,
) -> Result<(), Refusal> {
    let uploader = may_upload(membership, uploader)?;
    match Body::from_bytes(&entry.body).map_err(refusal_of)? {
        Body::Invite { expires_at_ms, .. } if !invite_lifetime_is_fair(expires_at_ms, now_ms) => {
            Err(Refusal::MembershipInvalid)
        }
        // A coordinator gives back enrolments that were in time when they were made.
        Body::Enrol { invite, .. } if !uploader.is_active_coordinator() => {
            let invite = membership.invites().get(&invite.0).ok_or(Refusal::InviteNotOpen)?;
            check_in_time(invite, now_ms)
        }
        _ => Ok(()),
    }
}

/// Whether what brings a new device was made with an invitation of this workspace, in time, or with
/// its recovery sheets, which don't expire. Somebody who has neither is not told what is wrong.
///
/// # Errors
/// [`Refusal::InviteNotOpen`], [`Refusal::InviteExpired`], or [`Refusal::MembershipInvalid`] for
/// anything else.
pub fn check_admission(membership: &Membership, entry: &Entry, now_ms: u64) -> Result<(), Refusal> {
    match Body::from_bytes(&entry.body).map_err(refusal_of)? {
        Body::Enrol { invite, .. } => {
            let invite = membership.invites().get(&invite.0).ok_or(Refusal::InviteNotOpen)?;
            check_in_time(invite, now_ms)
        }
        Body::Recover { .. } => {
            membership.check_recovery(entry).map(|_| ()).map_err(|_| Refusal::InviteNotOpen)
        }
        _ => Err(Refusal::MembershipInvalid),
    }
}

/// Whether an invitation has not expired.
///
/// # Errors
/// [`Refusal::InviteExpired`].
pub fn check_in_time(invite: &Invite, now_ms: u64) -> Result<(), Refusal> {
    if invite_is_in_time(invite, now_ms) { Ok(()) } else { Err(Refusal::InviteExpired) }
}

/// The refusal for an entry that does not follow from the log.
pub fn refusal_of(error: MembershipError) -> Refusal {
    match error {
        MembershipError::Malformed => Refusal::Malformed,
        MembershipError::NotNext => Refusal::MembershipMoved,
        MembershipError::Signature => Refusal::Signature,
        MembershipError::NotAllowed => Refusal::NotAllowed,
        MembershipError::InviteNotOpen => Refusal::InviteNotOpen,
        MembershipError::Unfit => Refusal::MembershipInvalid,
        MembershipError::Limit => Refusal::TooLarge,
    }
}
