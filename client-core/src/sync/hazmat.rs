//! What a member with her device's keys and bad intentions can send. Nothing here is in a release:
//! it is for tests of what everybody else does about it.

use baikoo_protocol::envelope::{Envelope, Kind};
use baikoo_protocol::id::{DeviceId, StreamId};

use super::body::{Body, Times};
use super::outgoing::Content;
use crate::client::{Client, damaged};
use crate::env::Clocks;
use crate::error::ClientError;
use crate::report::DocumentKind;
use crate::store::{EnvelopeState, UnsealedChange};

impl Client {
    /// Seals any bytes as the body of a changes envelope, under the report's right key.
    ///
    /// # Errors
    /// For a report that this device can't write in.
    pub fn hazmat_sends_body(&mut self, stream: StreamId, body: &[u8]) -> Result<(), ClientError> {
        let key = self.store.read(|tx| tx.writing_key(stream))?.ok_or(damaged("document key"))?;
        self.put_in_outbox(Kind::Changes, stream, Content::Body(body, &key.key, Vec::new()), |_| Ok(()))
    }

    /// Signs an open envelope of any kind.
    ///
    /// # Errors
    /// Of the database.
    pub fn hazmat_sends_open(&mut self, kind: Kind, payload: Vec<u8>) -> Result<(), ClientError> {
        self.put_in_outbox(kind, StreamId([0; 16]), Content::Open(payload), |_| Ok(()))
    }

    /// What waits to be sent, for somebody else to carry.
    ///
    /// # Errors
    /// Of the database.
    pub fn hazmat_outbox(&self) -> Result<Vec<Envelope>, ClientError> {
        let rows = self.store.read(|tx| tx.envelopes_in(EnvelopeState::Outbox, 0, u32::MAX))?;
        Ok(rows.into_iter().map(|row| row.envelope).collect())
    }

    /// The raw changes of a report.
    ///
    /// # Errors
    /// [`ClientError::NotFound`] for an unknown report.
    pub fn hazmat_changes(&mut self, stream: StreamId) -> Result<Vec<Vec<u8>>, ClientError> {
        Ok(self.document(stream)?.raw_changes())
    }
}

/// A body as it is before it is compressed and sealed. Packed are the changes of its author.
pub fn body(
    kind: DocumentKind,
    clocks: Clocks,
    (device, stream): (DeviceId, StreamId),
    incarnation: u32,
    changes: Vec<Vec<u8>>,
) -> Vec<u8> {
    let changes: Vec<UnsealedChange> =
        changes.into_iter().map(|bytes| UnsealedChange { id: 0, incarnation, bytes }).collect();
    Body::new(kind, Times::new(clocks, 0), &changes).to_bytes(device, stream)
}

/// The changes in a body, if it is one.
pub fn changes(body: &[u8], (device, stream): (DeviceId, StreamId)) -> Option<Vec<Vec<u8>>> {
    let body = Body::from_bytes(body, device, stream)?;
    Some(body.lives.into_iter().flat_map(|life| life.changes).collect())
}
