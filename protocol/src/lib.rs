//! What client and server say to each other.
//!
//! A device adds signed [`envelope`]s to its workspace's log and reads the log back through one
//! call made of [`frame`]s. Who may do so stands in the [`membership`] log, which coordinators
//! sign. This crate encodes, decodes and verifies; it opens nothing and does no I/O. The server
//! depends on it and on no crate that could open what it stores.

pub mod codec;
pub mod envelope;
pub mod frame;
pub mod hash;
pub mod id;
pub mod limits;
pub mod membership;
pub mod refusal;
pub mod signature;
pub mod token;
