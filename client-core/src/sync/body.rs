//! What is inside a changes envelope once it is open.

use baikoo_protocol::id::{DeviceId, StreamId};
use minicbor::{Decode, Encode};

use crate::env::Clocks;
use crate::report::{ActorId, DocumentKind, Packing};
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
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Body {
    kind: DocumentKind,
    /// When it was sealed.
    pub(crate) times: Times,
    /// The changes, by the author's lives, in an order in which they apply.
    pub(crate) lives: Vec<Life>,
}

/// Changes from one life of the author's database: from when it was opened to when it was closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Life {
    /// Random for each life; gives the actor together with device and stream. A database that was
    /// put back from a copy begins a new life, so that no actor ever says two things with the same
    /// number.
    pub(crate) incarnation: u32,
    /// Raw Automerge changes.
    pub(crate) changes: Vec<Vec<u8>>,
}

/// Changes in one body. An author who fills an envelope has fewer: none is shorter than 66 bytes.
const CHANGES_MAX: usize = 2_048;

/// As it travels: the changes packed.
#[derive(Encode, Decode)]
struct WireBody {
    /// 0 report, 1 review.
    #[n(0)]
    kind: u8,
    #[n(1)]
    times: Times,
    #[n(2)]
    lives: Vec<WireLife>,
}

#[derive(Encode, Decode)]
struct WireLife {
    #[n(0)]
    incarnation: u32,
    #[n(1)]
    changes: Vec<minicbor::bytes::ByteVec>,
}

impl Body {
    pub(crate) fn new(kind: DocumentKind, times: Times, changes: &[UnsealedChange]) -> Self {
        let lives = changes.chunk_by(|one, other| one.incarnation == other.incarnation).map(|life| Life {
            incarnation: life[0].incarnation,
            changes: life.iter().map(|change| change.bytes.clone()).collect(),
        });
        Self { kind, times, lives: lives.collect() }
    }

    pub(crate) fn kind(&self) -> DocumentKind {
        self.kind
    }

    /// The bytes to compress and seal, in an envelope of this device and stream.
    pub(crate) fn to_bytes(&self, device: DeviceId, stream: StreamId) -> Vec<u8> {
        let mut packing = Packing::default();
        let mut lives = Vec::with_capacity(self.lives.len());
        for life in &self.lives {
            let actor = ActorId::derive(device, stream, life.incarnation);
            let changes = life.changes.iter().map(|raw| packing.pack(raw, actor).into()).collect();
            lives.push(WireLife { incarnation: life.incarnation, changes });
        }
        let kind = u8::from(self.kind == DocumentKind::Review);
        minicbor::to_vec(WireBody { kind, times: self.times, lives }).expect("writing to a vector can't fail")
    }

    /// Reads what came in an envelope of this device and stream.
    pub(crate) fn from_bytes(bytes: &[u8], device: DeviceId, stream: StreamId) -> Option<Self> {
        let wire: WireBody = minicbor::decode(bytes).ok()?;
        if wire.lives.iter().map(|life| life.changes.len()).sum::<usize>() > CHANGES_MAX {
            return None;
        }
        let kind = if wire.kind == 1 { DocumentKind::Review } else { DocumentKind::Report };
        let mut packing = Packing::default();
        let mut lives = Vec::with_capacity(wire.lives.len());
        for life in wire.lives {
            let actor = ActorId::derive(device, stream, life.incarnation);
            let changes: Option<_> =
                life.changes.iter().map(|packed| packing.unpack(packed, actor)).collect();
            lives.push(Life { incarnation: life.incarnation, changes: changes? });
        }
        Some(Self { kind, times: wire.times, lives })
    }
}
