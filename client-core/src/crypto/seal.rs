//! Sealing to a public key: HPKE (RFC 9180) in base mode, single shot, DHKEM(X25519,
//! HKDF-SHA256), HKDF-SHA256, ChaCha20-Poly1305. No context lives longer than one message.

use baikoo_protocol::envelope::{Recipient, Seal};
use baikoo_protocol::hash::Hash;
use baikoo_protocol::id::{StreamId, WorkspaceId};
use baikoo_protocol::membership::SealedBox;
use baikoo_protocol::signature::SealingPublicKey;
use hpke::aead::ChaCha20Poly1305;
use hpke::kdf::HkdfSha256;
use hpke::kem::X25519HkdfSha256;
use hpke::{Deserializable, Kem, OpModeR, OpModeS, Serializable};

use super::Unopened;
use super::keys::{DocumentKey, RoleSecret, Secret32};
use crate::env::{Env, EnvRng};

type PrivateKey = <X25519HkdfSha256 as Kem>::PrivateKey;
type PublicKey = <X25519HkdfSha256 as Kem>::PublicKey;

/// What a sealed box is for; a box for one purpose does not open as another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// A member's name, for the coordinators.
    Profile,
    /// A role's private key.
    RoleSecret,
}

impl Purpose {
    fn info(self) -> &'static [u8] {
        match self {
            Self::Profile => b"baikoo v1 profile",
            Self::RoleSecret => b"baikoo v1 role secret",
        }
    }
}

/// The private half of a sealing key.
pub struct SealingSecret(PrivateKey);

impl SealingSecret {
    /// The key of a seed (RFC 9180, DeriveKeyPair).
    pub fn from_seed(seed: &Secret32) -> Self {
        Self(X25519HkdfSha256::derive_keypair(&seed.0).0)
    }

    /// The private key itself, where the seed must not be kept.
    pub fn to_secret(&self) -> Secret32 {
        Secret32(self.0.to_bytes().into())
    }

    /// Reads what [`Self::to_secret`] gave.
    ///
    /// # Errors
    /// When it is no private key.
    pub fn from_secret(secret: &Secret32) -> Result<Self, Unopened> {
        PrivateKey::from_bytes(&secret.0).map(Self).map_err(|_| Unopened)
    }

    /// The key of a role.
    pub fn of_role(role: &RoleSecret) -> Self {
        Self::from_seed(&role.0)
    }
}

/// The public half.
pub fn public_of(secret: &SealingSecret) -> SealingPublicKey {
    let public = X25519HkdfSha256::sk_to_pk(&secret.0);
    SealingPublicKey(public.to_bytes().into())
}

/// Seals `content` to `to`.
///
/// # Errors
/// When `to` is not a usable public key.
pub fn seal_box(
    to: SealingPublicKey,
    purpose: Purpose,
    content: &[u8],
    env: &mut dyn Env,
) -> Result<SealedBox, Unopened> {
    let (encapsulated, ciphertext) = seal(to, purpose.info(), content, env)?;
    Ok(SealedBox { encapsulated, ciphertext })
}

/// Opens what [`seal_box`] sealed for the same purpose.
///
/// # Errors
/// When it was not sealed to this key, for another purpose, or was changed.
pub fn open_box(with: &SealingSecret, purpose: Purpose, sealed: &SealedBox) -> Result<Vec<u8>, Unopened> {
    open(with, purpose.info(), &sealed.encapsulated, &sealed.ciphertext)
}

/// Seals a document's key for one recipient of one stream.
///
/// # Errors
/// When `to` is not a usable public key.
pub fn seal_key(
    to: SealingPublicKey,
    recipient: Recipient,
    key: &DocumentKey,
    place: (WorkspaceId, StreamId),
    env: &mut dyn Env,
) -> Result<Seal, Unopened> {
    let (encapsulated, ciphertext) = seal(to, &key_info(place, key.id()), &key.0.0, env)?;
    let ciphertext = ciphertext.try_into().map_err(|_| Unopened)?;
    Ok(Seal { recipient, encapsulated, ciphertext })
}

/// Opens a document's key. The key that comes out is the one that `key_id` names.
///
/// # Errors
/// When it was not sealed to this key for this stream, or is another key than was signed.
pub fn open_key(
    with: &SealingSecret,
    seal: &Seal,
    key_id: Hash,
    place: (WorkspaceId, StreamId),
) -> Result<DocumentKey, Unopened> {
    let opened = open(with, &key_info(place, key_id), &seal.encapsulated, &seal.ciphertext)?;
    let key = DocumentKey(Secret32(opened.try_into().map_err(|_| Unopened)?));
    if key.id() == key_id { Ok(key) } else { Err(Unopened) }
}

fn key_info(place: (WorkspaceId, StreamId), key_id: Hash) -> Vec<u8> {
    [b"baikoo v1 document key".as_slice(), &place.0.0, &place.1.0, &key_id.0].concat()
}

fn seal(
    to: SealingPublicKey,
    info: &[u8],
    content: &[u8],
    env: &mut dyn Env,
) -> Result<([u8; 32], Vec<u8>), Unopened> {
    let to = PublicKey::from_bytes(&to.0).map_err(|_| Unopened)?;
    let (encapsulated, ciphertext) = hpke::single_shot_seal_with_rng::<
        ChaCha20Poly1305,
        HkdfSha256,
        X25519HkdfSha256,
    >(&OpModeS::Base, &to, info, content, b"", &mut EnvRng(env))
    .map_err(|_| Unopened)?;
    Ok((encapsulated.to_bytes().into(), ciphertext))
}

fn open(
    with: &SealingSecret,
    info: &[u8],
    encapsulated: &[u8; 32],
    ciphertext: &[u8],
) -> Result<Vec<u8>, Unopened> {
    let encapsulated =
        <X25519HkdfSha256 as Kem>::EncappedKey::from_bytes(encapsulated).map_err(|_| Unopened)?;
    hpke::single_shot_open::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(
        &OpModeR::Base,
        &with.0,
        &encapsulated,
        info,
        ciphertext,
        b"",
    )
    .map_err(|_| Unopened)
}
