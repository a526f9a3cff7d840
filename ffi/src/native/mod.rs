//! The native face, by UniFFI: Kotlin, Swift and Python call it, and it calls the core.
//!
//! A [`Device`](device::Device) is a folder with its own keys; unlocked, it gives a
//! [`Workspace`](workspace::Workspace), whose methods are the client's. Everything that may take
//! more than a few milliseconds is asynchronous and runs on threads of this library; the caller's
//! thread, which may be the one that draws, only waits for it without being blocked.
//!
//! - Dropping a future, or cancelling the task that awaits it, cancels the work: a sync hangs up, an
//!   export stops after the report it is at, a set-up leaves nothing behind. A save that has begun
//!   is finished, since half a save does not exist.
//! - A handle is used from any thread, and calls on one workspace take turns. After `lock` every
//!   call answers `Locked`; to lock again does nothing.
//! - No lock is held while something of the platform is called, so a callback may call back. What
//!   it throws is logged and goes no further, but for a key store, whose refusal is the answer.
//! - A panic is a bug, and stays on this side: the call answers `Internal`, and the workspace is
//!   locked. Its database takes back what was half done.

pub mod device;
pub mod error;
pub mod events;
pub mod forms;
pub mod gate;
mod ids;
pub mod platform;
mod runtime;
mod session;
mod views;
pub mod workspace;
