//! Everything that a client decides.
pub mod crypto;
pub mod env;
pub mod form;
pub mod report;
pub mod store;
pub mod testing;
pub mod view;
