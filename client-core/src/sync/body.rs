//! What is inside a changes envelope once it is open.

use minicbor::{Decode, Encode};

use crate::env::Clocks;
use crate::report::DocumentKind;
use crate::store::UnsealedChange;

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
    /// When it was sealed.
    #[n(1)]
    pub(crate) times: Times,
    /// The changes, by the author's lives, in an order in which they apply.
    #[n(2)]
    pub(crate) lives: Vec<Life>,
}

/// Changes from one life of the author's database: from when it was opened to when it was closed.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub(crate) struct Life {
    /// Random for each life; gives the actor together with device and stream. A database that was
    /// put back from a copy begins a new life, so that no actor ever says two things with the same
    /// number.
    #[n(0)]
    pub(crate) incarnation: u32,
    /// Raw Automerge changes.
    #[n(1)]
    pub(crate) changes: Vec<minicbor::bytes::ByteVec>,
}

impl Body {
    pub(crate) fn new(kind: DocumentKind, times: Times, changes: &[UnsealedChange]) -> Self {
        let kind = u8::from(kind == DocumentKind::Review);
        let lives = changes.chunk_by(|one, other| one.incarnation == other.incarnation).map(|life| Life {
            incarnation: life[0].incarnation,
            changes: life.iter().map(|change| change.bytes.clone().into()).collect(),
        });
        Self { kind, times, lives: lives.collect() }
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
