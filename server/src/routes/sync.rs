//! The sync call and the stream that says when to make one.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use baikoo_protocol::refusal::Refusal;
use futures_util::stream;
use http_body_util::{BodyExt, Limited};
use hyper::body::Body as _;
use tokio::sync::watch;
use tokio::time::{Instant, timeout, timeout_at};

use crate::auth::Caller;
use crate::error::Rejection;
use crate::node::Node;
use crate::serve::Ongoing;
use crate::store::Store;

/// `POST /v1/{workspace}/sync`: frames up, frames down.
///
/// # Errors
/// When the call as a whole is refused.
pub async fn call<S: Store>(
    State(node): State<Arc<Node<S>>>,
    caller: Caller,
    body: Body,
) -> Result<Response, Rejection> {
    // Said beforehand, so refused beforehand. Without a length, the limit cuts the body off.
    if body.size_hint().lower() > node.limits.upload_bytes as u64 {
        return Err(Refusal::TooLarge.into());
    }
    let body = Limited::new(body, node.limits.upload_bytes).into_data_stream();
    let answer = crate::sync::answer(node, caller.workspace, caller.device, body).await?;
    Ok(([(CONTENT_TYPE, "application/octet-stream")], Body::from_stream(answer)).into_response())
}

/// `GET /v1/{workspace}/events`: says "more" whenever there is, to coordinators.
///
/// # Errors
/// [`Refusal::NotAllowed`] to everybody else.
pub async fn events<S: Store>(
    State(node): State<Arc<Node<S>>>,
    caller: Caller,
) -> Result<Response, Rejection> {
    // Subscribed before the first look, so that nothing falls between.
    let changes = node.store.changes(caller.workspace);
    if !may_listen(&node, caller).await {
        return Err(Refusal::NotAllowed.into());
    }
    let end = Instant::now() + node.limits.events_lifetime;
    let listener = Listener { node, caller, changes, end, has_begun: false };
    let mut response =
        ([(CONTENT_TYPE, "text/event-stream")], Body::from_stream(stream::unfold(listener, next_event)))
            .into_response();
    response.extensions_mut().insert(Ongoing);
    Ok(response)
}

struct Listener<S> {
    node: Arc<Node<S>>,
    caller: Caller,
    changes: watch::Receiver<u64>,
    end: Instant,
    has_begun: bool,
}

async fn next_event<S: Store>(mut listener: Listener<S>) -> Option<(Result<Bytes, Refusal>, Listener<S>)> {
    if !listener.has_begun {
        listener.has_begun = true;
        return Some((Ok(Bytes::from_static(b": here\n\n")), listener));
    }
    let heartbeat = timeout(listener.node.limits.heartbeat, listener.changes.changed());
    let event: &'static [u8] = match timeout_at(listener.end, heartbeat).await.ok()? {
        Ok(Ok(())) => b"data: more\n\n",
        Ok(Err(_)) => return None,
        Err(_) => b": here\n\n",
    };
    // Asked each time, since a device may have been revoked.
    if !may_listen(&listener.node, listener.caller).await {
        return None;
    }
    Some((Ok(Bytes::from_static(event)), listener))
}

async fn may_listen<S: Store>(node: &Node<S>, caller: Caller) -> bool {
    let membership = node.store.membership(caller.workspace).await.ok().flatten();
    membership
        .and_then(|membership| membership.device(caller.device).map(|device| device.is_active_coordinator()))
        .unwrap_or(false)
}
