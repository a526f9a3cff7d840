//! Everything that a client decides.
pub mod form;
pub mod search;
