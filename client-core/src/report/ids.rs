//! Names of the things inside a document.

use core::fmt;
use core::str::FromStr;

use baikoo_protocol::hash::Hash;
use baikoo_protocol::id::{DeviceId, StreamId};
use serde::{Deserialize, Serialize};

/// Who made a change, as far as the document is concerned: one device, in one document, in one
/// life of that device's database.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ActorId(pub [u8; 16]);

impl ActorId {
    /// Made the containers that every document begins with. No device is this actor.
    pub const GENESIS: Self = Self([0; 16]);

    /// The actor of a device in a document. `incarnation` counts how often the device's database
    /// was restored from a copy: an actor that went back in time and wrote again would make others
    /// refuse all that it says.
    pub fn derive(device: DeviceId, stream: StreamId, incarnation: u32) -> Self {
        let parts: [&[u8]; 3] = [device.as_bytes(), stream.as_bytes(), &incarnation.to_be_bytes()];
        let hash = Hash::of("baikoo v1 document actor", &parts);
        let mut id = [0; 16];
        id.copy_from_slice(&hash.0[..16]);
        Self(id)
    }
}

/// The SHA-256 hash of a change: its name, and a promise about its bytes and all that it stands on.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChangeHash(pub [u8; 32]);

macro_rules! hex {
    ($name:ident) => {
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }
    };
}

macro_rules! short_id {
    ($(#[$meta:meta])* $name:ident) => {
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub [u8; 8]);
        hex!($name);

        impl FromStr for $name {
            type Err = super::schema::PathError;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                parse_hex(text).map(Self).ok_or(super::schema::PathError)
            }
        }

        impl Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

hex!(ActorId);
hex!(ChangeHash);
short_id! {
    /// A person, an injury or another repeated thing in a report; random, made by the caller.
    EntryId
}
short_id! {
    /// A question, answer or comment in a report's talk; random, made by the caller.
    TalkId
}

fn parse_hex(text: &str) -> Option<[u8; 8]> {
    let lower = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    if text.len() != 16 || !text.bytes().all(lower) {
        return None;
    }
    u64::from_str_radix(text, 16).ok().map(u64::to_be_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_actor_depends_on_device_document_and_incarnation() {
        let device = DeviceId([1; 16]);
        let stream = StreamId([2; 16]);
        let actor = ActorId::derive(device, stream, 0);
        assert_eq!(
            actor.to_string(),
            "8c15db75a301426957a538495b57f19a",
            "or devices would change their names"
        );
        assert_ne!(actor, ActorId::derive(device, stream, 1));
        assert_ne!(actor, ActorId::derive(DeviceId([2; 16]), stream, 0));
        assert_ne!(actor, ActorId::derive(device, StreamId([1; 16]), 0));
    }

    #[test]
    fn ids_have_one_written_form() {
        let id = EntryId([0xab; 8]);
        assert_eq!(id.to_string(), "abababababababab");
        assert_eq!("abababababababab".parse::<EntryId>().unwrap(), id);
        for wrong in ["ABABABABABABABAB", "+babababababababa", "ab", "zzzzzzzzzzzzzzzz"] {
            assert!(wrong.parse::<EntryId>().is_err(), "{wrong}");
        }
    }
}
