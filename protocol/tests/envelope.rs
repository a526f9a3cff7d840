//! Who an envelope is from.

#![allow(clippy::unwrap_used, reason = "tests")]

use baikoo_protocol::envelope::{Envelope, Kind, Payload};
use baikoo_protocol::hash::Hash;
use baikoo_protocol::id::{DeviceId, StreamId, WorkspaceId};
use baikoo_protocol::signature::{SignatureBytes, SigningPublicKey, Verifier};
use ed25519_dalek::{Signer, SigningKey};

const HERE: WorkspaceId = WorkspaceId([1; 16]);

fn verifier(key: &SigningKey) -> Verifier {
    SigningPublicKey(key.verifying_key().to_bytes()).verifier().unwrap()
}

/// What `key` has signed, as coming from `device`.
fn signed_as(device: DeviceId, key: &SigningKey) -> Envelope {
    let mut envelope = Envelope {
        kind: Kind::Adopt,
        device,
        dseq: 1,
        prev: Hash::ZERO,
        stream: StreamId([0; 16]),
        mseq: 1,
        payload: Payload::Open(vec![0]),
        signature: SignatureBytes([0; 64]),
    };
    envelope.signature = SignatureBytes(key.sign(&envelope.signing_hash(HERE).0).to_bytes());
    envelope
}

#[test]
fn an_envelope_is_from_the_device_that_signed_it() {
    let key = SigningKey::from_bytes(&[3; 32]);
    let author = verifier(&key);
    let envelope = signed_as(author.device(), &key);
    assert_eq!(envelope.verified(HERE, &author), Some((envelope.to_bytes(), envelope.hash())));
}

#[test]
fn an_envelope_is_from_nobody_else() {
    let (key, other) = (SigningKey::from_bytes(&[3; 32]), SigningKey::from_bytes(&[4; 32]));
    let author = verifier(&key);
    let envelope = signed_as(author.device(), &key);
    assert_eq!(envelope.verified(HERE, &verifier(&other)), None, "another key");
    assert_eq!(envelope.verified(WorkspaceId([2; 16]), &author), None, "another workspace");
    let changed = Envelope { mseq: 2, ..envelope };
    assert_eq!(changed.verified(HERE, &author), None, "another content");
    // Soundly signed, by one who gives himself out for another.
    let claimed = signed_as(author.device(), &other);
    assert_eq!(claimed.verified(HERE, &verifier(&other)), None, "another device's name");
}

#[test]
fn what_is_no_point_checks_nothing() {
    // y = 2 has no x on the curve.
    let mut bytes = [0; 32];
    bytes[0] = 2;
    assert!(SigningPublicKey(bytes).verifier().is_none());
}
