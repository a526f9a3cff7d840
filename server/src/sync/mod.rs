//! The sync call, without HTTP: frames in, frames out.
//!
//! What comes up is committed as it arrives; then the answer goes down. Between calls the server
//! remembers nothing about a device: its hello says where it stands.

mod download;
mod resume;
mod upload;

use std::sync::Arc;

use baikoo_protocol::id::{DeviceId, WorkspaceId};
use baikoo_protocol::refusal::Refusal;
use bytes::Bytes;
use futures_util::Stream;
use futures_util::stream;
use tokio::sync::mpsc;

use crate::limits::ANSWER_QUEUE_MAX;
use crate::node::Node;
use crate::rules;
use crate::store::Store;
use download::Download;
use upload::Upload;

/// Answers one sync call of a device that has shown its token. Needs a Tokio runtime.
///
/// When the upload breaks off or turns out malformed, what was complete before stays committed.
/// When the answer can't be finished, it ends with an error instead of [`End`].
///
/// [`End`]: baikoo_protocol::frame::Frame::End
///
/// # Errors
/// When the call as a whole is refused.
pub async fn answer<S, B, E>(
    node: Arc<Node<S>>,
    workspace: WorkspaceId,
    device: DeviceId,
    body: B,
) -> Result<impl Stream<Item = Result<Bytes, Refusal>> + Send + use<S, B, E>, Refusal>
where
    S: Store,
    B: Stream<Item = Result<Bytes, E>> + Send + Unpin + 'static,
    E: Send + 'static,
{
    let membership = load_membership(&node, workspace).await?;
    rules::standing(&membership, device)?;
    drop(membership);
    // A task of its own: when the connection breaks, whoever called here is dropped, but what was
    // complete must still be committed. It ends with the body.
    let upload = tokio::spawn({
        let node = Arc::clone(&node);
        async move { Upload::new(&node, workspace, device).run(body).await }
    });
    let uploaded = upload.await.map_err(|_| Refusal::Internal)??;
    let (sender, receiver) = mpsc::channel(ANSWER_QUEUE_MAX);
    // A task of its own, that ends with the answer or when nobody reads it any more.
    tokio::spawn(Download::new(node, workspace, device, uploaded, sender).run());
    Ok(stream::unfold(receiver, |mut receiver| async move {
        let chunk = receiver.recv().await?;
        Some((chunk, receiver))
    }))
}

async fn load_membership<S: Store>(
    node: &Node<S>,
    workspace: WorkspaceId,
) -> Result<Arc<baikoo_protocol::membership::Membership>, Refusal> {
    let found = node.store.membership(workspace).await.map_err(|error| error.refusal())?;
    found.ok_or(Refusal::Unauthorised)
}
