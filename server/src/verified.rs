//! An envelope whose signature has been checked. Only [`Verified::check`] makes one, so that no
//! store can be handed anything else.

use baikoo_protocol::envelope::Envelope;
use baikoo_protocol::hash::Hash;
use baikoo_protocol::id::WorkspaceId;
use baikoo_protocol::limits::ENVELOPE_BYTES_MAX;
use baikoo_protocol::refusal::Refusal;
use baikoo_protocol::signature::SigningPublicKey;

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
    pub fn check(
        workspace: WorkspaceId,
        key: &SigningPublicKey,
        envelope: Envelope,
    ) -> Result<Self, Refusal> {
        let bytes = envelope.to_bytes();
        // The wire form was within the limit, but it may have left out 48 bytes.
        if bytes.len() > ENVELOPE_BYTES_MAX {
            return Err(Refusal::TooLarge);
        }
        if !envelope.is_signed_by(workspace, key) {
            return Err(Refusal::Signature);
        }
        let hash = envelope.hash();
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
