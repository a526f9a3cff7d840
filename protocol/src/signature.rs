//! Checking Ed25519 signatures (RFC 8032), strictly: small-order keys and non-canonical
//! encodings are refused, so that one signature has one meaning for everybody.

use ed25519_dalek::{Signature, VerifyingKey};
use minicbor::{Decode, Encode};

use crate::hash::Hash;

/// An Ed25519 public key.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Encode, Decode)]
#[cbor(transparent)]
pub struct SigningPublicKey(
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    pub [u8; 32],
);

/// An X25519 public key that others seal to (HPKE, RFC 9180).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Encode, Decode)]
#[cbor(transparent)]
pub struct SealingPublicKey(
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    pub [u8; 32],
);

/// The 64 bytes of an Ed25519 signature, not yet checked.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(transparent)]
pub struct SignatureBytes(
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    pub [u8; 64],
);

impl SigningPublicKey {
    /// Whether `signature` is this key's over `message`.
    pub fn verifies(&self, message: &Hash, signature: &SignatureBytes) -> bool {
        VerifyingKey::from_bytes(&self.0)
            .is_ok_and(|key| key.verify_strict(&message.0, &Signature::from_bytes(&signature.0)).is_ok())
    }
}
