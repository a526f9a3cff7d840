//! The blind server: it stores, orders, authorises and forwards what it cannot read.
//!
//! A request walks `serve → router → auth → routes → sync → store`. What may be written is decided
//! in [`rules`], by pure functions over facts that the store gathers in its transaction; what a
//! caller may see is decided in the store's [`store::View`]. Nothing here could open an envelope,
//! and nothing here logs who wrote, from where, or what.

pub mod admin;
pub mod auth;
pub mod clock;
pub mod config;
pub mod error;
pub mod limits;
pub mod metrics;
pub mod node;
pub mod rate;
pub mod router;
pub mod routes;
pub mod rules;
pub mod serve;
pub mod store;
pub mod sync;
#[cfg(feature = "testing")]
pub mod testing;
pub mod tls;
pub mod verified;
