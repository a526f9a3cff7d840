//! Old bytes are fixtures for ever: today's code must read them, and write the same where what it
//! writes depends on nothing but its input. A file that is not there is written with
//! `BAIKOO_WRITE_GOLDEN=1`; one that is there is never changed, but joined by a new one.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::fs;
use std::path::PathBuf;

use baikoo_client_core::client::Client;
use baikoo_client_core::env::Clocks;
use baikoo_client_core::error::ClientError;
use baikoo_client_core::form::answer::Scalar;
use baikoo_client_core::form::labels::Language;
use baikoo_client_core::home::Home;
use baikoo_client_core::member::Invitation;
use baikoo_client_core::protocol::envelope::{
    Adopt, Checkpoint, Ciphertext, Elide, Envelope, Grant, Kind, Payload, Recipient, Seal, Sealed,
    WireEnvelope,
};
use baikoo_client_core::protocol::frame::{Backfill, Frame, FrameDecoder, Hello, Status};
use baikoo_client_core::protocol::hash::Hash;
use baikoo_client_core::protocol::id::{DeviceId, MemberId, StreamId, WorkspaceId};
use baikoo_client_core::protocol::membership::{
    Body, DeviceKeys, Entry, RevokeReason, Role, RoleCopy, RoleEpoch, SealedBox,
};
use baikoo_client_core::protocol::refusal::Refusal;
use baikoo_client_core::protocol::signature::{SealingPublicKey, SignatureBytes, SigningPublicKey};
use baikoo_client_core::protocol::token::{Admission, Token};
use baikoo_client_core::report::{ActorId, Document, DocumentKind, Edit, GENESIS, Path};
use baikoo_client_core::sync::hazmat;
use baikoo_client_core::testing::SeededEnv;
use baikoo_client_core::view::Filter;
use baikoo_tests::person::PASSPHRASE;
use baikoo_tests::world::World;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("golden")
}

fn writes() -> bool {
    std::env::var_os("BAIKOO_WRITE_GOLDEN").is_some()
}

/// The bytes in a file of hexadecimal digits, which today's bytes must be.
fn golden(name: &str, today: &[u8]) -> Vec<u8> {
    let path = folder().join(format!("{name}.hex"));
    if writes() && !path.exists() {
        let digits: Vec<String> = today
            .chunks(32)
            .map(|line| line.iter().map(|byte| format!("{byte:02x}")).collect::<String>() + "\n")
            .collect();
        fs::create_dir_all(folder()).unwrap();
        fs::write(&path, digits.concat()).unwrap();
    }
    let text = fs::read_to_string(&path).unwrap_or_else(|_| panic!("there is no {name}.hex"));
    let digits: Vec<u8> = text.bytes().filter(u8::is_ascii_hexdigit).collect();
    let bytes: Vec<u8> = digits
        .chunks(2)
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect();
    assert_eq!(bytes, today, "{name}: what is written today is not what was written then");
    bytes
}

fn envelope(kind: Kind, payload: Payload) -> Envelope {
    Envelope {
        kind,
        device: DeviceId([0xd1; 16]),
        dseq: 300,
        prev: Hash([0x99; 32]),
        stream: if kind.has_stream() { StreamId([0x57; 16]) } else { StreamId([0; 16]) },
        mseq: 7,
        payload,
        signature: SignatureBytes([0x5a; 64]),
    }
}

fn seals() -> Vec<Seal> {
    [Recipient::Role(2), Recipient::Device(DeviceId([0xd2; 16]))]
        .map(|recipient| Seal { recipient, encapsulated: [0xec; 32], ciphertext: [0xc7; 48] })
        .to_vec()
}

fn sealed_envelope() -> Envelope {
    envelope(
        Kind::Changes,
        Payload::Sealed(Sealed {
            key_id: Hash([0x4b; 32]),
            nonce: [0x0e; 24],
            seals: seals(),
            ciphertext: Ciphertext((0..200).collect()),
        }),
    )
}

#[test]
fn envelopes_are_what_they_were() {
    let grant = Grant { key_id: Hash([0x4b; 32]), seals: seals()[1..].to_vec() };
    let checkpoint = Checkpoint {
        log_epoch: [0xe0; 8],
        seq: 70_000,
        hash: Hash([0x11; 32]),
        devices: vec![(DeviceId([0xd1; 16]), 300), (DeviceId([0xd2; 16]), 1)],
    };
    let adopt = Adopt(vec![Hash([0xa1; 32]), Hash([0xa2; 32])]);
    assert_eq!(Grant::from_bytes(&golden("grant", &grant.to_bytes())), Ok(grant.clone()));
    assert_eq!(Checkpoint::from_bytes(&golden("checkpoint", &checkpoint.to_bytes())), Ok(checkpoint.clone()));
    assert_eq!(Adopt::from_bytes(&golden("adopt", &adopt.to_bytes())), Ok(adopt.clone()));
    for (name, envelope) in [
        ("changes", sealed_envelope()),
        ("grant", envelope(Kind::Grant, Payload::Open(grant.to_bytes()))),
        ("checkpoint", envelope(Kind::Checkpoint, Payload::Open(checkpoint.to_bytes()))),
        ("adopt", envelope(Kind::Adopt, Payload::Open(adopt.to_bytes()))),
    ] {
        let bytes = golden(&format!("envelope_{name}"), &envelope.to_bytes());
        assert_eq!(Envelope::from_bytes(&bytes), Ok(envelope.clone()));
        for (how, elide) in [
            ("no_device", Elide { device: true, prev: false }),
            ("no_prev", Elide { device: false, prev: true }),
            ("neither", Elide { device: true, prev: true }),
        ] {
            let bytes = golden(&format!("envelope_{name}_{how}"), &envelope.to_wire(elide));
            let wire = WireEnvelope::from_bytes(&bytes).unwrap();
            assert_eq!(wire.complete(envelope.device, envelope.prev), envelope);
        }
        golden(&format!("envelope_{name}_hash"), &envelope.hash().0);
    }
}

#[test]
fn frames_are_what_they_were() {
    let backfill = Backfill { stream: StreamId([0x57; 16]), after: 3, until: 300 };
    let wire = sealed_envelope().to_wire(Elide { device: true, prev: true });
    let frames = [
        (
            "hello",
            Frame::Hello(Hello {
                log_epoch: [0xe0; 8],
                cursor: 500,
                tip: [0x71; 8],
                mseq: 9,
                budget: 65_536,
                backfills: vec![backfill],
            }),
        ),
        ("entry", Frame::Entry(vec![1, 2, 3])),
        ("envelope", Frame::Envelope(wire.clone())),
        (
            "status",
            Frame::Status(Status {
                log_epoch: [0xe0; 8],
                head: 700,
                accepted_dseq: 300,
                time_ms: 1_790_000_000_000,
                resume: 500,
                resume_tip: [0x71; 8],
            }),
        ),
        ("refused", Frame::Refused { index: 2, refusal: Refusal::Gap, wanted: 299 }),
        ("logged", Frame::Logged { seq: 501, envelope: wire.clone() }),
        ("own", Frame::Own { seq: 502, dseq: 300, tip: [0x72; 8] }),
        ("backfilled", Frame::Backfilled { seq: 12, envelope: wire }),
        ("backfill_mark", Frame::BackfillMark(backfill)),
        ("high_water", Frame::HighWater { cursor: 700, tip: [0x73; 8], more: true }),
        ("end", Frame::End),
    ];
    for (name, frame) in frames {
        let bytes = golden(&format!("frame_{name}"), &frame.to_bytes());
        let mut decoder = FrameDecoder::default();
        decoder.push(&bytes);
        assert_eq!(decoder.next_frame(), Ok(Some(frame)));
        assert_eq!(decoder.waiting(), 0);
    }
}

#[test]
fn membership_entries_are_what_they_were() {
    let sealed = || SealedBox { encapsulated: [0xec; 32], ciphertext: vec![0xc7; 48] };
    let keys = DeviceKeys { signing: SigningPublicKey([0x51; 32]), sealing: SealingPublicKey([0x52; 32]) };
    let role = |epoch: u32| RoleEpoch {
        epoch,
        public: SealingPublicKey([0x70; 32]),
        copies: vec![RoleCopy { device: DeviceId([0xd1; 16]), sealed: sealed() }],
        recovery: sealed(),
        previous: (epoch > 1).then(sealed),
    };
    let (device, member) = (DeviceId([0xd2; 16]), MemberId([0x3e; 16]));
    let invite = SigningPublicKey([0x1e; 32]);
    let bodies = [
        (
            "genesis",
            Body::Genesis {
                nonce: [0x0e; 16],
                member,
                keys: keys.clone(),
                profile: sealed(),
                role: role(1),
                recovery: SealingPublicKey([0x2e; 32]),
                recovery_signing: None,
            },
        ),
        (
            "genesis_with_sheets",
            Body::Genesis {
                nonce: [0x0e; 16],
                member,
                keys: keys.clone(),
                profile: sealed(),
                role: role(1),
                recovery: SealingPublicKey([0x2e; 32]),
                recovery_signing: Some(SigningPublicKey([0x2f; 32])),
            },
        ),
        (
            "invite",
            Body::Invite { invite, role: Role::Monitor, expires_at_ms: 1_790_000_000_000, profile: sealed() },
        ),
        ("cancel_invite", Body::CancelInvite { invite }),
        ("enrol", Body::Enrol { invite, member, keys: keys.clone(), profile: sealed() }),
        ("approve", Body::Approve { device, role: Some(sealed()) }),
        (
            "revoke",
            Body::Revoke {
                device,
                last_dseq: 12,
                last_hash: Hash([0x99; 32]),
                reason: RevokeReason::Seized,
                role: Some(role(2)),
            },
        ),
        ("rotate_role", Body::RotateRole { role: role(3), profile: None }),
        ("rotate_role_with_a_name", Body::RotateRole { role: role(3), profile: Some(sealed()) }),
        ("recover", Body::Recover { member, keys }),
        (
            "renew_sheets",
            Body::RenewSheets {
                recovery: SealingPublicKey([0x2e; 32]),
                recovery_signing: SigningPublicKey([0x2f; 32]),
                proof: SignatureBytes([0x5d; 64]),
                role: role(4),
            },
        ),
    ];
    for (name, body) in bodies {
        let entry = Entry {
            mseq: 5,
            prev: Hash([0x88; 32]),
            body: body.to_bytes(),
            signer: DeviceId([0xd1; 16]),
            signature: SignatureBytes([0x5a; 64]),
            countersignature: matches!(name, "enrol" | "recover" | "genesis_with_sheets")
                .then_some(SignatureBytes([0x5b; 64])),
        };
        let bytes = golden(&format!("entry_{name}"), &entry.to_bytes());
        assert_eq!(Entry::from_bytes(&bytes), Ok(entry.clone()));
        assert_eq!(Body::from_bytes(&entry.body), Ok(body));
        golden(&format!("entry_{name}_hash"), &entry.hash().0);
    }
    let token_hash = Token([0x70; 16]).hash();
    let signature = SignatureBytes([0x5c; 64]);
    let admission = Admission { entry: vec![1, 2, 3], token_hash, signature };
    let bytes = golden("admission_signed", &admission.to_bytes());
    assert_eq!(Admission::from_bytes(&bytes), Some(admission.clone()));
    // Before the device signed for its token, the signature was not there. That is not taken.
    let mut before = vec![0x82];
    before.extend_from_slice(&bytes[1..bytes.len() - 66]);
    assert_eq!(Admission::from_bytes(&golden("admission", &before)), None);
    let place = WorkspaceId([0x33; 16]);
    golden("admission_signed_hash", &Admission::signing_hash(place, Hash([0x88; 32]), token_hash).0);
    golden("token_header", Token([0x70; 16]).to_header(device).as_bytes());
}

#[test]
fn a_body_and_the_genesis_of_reports_are_what_they_were() {
    let clocks = Clocks { wall_ms: 1_790_000_000_000, offset_min: 360, monotonic_ms: 5_000, boot_id: 77 };
    let changes = vec![vec![0xc1; 40], vec![0xc2; 300]];
    let author = (DeviceId([0x11; 16]), StreamId([0x22; 16]));
    for (name, kind) in [("report", DocumentKind::Report), ("review", DocumentKind::Review)] {
        let body = hazmat::body(kind, clocks, author, 0xdead_beef, changes.clone());
        assert_eq!(hazmat::changes(&golden(&format!("body_{name}"), &body), author), Some(changes.clone()));
    }
    // What the author really wrote travels packed.
    let actor = ActorId::derive(author.0, author.1, 0xdead_beef);
    let mut document = Document::create();
    let mut writes = |number| {
        let answer = |edit: &mut Edit<'_>| edit.set_scalar(&Path::question("q"), Scalar::Integer(number));
        document.edit(actor, 1_790_000_000_000 + number, answer).unwrap()
    };
    let changes = [writes(1), writes(2)].concat();
    let body = hazmat::body(DocumentKind::Report, clocks, author, 0xdead_beef, changes.clone());
    assert_eq!(hazmat::changes(&golden("body_packed", &body), author), Some(changes));
    // Every device must begin every report with these very bytes.
    golden("genesis_of_reports", GENESIS);
}

#[test]
fn an_invitations_link_is_what_it_was() {
    let world = World::new(90);
    let gulnara = world.coordinator("Gulnara");
    let path = folder().join("invitation.txt");
    if writes() && !path.exists() {
        let link = gulnara.does(|client| client.invite(Role::Coordinator, "Aida", 3_600_000)).link;
        let (_, code) = link.split_once("/#").unwrap();
        fs::write(&path, format!("https://baikoo.example/#{code}\n")).unwrap();
    }
    let link = fs::read_to_string(path).unwrap().trim().to_owned();
    let invitation = Invitation::from_link(&link).unwrap();
    assert_eq!(invitation.to_link(), link);
    assert_eq!(invitation.role, Role::Coordinator);
    assert_eq!(invitation.server, "https://baikoo.example");
}

const NARRATIVE: &str = "Жол жабылды, суу келбей калды.";

/// A coordinator's database with a report, a review, a draft, and a wrapped key.
#[test]
fn a_database_of_old_opens() {
    let kept = folder().join("client-1");
    if writes() && !kept.exists() {
        let world = World::new(91);
        let (gulnara, aida) = world.coordinator_and_monitor("Gulnara", "Aida");
        let report = aida.sends(NARRATIVE);
        world.syncs(&aida);
        world.syncs(&gulnara);
        gulnara.does(|client| client.ask(report, "Канча үй?"));
        gulnara.writes("Долбоор");
        gulnara.switches_off();
        fs::create_dir_all(&kept).unwrap();
        for entry in fs::read_dir(gulnara.folder.path()).unwrap().flatten() {
            fs::copy(entry.path(), kept.join(entry.file_name())).unwrap();
        }
    }
    let folder = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(&kept).expect("the database of old").flatten() {
        fs::copy(entry.path(), folder.path().join(entry.file_name())).unwrap();
    }
    let home = Home::new(folder.path());
    assert!(matches!(home.unlock("а башка сөз болсо"), Err(ClientError::WrongPassphrase)));
    let key = home.unlock(PASSPHRASE).unwrap();
    let mut client = Client::open(&home.location(), &key, Box::new(SeededEnv::new(91))).unwrap();
    let list = client.list(&Filter::default(), Language::Ky).unwrap();
    assert_eq!(list.total, 2);
    let report = list.reports.iter().find(|row| row.excerpt == NARRATIVE).unwrap().id;
    let view = client.report(report, Language::Ky).unwrap();
    assert_eq!(view.narrative, NARRATIVE);
    assert_eq!(view.talk[0].text, "Канча үй?");
    assert!(view.review.is_some());
    assert_eq!(view.summary.author.name.as_deref(), Some("Aida"));
    // And from its envelopes alone.
    client.rebuild_from_envelopes().unwrap();
    assert_eq!(client.report(report, Language::Ky).unwrap().narrative, NARRATIVE);
    assert_eq!(client.list(&Filter::default(), Language::Ky).unwrap().total, 2);
}
