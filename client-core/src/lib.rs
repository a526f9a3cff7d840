//! Everything that a client decides, once, for the phone, the browser, the desktop and the command
//! line. Front ends show and ask.
//!
//! A report walks through these modules on its way out, and what arrives walks back by the same
//! doors: [`client`] (one open workspace) → [`report`] (meaning) → [`crypto`] (secrecy) →
//! [`store`] (memory) → [`sync`] (exchange) → [`transport`] (wire).
//!
//! The core is synchronous. Time and chance come from outside ([`mod@env`]); only [`sync`]'s driver and
//! the transports wait for anything.

pub mod client;
pub mod crypto;
pub mod env;
pub mod error;
pub mod export;
pub mod form;
#[cfg(not(target_family = "wasm"))]
pub mod home;
pub mod member;
pub mod report;
pub mod search;
pub mod store;
pub mod sync;
pub mod testing;
pub mod transport;
#[cfg(test)]
mod typescript;
pub mod view;

pub use baikoo_protocol as protocol;
