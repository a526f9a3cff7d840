//! What a document says now. Every reader follows the known layout by name; none walks down
//! whatever is there.

use std::collections::HashSet;

use automerge::{ObjId, ReadDoc, ScalarValueRef, ValueRef};

use super::super::ids::{ActorId, ChangeHash, EntryId, TalkId};
use super::super::schema::{Path, Stage, TalkItem, TalkKind, TextName, entry, state};
use super::genesis::Root;
use super::versions::{Stamp, is_question, scalar_of};
use super::{Document, actor_of, ours, theirs};
use crate::form::answer::{Answer, AnswerType, Scalar};

/// A person, an injury or another repeated thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The section, such as `persons`.
    pub section: String,
    /// Which one.
    pub id: EntryId,
    /// Where it stands among the section's; several may have the same number.
    pub order: i64,
    /// Who added it.
    pub added: Stamp,
    /// Why it is crossed out, if it is. It stays readable.
    pub removed: Option<Removal>,
    /// Whether somebody wrote into it who did not know that it was removed, or wrote nevertheless.
    pub edited_after_removal: bool,
}

/// Why an entry was crossed out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removal {
    /// In the person's words; may be empty.
    pub reason: String,
    /// Who, and when.
    pub by: Stamp,
}

/// Something that was said, by whom and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// Its id.
    pub id: TalkId,
    /// What was said, as its author said it; nobody can change it later.
    pub item: TalkItem,
    /// Who said it.
    pub by: Stamp,
}

/// A stretch of text that one actor wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// The words.
    pub text: String,
    /// Who wrote them.
    pub actor: ActorId,
}

impl Document {
    /// When the latest of the changes that nothing stands on yet was made, by its author's clock, in
    /// milliseconds since 1970. `None` while there is only the genesis.
    pub fn changed_ms(&self) -> Option<i64> {
        let times = self.automerge.get_heads().into_iter().filter_map(|head| {
            let change = self.automerge.get_change_by_hash(&head)?;
            (actor_of(change.actor_id()) != ActorId::GENESIS).then(|| change.timestamp())
        });
        times.max()
    }

    /// The scalar at a place: the winner, where several stand. `None` if nobody wrote there.
    pub fn scalar(&self, path: &Path) -> Option<Scalar> {
        let places = self.places(path).into_iter().rev();
        let mut values = places.filter_map(|(object, key)| self.automerge.get(object, key).ok()?);
        values.find_map(|(value, _)| scalar_of(&value))
    }

    /// The answer at a place, read as the form says. `None` if there is none or it was taken back.
    pub fn answer(&self, path: &Path, wanted: AnswerType) -> Option<Answer> {
        match path {
            Path::Text(name) => Some(Answer::Text(self.text(*name))).filter(|text| !is_empty_text(text)),
            _ => Answer::from_scalar(&self.scalar(path)?, wanted),
        }
    }

    /// A text; empty if nobody wrote it.
    pub fn text(&self, name: TextName) -> String {
        self.automerge.text(Root::Text(name).id()).unwrap_or_default()
    }

    /// A text, cut by who wrote which words. Together the spans are the text.
    pub fn text_spans(&self, name: TextName) -> Vec<Span> {
        let mut spans: Vec<Span> = Vec::new();
        for item in self.automerge.list_range(Root::Text(name).id(), ..) {
            let actor = op_actor(&item.id());
            let ValueRef::Scalar(ScalarValueRef::Str(value)) = &item.value else { continue };
            match spans.last_mut() {
                Some(span) if span.actor == actor => span.text.push_str(value),
                _ => spans.push(Span { text: value.to_string(), actor }),
            }
        }
        spans
    }

    /// Something about the document itself; see [`state`].
    pub fn state(&self, key: &str) -> Option<Scalar> {
        self.scalar(&Path::state(key))
    }

    /// How far the report has come; a draft until somebody said otherwise.
    pub fn stage(&self) -> Stage {
        match self.state(state::STAGE) {
            Some(Scalar::Text(code)) => code.parse().unwrap_or(Stage::Draft),
            _ => Stage::Draft,
        }
    }

    /// Every place that holds an answer now, texts included; sorted. Not what the document says
    /// about itself, and not what was taken back.
    pub fn paths(&self) -> Vec<Path> {
        let written = self.written();
        let scalars = written.answers().map(|(path, _)| path.clone());
        let has_words = |name: &TextName| self.automerge.length(Root::Text(*name).id()) > 0;
        scalars.chain(TextName::ALL.into_iter().filter(has_words).map(Path::Text)).collect()
    }

    /// A section's entries, in order; removed ones too.
    pub fn entries(&self, section: &str) -> Vec<Entry> {
        self.entries_where(|one| one == section)
    }

    /// How many entries a section has, removed ones too.
    pub fn entry_count(&self, section: &str) -> usize {
        self.entry_maps()
            .into_iter()
            .filter(|(one, _, objects)| one == section && !objects.is_empty())
            .count()
    }

    /// The entries of all sections, by section and order.
    pub fn all_entries(&self) -> Vec<Entry> {
        self.entries_where(|_| true)
    }

    fn entries_where(&self, wanted: impl Fn(&str) -> bool) -> Vec<Entry> {
        let keys = self.entry_keys().into_iter().filter(|(section, _)| wanted(section));
        let mut entries: Vec<_> = keys.filter_map(|(section, id)| self.read_entry(section, id)).collect();
        entries.sort_by(|a, b| (&a.section, a.order, a.id).cmp(&(&b.section, b.order, b.id)));
        entries
    }

    fn read_entry(&self, section: String, id: EntryId) -> Option<Entry> {
        let objects = self.entry_objects(&section, id);
        let added = self.stamp(objects.first()?)?;
        let order = match self.scalar(&Path::entry(&section, id, entry::ORDER)) {
            Some(Scalar::Integer(order)) => order,
            _ => 0,
        };
        let removed = self.removal(&section, id);
        let edited_after_removal =
            removed.as_ref().is_some_and(|removal| self.wrote_after(&objects, removal.by.change));
        Some(Entry { section, id, order, added, removed, edited_after_removal })
    }

    fn removal(&self, section: &str, id: EntryId) -> Option<Removal> {
        let versions = self.versions(&Path::entry(section, id, entry::REMOVED));
        let winner = versions.into_iter().find(|version| version.winner)?;
        match winner.scalar {
            Scalar::Text(reason) => Some(Removal { reason, by: *winner.by.last()? }),
            _ => None,
        }
    }

    /// Whether one of the answers in these maps was written by someone who had not seen `change`,
    /// or after it.
    fn wrote_after(&self, objects: &[ObjId], change: ChangeHash) -> bool {
        let later = self.not_before(change);
        let written = |object: &ObjId| {
            let keys: Vec<_> = self.automerge.keys(object).filter(|key| is_question(key)).collect();
            let ops =
                keys.into_iter().flat_map(|key| self.automerge.get_all(object, key).unwrap_or_default());
            ops.filter_map(|(_, op)| self.automerge.hash_for_opid(&op))
                .any(|hash| later.contains(&ours(hash)))
        };
        objects.iter().any(written)
    }

    /// The changes that are neither `change` nor among what it stands on.
    pub(super) fn not_before(&self, change: ChangeHash) -> HashSet<ChangeHash> {
        self.automerge.get_changes_meta(&[theirs(change)]).iter().map(|meta| ours(meta.hash)).collect()
    }

    /// All that was said, oldest first by what each could know of the others.
    pub fn talk(&self) -> Vec<Said> {
        let ids = self.automerge.keys(Root::Talk.id()).filter_map(|key| key.parse().ok());
        let mut said: Vec<_> = ids.flat_map(|id: TalkId| self.said(id)).collect();
        said.sort_by_key(|(op, said)| (*op, said.id));
        said.into_iter().map(|(_, said)| said).collect()
    }

    fn said(&self, id: TalkId) -> Vec<(u64, Said)> {
        let objects = self.objects(Root::Talk, &id.to_string()).into_iter();
        objects
            .filter_map(|object| {
                let by = self.stamp(&object)?;
                Some((op_number(&object), Said { id, item: self.talk_item(&object, by.change)?, by }))
            })
            .collect()
    }

    /// Read as of the change that said it, so that nobody puts words into another's mouth.
    fn talk_item(&self, object: &ObjId, change: ChangeHash) -> Option<TalkItem> {
        let at = [theirs(change)];
        let field = |key: &str| {
            let (value, _) = self.automerge.get_at(object, key, &at).ok()??;
            value.as_str().map(str::to_owned)
        };
        Some(TalkItem {
            kind: TalkKind::of_code(&field("kind").unwrap_or_default()),
            text: field("text")?,
            to: field("to").and_then(|id| id.parse().ok()),
            about: field("about").and_then(|path| path.parse().ok()),
            reply_to: field("reply_to").and_then(|id| id.parse().ok()),
        })
    }
}

fn is_empty_text(answer: &Answer) -> bool {
    matches!(answer, Answer::Text(text) if text.is_empty())
}

fn op_actor(op: &ObjId) -> ActorId {
    match op {
        ObjId::Root => ActorId::GENESIS,
        ObjId::Id(_, actor, _) => actor_of(actor),
    }
}

fn op_number(op: &ObjId) -> u64 {
    match op {
        ObjId::Root => 0,
        ObjId::Id(number, _, _) => *number,
    }
}
