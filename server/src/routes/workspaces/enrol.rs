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

/// `POST /v1/{workspace}/enrol`: an invitation or the recovery sheets are used, and the new
/// device's token set.
///
/// # Errors
/// When the invitation is not open any more, the sheets are of another workspace, or the entry does
/// not follow.
pub async fn enrol<S: Store>(
    State(node): State<Arc<Node<S>>>,
    workspace: Result<Path<String>, PathRejection>,
    body: Result<Bytes, BytesRejection>,
) -> Result<StatusCode, Rejection> {
    let now_ms = node.clock.now_ms();
    node.admission_rate.take((), now_ms).map_err(Rejection::busy)?;
    // A name that can't be one is answered like a workspace that is not there.
    let workspace = workspace.ok().and_then(|Path(workspace)| WorkspaceId::from_path(&workspace));
    let admitted = read(workspace, body)?;
    let workspace = workspace.ok_or(Refusal::InviteNotOpen)?;
    node.store.enrol(Enrolment { workspace, admitted, now_ms }).await?;
    Ok(StatusCode::OK)
}
