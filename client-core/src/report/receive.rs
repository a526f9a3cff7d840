//! Lets in what others wrote, or says why not.
//!
//! A change comes out of a member's signed envelope, but a member's phone may be in somebody else's
//! hands. What is let in must be what our own editor could have written: a raw change of the
//! signer's actor, next in its sequence, standing on changes that we have, within the limits, and
//! doing only what [`Edit`](super::Edit) does. It is applied to a copy inside
//! [`isolation`]; the copy is saved and read once, and loaded again unless the
//! change is of the plainest kind, because some damage shows only then; and only a copy that came
//! through takes the document's place.
//!
//! A refused change leaves no trace here. Its envelope is kept elsewhere, set apart and shown.

use super::chunk;
use super::document::Document;
use super::document::admit::decode;
use super::ids::{ActorId, ChangeHash};
use super::isolation;

/// What a raw change says about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IncomingChange {
    /// Its name.
    pub hash: ChangeHash,
    /// Who claims to have made it.
    pub actor: ActorId,
    /// Its number among that actor's changes, from 1.
    pub seq: u64,
    /// What it stands on.
    pub deps: Vec<ChangeHash>,
    /// How many ops it holds.
    pub ops: u64,
    /// The number of its first op.
    pub start_op: u64,
    /// When it was made by the author's clock, in milliseconds since 1970; may be any number.
    pub time_ms: i64,
}

/// Why a change was not let in. None of these goes away by trying again, except that a newer
/// program may understand what was [`Foreign`](Self::Foreign) to this one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ChangeRefusal {
    /// More bytes or dependencies than a change may have.
    #[error("the change is too large")]
    TooLarge,
    /// A compressed change, a whole document, a bundle, or nothing of Automerge's at all.
    #[error("not a raw change")]
    NotARawChange,
    /// The bytes contradict themselves.
    #[error("the change is malformed")]
    Malformed,
    /// More ops than a change may have.
    #[error("the change holds too many operations")]
    TooManyOps,
    /// The document would hold more ops than it may.
    #[error("the document is full")]
    DocumentFull,
    /// The change's actor is not the one who signed.
    #[error("the change claims to be somebody else's")]
    WrongActor,
    /// The actor already made another change with this number: a copy of its device went on writing.
    #[error("the actor's number was used twice")]
    ActorReused,
    /// The change does not follow from the actor's previous one and from what it stands on.
    #[error("the change is out of sequence")]
    OutOfSequence,
    /// It does what this program never does: other containers, deletions, marks, counters.
    #[error("the change is not one of this program's")]
    Foreign,
    /// Applying it panicked or left a document that can't be saved, loaded and read.
    #[error("the change breaks the document")]
    Poison,
}

/// What became of a batch of changes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Received {
    /// What is new in the document, in the order in which it was applied. Changes that were known
    /// already are in neither list.
    pub applied: Vec<ChangeHash>,
    /// What the batch stands on and the document does not have. If there is anything here, nothing
    /// was applied, and the batch should be offered again when these have come.
    pub missing: Vec<ChangeHash>,
}

/// Reads what a change says about itself. Refuses what is not exactly one raw change with the right
/// checksum within the limits, before Automerge's decoder sees it where that is possible.
pub fn inspect(raw: &[u8]) -> Result<IncomingChange, ChangeRefusal> {
    let outline = chunk::outline(raw)?;
    // Decoding is a flat loop, and has never been seen to panic; so this needs no thread.
    let decoded = isolation::contain(|| decode(raw, outline)).map_err(|_| ChangeRefusal::Poison)??;
    Ok(decoded.incoming)
}

impl Document {
    /// Lets in a batch of one actor's raw changes, all or none. `signer` is the actor of whoever
    /// signed the envelope, in the incarnation that the envelope says.
    ///
    /// Whatever it answers, the document is whole; when it refuses, the document is unchanged.
    /// To receive into many documents, wrap the whole batch in [`isolation::run`]; it is right
    /// without, but starts a thread each time.
    pub fn receive(&mut self, changes: &[Vec<u8>], signer: ActorId) -> Result<Received, ChangeRefusal> {
        let current = &*self;
        let (received, next) =
            isolation::run(|| current.admit(changes, signer)).map_err(|_| ChangeRefusal::Poison)??;
        if let Some(next) = next {
            *self = next;
        }
        Ok(received)
    }
}
