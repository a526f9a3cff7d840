//! What a simulation compares: which changes a document stands on, and what was sent of it.

use baikoo_protocol::hash::Hash;
use baikoo_protocol::id::StreamId;

use super::Client;
use crate::error::ClientError;
use crate::report::ChangeHash;

impl Client {
    /// The changes that nothing stands on yet. Two devices with equal heads hold equal reports.
    ///
    /// # Errors
    /// [`ClientError::NotFound`] for an unknown report.
    pub fn report_heads(&mut self, report: StreamId) -> Result<Vec<ChangeHash>, ClientError> {
        Ok(self.document(report)?.heads())
    }

    /// The same of the report's review, if this device has one.
    ///
    /// # Errors
    /// Of the database.
    pub fn review_heads(&mut self, report: StreamId) -> Result<Option<Vec<ChangeHash>>, ClientError> {
        match self.store.read(|tx| tx.review_of(report))? {
            Some(review) => Ok(Some(self.document(review)?.heads())),
            None => Ok(None),
        }
    }

    /// Whether a change is in a report here, or in its review.
    ///
    /// # Errors
    /// [`ClientError::NotFound`] for an unknown report.
    pub fn holds_change(&mut self, report: StreamId, change: ChangeHash) -> Result<bool, ClientError> {
        if self.document(report)?.has_change(change) {
            return Ok(true);
        }
        match self.store.read(|tx| tx.review_of(report))? {
            Some(review) => Ok(self.document(review)?.has_change(change)),
            None => Ok(false),
        }
    }

    /// This device's own envelopes of a report: number in its log, and hash.
    ///
    /// # Errors
    /// Of the database.
    pub fn own_envelopes(&self, report: StreamId) -> Result<Vec<(u64, Hash)>, ClientError> {
        let own = self.device.id();
        let rows = self.store.read(|tx| tx.envelopes_of(report))?;
        let mine = rows.into_iter().filter(|row| row.envelope.device == own);
        Ok(mine.map(|row| (row.envelope.dseq, row.hash)).collect())
    }
}
