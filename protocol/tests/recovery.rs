//! Recovery entries, one refusal after another.

#![allow(clippy::unwrap_used, reason = "tests")]

use baikoo_protocol::hash::Hash;
use baikoo_protocol::id::{DeviceId, MemberId, WorkspaceId};
use baikoo_protocol::membership::{
    Body, DeviceKeys, Entry, Membership, MembershipError, RevokeReason, RoleCopy, RoleEpoch, SealedBox,
};
use baikoo_protocol::signature::{SealingPublicKey, SignatureBytes, SigningPublicKey};
use ed25519_dalek::{Signer, SigningKey};

struct Key(SigningKey);

impl Key {
    fn new(seed: u8) -> Self {
        Self(SigningKey::from_bytes(&[seed; 32]))
    }

    fn public(&self) -> SigningPublicKey {
        SigningPublicKey(self.0.verifying_key().to_bytes())
    }

    fn keys(&self) -> DeviceKeys {
        DeviceKeys { signing: self.public(), sealing: SealingPublicKey([2; 32]) }
    }

    fn id(&self) -> DeviceId {
        self.keys().device()
    }

    fn sign(&self, hash: Hash) -> SignatureBytes {
        SignatureBytes(self.0.sign(&hash.0).to_bytes())
    }
}

fn sealed() -> SealedBox {
    SealedBox { encapsulated: [0; 32], ciphertext: vec![0; 48] }
}

fn role(epoch: u32, devices: &[DeviceId]) -> RoleEpoch {
    let mut copies: Vec<RoleCopy> =
        devices.iter().map(|device| RoleCopy { device: *device, sealed: sealed() }).collect();
    copies.sort_by_key(|copy| copy.device);
    let previous = (epoch > 1).then(sealed);
    RoleEpoch { epoch, public: SealingPublicKey([1; 32]), copies, recovery: sealed(), previous }
}

fn genesis(gulnara: &Key, sheets: Option<&Key>, signs: Option<&Key>) -> Entry {
    let body = Body::Genesis {
        nonce: [9; 16],
        member: MemberId([1; 16]),
        keys: gulnara.keys(),
        profile: sealed(),
        role: role(1, &[gulnara.id()]),
        recovery: SealingPublicKey([6; 32]),
        recovery_signing: sheets.map(Key::public),
    };
    let (body, nowhere) = (body.to_bytes(), WorkspaceId([0; 16]));
    Entry {
        mseq: 1,
        prev: Hash::ZERO,
        signer: gulnara.id(),
        signature: gulnara.sign(Entry::signing_hash(nowhere, Some((1, Hash::ZERO)), &body)),
        countersignature: signs.map(|key| key.sign(Entry::recovery_signing_hash(nowhere, &body))),
        body,
    }
}

/// Gulnara's workspace, and the sheets.
fn workspace() -> (Membership, Key, Key) {
    let (gulnara, sheets) = (Key::new(1), Key::new(2));
    let genesis = genesis(&gulnara, Some(&sheets), Some(&sheets));
    (Membership::from_genesis(&genesis).unwrap(), gulnara, sheets)
}

fn recovery(log: &Membership, device: &Key, member: u8, sheets: &Key) -> Entry {
    let body = Body::Recover { member: MemberId([member; 16]), keys: device.keys() }.to_bytes();
    let workspace = log.workspace();
    Entry {
        mseq: log.mseq() + 1,
        prev: log.head(),
        signer: device.id(),
        signature: device.sign(Entry::signing_hash(workspace, None, &body)),
        countersignature: Some(sheets.sign(Entry::recovery_signing_hash(workspace, &body))),
        body,
    }
}

fn says(log: &Membership, key: &Key, body: &Body) -> Entry {
    let (mseq, prev, body) = (log.mseq() + 1, log.head(), body.to_bytes());
    let signature = key.sign(Entry::signing_hash(log.workspace(), Some((mseq, prev)), &body));
    Entry { mseq, prev, body, signer: key.id(), signature, countersignature: None }
}

#[test]
fn sheets_bring_a_coordinator_who_then_turns_the_role_key_and_says_her_name() {
    let (mut log, gulnara, sheets) = workspace();
    let new = Key::new(3);
    log.apply(&recovery(&log, &new, 3, &sheets)).unwrap();
    let came = log.device(new.id()).unwrap();
    assert!(came.is_active_coordinator() && came.recovered && came.profile.is_none());
    assert!(!log.device(gulnara.id()).unwrap().recovered);
    assert!(log.role_copy(1, new.id()).is_none());

    let both = role(2, &[gulnara.id(), new.id()]);
    let turn = Body::RotateRole { role: both, profile: Some(sealed()) };
    log.apply(&says(&log, &new, &turn)).unwrap();
    let came = log.device(new.id()).unwrap();
    assert!(came.profile.is_some() && came.profile_epoch == 2);
    assert!(log.role_copy(2, new.id()).is_some());
}

#[test]
fn nobody_is_renamed() {
    let (mut log, gulnara, sheets) = workspace();
    let new = Key::new(3);
    log.apply(&recovery(&log, &new, 3, &sheets)).unwrap();
    let turn =
        |epoch| Body::RotateRole { role: role(epoch, &[gulnara.id(), new.id()]), profile: Some(sealed()) };
    assert_eq!(log.apply(&says(&log, &gulnara, &turn(2))), Err(MembershipError::Unfit));
    log.apply(&says(&log, &new, &turn(2))).unwrap();
    assert_eq!(log.apply(&says(&log, &new, &turn(3))), Err(MembershipError::Unfit));
    assert_eq!((log.mseq(), log.role().epoch), (3, 2), "what was refused changed nothing");
}

#[test]
fn only_the_sheets_and_the_device_itself_sign_a_recovery() {
    let (mut log, _, sheets) = workspace();
    let (new, other) = (Key::new(3), Key::new(4));
    let good = recovery(&log, &new, 3, &sheets);
    let by_another = recovery(&log, &new, 3, &other);
    let unsigned = Entry { countersignature: None, ..good.clone() };
    let as_another = Entry { signer: other.id(), ..good.clone() };
    let not_by_the_device = Entry { signature: other.sign(good.hash()), ..good.clone() };
    let for_another_device = Entry { body: recovery(&log, &other, 3, &sheets).body, ..good.clone() };
    let placed = Entry {
        signature: new.sign(Entry::signing_hash(log.workspace(), Some((good.mseq, good.prev)), &good.body)),
        ..good.clone()
    };
    let as_an_invitation = Entry {
        countersignature: Some(sheets.sign(Entry::invite_signing_hash(log.workspace(), &good.body))),
        ..good.clone()
    };
    let elsewhere = Entry {
        countersignature: Some(sheets.sign(Entry::recovery_signing_hash(WorkspaceId([7; 16]), &good.body))),
        ..good.clone()
    };
    for (what, bad) in [
        ("other sheets", by_another),
        ("no sheets", unsigned),
        ("another signer", as_another),
        ("not the device", not_by_the_device),
        ("another device", for_another_device),
        ("signed with its place", placed),
        ("an invitation's domain", as_an_invitation),
        ("another workspace", elsewhere),
    ] {
        assert_eq!(log.apply(&bad), Err(MembershipError::Signature), "{what}");
        assert_eq!(log.mseq(), 1, "{what}");
    }
    log.apply(&good).unwrap();
}

#[test]
fn a_recovery_counts_once_and_a_revoked_device_stays_revoked() {
    let (mut log, gulnara, sheets) = workspace();
    let (new, next) = (Key::new(3), Key::new(4));
    log.apply(&recovery(&log, &new, 3, &sheets)).unwrap();
    assert_eq!(log.apply(&recovery(&log, &new, 3, &sheets)), Err(MembershipError::Unfit));
    assert_eq!(log.apply(&recovery(&log, &new, 5, &sheets)), Err(MembershipError::Unfit), "same device");
    assert_eq!(log.apply(&recovery(&log, &next, 3, &sheets)), Err(MembershipError::Unfit), "same member");
    assert_eq!(log.apply(&recovery(&log, &gulnara, 6, &sheets)), Err(MembershipError::Unfit), "the first");
    let revocation = Body::Revoke {
        device: new.id(),
        last_dseq: 0,
        last_hash: Hash::ZERO,
        reason: RevokeReason::Left,
        role: Some(role(2, &[gulnara.id()])),
    };
    log.apply(&says(&log, &gulnara, &revocation)).unwrap();
    assert_eq!(log.apply(&recovery(&log, &new, 3, &sheets)), Err(MembershipError::Unfit));
    assert!(!log.device(new.id()).unwrap().is_active_coordinator());
    log.apply(&recovery(&log, &next, 4, &sheets)).unwrap();
}

#[test]
fn a_genesis_that_names_sheets_is_signed_by_them() {
    let (gulnara, sheets, other) = (Key::new(1), Key::new(2), Key::new(3));
    for (what, named, signs) in [
        ("not by them", Some(&sheets), None),
        ("by others", Some(&sheets), Some(&other)),
        ("by sheets that it does not name", None, Some(&sheets)),
    ] {
        let made = Membership::from_genesis(&genesis(&gulnara, named, signs));
        assert_eq!(made.map(|_| ()), Err(MembershipError::Signature), "{what}");
    }
}

#[test]
fn a_workspace_of_before_has_no_sheets_that_could_bring_anybody() {
    let (gulnara, sheets) = (Key::new(1), Key::new(2));
    let mut log = Membership::from_genesis(&genesis(&gulnara, None, None)).unwrap();
    let entry = recovery(&log, &Key::new(3), 3, &sheets);
    assert_eq!(log.apply(&entry), Err(MembershipError::NotAllowed));
}

#[test]
fn a_coordinator_cannot_say_that_sheets_were_used() {
    let (mut log, gulnara, _) = workspace();
    let body = Body::Recover { member: MemberId([8; 16]), keys: Key::new(8).keys() };
    assert_eq!(log.apply(&says(&log, &gulnara, &body)), Err(MembershipError::Signature));
}

fn renewal(log: &Membership, sheets: &Key, signs: &Key, role: RoleEpoch) -> Body {
    let (recovery, recovery_signing) = (SealingPublicKey([7; 32]), sheets.public());
    let proof = signs.sign(Entry::renewal_signing_hash(log.workspace(), recovery, recovery_signing));
    Body::RenewSheets { recovery, recovery_signing, proof, role }
}

#[test]
fn new_sheets_take_the_place_of_the_old() {
    let (mut log, gulnara, old) = workspace();
    let (new, thief, back) = (Key::new(5), Key::new(3), Key::new(4));
    let body = renewal(&log, &new, &new, role(2, &[gulnara.id()]));
    log.apply(&says(&log, &gulnara, &body)).unwrap();
    assert_eq!((log.recovery(), log.recovery_signing()), (SealingPublicKey([7; 32]), Some(new.public())));
    assert_eq!(log.role().epoch, 2);
    assert_eq!(log.apply(&recovery(&log, &thief, 3, &old)), Err(MembershipError::Signature));
    log.apply(&recovery(&log, &back, 4, &new)).unwrap();
}

#[test]
fn a_workspace_of_before_gets_sheets_that_bring_somebody_back() {
    let (gulnara, new) = (Key::new(1), Key::new(5));
    let mut log = Membership::from_genesis(&genesis(&gulnara, None, None)).unwrap();
    let body = renewal(&log, &new, &new, role(2, &[gulnara.id()]));
    log.apply(&says(&log, &gulnara, &body)).unwrap();
    log.apply(&recovery(&log, &Key::new(3), 3, &new)).unwrap();
}

#[test]
fn sheets_are_renewed_by_a_coordinator_with_their_own_signature_and_a_new_role_key() {
    let (mut log, gulnara, sheets) = workspace();
    let (new, other) = (Key::new(5), Key::new(6));
    let both = || role(2, &[gulnara.id()]);
    let forged = renewal(&log, &new, &other, both());
    assert_eq!(log.apply(&says(&log, &gulnara, &forged)), Err(MembershipError::Signature));
    let good = renewal(&log, &new, &new, both());
    assert_eq!(log.apply(&says(&log, &other, &good)), Err(MembershipError::NotAllowed));
    let stale = renewal(&log, &new, &new, role(1, &[gulnara.id()]));
    assert_eq!(log.apply(&says(&log, &gulnara, &stale)), Err(MembershipError::Unfit));
    let same = renewal(&log, &sheets, &sheets, both());
    assert_eq!(log.apply(&says(&log, &gulnara, &same)), Err(MembershipError::Unfit));
    let elsewhere = {
        let keys = Entry::renewal_signing_hash(WorkspaceId([9; 16]), SealingPublicKey([7; 32]), new.public());
        match renewal(&log, &new, &new, both()) {
            Body::RenewSheets { recovery, recovery_signing, role, .. } => {
                Body::RenewSheets { recovery, recovery_signing, proof: new.sign(keys), role }
            }
            other => other,
        }
    };
    assert_eq!(log.apply(&says(&log, &gulnara, &elsewhere)), Err(MembershipError::Signature));
    assert_eq!((log.mseq(), log.recovery_signing()), (1, Some(sheets.public())), "nothing was changed");
    log.apply(&says(&log, &gulnara, &good)).unwrap();
}
