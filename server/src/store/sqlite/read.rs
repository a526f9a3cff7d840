//! Every question that is put to the database.

use baikoo_protocol::hash::Hash;
use baikoo_protocol::id::{DeviceId, MemberId, StreamId, WorkspaceId};
use baikoo_protocol::membership::{Entry, Membership};
use rusqlite::{Connection, OptionalExtension, Params, params};

use super::{StoreError, database};
use crate::limits::{PAGE_BYTES_MAX, PAGE_ROWS_MAX};
use crate::store::{Position, Row, Stretch, View};

pub(super) fn token(
    connection: &Connection,
    workspace: WorkspaceId,
    device: DeviceId,
) -> rusqlite::Result<Option<Hash>> {
    connection
        .prepare_cached("select hash from token where workspace = ?1 and device = ?2")?
        .query_row(params![workspace.0, device.0], |row| row.get(0).map(Hash))
        .optional()
}

pub(super) fn entries(
    connection: &Connection,
    workspace: WorkspaceId,
    after: u64,
) -> rusqlite::Result<Vec<Vec<u8>>> {
    let mut select = connection
        .prepare_cached("select bytes from entry where workspace = ?1 and mseq > ?2 order by mseq")?;
    let mut rows = select.query(params![workspace.0, after])?;
    let (mut page, mut size) = (Vec::new(), 0);
    while size < PAGE_BYTES_MAX
        && let Some(row) = rows.next()?
    {
        let bytes: Vec<u8> = row.get(0)?;
        size += bytes.len();
        page.push(bytes);
    }
    Ok(page)
}

pub(super) fn entry_hash(
    connection: &Connection,
    workspace: WorkspaceId,
    mseq: u64,
) -> rusqlite::Result<Option<Hash>> {
    connection
        .prepare_cached("select hash from entry where workspace = ?1 and mseq = ?2")?
        .query_row(params![workspace.0, mseq], |row| row.get(0).map(Hash))
        .optional()
}

/// Reads and verifies a membership log from its genesis.
pub(super) fn fold_membership(
    connection: &Connection,
    workspace: WorkspaceId,
) -> Result<Option<Membership>, StoreError> {
    let mut membership: Option<Membership> = None;
    loop {
        let after = membership.as_ref().map_or(0, Membership::mseq);
        let page = entries(connection, workspace, after).map_err(database)?;
        if page.is_empty() {
            return Ok(membership);
        }
        for bytes in page {
            let damaged = |_| StoreError::Damaged("a membership entry does not follow");
            let entry = Entry::from_bytes(&bytes).map_err(damaged)?;
            match &mut membership {
                Some(membership) => membership.apply(&entry).map_err(damaged)?,
                None => membership = Some(Membership::from_genesis(&entry).map_err(damaged)?),
            }
        }
    }
}

pub(super) fn hashes(
    connection: &Connection,
    workspace: WorkspaceId,
    device: DeviceId,
    dseq: u64,
) -> rusqlite::Result<Vec<Hash>> {
    // A number that the database can't hold is one that it has not stored.
    let Ok(dseq) = i64::try_from(dseq) else { return Ok(Vec::new()) };
    connection
        .prepare_cached("select hash from log where workspace = ?1 and device = ?2 and dseq = ?3")?
        .query_map(params![workspace.0, device.0, dseq], |row| row.get(0).map(Hash))?
        .collect()
}

pub(super) fn tip(
    connection: &Connection,
    workspace: WorkspaceId,
    device: DeviceId,
) -> rusqlite::Result<u64> {
    connection
        .prepare_cached("select coalesce(max(dseq), 0) from log where workspace = ?1 and device = ?2")?
        .query_row(params![workspace.0, device.0], |row| row.get(0))
}

pub(super) fn owner(
    connection: &Connection,
    workspace: WorkspaceId,
    stream: StreamId,
) -> rusqlite::Result<Option<MemberId>> {
    let owner: Option<Option<[u8; 16]>> = connection
        .prepare_cached("select owner from stream where workspace = ?1 and stream = ?2")?
        .query_row(params![workspace.0, stream.0], |row| row.get(0))
        .optional()?;
    Ok(owner.flatten().map(MemberId))
}

pub(super) fn is_granted(
    connection: &Connection,
    workspace: WorkspaceId,
    device: DeviceId,
    stream: StreamId,
) -> rusqlite::Result<bool> {
    connection
        .prepare_cached("select 1 from granted where workspace = ?1 and device = ?2 and stream = ?3")?
        .exists(params![workspace.0, device.0, stream.0])
}

pub(super) fn position(
    connection: &Connection,
    workspace: WorkspaceId,
    device: DeviceId,
) -> rusqlite::Result<Position> {
    // One snapshot for all three, so that nothing is accepted that is beyond the head.
    let snapshot = connection.unchecked_transaction()?;
    let (log_epoch, head, running) = snapshot
        .prepare_cached("select log_epoch, head, running from workspace where workspace = ?1")?
        .query_row([workspace.0], |row| Ok((row.get(0)?, row.get(1)?, row.get(2).map(Hash)?)))?;
    let earlier = snapshot
        .prepare_cached("select log_epoch, head from epoch where workspace = ?1 order by number")?
        .query_map([workspace.0], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<rusqlite::Result<_>>()?;
    let accepted_dseq = tip(&snapshot, workspace, device)?;
    Ok(Position { log_epoch, earlier, head, running, accepted_dseq })
}

pub(super) fn running_at(
    connection: &Connection,
    workspace: WorkspaceId,
    seq: u64,
) -> rusqlite::Result<Option<Hash>> {
    let Ok(seq) = i64::try_from(seq) else { return Ok(None) };
    connection
        .prepare_cached("select running from log where workspace = ?1 and seq = ?2")?
        .query_row(params![workspace.0, seq], |row| row.get(0).map(Hash))
        .optional()
}

const EVERYTHING: &str = "
    select seq, running, device, dseq, hash, bytes
    from log
    where workspace = ?1 and seq > ?2 and seq <= ?3
    order by seq";

const STREAM: &str = "
    select seq, running, device, dseq, hash, bytes
    from log
    where workspace = ?1 and stream = ?4 and seq > ?2 and seq <= ?3 and device <> ?5
    order by seq";

// Starts from the few streams with news, not from the log, of which most is not hers to see.
const MONITOR: &str = "
    with visible (seq) as (
        select log.seq
        from stream cross join log using (workspace, stream)
        where workspace = ?1 and owner = ?4 and last_seq > ?2 and log.seq > ?2
        union
        select log.seq
        from granted cross join log using (workspace, stream)
        where workspace = ?1 and granted.device = ?5 and log.seq > ?2
        union
        select seq from mention where workspace = ?1 and device = ?5 and seq > ?2
        union
        select seq from log where workspace = ?1 and kind = 4 and seq > ?2
    )
    select log.seq, running, device, dseq, hash, bytes
    from visible cross join log on log.workspace = ?1 and log.seq = visible.seq
    where visible.seq <= ?3 and device <> ?5
    order by visible.seq";

pub(super) fn page(connection: &Connection, stretch: &Stretch) -> rusqlite::Result<Vec<Row>> {
    let workspace = stretch.workspace.0;
    let Ok(after) = i64::try_from(stretch.after) else { return Ok(Vec::new()) };
    let until = i64::try_from(stretch.until).unwrap_or(i64::MAX);
    let bytes = stretch.bytes;
    match stretch.view {
        View::Everything => rows(connection, EVERYTHING, params![workspace, after, until], bytes),
        View::Stream { stream, device } => {
            rows(connection, STREAM, params![workspace, after, until, stream.0, device.0], bytes)
        }
        View::Monitor { member, device } => {
            rows(connection, MONITOR, params![workspace, after, until, member.0, device.0], bytes)
        }
    }
}

fn rows(
    connection: &Connection,
    sql: &str,
    params: impl Params,
    bytes_max: usize,
) -> rusqlite::Result<Vec<Row>> {
    let mut select = connection.prepare_cached(sql)?;
    let mut found = select.query(params)?;
    let (mut page, mut size) = (Vec::new(), 0);
    while page.len() < PAGE_ROWS_MAX
        && (size < bytes_max || page.is_empty())
        && let Some(row) = found.next()?
    {
        let row = Row {
            seq: row.get(0)?,
            running: Hash(row.get(1)?),
            device: DeviceId(row.get(2)?),
            dseq: row.get(3)?,
            hash: Hash(row.get(4)?),
            bytes: row.get(5)?,
        };
        size += row.bytes.len();
        page.push(row);
    }
    Ok(page)
}
