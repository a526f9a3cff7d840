//! Secrets, each a type of its own.

use baikoo_protocol::hash::Hash;
use baikoo_protocol::id::StreamId;
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::env::Env;

/// 32 secret bytes. Its `Debug` says nothing.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct Secret32(pub(crate) [u8; 32]);

impl Secret32 {
    /// Draws a new secret.
    pub fn make(env: &mut dyn Env) -> Self {
        Self(env.random())
    }
}

impl core::fmt::Debug for Secret32 {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("[redacted]")
    }
}

/// The key of one document: whoever holds it can read what is sealed under it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentKey(pub(crate) Secret32);

impl DocumentKey {
    /// Draws a new key.
    pub fn make(env: &mut dyn Env) -> Self {
        Self(Secret32::make(env))
    }

    /// The key's public name. It stands in the signed header, so that it also commits to the key:
    /// XChaCha20-Poly1305 alone would let one ciphertext open to two stories under two keys.
    pub fn id(&self) -> Hash {
        Hash::of("baikoo v1 document key id", &[&self.0.0])
    }
}

/// The key of the database on this device.
pub type DatabaseKey = Secret32;

/// What the coordinators hold together: the private half of a role key, as seed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleSecret(pub(crate) Secret32);

impl RoleSecret {
    /// The stream of a report's review. Coordinators alone can tell which review belongs to which
    /// report; two of them who begin one offline still mean the same stream. Always from the first
    /// epoch's secret, which every coordinator can reach.
    pub fn review_stream(&self, report: StreamId) -> StreamId {
        let key = Hash::of("baikoo v1 review stream key", &[&self.0.0]);
        let hash = Hash::of("baikoo v1 review stream", &[&key.0, &report.0]);
        let mut id = [0; 16];
        id.copy_from_slice(&hash.0[..16]);
        StreamId(id)
    }
}
