//! Documents, their changes, keys and readers.

use baikoo_protocol::hash::Hash;
use baikoo_protocol::id::{DeviceId, StreamId};
use rusqlite::OptionalExtension;

use super::{StoreError, Tx, array};
use crate::crypto::keys::{DocumentKey, Secret32};

/// A document in the database.
#[derive(Debug, Clone)]
pub struct DocumentRow {
    /// Whose document.
    pub stream: StreamId,
    /// Whether it is a review.
    pub is_review: bool,
    /// Of a review: its report. Of a report: itself.
    pub report: StreamId,
    /// A saved Automerge document.
    pub base: Vec<u8>,
    /// The device that began it.
    pub author: DeviceId,
    /// When it came to be on this device.
    pub begun_ms: i64,
    /// Whether it may leave the device.
    pub released: bool,
    /// The heads when it was last opened here.
    pub opened_heads: Option<Vec<u8>>,
    /// What is sent first: 0 urgent, 1 small, 2 the rest.
    pub priority: i64,
}

/// A change that is in no envelope yet.
#[derive(Debug, Clone)]
pub struct UnsealedChange {
    /// In an order in which they apply.
    pub id: i64,
    /// The life of this database that it was made in.
    pub incarnation: u32,
    /// The raw Automerge change.
    pub bytes: Vec<u8>,
}

/// A document's key with whether its sealed copies have left.
#[derive(Debug, Clone)]
pub struct StoredKey {
    /// The key.
    pub key: DocumentKey,
    /// Whether an envelope carries its sealed copies.
    pub announced: bool,
}

/// How far this device's own part of a document has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// It was not let go yet.
    pub draft: bool,
    /// Something in it is in no envelope yet.
    pub unsealed: bool,
    /// The last of this device's envelopes of it; 0 if there is none.
    pub last_dseq: u64,
    /// That envelope is not known to be stored by the server.
    pub in_outbox: bool,
}

// Both are asked for each report, and answered from indices alone: the rows hold whole documents and
// envelopes.
const REVIEW_OF: &str = "select stream from document where report = ?1 and kind = 1 limit 1";
const PROGRESS: &str = "select exists (select 1 from document indexed by document_sending
                            where stream = ?1 and released = 0),
                    exists (select 1 from change where stream = ?1 and sealed = 0),
                    coalesce(o.dseq, 0), coalesce(o.state = 'outbox', 0)
             from (select 1) left join
                  (select dseq, state from envelope where device = ?2 and stream = ?1
                   order by dseq desc, state limit 1) o";

// Both are asked with each call, of all that waits: documents are as large as they are many.
const TO_SEAL: &str = "select stream from document indexed by document_sending
                       where released = 1 and stream in (select stream from change where sealed = 0)
                       order by priority, begun_ms limit ?1";
const ANY_TO_SEAL: &str = "select 1 from change
                           cross join document indexed by document_sending using (stream)
                           where sealed = 0 and released = 1";

impl Tx<'_> {
    /// A document.
    pub fn document(&self, stream: StreamId) -> Result<Option<DocumentRow>, StoreError> {
        let mut statement = self.0.prepare_cached(
            "select kind, report, base, author, begun_ms, released, opened_heads, priority
             from document where stream = ?1",
        )?;
        let found = statement
            .query_row([stream.0], |row| {
                Ok((
                    row.get::<_, i64>(0)?,
                    row.get::<_, Vec<u8>>(1)?,
                    row.get(2)?,
                    row.get::<_, Vec<u8>>(3)?,
                    row.get(4)?,
                    row.get::<_, i64>(5)?,
                    row.get(6)?,
                    row.get(7)?,
                ))
            })
            .optional()?;
        let Some((kind, report, base, author, begun_ms, released, opened_heads, priority)) = found else {
            return Ok(None);
        };
        Ok(Some(DocumentRow {
            stream,
            is_review: kind == 1,
            report: StreamId(array(&report)?),
            base,
            author: DeviceId(array(&author)?),
            begun_ms,
            released: released == 1,
            opened_heads,
            priority,
        }))
    }

    /// Stores a new document.
    pub fn add_document(&self, row: &DocumentRow) -> Result<(), StoreError> {
        let mut statement = self.0.prepare_cached(
            "insert into document (stream, kind, report, base, author, begun_ms, released, opened_heads, priority)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )?;
        statement.execute((
            row.stream.0,
            i64::from(row.is_review),
            row.report.0,
            &row.base,
            row.author.0,
            row.begun_ms,
            i64::from(row.released),
            &row.opened_heads,
            row.priority,
        ))?;
        Ok(())
    }

    /// Folds the changes so far into a new base.
    pub fn rebase_document(&self, stream: StreamId, base: &[u8]) -> Result<(), StoreError> {
        self.0
            .prepare_cached("update document set base = ?2 where stream = ?1")?
            .execute((stream.0, base))?;
        self.0
            .prepare_cached("update change set based = 1 where stream = ?1 and based = 0")?
            .execute([stream.0])?;
        // What is in an envelope and in the base need not be here a third time.
        self.0
            .prepare_cached("delete from change where stream = ?1 and based = 1 and sealed = 1")?
            .execute([stream.0])?;
        Ok(())
    }

    /// Adds a change to a document: an own one with the life that it was made in, or one that came
    /// in an envelope.
    pub fn add_change(
        &self,
        stream: StreamId,
        bytes: &[u8],
        own_life: Option<u32>,
    ) -> Result<(), StoreError> {
        self.0
            .prepare_cached(
                "insert into change (stream, bytes, incarnation, sealed, based) values (?1, ?2, ?3, ?4, 0)",
            )?
            .execute((stream.0, bytes, own_life, i64::from(own_life.is_none())))?;
        Ok(())
    }

    /// The changes since the base, in an order in which they apply.
    pub fn changes_since_base(&self, stream: StreamId) -> Result<Vec<Vec<u8>>, StoreError> {
        let mut statement =
            self.0.prepare_cached("select bytes from change where stream = ?1 and based = 0 order by id")?;
        let rows = statement.query_map([stream.0], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The changes that are in no envelope yet.
    pub fn unsealed_changes(&self, stream: StreamId) -> Result<Vec<UnsealedChange>, StoreError> {
        let mut statement = self.0.prepare_cached(
            "select id, coalesce(incarnation, 0), bytes from change
             where stream = ?1 and sealed = 0 order by id",
        )?;
        let rows = statement.query_map([stream.0], |row| {
            Ok(UnsealedChange { id: row.get(0)?, incarnation: row.get(1)?, bytes: row.get(2)? })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The changes up to `id` are in an envelope now.
    pub fn seal_changes(&self, stream: StreamId, up_to: i64) -> Result<(), StoreError> {
        self.0
            .prepare_cached("update change set sealed = 1 where stream = ?1 and sealed = 0 and id <= ?2")?
            .execute((stream.0, up_to))?;
        self.0
            .prepare_cached("delete from change where stream = ?1 and based = 1 and sealed = 1")?
            .execute([stream.0])?;
        Ok(())
    }

    /// Released documents with changes that are in no envelope yet: the most pressing first.
    pub fn streams_to_seal(&self, limit: u32) -> Result<Vec<StreamId>, StoreError> {
        let mut statement = self.0.prepare_cached(TO_SEAL)?;
        let rows = statement.query_map([limit], |row| row.get::<_, Vec<u8>>(0))?;
        rows.map(|row| Ok(StreamId(array(&row?)?))).collect()
    }

    /// Whether any released document has changes that are in no envelope yet.
    pub fn has_streams_to_seal(&self) -> Result<bool, StoreError> {
        Ok(self.0.prepare_cached(ANY_TO_SEAL)?.exists([])?)
    }

    /// How many released documents, and about how many bytes, are in no envelope yet.
    pub fn unsealed_size(&self) -> Result<(u64, u64), StoreError> {
        let mut statement = self.0.prepare_cached(
            "select count(distinct c.stream), coalesce(sum(length(c.bytes)), 0) from change c
             join document d indexed by document_sending on d.stream = c.stream
             where c.sealed = 0 and d.released = 1",
        )?;
        Ok(statement.query_row([], |row| Ok((super::number(row.get(0)?), super::number(row.get(1)?))))?)
    }

    /// How far this device's own part of a document has come.
    pub fn progress(&self, me: DeviceId, stream: StreamId) -> Result<Progress, StoreError> {
        let mut statement = self.0.prepare_cached(PROGRESS)?;
        let progress = statement.query_row((stream.0, me.0), |row| {
            Ok(Progress {
                draft: row.get(0)?,
                unsealed: row.get(1)?,
                last_dseq: super::number(row.get(2)?),
                in_outbox: row.get(3)?,
            })
        })?;
        Ok(progress)
    }

    /// Lets a document leave the device.
    pub fn release_document(&self, stream: StreamId, priority: i64) -> Result<(), StoreError> {
        self.0
            .prepare_cached("update document set released = 1, priority = ?2 where stream = ?1")?
            .execute((stream.0, priority))?;
        Ok(())
    }

    /// Notes at which heads a document was opened.
    pub fn set_opened(&self, stream: StreamId, heads: &[u8]) -> Result<(), StoreError> {
        self.0
            .prepare_cached("update document set opened_heads = ?2 where stream = ?1")?
            .execute((stream.0, heads))?;
        Ok(())
    }

    /// Forgets a document, its changes, keys and readers, for a rebuild or an unwanted draft.
    pub fn forget_document(&self, stream: StreamId) -> Result<(), StoreError> {
        for sql in [
            "delete from document where stream = ?1",
            "delete from change where stream = ?1",
            "delete from actor where stream = ?1",
        ] {
            self.0.prepare_cached(sql)?.execute([stream.0])?;
        }
        Ok(())
    }

    /// All documents of a kind.
    pub fn streams(&self, reviews: bool) -> Result<Vec<StreamId>, StoreError> {
        let mut statement =
            self.0.prepare_cached("select stream from document where kind = ?1 order by begun_ms, stream")?;
        let rows = statement.query_map([i64::from(reviews)], |row| row.get::<_, Vec<u8>>(0))?;
        rows.map(|row| Ok(StreamId(array(&row?)?))).collect()
    }

    /// The review of a report, if there is one.
    pub fn review_of(&self, report: StreamId) -> Result<Option<StreamId>, StoreError> {
        let mut statement = self.0.prepare_cached(REVIEW_OF)?;
        let found: Option<Vec<u8>> = statement.query_row([report.0], |row| row.get(0)).optional()?;
        found.map(|bytes| array(&bytes).map(StreamId)).transpose()
    }

    /// Notes who stands behind an actor.
    pub fn set_actor(&self, stream: StreamId, actor: [u8; 16], device: DeviceId) -> Result<(), StoreError> {
        self.0
            .prepare_cached("insert or ignore into actor (stream, actor, device) values (?1, ?2, ?3)")?
            .execute((stream.0, actor, device.0))?;
        Ok(())
    }

    /// Who stands behind the actors of a document.
    pub fn actors(&self, stream: StreamId) -> Result<Vec<([u8; 16], DeviceId)>, StoreError> {
        let mut statement = self.0.prepare_cached("select actor, device from actor where stream = ?1")?;
        let rows = statement
            .query_map([stream.0], |row| Ok((row.get::<_, Vec<u8>>(0)?, row.get::<_, Vec<u8>>(1)?)))?;
        rows.map(|row| {
            let (actor, device) = row?;
            Ok((array(&actor)?, DeviceId(array(&device)?)))
        })
        .collect()
    }

    /// Stores a document's key; one that is there stays.
    pub fn add_key(&self, stream: StreamId, key: &DocumentKey, announced: bool) -> Result<bool, StoreError> {
        let mut statement = self.0.prepare_cached(
            "insert or ignore into document_key (stream, key_id, key, announced) values (?1, ?2, ?3, ?4)",
        )?;
        Ok(statement.execute((stream.0, key.id().0, key.0.0, i64::from(announced)))? == 1)
    }

    /// One key of a document.
    pub fn key(&self, stream: StreamId, key_id: Hash) -> Result<Option<DocumentKey>, StoreError> {
        let mut statement =
            self.0.prepare_cached("select key from document_key where stream = ?1 and key_id = ?2")?;
        let found: Option<Vec<u8>> =
            statement.query_row((stream.0, key_id.0), |row| row.get(0)).optional()?;
        found.map(|bytes| Ok(DocumentKey(Secret32(array(&bytes)?)))).transpose()
    }

    /// The key to write with: the smallest id, so that devices with the same keys choose the same.
    pub fn writing_key(&self, stream: StreamId) -> Result<Option<StoredKey>, StoreError> {
        let mut statement = self.0.prepare_cached(
            "select key, announced from document_key where stream = ?1
             order by announced desc, key_id limit 1",
        )?;
        let found = statement
            .query_row([stream.0], |row| Ok((row.get::<_, Vec<u8>>(0)?, row.get::<_, i64>(1)?)))
            .optional()?;
        found
            .map(|(bytes, announced)| {
                Ok(StoredKey { key: DocumentKey(Secret32(array(&bytes)?)), announced: announced == 1 })
            })
            .transpose()
    }

    /// All keys of a document.
    pub fn keys(&self, stream: StreamId) -> Result<Vec<DocumentKey>, StoreError> {
        let mut statement =
            self.0.prepare_cached("select key from document_key where stream = ?1 order by key_id")?;
        let rows = statement.query_map([stream.0], |row| row.get::<_, Vec<u8>>(0))?;
        rows.map(|row| Ok(DocumentKey(Secret32(array(&row?)?)))).collect()
    }

    /// The key's sealed copies are in an envelope now.
    pub fn announce_key(&self, stream: StreamId, key_id: Hash) -> Result<(), StoreError> {
        self.0
            .prepare_cached("update document_key set announced = 1 where stream = ?1 and key_id = ?2")?
            .execute((stream.0, key_id.0))?;
        Ok(())
    }

    /// Lets a device read a document; `granted` once an envelope says so.
    pub fn add_share(&self, stream: StreamId, device: DeviceId, granted: bool) -> Result<(), StoreError> {
        self.0
            .prepare_cached(
                "insert into share (stream, device, granted) values (?1, ?2, ?3)
                 on conflict (stream, device) do update set granted = max(granted, excluded.granted)",
            )?
            .execute((stream.0, device.0, i64::from(granted)))?;
        Ok(())
    }

    /// Devices that may read a document, with whether an envelope says so.
    pub fn shares(&self, stream: StreamId) -> Result<Vec<(DeviceId, bool)>, StoreError> {
        let mut statement =
            self.0.prepare_cached("select device, granted from share where stream = ?1 order by device")?;
        let rows =
            statement.query_map([stream.0], |row| Ok((row.get::<_, Vec<u8>>(0)?, row.get::<_, i64>(1)?)))?;
        rows.map(|row| {
            let (device, granted) = row?;
            Ok((DeviceId(array(&device)?), granted == 1))
        })
        .collect()
    }

    /// Streams with a share that no envelope says yet; only of released documents.
    pub fn streams_to_grant(&self) -> Result<Vec<StreamId>, StoreError> {
        let mut statement = self.0.prepare_cached(
            "select distinct s.stream from share s join document d on d.stream = s.stream
             where s.granted = 0 and d.released = 1 order by s.stream",
        )?;
        let rows = statement.query_map([], |row| row.get::<_, Vec<u8>>(0))?;
        rows.map(|row| Ok(StreamId(array(&row?)?))).collect()
    }
}

#[cfg(test)]
mod tests {
    use crate::crypto::keys::Secret32;
    use crate::store::{Location, Store};

    /// How SQLite answers, one step a table.
    fn steps(question: &str) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&Location::File(folder.path().join("db")), &Secret32([1; 32])).unwrap();
        let mut plan = store.connection.prepare(&format!("explain query plan {question}")).unwrap();
        let nobody = vec![[1; 16]; plan.parameter_count()];
        let steps =
            plan.query_map(rusqlite::params_from_iter(nobody), |row| row.get::<_, String>(3)).unwrap();
        let of_table = |step: &String| {
            ["document", "change", "envelope"].iter().any(|table| step.split(' ').nth(1) == Some(table))
        };
        steps.map(Result::unwrap).filter(of_table).collect()
    }

    /// Else a first download would take the square of its length.
    #[test]
    fn no_question_about_one_report_looks_through_them_all() {
        for question in [super::REVIEW_OF, super::PROGRESS] {
            for step in steps(question) {
                assert!(step.starts_with("SEARCH") && step.contains("COVERING INDEX"), "{step}");
            }
        }
    }

    /// Else a first upload would: whole documents would be read with every call.
    #[test]
    fn what_is_to_be_sealed_is_found_without_reading_documents() {
        for question in [super::TO_SEAL, super::ANY_TO_SEAL] {
            let steps = steps(question);
            assert!(steps.iter().any(|step| step.contains("INDEX document_sending")), "{steps:?}");
            for step in steps {
                assert!(step.contains("COVERING INDEX"), "{step}");
                assert!(step.contains("change_unsealed") || step.starts_with("SEARCH"), "{step}");
            }
        }
    }
}
