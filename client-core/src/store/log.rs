//! Envelopes, raw, and what became of them.

use baikoo_protocol::envelope::Envelope;
use baikoo_protocol::frame::Backfill;
use baikoo_protocol::hash::Hash;
use baikoo_protocol::id::{DeviceId, StreamId};
use rusqlite::{OptionalExtension, Row};

use super::{StoreError, Tx, array, integer, number};

/// What became of an envelope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EnvelopeState {
    /// Made here, not known to be stored by the server.
    Outbox,
    /// Made here and stored by the server.
    Stored,
    /// Arrived, not looked into yet.
    Received,
    /// Part of its document.
    Applied,
    /// Can't be applied yet: a key or an earlier change is missing.
    Waiting,
    /// Set apart; the bytes are kept.
    Quarantined,
}

impl EnvelopeState {
    const ALL: [(Self, &'static str); 6] = [
        (Self::Outbox, "outbox"),
        (Self::Stored, "stored"),
        (Self::Received, "received"),
        (Self::Applied, "applied"),
        (Self::Waiting, "waiting"),
        (Self::Quarantined, "quarantined"),
    ];

    fn text(self) -> &'static str {
        Self::ALL.iter().find(|(state, _)| *state == self).map_or("received", |(_, text)| text)
    }

    fn from_text(text: &str) -> Result<Self, StoreError> {
        Self::ALL
            .iter()
            .find(|(_, name)| *name == text)
            .map(|(state, _)| *state)
            .ok_or(StoreError::Damaged("envelope state"))
    }
}

/// An envelope in the database.
#[derive(Debug, Clone)]
pub struct EnvelopeRow {
    /// In the order of arrival.
    pub id: i64,
    /// Its hash.
    pub hash: Hash,
    /// Its place in the server's log, once known.
    pub seq: Option<u64>,
    /// What became of it.
    pub state: EnvelopeState,
    /// Why it waits or was quarantined.
    pub reason: Option<String>,
    /// When it came, by this device's clock.
    pub arrived_ms: i64,
    /// The envelope.
    pub envelope: Envelope,
}

const COLUMNS: &str = "id, hash, seq, state, reason, arrived_ms, bytes";

type RawRow = (i64, Vec<u8>, Option<i64>, String, Option<String>, i64, Vec<u8>);

fn raw(row: &Row<'_>) -> rusqlite::Result<RawRow> {
    Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?, row.get(6)?))
}

fn read((id, hash, seq, state, reason, arrived_ms, bytes): RawRow) -> Result<EnvelopeRow, StoreError> {
    Ok(EnvelopeRow {
        id,
        hash: Hash(array(&hash)?),
        seq: seq.map(number),
        state: EnvelopeState::from_text(&state)?,
        reason,
        arrived_ms,
        envelope: Envelope::from_bytes(&bytes).map_err(|_| StoreError::Damaged("envelope"))?,
    })
}

impl Tx<'_> {
    /// Stores an envelope; `false` if it was there.
    pub fn add_envelope(
        &self,
        envelope: &Envelope,
        state: EnvelopeState,
        place: Option<(u64, Option<Hash>)>,
        arrived_ms: i64,
    ) -> Result<bool, StoreError> {
        let bytes = envelope.to_bytes();
        let hash = envelope.hash();
        let (seq, running) = place.map_or((None, None), |(seq, running)| (Some(seq), running));
        let mut statement = self.0.prepare_cached(
            "insert into envelope (hash, device, dseq, stream, kind, seq, running, state, reason, bytes, arrived_ms)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, null, ?9, ?10)
             on conflict (hash) do nothing",
        )?;
        let added = statement.execute((
            hash.0,
            envelope.device.0,
            integer(envelope.dseq),
            envelope.stream.0,
            envelope.kind as u8,
            seq.map(integer),
            running.map(|hash| hash.0),
            state.text(),
            bytes,
            arrived_ms,
        ))?;
        if added == 0
            && let Some(seq) = seq
        {
            self.place_envelope(hash, seq, running)?;
        }
        Ok(added == 1)
    }

    /// Notes where the server's log has an envelope that is already here.
    pub fn place_envelope(&self, hash: Hash, seq: u64, running: Option<Hash>) -> Result<(), StoreError> {
        self.0.prepare_cached("update envelope set seq = ?2, running = ?3 where hash = ?1")?.execute((
            hash.0,
            integer(seq),
            running.map(|hash| hash.0),
        ))?;
        Ok(())
    }

    /// Forgets all places after `seq`: the server's log is another from there on.
    pub fn forget_places_after(&self, seq: u64) -> Result<(), StoreError> {
        self.0
            .prepare_cached("update envelope set seq = null, running = null where seq > ?1")?
            .execute([integer(seq)])?;
        Ok(())
    }

    /// The running hash at `seq`, if this device followed it.
    pub fn running_at(&self, seq: u64) -> Result<Option<Hash>, StoreError> {
        if seq == 0 {
            return Ok(Some(Hash::ZERO));
        }
        let mut statement = self.0.prepare_cached("select running from envelope where seq = ?1")?;
        let found: Option<Option<Vec<u8>>> =
            statement.query_row([integer(seq)], |row| row.get(0)).optional()?;
        found.flatten().map(|bytes| array(&bytes).map(Hash)).transpose()
    }

    /// One envelope.
    pub fn envelope(&self, hash: Hash) -> Result<Option<EnvelopeRow>, StoreError> {
        let sql = format!("select {COLUMNS} from envelope where hash = ?1");
        let found = self.0.prepare_cached(&sql)?.query_row([hash.0], raw).optional()?;
        found.map(read).transpose()
    }

    /// Envelopes of a device with this count: more than one if it forked.
    pub fn envelopes_at(&self, device: DeviceId, dseq: u64) -> Result<Vec<EnvelopeRow>, StoreError> {
        let sql = format!("select {COLUMNS} from envelope where device = ?1 and dseq = ?2");
        let mut statement = self.0.prepare_cached(&sql)?;
        let rows = statement.query_map((device.0, integer(dseq)), raw)?;
        rows.map(|row| read(row?)).collect()
    }

    /// Up to `limit` envelopes in a state, in the order of arrival, after `after`.
    pub fn envelopes_in(
        &self,
        state: EnvelopeState,
        after: i64,
        limit: u32,
    ) -> Result<Vec<EnvelopeRow>, StoreError> {
        let sql = format!("select {COLUMNS} from envelope where state = ?1 and id > ?2 order by id limit ?3");
        let mut statement = self.0.prepare_cached(&sql)?;
        let rows = statement.query_map((state.text(), after, limit), raw)?;
        rows.map(|row| read(row?)).collect()
    }

    /// All envelopes of a stream, in the order of arrival.
    pub fn envelopes_of(&self, stream: StreamId) -> Result<Vec<EnvelopeRow>, StoreError> {
        let sql = format!("select {COLUMNS} from envelope where stream = ?1 order by id");
        let mut statement = self.0.prepare_cached(&sql)?;
        let rows = statement.query_map([stream.0], raw)?;
        rows.map(|row| read(row?)).collect()
    }

    /// A device's envelopes after `dseq`, in its order.
    pub fn envelopes_after(
        &self,
        device: DeviceId,
        dseq: u64,
        limit: u32,
    ) -> Result<Vec<EnvelopeRow>, StoreError> {
        let sql = format!(
            "select {COLUMNS} from envelope where device = ?1 and dseq > ?2 order by dseq, id limit ?3"
        );
        let mut statement = self.0.prepare_cached(&sql)?;
        let rows = statement.query_map((device.0, integer(dseq), limit), raw)?;
        rows.map(|row| read(row?)).collect()
    }

    /// Others' envelopes that the server's log does not have any more, each device's in its order.
    pub fn envelopes_to_reoffer(&self, me: DeviceId, limit: u32) -> Result<Vec<EnvelopeRow>, StoreError> {
        let sql = format!(
            "select {COLUMNS} from envelope
             where seq is null and device <> ?1 and state in ('applied', 'waiting', 'received')
             order by device, dseq limit ?2"
        );
        let mut statement = self.0.prepare_cached(&sql)?;
        let rows = statement.query_map((me.0, limit), raw)?;
        rows.map(|row| read(row?)).collect()
    }

    /// Moves an envelope on.
    pub fn set_envelope_state(
        &self,
        id: i64,
        state: EnvelopeState,
        reason: Option<&str>,
    ) -> Result<(), StoreError> {
        self.0.prepare_cached("update envelope set state = ?2, reason = ?3 where id = ?1")?.execute((
            id,
            state.text(),
            reason,
        ))?;
        Ok(())
    }

    /// What the server has said about this device's own envelopes: up to `dseq` they are stored,
    /// and no further. Also takes back what a restored server has lost.
    pub fn set_own_stored(&self, me: DeviceId, dseq: u64) -> Result<(), StoreError> {
        // Each looks through what changes, not through all that was ever stored.
        for change in [
            "update envelope indexed by envelope_by_state set state = 'stored'
             where state = 'outbox' and device = ?1 and dseq <= ?2",
            "update envelope indexed by envelope_by_device set state = 'outbox'
             where device = ?1 and dseq > ?2 and state = 'stored'",
        ] {
            self.0.prepare_cached(change)?.execute((me.0, integer(dseq)))?;
        }
        Ok(())
    }

    /// Lets everything of a stream that waits be tried again.
    pub fn retry_waiting(&self, stream: StreamId) -> Result<(), StoreError> {
        self.0
            .prepare_cached("update envelope set state = 'received' where stream = ?1 and state = 'waiting'")?
            .execute([stream.0])?;
        Ok(())
    }

    /// Lets everything that waits be tried again.
    pub fn retry_all_waiting(&self) -> Result<(), StoreError> {
        self.0
            .prepare_cached("update envelope set state = 'received', reason = null where state = 'waiting'")?
            .execute([])?;
        Ok(())
    }

    /// How many envelopes and bytes wait in the outbox.
    pub fn outbox_size(&self) -> Result<(u64, u64), StoreError> {
        let mut statement = self.0.prepare_cached(
            "select count(*), coalesce(sum(length(bytes)), 0) from envelope where state = 'outbox'",
        )?;
        Ok(statement.query_row([], |row| Ok((number(row.get(0)?), number(row.get(1)?))))?)
    }

    /// How many envelopes are in a state.
    pub fn envelope_count(&self, state: EnvelopeState) -> Result<u64, StoreError> {
        let mut statement = self.0.prepare_cached("select count(*) from envelope where state = ?1")?;
        Ok(number(statement.query_row([state.text()], |row| row.get(0))?))
    }

    /// Wants a stream from its start.
    pub fn want_backfill(&self, stream: StreamId, until: u64) -> Result<(), StoreError> {
        self.0
            .prepare_cached(
                "insert into backfill (stream, after, until) values (?1, 0, ?2)
                 on conflict (stream) do update set until = max(until, excluded.until)",
            )?
            .execute((stream.0, integer(until)))?;
        Ok(())
    }

    /// Up to `limit` streams that are wanted from their start.
    pub fn backfills(&self, limit: u32) -> Result<Vec<Backfill>, StoreError> {
        let mut statement =
            self.0.prepare_cached("select stream, after, until from backfill order by stream limit ?1")?;
        let rows =
            statement.query_map([limit], |row| Ok((row.get::<_, Vec<u8>>(0)?, row.get(1)?, row.get(2)?)))?;
        rows.map(|row| {
            let (stream, after, until): (Vec<u8>, i64, i64) = row?;
            Ok(Backfill { stream: StreamId(array(&stream)?), after: number(after), until: number(until) })
        })
        .collect()
    }

    /// A stream has been fetched up to here.
    pub fn advance_backfill(&self, to: Backfill) -> Result<(), StoreError> {
        if to.after >= to.until {
            self.0
                .prepare_cached("delete from backfill where stream = ?1 and until <= ?2")?
                .execute((to.stream.0, integer(to.after)))?;
        }
        self.0
            .prepare_cached("update backfill set after = max(after, ?2) where stream = ?1")?
            .execute((to.stream.0, integer(to.after)))?;
        Ok(())
    }
}
