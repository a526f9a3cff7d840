//! Every bound that both sides must agree on, with its name. Bytes unless the name says otherwise.

/// The version of everything in this crate: envelopes, entries and frames.
pub const PROTOCOL_VERSION: u8 = 1;
/// X25519, XChaCha20-Poly1305, Ed25519, BLAKE3. Suite 2 is kept for a hybrid key exchange.
pub const SUITE_V1: u8 = 1;

/// One frame's payload. A changes envelope fits with room: its plaintext is capped far below.
pub const FRAME_BYTES_MAX: usize = 256 * 1024;
/// One envelope in its canonical form.
pub const ENVELOPE_BYTES_MAX: usize = 200 * 1024;
/// An envelope's plaintext before compression; a decompressor stops here.
pub const BODY_BYTES_MAX: usize = 1024 * 1024;
/// One membership entry.
pub const ENTRY_BYTES_MAX: usize = 16 * 1024;
/// Sealed copies of a report key in one envelope or grant.
pub const SEALS_MAX: usize = 64;
/// Devices that one checkpoint speaks of; a coordinator who received from more writes another.
pub const CHECKPOINT_DEVICES_MAX: usize = 256;
/// Hashes in one adoption.
pub const ADOPT_HASHES_MAX: usize = 1_024;
/// Streams that one hello may ask for from their start.
pub const BACKFILLS_MAX: usize = 32;
/// Envelopes with the same device and `dseq`: a cloned phone makes two; more is an attack.
pub const FORKS_MAX: usize = 4;
/// Devices in a workspace, revoked ones included.
pub const DEVICES_MAX: usize = 10_000;
/// Invitations that are open at the same time.
pub const OPEN_INVITES_MAX: usize = 500;
/// The longest time that an invitation may be open, in milliseconds (30 days).
pub const INVITE_LIFETIME_MAX_MS: u64 = 30 * 24 * 3600 * 1000;
/// Envelopes that one request may carry up.
pub const UPLOAD_ENVELOPES_MAX: usize = 4_096;
