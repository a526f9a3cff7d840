use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, PathRejection};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use baikoo_protocol::id::WorkspaceId;
use baikoo_protocol::refusal::Refusal;

use super::read;
use crate::error::Rejection;
use crate::node::Node;
use crate::store::{Enrolment, Store};

/// `POST /v1/workspaces/{workspace}/enrol`: an invitation or the recovery sheets are used, and the new
/// device's token set.
///
/// # Errors
/// When the invitation is not open any more, the sheets are of another workspace, or the entry does
/// not follow.
pub async fn enrol<S: Store>(
    State(node): State<Arc<Node<S>>>,
    workspace: Result<Path<WorkspaceId>, PathRejection>,
    body: Result<Bytes, BytesRejection>,
) -> Result<StatusCode, Rejection> {
    let now_ms = node.clock.now_ms();
    node.admission_rate.take((), now_ms).map_err(Rejection::busy)?;
    // A name that can't be one is answered like a workspace that is not there.
    let workspace = workspace.map(|Path(workspace)| workspace).map_err(|_| Refusal::InviteNotOpen);
    let admitted = read(workspace.ok(), body)?;
    node.store.enrol(Enrolment { workspace: workspace?, admitted, now_ms }).await?;
    Ok(StatusCode::OK)
}
