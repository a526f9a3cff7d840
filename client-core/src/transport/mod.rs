//! The wire: requests out, pieces of answers in. What they mean is not known here.

#[cfg(target_family = "wasm")]
mod fetch;
#[cfg(feature = "native")]
mod http;

#[cfg(target_family = "wasm")]
pub use fetch::Fetch;
#[cfg(feature = "native")]
pub use http::Http;

use crate::sync::Request;

/// A piece of an answer.
#[derive(Debug)]
pub enum Piece {
    /// The status, first.
    Status(u16),
    /// Some bytes of the body.
    Bytes(Vec<u8>),
    /// The connection broke, or there was none.
    Failed,
}

/// An answer on its way.
pub trait Answer {
    /// The next piece; `None` when the answer is complete.
    fn next(&mut self) -> impl Future<Output = Option<Piece>>;
}

/// Carries requests.
pub trait Transport {
    /// What comes back.
    type Answer: Answer;
    /// Sends a request. Failures come as [`Piece::Failed`].
    fn send(&self, request: Request) -> impl Future<Output = Self::Answer>;
}
