//! What is inside a changes envelope once it is open.

use minicbor::{Decode, Encode};

use crate::env::Clocks;
use crate::report::DocumentKind;

/// The times that a device knew when it sealed. None is trusted; together they give a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
pub(crate) struct Times {
    /// The wall clock, in milliseconds since 1970.
    #[n(0)]
    pub(crate) wall_ms: i64,
    /// Its offset from UTC, in minutes.
    #[n(1)]
    pub(crate) offset_min: i16,
    /// Milliseconds since the device was started.
    #[n(2)]
    pub(crate) monotonic_ms: u64,
    /// Which start that was.
    #[n(3)]
    pub(crate) boot_id: u64,
    /// The server's clock as far as this device could tell, in milliseconds since 1970; 0 if it
    /// never heard it.
    #[n(4)]
    pub(crate) server_ms: i64,
}

impl Times {
    pub(crate) fn new(clocks: Clocks, server_ms: i64) -> Self {
        Self {
            wall_ms: clocks.wall_ms,
            offset_min: clocks.offset_min,
            monotonic_ms: clocks.monotonic_ms,
            boot_id: clocks.boot_id,
            server_ms,
        }
    }
}

/// The body: changes of one document.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub(crate) struct Body {
    /// 0 report, 1 review.
    #[n(0)]
    kind: u8,
    /// The life of the author's database: gives the actor together with device and stream.
    #[n(1)]
    pub(crate) incarnation: u32,
    /// When it was sealed.
    #[n(2)]
    pub(crate) times: Times,
    /// Raw Automerge changes, in an order in which they apply.
    #[n(3)]
    pub(crate) changes: Vec<minicbor::bytes::ByteVec>,
}

impl Body {
    pub(crate) fn new(kind: DocumentKind, incarnation: u32, times: Times, changes: Vec<Vec<u8>>) -> Self {
        let kind = u8::from(kind == DocumentKind::Review);
        Self { kind, incarnation, times, changes: changes.into_iter().map(Into::into).collect() }
    }

    pub(crate) fn kind(&self) -> DocumentKind {
        if self.kind == 1 { DocumentKind::Review } else { DocumentKind::Report }
    }

    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        minicbor::to_vec(self).expect("writing to a vector can't fail")
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        minicbor::decode(bytes).ok()
    }
}
