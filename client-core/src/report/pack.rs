//! Says a raw change in fewer bytes on its way to the others, and says it whole again.
//!
//! Of some hundred bytes of a small change, sixty say what the receiver can tell by herself: who
//! made it (the envelope's device, in the life that the body names), what it stands on (mostly the
//! change before it in the same body) and a checksum. Hashes are noise, so nothing compresses them.
//!
//! A packed change is a byte of flags, the dependencies unless flag bit 0 leaves them out, and what
//! follows the actor. What begins with another byte stands for itself, as raw changes do by
//! Automerge's magic: what would not come back byte for byte is not packed.

use sha2::{Digest, Sha256};

use super::chunk::{self, CHANGE, Cursor, MAGIC};
use super::ids::{ActorId, ChangeHash};

const STANDS_ON_THE_ONE_BEFORE: u8 = 1;
const ACTOR_BYTES: u8 = 16;

/// Packs or unpacks the changes of one body, in their order.
#[derive(Debug, Default)]
pub struct Packing {
    before: Option<ChangeHash>,
}

impl Packing {
    /// Packs the next change, or leaves it as it is.
    pub fn pack(&mut self, raw: &[u8], actor: ActorId) -> Vec<u8> {
        let before = self.before.replace(hash(raw.get(8..).unwrap_or_default()));
        let packed = shorter(raw, actor, before);
        packed
            .filter(|packed| Self { before }.unpack(packed, actor).as_deref() == Some(raw))
            .unwrap_or_else(|| raw.to_vec())
    }

    /// Says the next change whole. What comes out is judged by [`super::Document::receive`]; nothing
    /// comes out of what can't have been packed.
    pub fn unpack(&mut self, packed: &[u8], actor: ActorId) -> Option<Vec<u8>> {
        let mut content = Vec::with_capacity(packed.len() + 64);
        let rest = match packed.split_first() {
            Some((&STANDS_ON_THE_ONE_BEFORE, rest)) => {
                content.push(1);
                content.extend_from_slice(&self.before?.0);
                rest
            }
            Some((0, rest)) => {
                let (deps, rest) = split_deps(rest)?;
                content.extend_from_slice(deps);
                rest
            }
            _ => {
                self.before = Some(hash(packed.get(8..).unwrap_or_default()));
                return Some(packed.to_vec());
            }
        };
        content.push(ACTOR_BYTES);
        content.extend_from_slice(&actor.0);
        content.extend_from_slice(rest);

        let mut named = vec![CHANGE];
        put_unsigned(&mut named, content.len());
        named.extend_from_slice(&content);
        let name = hash(&named);
        self.before = Some(name);
        Some([&MAGIC, &name.0[..4], &named].concat())
    }
}

fn shorter(raw: &[u8], actor: ActorId, before: Option<ChangeHash>) -> Option<Vec<u8>> {
    let outline = chunk::outline(raw).ok().filter(|outline| outline.actor == actor)?;
    let mut content = Cursor(raw.get(9..)?);
    content.unsigned().ok()?;
    let (deps, rest) = split_deps(content.0)?;
    let rest = rest.get(1 + usize::from(ACTOR_BYTES)..)?;
    Some(if before.is_some_and(|before| outline.deps == [before]) {
        [&[STANDS_ON_THE_ONE_BEFORE], rest].concat()
    } else {
        [&[0], deps, rest].concat()
    })
}

/// The number of dependencies with their hashes, and what follows.
fn split_deps(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut cursor = Cursor(bytes);
    let count = cursor.count().ok()?;
    cursor.take(count.checked_mul(32)?).ok()?;
    Some(bytes.split_at(bytes.len() - cursor.0.len()))
}

/// A change's name: the hash of its type, length and content.
fn hash(named: &[u8]) -> ChangeHash {
    ChangeHash(Sha256::digest(named).into())
}

fn put_unsigned(out: &mut Vec<u8>, value: usize) {
    let mut rest = value;
    while rest >= 0x80 {
        out.push(u8::try_from(rest & 0x7f).unwrap_or(0) | 0x80);
        rest >>= 7;
    }
    out.push(u8::try_from(rest).unwrap_or(0));
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::tests::{aida, bermet, meet};
    use super::super::{ActorId, Document, Path, TextName};
    use super::Packing;
    use crate::form::answer::Scalar;

    fn there_and_back(changes: &[Vec<u8>], actor: ActorId) -> Vec<Vec<u8>> {
        let (mut there, mut back) = (Packing::default(), Packing::default());
        let packed: Vec<_> = changes.iter().map(|raw| there.pack(raw, actor)).collect();
        for (raw, packed) in changes.iter().zip(&packed) {
            assert_eq!(back.unpack(packed, actor).as_ref(), Some(raw));
        }
        packed
    }

    #[test]
    fn what_a_person_wrote_comes_back_byte_for_byte_and_travels_shorter() {
        let (mut aida, mut bermet) = (aida(), bermet());
        let mut changes = Vec::new();
        for page in 0..5 {
            let path = Path::question(&format!("q{page}"));
            changes.extend(aida.edits(|edit| edit.set_scalar(&path, Scalar::Integer(page))));
        }
        bermet.edits(|edit| edit.splice_text(TextName::Narrative, 0, 0, "Суу келди"));
        meet(&mut aida, &mut bermet);
        changes.extend(aida.edits(|edit| edit.splice_text(TextName::Narrative, 4, 0, "бүгүн ")));
        let packed = there_and_back(&changes, aida.actor);
        for (raw, packed) in changes.iter().zip(&packed).skip(1).take(4) {
            assert_eq!(raw.len() - packed.len(), 8 + 1 + 1 + 33 + 17 - 1, "all that can be told is left out");
        }
        assert!(changes[5].len() > packed[5].len(), "where two others are stood on, they are named");
    }

    #[test]
    fn what_is_not_this_actors_stays_as_it_is() {
        let changes = aida().edits(|edit| edit.set_scalar(&Path::question("q"), Scalar::Integer(1)));
        assert_eq!(there_and_back(&changes, bermet().actor), changes);
        let genesis = Document::create().raw_changes();
        assert_eq!(there_and_back(&genesis, aida().actor), genesis);
    }

    proptest! {
        #[test]
        fn noise_never_panics(noise: Vec<u8>, after: Vec<u8>) {
            let mut packing = Packing::default();
            let _ = packing.unpack(&noise, ActorId([7; 16]));
            let _ = packing.unpack(&[&[1], after.as_slice()].concat(), ActorId([7; 16]));
            let mut packing = Packing::default();
            packing.pack(&noise, ActorId([7; 16]));
        }
    }
}
