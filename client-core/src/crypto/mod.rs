//! All that names a cipher. Published constructions from reviewed crates, put together here and
//! nowhere else: XChaCha20-Poly1305 with random nonces, HPKE (RFC 9180), Ed25519, Argon2id, BLAKE3.
//!
//! One key has one job, and each signature and seal its own domain string. Keys are wiped from
//! memory when dropped, as far as a language can promise that.

pub mod body;
pub mod device;
pub mod keys;
pub mod passphrase;
pub mod recovery;
pub mod seal;

/// Something did not open. Which thing, and why, is nobody's business.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("does not open with this key")]
pub struct Unopened;
