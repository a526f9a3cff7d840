//! The frames of a sync call: `type u8 | length varint | payload`, one after the other, both ways.
//!
//! Up: hello, membership entries, envelopes, end. Down: status, refusals, membership entries, the
//! streams wanted from their start, then the log after the cursor, the high-water mark, end. Both sides act on each frame as it is
//! complete, so that a cut loses at most one. A coordinator's device that waits for approval gets
//! status, refusals, membership entries and end.

use crate::codec::{CodecError, Reader, Write};
use crate::hash::Hash;
use crate::id::StreamId;
use crate::limits::{BACKFILLS_MAX, ENTRY_BYTES_MAX, FRAME_BYTES_MAX};
use crate::refusal::Refusal;

/// What a device says first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Hello {
    /// Of which log the cursor is; zero when the device has none yet.
    pub log_epoch: [u8; 8],
    /// Up to which `seq` the device has everything it may have.
    pub cursor: u64,
    /// The first eight bytes of the running hash there; zero if the device can't know it.
    pub tip: [u8; 8],
    /// How many membership entries it has.
    pub mseq: u64,
    /// How many bytes of log it wants at most this time.
    pub budget: u64,
    /// Streams that it may read since a grant, wanted from their start.
    pub backfills: Vec<Backfill>,
}

/// A stream wanted from its start, up to the grant that opened it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backfill {
    /// Which stream.
    pub stream: StreamId,
    /// Up to which `seq` it has been fetched.
    pub after: u64,
    /// The grant's `seq`: from there on the cursor covers it.
    pub until: u64,
}

/// What the server says first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// Drawn anew when a server is restored from a backup.
    pub log_epoch: [u8; 8],
    /// The last `seq` of the log.
    pub head: u64,
    /// The last of this device's own envelopes that is stored, in an unbroken line from the first.
    pub accepted_dseq: u64,
    /// The server's clock, in milliseconds since 1970.
    pub time_ms: u64,
    /// Where the entries below start from: the device's cursor, or less after a rollback.
    pub resume: u64,
    /// The first eight bytes of the running hash at `resume`.
    pub resume_tip: [u8; 8],
}

/// One frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Frame {
    /// Up, first.
    Hello(Hello),
    /// A membership entry's bytes, up to append or down to learn.
    Entry(Vec<u8>),
    /// Up: an envelope's wire form.
    Envelope(Vec<u8>),
    /// Down, first.
    Status(Status),
    /// Down: an uploaded frame was refused.
    Refused {
        /// The place of the frame among the uploaded entries and envelopes, from 0.
        index: u64,
        /// Why.
        refusal: Refusal,
        /// For a gap, the `dseq` that is wanted; else 0. It may be one that the server has, of
        /// another branch: then the device's branch parts further back. The device sends from
        /// there on, and leaves out no `prev` of the first, so that the next refusal is exact.
        wanted: u64,
    },
    /// Down: an envelope of the log.
    ///
    /// Its device is left out where it is the device of the `Logged` before it in this answer. Its
    /// `prev` is left out where it is the hash of the last `Logged` of the same device before it in
    /// this answer. `Own` and `Backfilled` don't count for either. So a reader keeps, for the time
    /// of one answer, the last device and each device's last hash.
    Logged {
        /// Its place in the log.
        seq: u64,
        /// Its wire form.
        envelope: Vec<u8>,
    },
    /// Down, to a device that follows the running hash: here stands an envelope of its own.
    Own {
        /// Its place in the log.
        seq: u64,
        /// Which of its envelopes.
        dseq: u64,
        /// The first eight bytes of its hash, in case two share the number.
        tip: [u8; 8],
    },
    /// Down: an envelope of a stream that was wanted from its start.
    Backfilled {
        /// Its place in the log.
        seq: u64,
        /// Its wire form, complete.
        envelope: Vec<u8>,
    },
    /// Down: up to here the stream has been sent; at `until` it is done.
    BackfillMark(Backfill),
    /// Down: the device now has everything up to here.
    HighWater {
        /// The new cursor.
        cursor: u64,
        /// The first eight bytes of the running hash there.
        tip: [u8; 8],
        /// Whether there is more.
        more: bool,
    },
    /// Both ways, last: what came before is complete.
    End,
}

const HELLO: u8 = 0x01;
const ENTRY: u8 = 0x02;
const ENVELOPE: u8 = 0x03;
const STATUS: u8 = 0x11;
const REFUSED: u8 = 0x12;
const LOGGED: u8 = 0x13;
const OWN: u8 = 0x14;
const BACKFILLED: u8 = 0x15;
const BACKFILL_MARK: u8 = 0x16;
const HIGH_WATER: u8 = 0x17;
const END: u8 = 0x1f;

impl Frame {
    /// The frame's bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut payload = Vec::new();
        let tag = self.write_payload(&mut payload);
        let mut out = Vec::with_capacity(payload.len() + 5);
        out.push(tag);
        out.put_bytes(&payload);
        out
    }

    fn write_payload(&self, out: &mut Vec<u8>) -> u8 {
        match self {
            Self::Hello(hello) => {
                out.extend_from_slice(&hello.log_epoch);
                out.put_varint(hello.cursor);
                out.extend_from_slice(&hello.tip);
                out.put_varint(hello.mseq);
                out.put_varint(hello.budget);
                out.put_length(hello.backfills.len());
                hello.backfills.iter().for_each(|backfill| write_backfill(out, *backfill));
                HELLO
            }
            Self::Entry(bytes) => {
                out.extend_from_slice(bytes);
                ENTRY
            }
            Self::Envelope(bytes) => {
                out.extend_from_slice(bytes);
                ENVELOPE
            }
            Self::Status(status) => {
                out.extend_from_slice(&status.log_epoch);
                out.put_varint(status.head);
                out.put_varint(status.accepted_dseq);
                out.put_varint(status.time_ms);
                out.put_varint(status.resume);
                out.extend_from_slice(&status.resume_tip);
                STATUS
            }
            Self::Refused { index, refusal, wanted } => {
                out.put_varint(*index);
                out.push(*refusal as u8);
                out.put_varint(*wanted);
                REFUSED
            }
            Self::Logged { seq, envelope } => {
                out.put_varint(*seq);
                out.extend_from_slice(envelope);
                LOGGED
            }
            Self::Own { seq, dseq, tip } => {
                out.put_varint(*seq);
                out.put_varint(*dseq);
                out.extend_from_slice(tip);
                OWN
            }
            Self::Backfilled { seq, envelope } => {
                out.put_varint(*seq);
                out.extend_from_slice(envelope);
                BACKFILLED
            }
            Self::BackfillMark(backfill) => {
                write_backfill(out, *backfill);
                BACKFILL_MARK
            }
            Self::HighWater { cursor, tip, more } => {
                out.put_varint(*cursor);
                out.extend_from_slice(tip);
                out.push(u8::from(*more));
                HIGH_WATER
            }
            Self::End => END,
        }
    }

    fn from_payload(tag: u8, payload: &[u8]) -> Result<Self, CodecError> {
        let mut reader = Reader::new(payload);
        let frame = match tag {
            HELLO => Self::Hello(Hello {
                log_epoch: reader.array()?,
                cursor: reader.varint()?,
                tip: reader.array()?,
                mseq: reader.varint()?,
                budget: reader.varint()?,
                backfills: {
                    let count = reader.length(BACKFILLS_MAX)?;
                    (0..count).map(|_| read_backfill(&mut reader)).collect::<Result<_, _>>()?
                },
            }),
            ENTRY if payload.len() > ENTRY_BYTES_MAX => return Err(CodecError::TooLong),
            ENTRY => Self::Entry(rest(&mut reader)?),
            ENVELOPE => Self::Envelope(rest(&mut reader)?),
            STATUS => Self::Status(Status {
                log_epoch: reader.array()?,
                head: reader.varint()?,
                accepted_dseq: reader.varint()?,
                time_ms: reader.varint()?,
                resume: reader.varint()?,
                resume_tip: reader.array()?,
            }),
            REFUSED => Self::Refused {
                index: reader.varint()?,
                refusal: Refusal::from_byte(reader.u8()?).unwrap_or(Refusal::UnsupportedVersion),
                wanted: reader.varint()?,
            },
            LOGGED => Self::Logged { seq: reader.varint()?, envelope: rest(&mut reader)? },
            OWN => Self::Own { seq: reader.varint()?, dseq: reader.varint()?, tip: reader.array()? },
            BACKFILLED => Self::Backfilled { seq: reader.varint()?, envelope: rest(&mut reader)? },
            BACKFILL_MARK => Self::BackfillMark(read_backfill(&mut reader)?),
            HIGH_WATER => {
                let (cursor, tip) = (reader.varint()?, reader.array()?);
                let more = match reader.u8()? {
                    0 => false,
                    1 => true,
                    _ => return Err(CodecError::Unknown("flag")),
                };
                Self::HighWater { cursor, tip, more }
            }
            END => Self::End,
            _ => return Err(CodecError::Unknown("frame")),
        };
        reader.end()?;
        Ok(frame)
    }
}

fn rest(reader: &mut Reader<'_>) -> Result<Vec<u8>, CodecError> {
    let length = reader.rest().len();
    reader.take(length).map(<[u8]>::to_vec)
}

fn write_backfill(out: &mut Vec<u8>, backfill: Backfill) {
    out.extend_from_slice(&backfill.stream.0);
    out.put_varint(backfill.after);
    out.put_varint(backfill.until);
}

fn read_backfill(reader: &mut Reader<'_>) -> Result<Backfill, CodecError> {
    Ok(Backfill { stream: StreamId(reader.array()?), after: reader.varint()?, until: reader.varint()? })
}

/// Puts frames together from bytes as they arrive, in pieces of any size.
#[derive(Debug, Default)]
pub struct FrameDecoder {
    buffer: Vec<u8>,
    read: usize,
}

impl FrameDecoder {
    /// Takes the next bytes from the network.
    pub fn push(&mut self, bytes: &[u8]) {
        // What has been read is dropped in bulk, so that many small frames cost no quadratic copying.
        if self.read > 0 && self.read >= self.buffer.len() / 2 {
            self.buffer.drain(..self.read);
            self.read = 0;
        }
        self.buffer.extend_from_slice(bytes);
    }

    /// The next complete frame, if there is one.
    ///
    /// # Errors
    /// When the bytes can't become a frame. There is no way on: close the connection.
    pub fn next_frame(&mut self) -> Result<Option<Frame>, CodecError> {
        let mut reader = Reader::new(&self.buffer[self.read..]);
        let frame = (|| {
            let tag = reader.u8()?;
            let payload = reader.bytes(FRAME_BYTES_MAX)?;
            Frame::from_payload(tag, payload).map_err(|error| match error {
                // Inside a complete frame nothing more will come.
                CodecError::Truncated => CodecError::Unknown("frame layout"),
                other => other,
            })
        })();
        let used = self.buffer.len() - self.read - reader.rest().len();
        match frame {
            Ok(frame) => {
                self.read += used;
                Ok(Some(frame))
            }
            Err(CodecError::Truncated) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// How many bytes wait for their frame to be complete.
    pub fn waiting(&self) -> usize {
        self.buffer.len() - self.read
    }
}

/// How the answer to a hello reads the running hash of an empty log.
pub fn tip_or_zero(hash: Option<Hash>) -> [u8; 8] {
    hash.map_or([0; 8], Hash::tip)
}
