//! A document: made, loaded, saved, and asked what it is made of. The only folder that names
//! Automerge; all others see the types of this module.

pub(super) mod admit;
mod check;
pub(super) mod edit;
pub(super) mod genesis;
pub(super) mod history;
pub(super) mod read;
pub(super) mod versions;
mod write;
pub(super) mod written;

use automerge::{Automerge, Change, LoadOptions, ReadDoc, TextEncoding};

use super::ids::{ActorId, ChangeHash};
use super::isolation;
use genesis::GENESIS;

/// A report or its review, open and readable.
#[derive(Debug, Clone)]
pub struct Document {
    automerge: Automerge,
}

/// Why a document can't be loaded or edited.
#[derive(Debug, thiserror::Error)]
pub enum DocumentError {
    /// The stored bytes are no document of ours, or were damaged.
    #[error("the stored document can't be read")]
    Unreadable,
    /// Some stored changes stand on changes that are not there.
    #[error("the stored document lacks a change that others stand on")]
    Incomplete,
    /// A name with characters that a name can't have, or too long.
    #[error("not a name that a document can hold")]
    BadName,
    /// A value of the wrong kind for this place, or a number that is not finite.
    #[error("not a value that can stand here")]
    BadValue,
    /// An answer of more than [`SCALAR_BYTES_MAX`](super::limits::SCALAR_BYTES_MAX) bytes.
    #[error("the answer is too long")]
    TooLong,
    /// The entry does not exist.
    #[error("there is no such entry")]
    NoSuchEntry,
    /// The document does not know this change.
    #[error("there is no such change")]
    NoSuchChange,
    /// The document would hold more than [`AUTHOR_OPS_MAX`](super::limits::AUTHOR_OPS_MAX) ops.
    #[error("the document is full")]
    Full,
    /// Automerge panicked. Nothing was written; the document should be loaded again.
    #[error("the document is broken")]
    Broken,
    /// Automerge failed where it should not.
    #[error("the edit failed")]
    Automerge(#[from] automerge::AutomergeError),
}

impl Document {
    /// A new document. All new documents are equal: what tells them apart is who writes into them.
    pub fn create() -> Self {
        let mut automerge = Automerge::new_with_encoding(TextEncoding::UnicodeCodePoint);
        let genesis = Change::try_from(GENESIS).expect("the constant change is a change");
        automerge.apply_changes([genesis]).expect("the constant change stands on nothing");
        Self { automerge }
    }

    /// Loads what this device stored itself: `base` as [`save`](Self::save) wrote it, or nothing,
    /// and the raw changes since, in any order. Never for bytes that came from others; those go
    /// through [`receive`](Self::receive).
    pub fn load(base: &[u8], changes: &[Vec<u8>]) -> Result<Self, DocumentError> {
        isolation::run(|| Self::load_here(base, changes)).unwrap_or(Err(DocumentError::Unreadable))
    }

    fn load_here(base: &[u8], changes: &[Vec<u8>]) -> Result<Self, DocumentError> {
        let mut document = if base.is_empty() { Self::create() } else { Self::load_base(base)? };
        let changes = changes
            .iter()
            .map(|raw| Change::try_from(&raw[..]))
            .collect::<Result<Vec<_>, _>>()
            .map_err(|_| DocumentError::Unreadable)?;
        let hashes: Vec<_> = changes.iter().map(Change::hash).collect();
        document.automerge.apply_changes(changes)?;
        // Automerge sets aside what stands on unknown changes, and says nothing.
        if hashes.iter().any(|hash| document.automerge.get_change_meta_by_hash(hash).is_none()) {
            return Err(DocumentError::Incomplete);
        }
        Ok(document)
    }

    fn load_base(base: &[u8]) -> Result<Self, DocumentError> {
        let options = LoadOptions::new().text_encoding(TextEncoding::UnicodeCodePoint);
        let automerge = Automerge::load_with_options(base, options).map_err(|_| DocumentError::Unreadable)?;
        let genesis = Change::try_from(GENESIS).expect("the constant change is a change");
        automerge.get_change_meta_by_hash(&genesis.hash()).ok_or(DocumentError::Unreadable)?;
        Ok(Self { automerge })
    }

    /// The whole document with its history, compressed. For this device's own store.
    pub fn save(&self) -> Vec<u8> {
        self.automerge.save()
    }

    /// The changes that no other change stands on: the document's version. Sorted.
    pub fn heads(&self) -> Vec<ChangeHash> {
        let mut heads: Vec<_> = self.automerge.get_heads().into_iter().map(ours).collect();
        heads.sort_unstable();
        heads
    }

    /// Whether the document holds this change.
    pub fn has_change(&self, hash: ChangeHash) -> bool {
        self.automerge.get_change_meta_by_hash(&theirs(hash)).is_some()
    }

    /// One change's raw bytes, as others received them.
    pub fn raw_change(&self, hash: ChangeHash) -> Option<Vec<u8>> {
        Some(self.automerge.get_change_by_hash(&theirs(hash))?.raw_bytes().to_vec())
    }

    /// The raw changes that are not among `heads` and their ancestors, each after those it stands
    /// on. Heads that the document does not know are passed over. Without the genesis change,
    /// which everybody has.
    pub fn changes_since(&self, heads: &[ChangeHash]) -> Vec<Vec<u8>> {
        self.own_changes(heads).iter().map(|change| change.raw_bytes().to_vec()).collect()
    }

    /// All raw changes but the genesis change, each after those it stands on.
    pub fn raw_changes(&self) -> Vec<Vec<u8>> {
        self.changes_since(&[])
    }

    /// How many ops were ever written: what the limits count.
    pub fn ops(&self) -> u64 {
        self.automerge
            .get_changes_meta(&[])
            .iter()
            .map(|change| (change.max_op + 1).saturating_sub(change.start_op))
            .sum()
    }

    fn own_changes(&self, heads: &[ChangeHash]) -> Vec<Change> {
        let known: Vec<_> =
            heads.iter().filter(|hash| self.has_change(**hash)).map(|hash| theirs(*hash)).collect();
        let mut changes = self.automerge.get_changes(&known);
        changes.retain(|change| actor_of(change.actor_id()) != ActorId::GENESIS);
        changes
    }
}

fn ours(hash: automerge::ChangeHash) -> ChangeHash {
    ChangeHash(hash.0)
}

fn theirs(hash: ChangeHash) -> automerge::ChangeHash {
    automerge::ChangeHash(hash.0)
}

/// Actors of another length than ours can't be let in; should one be there, it is cut or padded.
fn actor_of(actor: &automerge::ActorId) -> ActorId {
    let mut id = [0; 16];
    for (ours, theirs) in id.iter_mut().zip(actor.to_bytes()) {
        *ours = *theirs;
    }
    ActorId(id)
}
