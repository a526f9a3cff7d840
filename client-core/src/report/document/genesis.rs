//! The change that every document begins with.
//!
//! If each device made its own `entries`, two devices that never met would have two, and one would
//! hide the other. So the containers come from one constant change, the same bytes and the same
//! hash on every device, for ever. A later layout adds a second constant change that stands on
//! this one; this one is never generated again.

use automerge::{ActorId, ObjId};

use super::super::schema::TextName;

/// The first change's bytes.
pub const GENESIS: &[u8] = include_bytes!("../../../assets/genesis-v1.bin");

const ANSWERS: u64 = 1;
const ENTRIES: u64 = 2;
const TEXTS: u64 = 3;
const TALK: u64 = 7;
const STATE: u64 = 8;

/// A container that the genesis change made. Addressed by the op that made it, not by its name, so
/// that nobody can put another in its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Root {
    Answers,
    Entries,
    Text(TextName),
    Talk,
    State,
}

impl Root {
    pub(super) const ALL: [Self; 7] = [
        Self::Answers,
        Self::Entries,
        Self::Text(TextName::Narrative),
        Self::Text(TextName::Impact),
        Self::Text(TextName::Remarks),
        Self::Talk,
        Self::State,
    ];

    /// The number of the op that made it.
    const fn op(self) -> u64 {
        match self {
            Self::Answers => ANSWERS,
            Self::Entries => ENTRIES,
            Self::Text(TextName::Narrative) => TEXTS + 1,
            Self::Text(TextName::Impact) => TEXTS + 2,
            Self::Text(TextName::Remarks) => TEXTS + 3,
            Self::Talk => TALK,
            Self::State => STATE,
        }
    }

    pub(super) fn id(self) -> ObjId {
        ObjId::Id(self.op(), ActorId::from([0; 16]), 0)
    }

    pub(super) fn find(id: &ObjId) -> Option<Self> {
        Self::ALL.into_iter().find(|root| root.id() == *id)
    }
}

#[cfg(test)]
mod tests {
    use automerge::transaction::{CommitOptions, Transactable};
    use automerge::{Automerge, Change, ObjType, ROOT, ReadDoc};

    use super::*;

    fn make() -> Vec<u8> {
        let mut document = Automerge::new().with_actor(ActorId::from([0; 16]));
        let mut edit = document.transaction();
        edit.put_object(ROOT, "answers", ObjType::Map).unwrap();
        edit.put_object(ROOT, "entries", ObjType::Map).unwrap();
        let texts = edit.put_object(ROOT, "texts", ObjType::Map).unwrap();
        for name in TextName::ALL {
            edit.put_object(&texts, name.key(), ObjType::Text).unwrap();
        }
        edit.put_object(ROOT, "talk", ObjType::Map).unwrap();
        edit.put_object(ROOT, "state", ObjType::Map).unwrap();
        let (hash, _) = edit.commit_with(CommitOptions::default().with_time(0));
        document.get_change_by_hash(&hash.unwrap()).unwrap().raw_bytes().to_vec()
    }

    #[test]
    fn this_recipe_wrote_it() {
        assert_eq!(
            make(),
            GENESIS,
            "a newer Automerge may write otherwise: then drop this test, not the bytes"
        );
    }

    #[test]
    fn genesis_never_changes() {
        let change = Change::from_bytes(GENESIS.to_vec()).unwrap();
        assert_eq!(
            change.hash().to_string(),
            "3d11b67bec3e118fdde68862b40983fc51b18f98d0f65410b5a2cdcac87a6901"
        );
        assert_eq!(change.raw_bytes(), GENESIS);
        assert_eq!((change.deps(), change.seq(), change.timestamp()), (&[][..], 1, 0));
    }

    #[test]
    fn every_container_is_where_its_op_says() {
        let mut document = Automerge::new();
        document.apply_changes([Change::from_bytes(GENESIS.to_vec()).unwrap()]).unwrap();
        for (root, name) in [
            (Root::Answers, "answers"),
            (Root::Entries, "entries"),
            (Root::Talk, "talk"),
            (Root::State, "state"),
        ] {
            assert_eq!(document.get(ROOT, name).unwrap().unwrap().1, root.id(), "{name}");
        }
        let texts = document.get(ROOT, "texts").unwrap().unwrap().1;
        for name in TextName::ALL {
            assert_eq!(document.get(&texts, name.key()).unwrap().unwrap().1, Root::Text(name).id());
        }
    }
}
