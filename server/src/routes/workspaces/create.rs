use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::{HeaderMap, StatusCode};
use baikoo_protocol::refusal::Refusal;

use super::read;
use crate::config::{SETUP_CODE_HEADER, hash_setup_code};
use crate::error::Rejection;
use crate::node::{Creation, Node};
use crate::store::{NewWorkspace, Store};

/// `POST /v1/workspaces`: a genesis, and the token of the device that signed it.
///
/// # Errors
/// When the server takes no new workspaces, not with this code, or the genesis is not one.
pub async fn create<S: Store>(
    State(node): State<Arc<Node<S>>>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<StatusCode, Rejection> {
    node.admission_rate.take((), node.clock.now_ms()).map_err(Rejection::busy)?;
    let setup_code = match node.creation {
        Creation::Closed => return Err(Refusal::CreationRefused.into()),
        Creation::Open => None,
        Creation::SetupCode => {
            let code = headers.get(SETUP_CODE_HEADER).and_then(|value| value.to_str().ok());
            Some(hash_setup_code(code.ok_or(Refusal::CreationRefused)?))
        }
    };
    let admitted = read(None, body)?;
    node.store.create(NewWorkspace { admitted, setup_code }).await?;
    Ok(StatusCode::OK)
}
