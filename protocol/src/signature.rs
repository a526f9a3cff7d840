//! Checking Ed25519 signatures (RFC 8032), strictly: small-order keys and non-canonical
//! encodings are refused, so that one signature has one meaning for everybody.

use ed25519_dalek::{Signature, VerifyingKey};
use minicbor::{Decode, Encode};

use crate::hash::Hash;
use crate::id::DeviceId;

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
        self.verifier().is_some_and(|verifier| verifier.verifies(message, signature))
    }

    /// This key, ready to check many signatures. `None` when it is no point of the curve.
    pub fn verifier(&self) -> Option<Verifier> {
        let key = VerifyingKey::from_bytes(&self.0).ok()?;
        Some(Verifier { device: DeviceId::of_signing_key(&self.0), key })
    }
}

/// A public key whose point has been found, which takes a tenth of a check: whoever checks many
/// signatures of one device keeps it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Verifier {
    device: DeviceId,
    key: VerifyingKey,
}

impl Verifier {
    /// The device whose key this is.
    pub fn device(&self) -> DeviceId {
        self.device
    }

    /// Whether `signature` is this key's over `message`.
    pub fn verifies(&self, message: &Hash, signature: &SignatureBytes) -> bool {
        self.key.verify_strict(&message.0, &Signature::from_bytes(&signature.0)).is_ok()
    }
}
