//! Everything that a client decides.
pub mod client;
pub mod crypto;
pub mod env;
pub mod error;
pub mod export;
pub mod form;
pub mod member;
pub mod report;
pub mod search;
pub mod store;
pub mod sync;
pub mod testing;
pub mod transport;
pub mod view;
