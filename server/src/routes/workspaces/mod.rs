//! The two calls that come before a device has a token.

mod create;
mod enrol;

pub use create::create;
pub use enrol::enrol;

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::http::StatusCode;
use baikoo_protocol::id::WorkspaceId;
use baikoo_protocol::refusal::Refusal;
use baikoo_protocol::token::Admission;

use crate::verified::Admitted;

fn read(workspace: Option<WorkspaceId>, body: Result<Bytes, BytesRejection>) -> Result<Admitted, Refusal> {
    let body = body.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Refusal::TooLarge,
        _ => Refusal::Malformed,
    })?;
    let admission = Admission::from_bytes(&body).ok_or(Refusal::Malformed)?;
    Admitted::check(workspace, &admission)
}
