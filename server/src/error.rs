//! Refusals as HTTP answers: one byte says why, a number says what is wanted.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use baikoo_protocol::codec::Write;
use baikoo_protocol::refusal::Refusal;

use crate::store::StoreError;

/// A whole request is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rejection {
    /// Why.
    pub refusal: Refusal,
    /// How long to wait before trying again.
    pub retry_after_ms: Option<u64>,
}

/// What to wait where nobody has computed it: a database under load, a disk that filled up.
const RETRY_AFTER_DEFAULT_MS: u64 = 30_000;

impl From<Refusal> for Rejection {
    fn from(refusal: Refusal) -> Self {
        let retry_after_ms = matches!(refusal, Refusal::Busy).then_some(RETRY_AFTER_DEFAULT_MS);
        Self { refusal, retry_after_ms }
    }
}

impl From<StoreError> for Rejection {
    fn from(error: StoreError) -> Self {
        error.refusal().into()
    }
}

impl Rejection {
    /// Too often; there will be room after `wait_ms`.
    pub fn busy(wait_ms: u64) -> Self {
        Self { refusal: Refusal::Busy, retry_after_ms: Some(wait_ms) }
    }
}

impl IntoResponse for Rejection {
    fn into_response(self) -> Response {
        let mut body = vec![self.refusal as u8];
        // No request as a whole has a gap, so nothing is wanted.
        body.put_varint(0);
        let status =
            StatusCode::from_u16(self.refusal.http_status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response =
            (status, [(header::CONTENT_TYPE, "application/octet-stream")], body).into_response();
        if let Some(wait_ms) = self.retry_after_ms {
            let seconds = HeaderValue::from(wait_ms.div_ceil(1000).max(1));
            response.headers_mut().insert(header::RETRY_AFTER, seconds);
        }
        response
    }
}
