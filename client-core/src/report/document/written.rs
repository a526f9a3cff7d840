//! A document's scalars, read in one pass. To look each of them up costs more the longer the document
//! is, and a list's row, a search and a screen want them all.

use std::collections::BTreeMap;

use automerge::{ObjId, ReadDoc, ValueRef};

use super::super::ids::EntryId;
use super::super::schema::{Path, parse_entry_key};
use super::Document;
use super::genesis::Root;
use super::versions::{is_question, scalar_of};
use crate::form::answer::Scalar;

/// What stands in every place of a scalar that was ever written.
#[derive(Debug, Clone, PartialEq)]
pub struct Written(BTreeMap<Path, Place>);

#[derive(Debug, Clone, PartialEq)]
struct Place {
    /// The winner; `None` for what this program never writes.
    scalar: Option<Scalar>,
    /// Whether several values may stand there.
    several: bool,
}

impl Written {
    /// As [`Document::scalar`].
    pub fn scalar(&self, path: &Path) -> Option<&Scalar> {
        self.0.get(path)?.scalar.as_ref()
    }

    /// Whether somebody wrote there, be it to take an answer back.
    pub fn has(&self, path: &Path) -> bool {
        self.0.contains_key(path)
    }

    /// Every answer that stands, texts aside; sorted by place. Not what the document says about
    /// itself, and not what was taken back.
    pub fn answers(&self) -> impl Iterator<Item = (&Path, &Scalar)> {
        self.0.iter().filter_map(|(path, place)| match (path, &place.scalar) {
            (_, None | Some(Scalar::Empty)) | (Path::State(_), _) => None,
            (Path::EntryAnswer { question, .. }, _) if !is_question(question) => None,
            (path, Some(scalar)) => Some((path, scalar)),
        })
    }

    /// Where several values may stand.
    pub(super) fn disputable(&self) -> impl Iterator<Item = &Path> {
        self.0.iter().filter(|(_, place)| place.several).map(|(path, _)| path)
    }
}

impl Document {
    /// Everything that was written, texts and talk aside.
    pub fn written(&self) -> Written {
        let mut places = BTreeMap::new();
        let mut note = |object: &ObjId, alone: bool, path: &dyn Fn(&str) -> Path| {
            for item in self.automerge.map_range(object, ..) {
                let path = path(&item.key);
                if !path.is_valid() {
                    continue;
                }
                let several = item.conflict || !alone;
                let scalar = if several { self.scalar(&path) } else { scalar_of(&item.value.into_value()) };
                places.insert(path, Place { scalar, several });
            }
        };
        note(&Root::Answers.id(), true, &|key| Path::Answer(key.to_owned()));
        note(&Root::State.id(), true, &|key| Path::State(key.to_owned()));
        for (section, entry, objects) in self.entry_maps() {
            for object in &objects {
                note(object, objects.len() == 1, &|key| Path::entry(&section, entry, key));
            }
        }
        Written(places)
    }

    /// Every entry with its maps: see [`Self::entry_objects`].
    pub(super) fn entry_maps(&self) -> Vec<(String, EntryId, Vec<ObjId>)> {
        let items = self.automerge.map_range(Root::Entries.id(), ..);
        let maps = items.filter_map(|item| {
            let (section, id) = parse_entry_key(&item.key)?;
            let objects = match item.value {
                _ if item.conflict => self.entry_objects(section, id),
                ValueRef::Object(_) => vec![item.id()],
                ValueRef::Scalar(_) => Vec::new(),
            };
            Some((section.to_owned(), id, objects))
        });
        maps.collect()
    }
}
