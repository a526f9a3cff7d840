//! Stories of Aida, a monitor, and Bermet, who coordinates; and of Mallory, who has a member's phone.

mod hostile;
mod laws;
mod stories;
mod tampered;

use baikoo_protocol::id::{DeviceId, StreamId};

use super::*;

/// One person's device with its copy of a report.
#[derive(Clone)]
pub(super) struct Person {
    pub(super) document: Document,
    pub(super) actor: ActorId,
    clock_ms: i64,
}

impl Person {
    pub(super) fn new(number: u8) -> Self {
        Self { document: Document::create(), actor: actor(number, 0), clock_ms: i64::from(number) * 1_000 }
    }

    /// Edits, saves, and answers the changes to send.
    pub(super) fn edits(&mut self, gather: impl FnOnce(&mut Edit<'_>)) -> Vec<Vec<u8>> {
        self.clock_ms += 60_000;
        self.document.edit(self.actor, self.clock_ms, gather).unwrap()
    }

    /// Gets all that the other has and she has not, device by device, as envelopes bring it.
    pub(super) fn hears(&mut self, other: &Person) {
        for raw in other.document.changes_since(&self.document.heads()) {
            let signer = inspect(&raw).unwrap().actor;
            let received = self.document.receive(&[raw], signer).unwrap();
            assert_eq!(received.missing, []);
        }
    }
}

pub(super) fn actor(number: u8, incarnation: u32) -> ActorId {
    ActorId::derive(DeviceId([number; 16]), StreamId([9; 16]), incarnation)
}

pub(super) fn aida() -> Person {
    Person::new(1)
}

pub(super) fn bermet() -> Person {
    Person::new(2)
}

/// Both hear each other, and then agree.
pub(super) fn meet(one: &mut Person, other: &mut Person) {
    one.hears(other);
    other.hears(one);
    assert_eq!(one.document.heads(), other.document.heads());
}
