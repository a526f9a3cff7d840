//! How a device shows the server who it is, and the two calls that come before it can.
//!
//! The token opens the door to ciphertext, nothing more: envelopes authenticate themselves. The
//! server keeps its hash. It stands in the header `authorization: Bearer <device ‖ token>`, in
//! base64url without padding: a header is in every call, and nothing compresses it.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use minicbor::{Decode, Encode};

use crate::hash::Hash;
use crate::id::{DeviceId, WorkspaceId};
use crate::signature::SignatureBytes;

/// A device's secret for the server; random. Never written to a log.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(pub [u8; 16]);

impl Token {
    /// What the server keeps.
    pub fn hash(&self) -> Hash {
        Hash::of("baikoo v1 device token", &[&self.0])
    }

    /// The value of the `authorization` header.
    pub fn to_header(&self, device: DeviceId) -> String {
        format!("Bearer {}", URL_SAFE_NO_PAD.encode([device.0, self.0].concat()))
    }

    /// Reads a header's value.
    pub fn from_header(value: &str) -> Option<(DeviceId, Self)> {
        let bytes = URL_SAFE_NO_PAD.decode(value.strip_prefix("Bearer ")?).ok()?;
        let (device, token) = bytes.split_first_chunk()?;
        Some((DeviceId(*device), Self(token.try_into().ok()?)))
    }
}

impl core::fmt::Debug for Token {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Token([redacted])")
    }
}

/// The body of `POST /v1/workspaces` (a genesis) and `POST /v1/{workspace}/enrol` (an enrolment
/// or a recovery, whose `mseq` and `prev` the server fills in).
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct Admission {
    /// The entry's bytes.
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    pub entry: Vec<u8>,
    /// The hash of the token that the device will show from now on.
    #[n(1)]
    pub token_hash: Hash,
    /// The signature of the device that the entry brings over both, so that nobody on the way can
    /// put in a token of their own.
    #[n(2)]
    pub signature: SignatureBytes,
}

impl Admission {
    /// What the device signs; `entry` is the hash of the entry as it stands in the admission.
    pub fn signing_hash(workspace: WorkspaceId, entry: Hash, token: Hash) -> Hash {
        Hash::of("baikoo v1 admission signature", &[&workspace.0, &entry.0, &token.0])
    }

    /// The request's body.
    pub fn to_bytes(&self) -> Vec<u8> {
        minicbor::to_vec(self).expect("writing to a vector can't fail")
    }

    /// Reads a request's body; `None` if it is not one.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        minicbor::decode(bytes).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_reads_back_and_nonsense_does_not() {
        let (device, token) = (DeviceId([7; 16]), Token([9; 16]));
        assert_eq!(Token::from_header(&token.to_header(device)), Some((device, token)));
        for nonsense in ["", "Bearer ", "Bearer 00", "Basic 07", "Bearer ффффффффффффффффффффффффффффффффф"]
        {
            assert!(Token::from_header(nonsense).is_none(), "{nonsense}");
        }
    }
}
