//! What this device knows of others.

use baikoo_protocol::id::DeviceId;
use rusqlite::OptionalExtension;

use super::{StoreError, Tx, array, integer, number};

/// What this device knows of another.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Peer {
    /// When something of it last came, by this device's clock.
    pub last_seen_ms: Option<i64>,
    /// By how much its clock is ahead of the server's.
    pub skew_ms: Option<i64>,
    /// Up to here everything of it was received and opened.
    pub opened_dseq: u64,
    /// Up to here a checkpoint of ours said so.
    pub announced_dseq: u64,
    /// Two envelopes share a dseq.
    pub forked: bool,
}

impl Tx<'_> {
    /// What is known of a device.
    pub fn peer(&self, device: DeviceId) -> Result<Peer, StoreError> {
        let mut statement = self.0.prepare_cached(
            "select last_seen_ms, skew_ms, opened_dseq, announced_dseq, forked from peer where device = ?1",
        )?;
        let found = statement
            .query_row([device.0], |row| {
                Ok(Peer {
                    last_seen_ms: row.get(0)?,
                    skew_ms: row.get(1)?,
                    opened_dseq: number(row.get(2)?),
                    announced_dseq: number(row.get(3)?),
                    forked: row.get::<_, i64>(4)? == 1,
                })
            })
            .optional()?;
        Ok(found.unwrap_or_default())
    }

    /// Notes what is known of a device.
    pub fn set_peer(&self, device: DeviceId, peer: &Peer) -> Result<(), StoreError> {
        let mut statement = self.0.prepare_cached(
            "insert into peer (device, last_seen_ms, skew_ms, opened_dseq, announced_dseq, forked)
             values (?1, ?2, ?3, ?4, ?5, ?6)
             on conflict (device) do update set last_seen_ms = excluded.last_seen_ms,
               skew_ms = excluded.skew_ms, opened_dseq = excluded.opened_dseq,
               announced_dseq = excluded.announced_dseq, forked = excluded.forked",
        )?;
        statement.execute((
            device.0,
            peer.last_seen_ms,
            peer.skew_ms,
            integer(peer.opened_dseq),
            integer(peer.announced_dseq),
            i64::from(peer.forked),
        ))?;
        Ok(())
    }

    /// Devices of which more was opened than a checkpoint of ours has said.
    pub fn peers_to_announce(&self, limit: u32) -> Result<Vec<(DeviceId, u64)>, StoreError> {
        let mut statement = self.0.prepare_cached(
            "select device, opened_dseq from peer where opened_dseq > announced_dseq order by device limit ?1",
        )?;
        let rows =
            statement.query_map([limit], |row| Ok((row.get::<_, Vec<u8>>(0)?, row.get::<_, i64>(1)?)))?;
        rows.map(|row| {
            let (device, dseq) = row?;
            Ok((DeviceId(array(&device)?), number(dseq)))
        })
        .collect()
    }

    /// From `opened` on, how far everything of a device has been opened without a gap.
    pub fn opened_up_to(&self, device: DeviceId, opened: u64) -> Result<u64, StoreError> {
        let mut statement = self.0.prepare_cached(
            "select dseq, min(case when state in ('applied') then 1 else 0 end)
             from envelope where device = ?1 and dseq > ?2 group by dseq order by dseq",
        )?;
        let mut rows = statement.query((device.0, integer(opened)))?;
        let mut up_to = opened;
        while let Some(row) = rows.next()? {
            let (dseq, applied): (i64, i64) = (row.get(0)?, row.get(1)?);
            if number(dseq) != up_to + 1 || applied == 0 {
                break;
            }
            up_to += 1;
        }
        Ok(up_to)
    }
}
