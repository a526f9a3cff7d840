//! Envelopes and admissions whose signature has been checked. Only [`Verified::check`] and
//! [`Admitted::check`] make them, so that no store can be handed anything else.

use baikoo_protocol::envelope::Envelope;
use baikoo_protocol::hash::Hash;
use baikoo_protocol::id::WorkspaceId;
use baikoo_protocol::limits::ENVELOPE_BYTES_MAX;
use baikoo_protocol::membership::{Body, Entry, workspace_of_genesis};
use baikoo_protocol::refusal::Refusal;
use baikoo_protocol::signature::Verifier;
use baikoo_protocol::token::Admission;

use crate::rules;

/// An envelope that its device has signed, for this workspace.
#[derive(Debug, Clone)]
pub struct Verified {
    envelope: Envelope,
    hash: Hash,
    bytes: Vec<u8>,
}

impl Verified {
    /// Checks size and signature.
    ///
    /// # Errors
    /// [`Refusal::TooLarge`] or [`Refusal::Signature`].
    pub fn check(workspace: WorkspaceId, author: &Verifier, envelope: Envelope) -> Result<Self, Refusal> {
        let (bytes, hash) = envelope.verified(workspace, author).ok_or(Refusal::Signature)?;
        // The wire form was within the limit, but it may have left out 48 bytes.
        if bytes.len() > ENVELOPE_BYTES_MAX {
            return Err(Refusal::TooLarge);
        }
        Ok(Self { envelope, hash, bytes })
    }

    /// The envelope.
    pub fn envelope(&self) -> &Envelope {
        &self.envelope
    }

    /// Its hash.
    pub fn hash(&self) -> Hash {
        self.hash
    }

    /// Its canonical form.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

/// An entry that brings a device, with the hash of the token for which that device has signed.
/// Whether the entry follows from a membership log is not known yet.
#[derive(Debug, Clone)]
pub struct Admitted {
    entry: Entry,
    token: Hash,
}

impl Admitted {
    /// Checks the signature of the device that the entry names. `workspace` is where it wants to
    /// be let in; a genesis makes its own.
    ///
    /// # Errors
    /// [`Refusal::Malformed`], [`Refusal::MembershipInvalid`] for an entry that brings no device, or
    /// [`Refusal::Signature`].
    pub fn check(workspace: Option<WorkspaceId>, admission: &Admission) -> Result<Self, Refusal> {
        let entry = Entry::from_bytes(&admission.entry).map_err(rules::refusal_of)?;
        let body = Body::from_bytes(&entry.body).map_err(rules::refusal_of)?;
        let keys = body.newcomer().ok_or(Refusal::MembershipInvalid)?;
        let hash = entry.hash();
        let workspace = workspace.unwrap_or_else(|| workspace_of_genesis(hash));
        let signed = Admission::signing_hash(workspace, hash, admission.token_hash);
        if keys.device() != entry.signer || !keys.signing.verifies(&signed, &admission.signature) {
            return Err(Refusal::Signature);
        }
        Ok(Self { entry, token: admission.token_hash })
    }

    /// The entry.
    pub fn entry(&self) -> &Entry {
        &self.entry
    }

    /// The hash of the device's token.
    pub fn token(&self) -> Hash {
        self.token
    }
}
