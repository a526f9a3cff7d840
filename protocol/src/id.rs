//! Names of things. Every id is a type of its own, so that one can't be taken for another.
//!
//! Ids are 16 bytes: random, or cut from a hash where they must be checkable. They mean nothing
//! outside the workspace. People see and paste them as 32 lower-case hexadecimal digits.

use core::fmt;
use core::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use minicbor::{Decode, Encode};

macro_rules! id {
    ($(#[$meta:meta])* $name:ident) => {
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
        #[cbor(transparent)]
        pub struct $name(#[n(0)] #[cbor(with = "minicbor::bytes")] pub [u8; 16]);

        impl $name {
            /// The id's length in bytes.
            pub const LEN: usize = 16;

            /// The bytes, as they stand on the wire.
            pub const fn as_bytes(&self) -> &[u8; 16] {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write_hex(f, &self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }

        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                parse_hex(text).map($name)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

id! {
    /// A workspace: the first 16 bytes of the hash of its genesis entry.
    WorkspaceId
}
id! {
    /// A person in a workspace; random. A member may have several devices.
    MemberId
}
id! {
    /// A device: the first 16 bytes of the BLAKE3 hash of its Ed25519 public key.
    DeviceId
}
id! {
    /// A stream of envelopes: all that was ever said about one document. A report's stream id is
    /// its report id; random, so that it tells nothing.
    StreamId
}

impl WorkspaceId {
    /// The id in the address of a call: base64url without padding. An address is in every call, and
    /// nothing compresses it.
    pub fn to_path(self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }

    /// Reads what [`Self::to_path`] wrote; `None` for anything else.
    pub fn from_path(text: &str) -> Option<Self> {
        URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok().map(Self)
    }
}

impl DeviceId {
    /// The id that belongs to an Ed25519 public key.
    pub fn of_signing_key(public: &[u8; 32]) -> Self {
        let hash = blake3::derive_key("baikoo v1 device id", public);
        let mut id = [0; 16];
        id.copy_from_slice(&hash[..16]);
        Self(id)
    }
}

/// A text that is not 32 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an id is 32 hexadecimal digits")]
pub struct IdError;

fn write_hex(f: &mut fmt::Formatter<'_>, bytes: &[u8]) -> fmt::Result {
    bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
}

fn parse_hex(text: &str) -> Result<[u8; 16], IdError> {
    let digits = text.as_bytes();
    if digits.len() != 32 {
        return Err(IdError);
    }
    let mut id = [0; 16];
    for (byte, pair) in id.iter_mut().zip(digits.chunks_exact(2)) {
        let high = char::from(pair[0]).to_digit(16).ok_or(IdError)?;
        let low = char::from(pair[1]).to_digit(16).ok_or(IdError)?;
        *byte = u8::try_from(high * 16 + low).map_err(|_| IdError)?;
    }
    Ok(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_survives_being_written_and_read() {
        let id = StreamId([0xa5; 16]);
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!("a5".parse::<StreamId>(), Err(IdError));
        assert_eq!("zz".repeat(16).parse::<StreamId>(), Err(IdError));
    }

    #[test]
    fn a_workspace_is_found_by_its_path_and_by_no_other_way_of_writing_it() {
        let id = WorkspaceId([0xfb; 16]);
        let path = id.to_path();
        assert_eq!(path, "-_v7-_v7-_v7-_v7-_v7-w");
        assert_eq!(WorkspaceId::from_path(&path), Some(id));
        for other in ["", "workspaces", &format!("{path}=="), &path.replace('-', "+"), &id.to_string()] {
            assert_eq!(WorkspaceId::from_path(other), None, "{other}");
        }
        // The last letter holds two bits of the id; the others must be zero.
        assert_eq!(WorkspaceId::from_path(&format!("{}x", &path[..21])), None);
    }
}
