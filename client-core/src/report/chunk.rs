//! Reads how large a change is before Automerge decodes it.
//!
//! A change is columns of run-length encoded values: eleven bytes can say "and so on, 2⁶⁰ times",
//! and Automerge would count to the end. So the runs are added up here first, in time proportional
//! to the bytes, and whatever a change of ours never contains is refused: compressed chunks, whole
//! documents, bundles, marks, messages, unknown columns.

use super::ids::{ActorId, ChangeHash};
use super::limits::{CHANGE_BYTES_MAX, CHANGE_OPS_MAX, DEPS_MAX, NAME_BYTES_MAX};
use super::receive::ChangeRefusal;

/// What every chunk begins with.
pub(super) const MAGIC: [u8; 4] = [0x85, 0x6f, 0x4a, 0x83];
/// The type of a raw change.
pub(super) const CHANGE: u8 = 1;

/// What a change says about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Outline {
    pub(super) checksum: [u8; 4],
    pub(super) deps: Vec<ChangeHash>,
    pub(super) actor: ActorId,
    pub(super) seq: u64,
    pub(super) start_op: u64,
    pub(super) time_ms: i64,
    pub(super) ops: u64,
}

/// Reads the outline of one raw change, and refuses what is too large or not a raw change.
pub(super) fn outline(raw: &[u8]) -> Result<Outline, ChangeRefusal> {
    if raw.len() > CHANGE_BYTES_MAX {
        return Err(ChangeRefusal::TooLarge);
    }
    let mut header = Cursor(raw);
    if header.take(4)? != MAGIC {
        return Err(ChangeRefusal::NotARawChange);
    }
    let checksum = header.array()?;
    if header.take(1)? != [CHANGE] {
        return Err(ChangeRefusal::NotARawChange);
    }
    if header.unsigned()? != header.0.len() as u64 {
        return Err(ChangeRefusal::Malformed);
    }

    let mut body = header;
    let dep_count = body.count()?;
    if dep_count > DEPS_MAX {
        return Err(ChangeRefusal::TooLarge);
    }
    let deps = (0..dep_count).map(|_| body.array().map(ChangeHash)).collect::<Result<_, _>>()?;
    let actor = ActorId(body.actor()?);
    let seq = body.unsigned()?;
    let start_op = body.unsigned()?;
    let time_ms = body.signed()?;
    let message_len = body.count()?;
    for _ in 0..body.count_after(message_len)? {
        body.actor()?;
    }
    let ops = body.columns()?;
    if message_len > 0 || !body.0.is_empty() {
        return Err(ChangeRefusal::Foreign);
    }
    Ok(Outline { checksum, deps, actor, seq, start_op, time_ms, ops })
}

/// What a column's values look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Values {
    Unsigned,
    Signed,
    Text,
    Booleans,
    Bytes,
}

/// The columns of a change as this program writes it: (specification, values). A specification is
/// the column's id times sixteen plus its type.
const COLUMNS: [(u64, Values); 12] = [
    (0x01, Values::Unsigned), // object: actor
    (0x02, Values::Unsigned), // object: counter
    (0x11, Values::Unsigned), // key: actor
    (0x13, Values::Signed),   // key: counter
    (0x15, Values::Text),     // key: name
    (0x34, Values::Booleans), // insert
    (ACTION, Values::Unsigned),
    (0x56, Values::Unsigned), // value: type and length
    (0x57, Values::Bytes),    // value: bytes
    (0x70, Values::Unsigned), // predecessors: how many
    (0x71, Values::Unsigned), // predecessors: actor
    (0x73, Values::Signed),   // predecessors: counter
];
const ACTION: u64 = 0x42;

/// What is left to read.
pub(super) struct Cursor<'a>(pub(super) &'a [u8]);

impl<'a> Cursor<'a> {
    pub(super) fn take(&mut self, len: usize) -> Result<&'a [u8], ChangeRefusal> {
        let (taken, rest) = self.0.split_at_checked(len).ok_or(ChangeRefusal::Malformed)?;
        self.0 = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], ChangeRefusal> {
        let (taken, rest) = self.0.split_first_chunk().ok_or(ChangeRefusal::Malformed)?;
        self.0 = rest;
        Ok(*taken)
    }

    /// A number of things that each take at least a byte of what is left.
    pub(super) fn count(&mut self) -> Result<usize, ChangeRefusal> {
        let count = usize::try_from(self.unsigned()?).map_err(|_| ChangeRefusal::Malformed)?;
        (count <= self.0.len()).then_some(count).ok_or(ChangeRefusal::Malformed)
    }

    fn count_after(&mut self, skipped: usize) -> Result<usize, ChangeRefusal> {
        self.take(skipped)?;
        self.count()
    }

    fn actor(&mut self) -> Result<[u8; 16], ChangeRefusal> {
        if self.unsigned()? != 16 {
            return Err(ChangeRefusal::Foreign);
        }
        self.array()
    }

    /// Unsigned LEB128, in at most ten bytes.
    pub(super) fn unsigned(&mut self) -> Result<u64, ChangeRefusal> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.take(1)?[0];
            let bits = u64::from(byte & 0x7f);
            if shift == 63 && bits > 1 {
                return Err(ChangeRefusal::Malformed);
            }
            value |= bits << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(ChangeRefusal::Malformed)
    }

    /// Signed LEB128, in at most ten bytes.
    fn signed(&mut self) -> Result<i64, ChangeRefusal> {
        let mut value = 0_i64;
        for shift in (0..64).step_by(7) {
            let byte = self.take(1)?[0];
            value |= i64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                let unused = 64_u32.saturating_sub(shift + 7);
                return Ok((value << unused) >> unused);
            }
        }
        Err(ChangeRefusal::Malformed)
    }

    /// Reads the columns and answers the number of ops: the number of actions.
    fn columns(&mut self) -> Result<u64, ChangeRefusal> {
        let count = self.count()?;
        let mut lengths = Vec::new();
        let mut previous = None;
        for _ in 0..count {
            let specification = self.unsigned()?;
            if previous.is_some_and(|previous| specification <= previous) {
                return Err(ChangeRefusal::Malformed);
            }
            previous = Some(specification);
            lengths.push((specification, self.unsigned()?));
        }
        let mut ops = 0;
        for (specification, length) in lengths {
            let length = usize::try_from(length).map_err(|_| ChangeRefusal::Malformed)?;
            let mut column = Cursor(self.take(length)?);
            let (_, values) = COLUMNS
                .into_iter()
                .find(|(known, _)| *known == specification)
                .ok_or(ChangeRefusal::Foreign)?;
            let rows = match values {
                Values::Bytes => continue,
                Values::Booleans => column.booleans()?,
                other => column.runs(other)?,
            };
            // One op may take back two concurrent values, so there can be more predecessors than ops.
            if rows > CHANGE_OPS_MAX * 2 {
                return Err(ChangeRefusal::TooManyOps);
            }
            if specification == ACTION {
                ops = rows;
            }
        }
        if ops > CHANGE_OPS_MAX {
            return Err(ChangeRefusal::TooManyOps);
        }
        Ok(ops)
    }

    fn runs(&mut self, values: Values) -> Result<u64, ChangeRefusal> {
        let mut rows = 0_u64;
        while !self.0.is_empty() {
            let run = self.signed()?;
            rows = rows.saturating_add(match run {
                0 => self.unsigned()?,
                1.. => {
                    self.value(values)?;
                    run.unsigned_abs()
                }
                _ => {
                    // A literal run takes a byte a value, so this loop ends with the bytes.
                    for _ in 0..run.unsigned_abs() {
                        self.value(values)?;
                    }
                    run.unsigned_abs()
                }
            });
        }
        Ok(rows)
    }

    fn value(&mut self, values: Values) -> Result<(), ChangeRefusal> {
        match values {
            Values::Signed => self.signed().map(drop),
            Values::Text => {
                let length = self.count()?;
                // A long key repeated by a run would be copied for every op.
                if length > NAME_BYTES_MAX {
                    return Err(ChangeRefusal::Foreign);
                }
                self.take(length).map(drop)
            }
            _ => self.unsigned().map(drop),
        }
    }

    fn booleans(&mut self) -> Result<u64, ChangeRefusal> {
        let mut rows = 0_u64;
        while !self.0.is_empty() {
            rows = rows.saturating_add(self.unsigned()?);
        }
        Ok(rows)
    }
}
