//! Whether the server lives, and whether it can do its work.

use std::sync::Arc;

use axum::extract::State;

use crate::error::Rejection;
use crate::node::Node;
use crate::store::Store;

/// `GET /healthz`: the process answers.
pub async fn alive() -> &'static str {
    "alive"
}

/// `GET /readyz`: the database takes writes.
///
/// # Errors
/// When it does not.
pub async fn ready<S: Store>(State(node): State<Arc<Node<S>>>) -> Result<&'static str, Rejection> {
    node.store.ready().await?;
    Ok("ready")
}
