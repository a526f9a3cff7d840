//! A device's own keys: one to sign with, one that others seal to.

use baikoo_protocol::hash::Hash;
use baikoo_protocol::id::DeviceId;
use baikoo_protocol::membership::DeviceKeys;
use baikoo_protocol::signature::{SealingPublicKey, SignatureBytes, SigningPublicKey};
use ed25519_dalek::{Signer, SigningKey};

use super::keys::Secret32;
use super::seal::{SealingSecret, public_of};
use crate::env::Env;

/// Signs. Made from a seed, so that a seed is all that is stored.
pub struct SigningSecret(SigningKey);

impl SigningSecret {
    /// The key of a seed.
    pub fn from_seed(seed: &Secret32) -> Self {
        Self(SigningKey::from_bytes(&seed.0))
    }

    /// Its public half.
    pub fn public(&self) -> SigningPublicKey {
        SigningPublicKey(self.0.verifying_key().to_bytes())
    }

    /// Signs a hash that was made in a domain of its own.
    pub fn sign(&self, message: &Hash) -> SignatureBytes {
        SignatureBytes(self.0.sign(&message.0).to_bytes())
    }
}

/// Everything that makes this device this device.
pub struct DeviceSecrets {
    /// The seed of the signing key.
    pub signing_seed: Secret32,
    /// The seed of the sealing key.
    pub sealing_seed: Secret32,
    signing: SigningSecret,
}

impl DeviceSecrets {
    /// Draws a new device.
    pub fn make(env: &mut dyn Env) -> Self {
        Self::from_seeds(Secret32::make(env), Secret32::make(env))
    }

    /// The device of two stored seeds.
    pub fn from_seeds(signing_seed: Secret32, sealing_seed: Secret32) -> Self {
        let signing = SigningSecret::from_seed(&signing_seed);
        Self { signing_seed, sealing_seed, signing }
    }

    /// The public keys.
    pub fn public(&self) -> DeviceKeys {
        DeviceKeys { signing: self.signing.public(), sealing: self.sealing_public() }
    }

    /// The device's id.
    pub fn id(&self) -> DeviceId {
        DeviceId::of_signing_key(&self.signing.public().0)
    }

    /// Signs as this device.
    pub fn sign(&self, message: &Hash) -> SignatureBytes {
        self.signing.sign(message)
    }

    /// Opens what others sealed to it.
    pub fn sealing(&self) -> SealingSecret {
        SealingSecret::from_seed(&self.sealing_seed)
    }

    fn sealing_public(&self) -> SealingPublicKey {
        public_of(&self.sealing())
    }
}

/// The signing key that an invitation's secret gives: whoever has the secret may add one device.
pub fn invite_key(secret: &[u8; 16]) -> SigningSecret {
    SigningSecret::from_seed(&Secret32(Hash::of("baikoo v1 invite key", &[secret]).0))
}

/// Twelve groups of five digits from a device's public keys and its workspace: what two people
/// compare by voice. Iterated hashing is not needed: the keys are fixed before the number is.
pub fn safety_number(genesis: Hash, keys: &DeviceKeys) -> String {
    let hash = Hash::of("baikoo v1 safety number", &[&genesis.0, &keys.signing.0, &keys.sealing.0]);
    let second = Hash::of("baikoo v1 safety number, second half", &[&hash.0]);
    let bytes = [hash.0, second.0].concat();
    let groups: Vec<String> = bytes
        .chunks_exact(5)
        .take(12)
        .map(|chunk| {
            let number = chunk.iter().fold(0_u64, |sum, byte| (sum << 8) | u64::from(*byte));
            format!("{:05}", number % 100_000)
        })
        .collect();
    groups.join(" ")
}
