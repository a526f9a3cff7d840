//! Everything, as the views have it.

use serde_json::json;

use super::conflicted_questions;
use crate::error::ClientError;
use crate::view::ReportView;

pub(super) fn write(reports: &[ReportView]) -> Result<Vec<u8>, ClientError> {
    let reports: Vec<_> = reports
        .iter()
        .map(|report| json!({ "conflicted": conflicted_questions(report), "report": report }))
        .collect();
    serde_json::to_vec_pretty(&json!({ "format": "baikoo-export", "version": 1, "reports": reports }))
        .map_err(|_| ClientError::Internal(None))
}
