//! What a document and a change may at most be. One character in a narrative is one op, and costs
//! about half a kilobyte of memory while a document is loaded: that sets the scale.

/// The most bytes of one raw change. Longer text is split by its author.
pub const CHANGE_BYTES_MAX: usize = 64 * 1024;

/// The most ops of one change.
pub const CHANGE_OPS_MAX: u64 = 65_536;

/// The most ops that a document may hold when a change is let in.
pub const DOCUMENT_OPS_MAX: u64 = 100_000;

/// Where an author stops. Well below [`DOCUMENT_OPS_MAX`], so that people who fill a document
/// at the same time, each within this limit, don't have each other's words refused.
pub const AUTHOR_OPS_MAX: u64 = 80_000;

/// The most bytes of one scalar: a long answer, or the JSON of a place.
pub const SCALAR_BYTES_MAX: usize = 16 * 1024;

/// The most bytes of a name or key: a question, a section, an entry's key.
pub const NAME_BYTES_MAX: usize = 128;

/// The most changes that a change may stand on; more means that someone plays games.
pub const DEPS_MAX: usize = 256;

/// An author's own budget for one change, estimated from above, in bytes.
pub(super) const AUTHOR_BYTES: usize = 48 * 1024;

/// An author's own budget for one change, in ops.
pub(super) const AUTHOR_OPS: usize = 30_000;
