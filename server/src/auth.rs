//! Who calls: a workspace in the path, a device and its token in a header.

use std::sync::Arc;

use axum::extract::{FromRequestParts, Path};
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use baikoo_protocol::hash::Hash;
use baikoo_protocol::id::{DeviceId, WorkspaceId};
use baikoo_protocol::refusal::Refusal;
use baikoo_protocol::token::Token;
use subtle::ConstantTimeEq;

use crate::error::Rejection;
use crate::node::Node;
use crate::rules;
use crate::store::Store;

/// A device of a workspace that has shown its token and is not revoked.
#[derive(Debug, Clone, Copy)]
pub struct Caller {
    /// Where.
    pub workspace: WorkspaceId,
    /// Which.
    pub device: DeviceId,
}

impl<S: Store> FromRequestParts<Arc<Node<S>>> for Caller {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, node: &Arc<Node<S>>) -> Result<Self, Rejection> {
        let path = Path::<String>::from_request_parts(parts, node).await.ok();
        let workspace = path.and_then(|Path(path)| WorkspaceId::from_path(&path));
        let header = parts.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        // No such workspace, no such device, the wrong token: one answer, after the same work.
        let (Some(workspace), Some((device, token))) = (workspace, header.and_then(Token::from_header))
        else {
            return Err(Refusal::Unauthorised.into());
        };
        let stored = node.store.token(workspace, device).await?;
        let is_right = token.hash().0.ct_eq(&stored.unwrap_or(Hash::ZERO).0);
        if stored.is_none() || !bool::from(is_right) {
            return Err(Refusal::Unauthorised.into());
        }
        node.request_rate.take((workspace, device), node.clock.now_ms()).map_err(Rejection::busy)?;
        let membership = node.store.membership(workspace).await?.ok_or(Refusal::Unauthorised)?;
        rules::standing(&membership, device)?;
        Ok(Self { workspace, device })
    }
}
