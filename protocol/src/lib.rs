//! What client and server say to each other.
pub mod hash;
pub mod id;
