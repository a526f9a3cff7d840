//! Merging what was opened into its documents, apart from everything else: a change of a hostile
//! member may panic inside Automerge.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use baikoo_protocol::envelope::Kind;
use baikoo_protocol::id::{DeviceId, StreamId};

use super::apply::{Opened, Verdict};
use crate::client::Client;
use crate::error::ClientError;
use crate::report::{ActorId, ChangeHash, ChangeRefusal, Document, DocumentKind, isolation};
use crate::store::{DocumentRow, EnvelopeRow, EnvelopeState, Tx};

/// Changes that are kept beside a document's base before they are folded into it.
const CHANGES_BESIDE_BASE: usize = 16;

impl Client {
    /// Merges what was opened into its documents, apart from everything else: a change of a
    /// hostile member may panic inside Automerge.
    pub(super) fn merge(
        &mut self,
        opened: Vec<Opened>,
        verdicts: &mut BTreeMap<i64, Verdict>,
        touched: &mut BTreeSet<StreamId>,
    ) -> Result<Vec<Merged>, ClientError> {
        let mut documents: BTreeMap<StreamId, (Merged, Vec<Opened>)> = BTreeMap::new();
        for one in opened {
            match documents.entry(one.row.envelope.stream) {
                Entry::Vacant(place) => {
                    let merged = self.load_for_merge(*place.key(), &one)?;
                    place.insert((merged, vec![one]));
                }
                Entry::Occupied(mut place) => place.get_mut().1.push(one),
            }
        }
        let documents = documents.into_values().collect();
        let done = isolation::run_each(documents, |(mut merged, opened): (Merged, Vec<Opened>)| {
            let results: Vec<(i64, Result<Outcome, ChangeRefusal>)> =
                opened.iter().map(|one| (one.row.id, merged.receive(one))).collect();
            (merged, results)
        })
        .map_err(|_| ClientError::Internal(None))?;
        let mut documents = Vec::new();
        for (merged, results) in done {
            for (id, result) in results {
                let verdict = match result {
                    Ok(Outcome::Applied) => Verdict::Applied,
                    Ok(Outcome::Missing) => Verdict::Waits("missing_changes"),
                    Ok(Outcome::OtherKind) => Verdict::SetApart("not_allowed"),
                    Err(refusal) => Verdict::SetApart(refusal_code(&refusal)),
                };
                verdicts.insert(id, verdict);
            }
            if merged.changed {
                touched.insert(merged.row.stream);
                documents.push(merged);
            }
        }
        Ok(documents)
    }

    fn load_for_merge(&mut self, stream: StreamId, one: &Opened) -> Result<Merged, ClientError> {
        let found = self.store.read(|tx| {
            let Some(row) = tx.document(stream)? else { return Ok::<_, ClientError>(None) };
            let changes = tx.changes_since_base(stream)?;
            Ok(Some((row, changes)))
        })?;
        let Some((row, changes)) = found else {
            let document = Document::create();
            let row = DocumentRow {
                stream,
                is_review: one.body.kind() == DocumentKind::Review,
                report: stream,
                base: Vec::new(),
                author: one.row.envelope.device,
                begun_ms: one.row.arrived_ms,
                released: true,
                opened_heads: None,
                priority: 1,
            };
            return Ok(Merged {
                row,
                document,
                new: true,
                changed: false,
                beside: 0,
                fresh: Vec::new(),
                actors: Vec::new(),
            });
        };
        let document = match self.open.take() {
            Some((open, document)) if open == stream => document,
            _ => Document::load(&row.base, &changes).map_err(|_| crate::client::damaged("document"))?,
        };
        let beside = changes.len();
        Ok(Merged {
            row,
            document,
            new: false,
            changed: false,
            beside,
            fresh: Vec::new(),
            actors: Vec::new(),
        })
    }

    /// Builds a document from its envelopes again, and from own changes that are in none yet.
    pub(crate) fn rebuild_document(&mut self, stream: StreamId) -> Result<(), ClientError> {
        let (row, pending, envelopes) = self.store.read(|tx| {
            let row = tx.document(stream)?.ok_or(ClientError::NotFound("report"))?;
            Ok::<_, ClientError>((row, tx.unsealed_changes(stream)?, tx.envelopes_of(stream)?))
        })?;
        let counts = |row: &EnvelopeRow| {
            use EnvelopeState::{Applied, Outbox, Stored};
            row.envelope.kind == Kind::Changes && matches!(row.state, Applied | Outbox | Stored)
        };
        let (mut rest, mut fresh_keys) = (Vec::new(), Vec::new());
        for envelope in envelopes.into_iter().filter(counts) {
            rest.extend(self.open_changes(envelope, &mut fresh_keys)?.ok());
        }
        let mut merged = Merged {
            row: DocumentRow { report: row.report, ..row },
            document: Document::create(),
            new: false,
            changed: false,
            beside: 0,
            fresh: Vec::new(),
            actors: Vec::new(),
        };
        // Own envelopes lie in the order of making and others' in the order of arrival; what
        // stands on something later is tried again.
        loop {
            let before = rest.len();
            let mut waits = Vec::new();
            for one in rest {
                if !matches!(merged.receive(&one), Ok(Outcome::Applied)) {
                    waits.push(one);
                }
            }
            rest = waits;
            if rest.is_empty() || rest.len() == before {
                break;
            }
        }
        let own = self.device.id();
        for change in &pending {
            let actor = ActorId::derive(own, stream, change.incarnation);
            merged
                .document
                .receive(std::slice::from_ref(&change.bytes), actor)
                .map_err(|_| crate::client::damaged("own change"))?;
        }
        self.store.write(|tx| {
            fresh_keys.iter().try_for_each(|(stream, key)| tx.add_key(*stream, key, true).map(|_| ()))?;
            Ok(tx.rebase_document(stream, &merged.document.save())?)
        })
    }
}

/// A document with what has come for it.
pub(super) struct Merged {
    pub(super) row: DocumentRow,
    pub(super) document: Document,
    new: bool,
    changed: bool,
    // Changes that already stand beside the base.
    beside: usize,
    // Changes that have come now.
    fresh: Vec<Vec<u8>>,
    actors: Vec<(ActorId, DeviceId)>,
}

enum Outcome {
    Applied,
    Missing,
    OtherKind,
}

impl Merged {
    fn receive(&mut self, one: &Opened) -> Result<Outcome, ChangeRefusal> {
        if (one.body.kind() == DocumentKind::Review) != self.row.is_review {
            return Ok(Outcome::OtherKind);
        }
        let device = one.row.envelope.device;
        // All of an envelope or nothing of it, though its lives are received one by one.
        let before = (one.body.lives.len() > 1).then(|| self.document.clone());
        let received = self.receive_lives(device, one);
        if !matches!(received, Ok(Some(_)))
            && let Some(before) = before
        {
            self.document = before;
        }
        let Some((applied, actors)) = received? else { return Ok(Outcome::Missing) };
        if !self.new {
            // A new document is saved whole.
            self.fresh.extend(applied.iter().filter_map(|hash| self.document.raw_change(*hash)));
        }
        self.changed = true;
        self.actors.extend(actors);
        if self.new && self.row.is_review {
            use crate::form::answer::Scalar;
            use crate::report::schema::state;
            if let Some(Scalar::Text(id)) = self.document.state(state::REPORT)
                && let Ok(report) = id.parse()
            {
                self.row.report = report;
            }
        }
        Ok(Outcome::Applied)
    }

    /// The changes that are new, and the actors; nothing if something that they stand on is missing.
    #[allow(clippy::type_complexity, reason = "said in the line above")]
    fn receive_lives(
        &mut self,
        device: DeviceId,
        one: &Opened,
    ) -> Result<Option<(Vec<ChangeHash>, Vec<(ActorId, DeviceId)>)>, ChangeRefusal> {
        let (mut applied, mut actors) = (Vec::new(), Vec::new());
        for life in &one.body.lives {
            let actor = ActorId::derive(device, one.row.envelope.stream, life.incarnation);
            let received = self.document.receive(&life.changes, actor)?;
            if !received.missing.is_empty() {
                return Ok(None);
            }
            applied.extend(received.applied);
            actors.push((actor, device));
        }
        Ok(Some((applied, actors)))
    }

    pub(super) fn keep(&self, tx: &Tx<'_>) -> Result<(), ClientError> {
        let stream = self.row.stream;
        if self.new {
            tx.add_document(&DocumentRow { base: self.document.save(), ..self.row.clone() })?;
        } else {
            for change in &self.fresh {
                tx.add_change(stream, change, None)?;
            }
            if self.beside + self.fresh.len() > CHANGES_BESIDE_BASE {
                tx.rebase_document(stream, &self.document.save())?;
            }
        }
        for (actor, device) in &self.actors {
            tx.set_actor(stream, actor.0, *device)?;
        }
        Ok(())
    }
}

fn refusal_code(refusal: &ChangeRefusal) -> &'static str {
    match refusal {
        ChangeRefusal::ActorReused => "actor_reused",
        ChangeRefusal::OutOfSequence => "out_of_sequence",
        ChangeRefusal::Poison => "poison",
        ChangeRefusal::WrongActor => "foreign",
        _ => "malformed_change",
    }
}
