//! BLAKE3 with one domain per purpose, and the running hash of a workspace's log.

use core::fmt;

use minicbor::{Decode, Encode};

/// A 32-byte BLAKE3 hash.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Encode, Decode)]
#[cbor(transparent)]
pub struct Hash(
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    pub [u8; 32],
);

impl Hash {
    /// Stands where there is no previous: a device's first envelope, an empty log.
    pub const ZERO: Self = Self([0; 32]);

    /// The hash of `parts`, one after the other, in the domain `domain`.
    ///
    /// Callers give parts of fixed length, or write lengths themselves.
    pub fn of(domain: &str, parts: &[&[u8]]) -> Self {
        let mut hasher = blake3::Hasher::new_derive_key(domain);
        for part in parts {
            hasher.update(part);
        }
        Self(*hasher.finalize().as_bytes())
    }

    /// The log's running hash after one more envelope: `H(n) = BLAKE3(H(n-1) ‖ envelope hash)`.
    pub fn running(self, envelope: Hash) -> Self {
        Self::of("baikoo v1 running hash", &[&self.0, &envelope.0])
    }

    /// The first eight bytes: enough for an honest server to notice that it was rolled back.
    pub fn tip(self) -> [u8; 8] {
        let mut tip = [0; 8];
        tip.copy_from_slice(&self.0[..8]);
        tip
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hash({self})")
    }
}
