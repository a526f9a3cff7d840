//! Exchange: what is sent, what came, and when to try.
//!
//! [`SyncEngine`] is a machine: input in, effects out. It reads no clock and opens no socket. What
//! goes up is planned and sealed in `outgoing`; what comes down is stored raw in `incoming`, with
//! the cursor in the same transaction, and only then opened and merged in `apply`.

mod apply;
mod backoff;
mod body;
mod engine;
#[cfg(feature = "hazmat")]
pub mod hazmat;
mod incoming;
mod merge;
mod outgoing;
mod status;
#[cfg(test)]
mod training;

pub mod driver;

pub use engine::{Effect, Input, Method, Request, SyncEngine};
