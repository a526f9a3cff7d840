//! A report as a document that several people edit while none of them has a network.
//!
//! What each person wrote is kept: two answers to one question stay side by side until somebody
//! chooses, two people's words stay in one narrative, and what was taken back stays in the history.
//! Nothing here knows keys, files or the network, and only `document/` knows Automerge.
//!
//! The order to read in: [`schema`] says what a document holds, [`Document`] edits and reads it,
//! [`receive`] lets in what others wrote.

mod chunk;
mod diff;
mod document;
mod ids;
pub mod isolation;
pub mod limits;
mod pack;
pub mod receive;
pub mod schema;
#[cfg(test)]
mod tests;

pub use document::edit::Edit;
pub use document::genesis::GENESIS;
pub use document::history::{Edited, HistoryItem, WordsEdit};
pub use document::read::{Entry, Removal, Said, Span};
pub use document::versions::{Conflict, Stamp, Version};
pub use document::written::Written;
pub use document::{Document, DocumentError};
pub use ids::{ActorId, ChangeHash, EntryId, TalkId};
pub use pack::Packing;
pub use receive::{ChangeRefusal, IncomingChange, Received, inspect};
pub use schema::{DocumentKind, Path, PathError, Stage, TalkItem, TalkKind, TextName};
