//! Devices for tests: they sign, they seal nothing. What stands where a ciphertext would is noise.

use baikoo_protocol::envelope::{
    Checkpoint, Ciphertext, Elide, Envelope, Grant, Kind, Payload, Recipient, Seal, Sealed,
};
use baikoo_protocol::frame::{Frame, FrameDecoder, Hello};
use baikoo_protocol::hash::Hash;
use baikoo_protocol::id::{DeviceId, MemberId, StreamId, WorkspaceId};
use baikoo_protocol::membership::{
    Body, DeviceKeys, Entry, Membership, RevokeReason, Role, RoleCopy, RoleEpoch, SealedBox,
};
use baikoo_protocol::signature::{SealingPublicKey, SignatureBytes, SigningPublicKey};
use baikoo_protocol::token::{Admission, Token};
use ed25519_dalek::{Signer, SigningKey};

use crate::verified::Admitted;

/// A device with its keys, its chain and its token.
#[derive(Clone)]
pub struct TestDevice {
    key: SigningKey,
    /// Whose it is.
    pub member: MemberId,
    /// Shown to the server.
    pub token: Token,
    /// The last envelope's number.
    pub dseq: u64,
    /// The last envelope's hash.
    pub prev: Hash,
    /// What it says of the membership.
    pub mseq: u64,
}

/// A workspace as its first coordinator sees it.
#[derive(Clone)]
pub struct TestWorkspace {
    /// The workspace.
    pub id: WorkspaceId,
    /// The genesis entry.
    pub genesis: Entry,
    /// The membership so far; what a test appends to the server, it applies here too.
    pub membership: Membership,
    /// The first coordinator's device.
    pub coordinator: TestDevice,
    /// Signs as two recovery sheets do.
    pub sheets: TestDevice,
    /// All entries.
    pub entries: Vec<Entry>,
}

/// A sealed box with nothing in it.
pub fn empty_box() -> SealedBox {
    SealedBox { encapsulated: [0; 32], ciphertext: vec![0; 48] }
}

fn role_epoch(epoch: u32, devices: &[DeviceId]) -> RoleEpoch {
    RoleEpoch {
        epoch,
        public: SealingPublicKey([1; 32]),
        copies: devices.iter().map(|device| RoleCopy { device: *device, sealed: empty_box() }).collect(),
        recovery: empty_box(),
        previous: (epoch > 1).then(empty_box),
    }
}

impl TestDevice {
    /// A device whose keys all come from `seed`.
    pub fn new(seed: u64) -> Self {
        let secret = Hash::of("baikoo test device", &[&seed.to_be_bytes()]).0;
        let mut short = [0; 16];
        short.copy_from_slice(&secret[..16]);
        let key = SigningKey::from_bytes(&secret);
        Self { key, member: MemberId(short), token: Token(short), dseq: 0, prev: Hash::ZERO, mseq: 1 }
    }

    /// Its id.
    pub fn id(&self) -> DeviceId {
        self.keys().device()
    }

    /// Its public keys.
    pub fn keys(&self) -> DeviceKeys {
        DeviceKeys { signing: self.public(), sealing: SealingPublicKey([2; 32]) }
    }

    /// Its public signing key.
    pub fn public(&self) -> SigningPublicKey {
        SigningPublicKey(self.key.verifying_key().to_bytes())
    }

    /// Signs anything.
    pub fn sign(&self, hash: Hash) -> SignatureBytes {
        SignatureBytes(self.key.sign(&hash.0).to_bytes())
    }

    /// The next envelope of its chain.
    pub fn envelope(
        &mut self,
        workspace: WorkspaceId,
        kind: Kind,
        stream: StreamId,
        payload: Payload,
    ) -> Envelope {
        let mut envelope = Envelope {
            kind,
            device: self.id(),
            dseq: self.dseq + 1,
            prev: self.prev,
            stream,
            mseq: self.mseq,
            payload,
            signature: SignatureBytes([0; 64]),
        };
        envelope.signature = self.sign(envelope.signing_hash(workspace));
        (self.dseq, self.prev) = (envelope.dseq, envelope.hash());
        envelope
    }

    /// Changes that bring the stream's key, with so many bytes of noise.
    pub fn changes(&mut self, workspace: WorkspaceId, stream: StreamId, length: usize) -> Envelope {
        let seal = Seal { recipient: Recipient::Role(1), encapsulated: [3; 32], ciphertext: [4; 48] };
        self.envelope(workspace, Kind::Changes, stream, noise(length, vec![seal]))
    }

    /// Changes under a key that came before.
    pub fn more_changes(&mut self, workspace: WorkspaceId, stream: StreamId, length: usize) -> Envelope {
        self.envelope(workspace, Kind::Changes, stream, noise(length, Vec::new()))
    }

    /// A grant to a device.
    pub fn grant(&mut self, workspace: WorkspaceId, stream: StreamId, to: DeviceId) -> Envelope {
        let seal = Seal { recipient: Recipient::Device(to), encapsulated: [3; 32], ciphertext: [4; 48] };
        let grant = Grant { key_id: Hash::ZERO, seals: vec![seal] };
        self.envelope(workspace, Kind::Grant, stream, Payload::Open(grant.to_bytes()))
    }

    /// A checkpoint that names devices.
    pub fn checkpoint(&mut self, workspace: WorkspaceId, devices: Vec<(DeviceId, u64)>) -> Envelope {
        let checkpoint = Checkpoint { log_epoch: [0; 8], seq: 0, hash: Hash::ZERO, devices };
        let payload = Payload::Open(checkpoint.to_bytes());
        self.envelope(workspace, Kind::Checkpoint, StreamId([0; 16]), payload)
    }

    fn entry(&self, membership: &Membership, body: &Body) -> Entry {
        let (mseq, prev, body) = (membership.mseq() + 1, membership.head(), body.to_bytes());
        let signed = Entry::signing_hash(membership.workspace(), Some((mseq, prev)), &body);
        Entry { mseq, prev, body, signer: self.id(), signature: self.sign(signed), countersignature: None }
    }

    /// Uses the invitation that was made from `invite`.
    pub fn enrolment(&self, workspace: WorkspaceId, invite: &Self) -> Entry {
        let body = Body::Enrol {
            invite: invite.public(),
            member: self.member,
            keys: self.keys(),
            profile: empty_box(),
        };
        let body = body.to_bytes();
        Entry {
            mseq: 0,
            prev: Hash::ZERO,
            signer: self.id(),
            signature: self.sign(Entry::signing_hash(workspace, None, &body)),
            countersignature: Some(invite.sign(Entry::invite_signing_hash(workspace, &body))),
            body,
        }
    }

    /// Comes by the recovery sheets that `sheets` signs for.
    pub fn recovery(&self, workspace: WorkspaceId, sheets: &Self) -> Entry {
        let body = Body::Recover { member: self.member, keys: self.keys() }.to_bytes();
        Entry {
            mseq: 0,
            prev: Hash::ZERO,
            signer: self.id(),
            signature: self.sign(Entry::signing_hash(workspace, None, &body)),
            countersignature: Some(sheets.sign(Entry::recovery_signing_hash(workspace, &body))),
            body,
        }
    }

    /// What this device asks to be let in with.
    pub fn admission(&self, workspace: WorkspaceId, entry: &Entry) -> Admission {
        let token_hash = self.token.hash();
        let signed = Admission::signing_hash(workspace, entry.hash(), token_hash);
        Admission { entry: entry.to_bytes(), token_hash, signature: self.sign(signed) }
    }

    /// The same, checked as the routes do.
    pub fn admitted(&self, workspace: WorkspaceId, entry: &Entry) -> Admitted {
        let admission = self.admission(workspace, entry);
        Admitted::check(Some(workspace), &admission).expect("signed by the device that comes")
    }
}

fn noise(length: usize, seals: Vec<Seal>) -> Payload {
    let ciphertext = Ciphertext(vec![7; length]);
    Payload::Sealed(Sealed { key_id: Hash::ZERO, nonce: [5; 24], seals, ciphertext })
}

impl TestWorkspace {
    /// A workspace whose coordinator's keys come from `seed`.
    pub fn new(seed: u64) -> Self {
        let (coordinator, sheets) = (TestDevice::new(seed), TestDevice::new(!seed));
        let body = Body::Genesis {
            nonce: [9; 16],
            member: coordinator.member,
            keys: coordinator.keys(),
            profile: empty_box(),
            role: role_epoch(1, &[coordinator.id()]),
            recovery: SealingPublicKey([6; 32]),
            recovery_signing: Some(sheets.public()),
        };
        let body = body.to_bytes();
        let signed = Entry::signing_hash(WorkspaceId([0; 16]), Some((1, Hash::ZERO)), &body);
        let genesis = Entry {
            mseq: 1,
            prev: Hash::ZERO,
            signer: coordinator.id(),
            signature: coordinator.sign(signed),
            countersignature: Some(sheets.sign(Entry::recovery_signing_hash(WorkspaceId([0; 16]), &body))),
            body,
        };
        let membership = Membership::from_genesis(&genesis).expect("the genesis is sound");
        let entries = vec![genesis.clone()];
        Self { id: membership.workspace(), genesis, membership, coordinator, sheets, entries }
    }

    /// Applies an entry, as the server is expected to.
    pub fn apply(&mut self, entry: Entry) -> Entry {
        self.membership.apply(&entry).expect("the entry follows");
        self.entries.push(entry.clone());
        entry
    }

    /// A coordinator's entry, applied here and to be sent.
    pub fn says(&mut self, body: &Body) -> Entry {
        let entry = self.coordinator.entry(&self.membership, body);
        self.apply(entry)
    }

    /// Invites with the key of `invite`.
    pub fn invites(&mut self, invite: &TestDevice, role: Role, expires_at_ms: u64) -> Entry {
        self.says(&Body::Invite { invite: invite.public(), role, expires_at_ms, profile: empty_box() })
    }

    /// Takes in an enrolment or a recovery as the server places it.
    pub fn enrols(&mut self, enrolment: &Entry) -> Entry {
        let (mseq, prev) = (self.membership.mseq() + 1, self.membership.head());
        self.apply(Entry { mseq, prev, ..enrolment.clone() })
    }

    /// Approves a device.
    pub fn approves(&mut self, device: DeviceId, is_coordinator: bool) -> Entry {
        self.says(&Body::Approve { device, role: is_coordinator.then(empty_box) })
    }

    /// Revokes a coordinator's device that has written nothing; the others get a new role key.
    pub fn revokes_coordinator(&mut self, device: DeviceId) -> Entry {
        let rest: Vec<DeviceId> = self.membership.coordinators().filter(|id| *id != device).collect();
        let role = Some(role_epoch(self.membership.role().epoch + 1, &rest));
        let reason = RevokeReason::Left;
        self.says(&Body::Revoke { device, last_dseq: 0, last_hash: Hash::ZERO, reason, role })
    }

    /// Revokes a monitor's device after its last envelope.
    pub fn revokes(&mut self, device: &TestDevice) -> Entry {
        self.says(&Body::Revoke {
            device: device.id(),
            last_dseq: device.dseq,
            last_hash: device.prev,
            reason: RevokeReason::Seized,
            role: None,
        })
    }
}

/// The frames of an upload.
pub fn upload(hello: &Hello, entries: &[Entry], envelopes: &[Envelope]) -> Vec<u8> {
    let mut out = Frame::Hello(hello.clone()).to_bytes();
    entries.iter().for_each(|entry| out.extend(Frame::Entry(entry.to_bytes()).to_bytes()));
    for envelope in envelopes {
        out.extend(Frame::Envelope(envelope.to_wire(Elide::default())).to_bytes());
    }
    out.extend(Frame::End.to_bytes());
    out
}

/// A hello that wants everything.
pub fn hello() -> Hello {
    Hello { budget: u64::MAX, ..Hello::default() }
}

/// Takes an answer apart.
pub fn frames(bytes: &[u8]) -> Vec<Frame> {
    let mut decoder = FrameDecoder::default();
    decoder.push(bytes);
    let mut frames = Vec::new();
    while let Some(frame) = decoder.next_frame().expect("the server sends frames") {
        frames.push(frame);
    }
    assert_eq!(decoder.waiting(), 0, "the answer ends inside a frame");
    frames
}
