//! Envelopes: what a device adds to the workspace's log.
//!
//! The canonical form is what is signed, hashed and stored. The wire form leaves out what the
//! other side can put back: the device of the session, and the hash of the envelope before.
//! `docs/PROTOCOL.md` has the byte tables.

use crate::codec::{CodecError, Reader, Write};
use crate::hash::Hash;
use crate::id::{DeviceId, StreamId, WorkspaceId};
use crate::limits::{
    ADOPT_HASHES_MAX, CHECKPOINT_DEVICES_MAX, ENVELOPE_BYTES_MAX, PROTOCOL_VERSION, SEALS_MAX, SUITE_V1,
};
use crate::signature::{SignatureBytes, Verifier};

/// What an envelope is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Kind {
    /// Changes of one document. Sealed.
    Changes = 1,
    /// A document made readable to more devices. Open: it holds sealed keys and who they are for.
    Grant = 2,
    /// What a coordinator's device has received. Open: see [`Checkpoint`].
    Checkpoint = 3,
    /// Quarantined envelopes that a coordinator takes in after all. Open: their hashes.
    Adopt = 4,
}

impl Kind {
    fn from_byte(byte: u8) -> Result<Self, CodecError> {
        [Self::Changes, Self::Grant, Self::Checkpoint, Self::Adopt]
            .into_iter()
            .find(|kind| *kind as u8 == byte)
            .ok_or(CodecError::Unknown("envelope kind"))
    }

    /// Whether the payload is a ciphertext under a document's key.
    pub fn is_sealed(self) -> bool {
        self == Self::Changes
    }

    /// Whether the envelope belongs to one document's stream.
    pub fn has_stream(self) -> bool {
        matches!(self, Self::Changes | Self::Grant)
    }
}

/// Bytes that only a holder of the document's key can read. Nothing here can open them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ciphertext(pub Vec<u8>);

/// For whom a copy of a document's key is sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Recipient {
    /// Every coordinator, by the role key of this epoch.
    Role(u32),
    /// One device.
    Device(DeviceId),
}

/// A document's key, sealed to one recipient (HPKE base mode, single shot).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seal {
    /// For whom.
    pub recipient: Recipient,
    /// The encapsulated X25519 key.
    pub encapsulated: [u8; 32],
    /// The key and its tag.
    pub ciphertext: [u8; 48],
}

/// The sealed part of an envelope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// The hash of the key: tells which key opens this, and commits to it.
    pub key_id: Hash,
    /// The nonce of XChaCha20-Poly1305; random.
    pub nonce: [u8; 24],
    /// Copies of the key; they ride in the first envelope that uses it.
    pub seals: Vec<Seal>,
    /// Compressed, padded, encrypted.
    pub ciphertext: Ciphertext,
}

/// What an envelope carries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Payload {
    /// For the holders of a key.
    Sealed(Sealed),
    /// For the server too: it must act on it.
    Open(Vec<u8>),
}

/// One entry of a workspace's log, signed by the device that made it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// What it is for.
    pub kind: Kind,
    /// Who made it.
    pub device: DeviceId,
    /// This device's count of envelopes, from 1, without a gap.
    pub dseq: u64,
    /// The hash of this device's previous envelope; [`Hash::ZERO`] for the first.
    pub prev: Hash,
    /// The document; all zero for kinds without one.
    pub stream: StreamId,
    /// How many membership entries the device knew when it made this.
    pub mseq: u64,
    /// The content.
    pub payload: Payload,
    /// Over everything above.
    pub signature: SignatureBytes,
}

/// An envelope as it stands on the wire: what was left out is `None`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WireEnvelope {
    device: Option<DeviceId>,
    prev: Option<Hash>,
    rest: Envelope,
}

/// What the wire form may leave out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Elide {
    /// The other side knows which device is meant.
    pub device: bool,
    /// The other side knows the hash of the device's previous envelope.
    pub prev: bool,
}

const FLAG_NO_DEVICE: u8 = 1;
const FLAG_NO_PREV: u8 = 2;

impl Envelope {
    /// Everything but the signature, in canonical form: what is signed.
    fn unsigned_bytes(&self) -> Vec<u8> {
        self.write(Elide::default(), false)
    }

    /// The canonical form.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.write(Elide::default(), true)
    }

    /// The wire form.
    pub fn to_wire(&self, elide: Elide) -> Vec<u8> {
        self.write(elide, true)
    }

    /// Reads the canonical form.
    ///
    /// # Errors
    /// When it is not exactly that.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, CodecError> {
        let wire = WireEnvelope::from_bytes(bytes)?;
        match (wire.device, wire.prev) {
            (Some(_), Some(_)) => Ok(wire.rest),
            _ => Err(CodecError::Unknown("flag")),
        }
    }

    /// What the device signs: the workspace and everything but the signature.
    pub fn signing_hash(&self, workspace: WorkspaceId) -> Hash {
        signing_hash_of(workspace, &self.unsigned_bytes())
    }

    /// The envelope's name in chains, checkpoints and adoptions: the hash of its canonical form.
    pub fn hash(&self) -> Hash {
        hash_of(&self.to_bytes())
    }

    /// The canonical form and its hash, if the signature is this device's for this workspace.
    pub fn verified(&self, workspace: WorkspaceId, author: &Verifier) -> Option<(Vec<u8>, Hash)> {
        let bytes = self.to_bytes();
        let unsigned = &bytes[..bytes.len() - self.signature.0.len()];
        let is_signed = author.device() == self.device
            && author.verifies(&signing_hash_of(workspace, unsigned), &self.signature);
        is_signed.then(|| {
            let hash = hash_of(&bytes);
            (bytes, hash)
        })
    }

    /// What the cipher authenticates beside the ciphertext: the whole header with the seals.
    pub fn associated_data(&self, workspace: WorkspaceId) -> Vec<u8> {
        let mut bytes = workspace.0.to_vec();
        self.write_header(&mut bytes, Elide::default());
        bytes
    }

    fn write(&self, elide: Elide, signature: bool) -> Vec<u8> {
        let mut out = Vec::with_capacity(256);
        self.write_header(&mut out, elide);
        match &self.payload {
            Payload::Sealed(sealed) => out.put_bytes(&sealed.ciphertext.0),
            Payload::Open(payload) => out.put_bytes(payload),
        }
        if signature {
            out.extend_from_slice(&self.signature.0);
        }
        out
    }

    fn write_header(&self, out: &mut Vec<u8>, elide: Elide) {
        let flags = if elide.device { FLAG_NO_DEVICE } else { 0 } | if elide.prev { FLAG_NO_PREV } else { 0 };
        out.extend_from_slice(&[PROTOCOL_VERSION, self.kind as u8, SUITE_V1, flags]);
        if !elide.device {
            out.extend_from_slice(&self.device.0);
        }
        out.put_varint(self.dseq);
        if !elide.prev {
            out.extend_from_slice(&self.prev.0);
        }
        if self.kind.has_stream() {
            out.extend_from_slice(&self.stream.0);
        }
        out.put_varint(self.mseq);
        if let Payload::Sealed(sealed) = &self.payload {
            out.extend_from_slice(&sealed.key_id.0);
            out.extend_from_slice(&sealed.nonce);
            write_seals(out, &sealed.seals);
        }
    }
}

fn signing_hash_of(workspace: WorkspaceId, unsigned: &[u8]) -> Hash {
    Hash::of("baikoo v1 envelope signature", &[&workspace.0, unsigned])
}

fn hash_of(canonical: &[u8]) -> Hash {
    Hash::of("baikoo v1 envelope", &[canonical])
}

impl WireEnvelope {
    /// Reads the wire form.
    ///
    /// # Errors
    /// When it is not exactly one envelope within the limits.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, CodecError> {
        if bytes.len() > ENVELOPE_BYTES_MAX {
            return Err(CodecError::TooLong);
        }
        let mut reader = Reader::new(bytes);
        if reader.u8()? != PROTOCOL_VERSION {
            return Err(CodecError::Unknown("version"));
        }
        let kind = Kind::from_byte(reader.u8()?)?;
        if reader.u8()? != SUITE_V1 {
            return Err(CodecError::Unknown("suite"));
        }
        let flags = reader.u8()?;
        if flags & !(FLAG_NO_DEVICE | FLAG_NO_PREV) != 0 {
            return Err(CodecError::Unknown("flag"));
        }
        let device = (flags & FLAG_NO_DEVICE == 0).then(|| reader.array().map(DeviceId)).transpose()?;
        let dseq = reader.varint()?;
        let prev = (flags & FLAG_NO_PREV == 0).then(|| reader.array().map(Hash)).transpose()?;
        let stream = if kind.has_stream() { StreamId(reader.array()?) } else { StreamId([0; 16]) };
        let mseq = reader.varint()?;
        let payload = if kind.is_sealed() {
            Payload::Sealed(Sealed {
                key_id: Hash(reader.array()?),
                nonce: reader.array()?,
                seals: read_seals(&mut reader)?,
                ciphertext: Ciphertext(reader.bytes(ENVELOPE_BYTES_MAX)?.to_vec()),
            })
        } else {
            Payload::Open(reader.bytes(ENVELOPE_BYTES_MAX)?.to_vec())
        };
        let signature = SignatureBytes(reader.array()?);
        reader.end()?;
        Ok(Self {
            device,
            prev,
            rest: Envelope {
                kind,
                device: device.unwrap_or(DeviceId([0; 16])),
                dseq,
                prev: prev.unwrap_or(Hash::ZERO),
                stream,
                mseq,
                payload,
                signature,
            },
        })
    }

    /// The device, if the wire form has it.
    pub fn device(&self) -> Option<DeviceId> {
        self.device
    }

    /// The device's count of envelopes.
    pub fn dseq(&self) -> u64 {
        self.rest.dseq
    }

    /// Whether the hash of the device's previous envelope was left out.
    pub fn lacks_prev(&self) -> bool {
        self.prev.is_none()
    }

    /// The whole envelope, with what was left out put back. What the wire form has stands.
    pub fn complete(self, device: DeviceId, prev: Hash) -> Envelope {
        Envelope { device: self.device.unwrap_or(device), prev: self.prev.unwrap_or(prev), ..self.rest }
    }
}

/// Writes seals: their number, then each.
pub fn write_seals(out: &mut Vec<u8>, seals: &[Seal]) {
    out.put_length(seals.len());
    for seal in seals {
        match seal.recipient {
            Recipient::Role(epoch) => {
                out.push(1);
                out.put_varint(u64::from(epoch));
            }
            Recipient::Device(device) => {
                out.push(2);
                out.extend_from_slice(&device.0);
            }
        }
        out.extend_from_slice(&seal.encapsulated);
        out.extend_from_slice(&seal.ciphertext);
    }
}

/// Reads what [`write_seals`] wrote.
///
/// # Errors
/// When it is not that, or there are more than [`SEALS_MAX`].
pub fn read_seals(reader: &mut Reader<'_>) -> Result<Vec<Seal>, CodecError> {
    let count = reader.length(SEALS_MAX)?;
    (0..count)
        .map(|_| {
            let recipient = match reader.u8()? {
                1 => Recipient::Role(u32::try_from(reader.varint()?).map_err(|_| CodecError::Number)?),
                2 => Recipient::Device(DeviceId(reader.array()?)),
                _ => return Err(CodecError::Unknown("recipient")),
            };
            Ok(Seal { recipient, encapsulated: reader.array()?, ciphertext: reader.array()? })
        })
        .collect()
}

/// The payload of [`Kind::Grant`]: a document's keys for more devices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// Which key is sealed here.
    pub key_id: Hash,
    /// The copies; only for devices, so that the server knows who may fetch the stream.
    pub seals: Vec<Seal>,
}

impl Grant {
    /// The payload's bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = self.key_id.0.to_vec();
        write_seals(&mut out, &self.seals);
        out
    }

    /// Reads a payload.
    ///
    /// # Errors
    /// When it is not exactly a grant.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, CodecError> {
        let mut reader = Reader::new(bytes);
        let grant = Self { key_id: Hash(reader.array()?), seals: read_seals(&mut reader)? };
        reader.end()?;
        Ok(grant)
    }

    /// The devices that may read the stream from now on.
    pub fn devices(&self) -> impl Iterator<Item = DeviceId> {
        self.seals.iter().filter_map(|seal| match seal.recipient {
            Recipient::Device(device) => Some(device),
            Recipient::Role(_) => None,
        })
    }
}

/// The payload of [`Kind::Checkpoint`]: a coordinator's device has received and opened all this.
///
/// For monitors it is the second tick; for coordinators, the alarm when a server shows two of
/// them different logs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Of which log.
    pub log_epoch: [u8; 8],
    /// Up to where it was verified.
    pub seq: u64,
    /// The running hash there.
    pub hash: Hash,
    /// Devices with news since this coordinator's last checkpoint, and the last `dseq` opened.
    pub devices: Vec<(DeviceId, u64)>,
}

impl Checkpoint {
    /// The payload's bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = self.log_epoch.to_vec();
        out.put_varint(self.seq);
        out.extend_from_slice(&self.hash.0);
        out.put_length(self.devices.len());
        for (device, dseq) in &self.devices {
            out.extend_from_slice(&device.0);
            out.put_varint(*dseq);
        }
        out
    }

    /// Reads a payload.
    ///
    /// # Errors
    /// When it is not exactly a checkpoint.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, CodecError> {
        let mut reader = Reader::new(bytes);
        let checkpoint = Self {
            log_epoch: reader.array()?,
            seq: reader.varint()?,
            hash: Hash(reader.array()?),
            devices: {
                let count = reader.length(CHECKPOINT_DEVICES_MAX)?;
                (0..count)
                    .map(|_| Ok((DeviceId(reader.array()?), reader.varint()?)))
                    .collect::<Result<_, CodecError>>()?
            },
        };
        reader.end()?;
        Ok(checkpoint)
    }
}

/// The payload of [`Kind::Adopt`]: the hashes of quarantined envelopes to take in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adopt(pub Vec<Hash>);

impl Adopt {
    /// The payload's bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        out.put_length(self.0.len());
        self.0.iter().for_each(|hash| out.extend_from_slice(&hash.0));
        out
    }

    /// Reads a payload.
    ///
    /// # Errors
    /// When it is not exactly an adoption.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, CodecError> {
        let mut reader = Reader::new(bytes);
        let count = reader.length(ADOPT_HASHES_MAX)?;
        let hashes = (0..count).map(|_| reader.array().map(Hash)).collect::<Result<_, _>>()?;
        reader.end()?;
        Ok(Self(hashes))
    }
}
