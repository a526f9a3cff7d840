//! The loop that does what the engine asks for, over a transport: the only place in this folder
//! that waits.

use crate::client::Client;
use crate::error::ClientError;
use crate::transport::{Answer as _, Piece, Transport};

use super::engine::{Effect, Input, SyncEngine};

/// Syncs once, until there is nothing more to do or something goes wrong. `progress` is called
/// whenever the status may have changed.
///
/// # Errors
/// What stopped it: [`ClientError::Offline`] and the server's refusals among them. Everything that
/// had come through is kept.
pub async fn sync_once(
    client: &mut Client,
    engine: &mut SyncEngine,
    transport: &impl Transport,
    progress: impl FnMut(&Client, &SyncEngine),
) -> Result<(), ClientError> {
    sync_from(Input::SyncNow, client, engine, transport, progress).await
}

/// As [`sync_once`], begun by another input: [`Input::Wake`] keeps the engine's patience with a
/// server that does not answer, where [`Input::SyncNow`] would forget it.
///
/// # Errors
/// As [`sync_once`].
pub async fn sync_from(
    input: Input,
    client: &mut Client,
    engine: &mut SyncEngine,
    transport: &impl Transport,
    mut progress: impl FnMut(&Client, &SyncEngine),
) -> Result<(), ClientError> {
    let mut effects = engine.handle(client, input)?;
    while let Some(request) = take_request(&mut effects) {
        progress(client, engine);
        let mut answer = transport.send(request).await;
        loop {
            let input = match answer.next().await {
                Some(Piece::Status(status)) => Input::Status(status),
                Some(Piece::Bytes(bytes)) => Input::Bytes(bytes),
                Some(Piece::Failed) => Input::Failed,
                None => Input::Finished,
            };
            let done = matches!(input, Input::Failed | Input::Finished);
            effects = engine.handle(client, input)?;
            progress(client, engine);
            if done || !engine.is_busy() {
                break;
            }
        }
    }
    match engine.take_trouble() {
        Some(trouble) => Err(trouble),
        None => Ok(()),
    }
}

fn take_request(effects: &mut Vec<Effect>) -> Option<super::engine::Request> {
    effects.drain(..).find_map(|effect| match effect {
        Effect::Send(request) => Some(request),
        Effect::WakeAt(_) | Effect::Tell => None,
    })
}
