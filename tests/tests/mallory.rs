//! Mallory holds a member's device, or runs the server. Whatever she sends is set apart or refused
//! for a reason that has a name, and other people's reports arrive all the same.

#![allow(clippy::unwrap_used, reason = "tests")]

use automerge::transaction::{CommitOptions, Transactable};
use automerge::{ActorId as TheirActor, Automerge, Change, ObjId, ReadDoc, TextEncoding};
use baikoo_client_core::env::Clocks;
use baikoo_client_core::protocol::envelope::{Adopt, Checkpoint, Elide, Envelope, Kind};
use baikoo_client_core::protocol::frame::{Frame, FrameDecoder};
use baikoo_client_core::protocol::hash::Hash;
use baikoo_client_core::protocol::id::{DeviceId, StreamId};
use baikoo_client_core::protocol::membership::{Entry, Role};
use baikoo_client_core::protocol::token::Admission;
use baikoo_client_core::report::{ActorId, DocumentKind, GENESIS};
use baikoo_client_core::sync::driver::Access;
use baikoo_client_core::sync::hazmat::body;
use baikoo_client_core::sync::{Effect, Input, Request};
use baikoo_client_core::view::Delivery;
use baikoo_tests::person::Person;
use baikoo_tests::world::World;

const LIFE: u32 = 77;
/// For whom nothing is packed: Mallory sends her changes as they are.
const NOBODY: (DeviceId, StreamId) = (DeviceId([0; 16]), StreamId([0; 16]));

/// A change to a report that Mallory makes with Automerge itself, as herself.
fn makes(mallory: &Person, report: StreamId, text: &str) -> Change {
    let known = mallory.does(|client| client.hazmat_changes(report));
    let mut document = Automerge::new_with_encoding(TextEncoding::UnicodeCodePoint);
    let changes = [GENESIS.to_vec()].into_iter().chain(known);
    document.apply_changes(changes.map(|raw| Change::from_bytes(raw).unwrap()).collect::<Vec<_>>()).unwrap();
    let device = mallory.does(|client| Ok(client.me().device));
    document.set_actor(TheirActor::from(ActorId::derive(device, report, LIFE).0));
    let mut transaction = document.transaction();
    // The fourth container of the genesis is the narrative.
    let narrative = ObjId::Id(4, TheirActor::from([0; 16]), 0);
    transaction.splice_text(&narrative, 0, 0, text).unwrap();
    let (hash, _) = transaction.commit_with(CommitOptions::default().with_time(0));
    document.get_change_by_hash(&hash.unwrap()).unwrap()
}

fn in_a_body(changes: Vec<Vec<u8>>) -> Vec<u8> {
    body(DocumentKind::Report, Clocks::default(), NOBODY, LIFE, changes)
}

#[test]
fn what_mallory_writes_is_set_apart_and_the_rest_arrives() {
    let world = World::new(80);
    let (gulnara, mallory) = world.coordinator_and_monitor("Gulnara", "Mallory");
    let aida = world.monitor("Aida", &gulnara);
    let (hers, shared) = (mallory.sends("мурда"), aida.sends("Аиданын сөзү"));
    let member = mallory.does(|client| Ok(client.me().member));
    world.syncs(&mallory);
    world.syncs(&aida);
    aida.does(|client| client.share(shared, member));
    for person in [&aida, &mallory, &gulnara] {
        world.syncs(person);
    }
    let aidas = mallory.does(|client| client.hazmat_changes(shared));
    let mut long = makes(&mallory, hers, &"узун ".repeat(2_000));
    let flipped = {
        let mut raw = makes(&mallory, hers, "x").raw_bytes().to_vec();
        let last = raw.len() - 1;
        raw[last] ^= 1;
        raw
    };
    let review = body(DocumentKind::Review, Clocks::default(), NOBODY, LIFE, Vec::new());
    let tricks: [(&str, StreamId, Vec<u8>, &str); 9] = [
        ("noise for a body", hers, vec![0xff; 300], "malformed"),
        ("an empty body", hers, Vec::new(), "malformed"),
        ("noise for a change", hers, in_a_body(vec![vec![7; 90]]), "malformed_change"),
        ("a changed change", hers, in_a_body(vec![flipped]), "malformed_change"),
        ("another's words", shared, in_a_body(aidas), "foreign"),
        ("a review", hers, review, "not_allowed"),
        ("a compressed chunk", hers, in_a_body(vec![long.bytes().to_vec()]), "malformed_change"),
        (
            "70,000 characters at once",
            hers,
            in_a_body(vec![makes(&mallory, hers, &"a".repeat(70_000)).raw_bytes().to_vec()]),
            "malformed_change",
        ),
        ("the genesis again", hers, in_a_body(vec![GENESIS.to_vec()]), "foreign"),
    ];
    for (number, (what, report, content, reason)) in tricks.into_iter().enumerate() {
        mallory.does(|client| client.hazmat_sends_body(report, &content));
        world.syncs(&mallory);
        let narrative = format!("Чындык {number}");
        let honest = aida.sends(&narrative);
        world.syncs(&aida);
        world.syncs(&gulnara);
        let apart = gulnara.does(|client| client.quarantined());
        let found = apart.last().map(|one| one.reason.as_str());
        assert_eq!((apart.len(), found), (number + 1, Some(reason)), "{what}");
        assert_eq!(gulnara.opens(honest).narrative, narrative, "after {what}");
    }
    assert_eq!(gulnara.opens(hers).narrative, "мурда");
    assert_eq!(gulnara.opens(shared).narrative, "Аиданын сөзү");
    // What is right is taken, after all that.
    let change = makes(&mallory, hers, "ооба ");
    mallory.does(|client| client.hazmat_sends_body(hers, &in_a_body(vec![change.raw_bytes().to_vec()])));
    world.syncs(&mallory);
    world.syncs(&gulnara);
    assert_eq!(gulnara.opens(hers).narrative, "ооба мурда");
}

#[test]
fn a_monitor_can_neither_acknowledge_nor_adopt_nor_sign_for_another() {
    let world = World::new(81);
    let (gulnara, mallory) = world.coordinator_and_monitor("Gulnara", "Mallory");
    let aida = world.monitor("Aida", &gulnara);
    let report = aida.sends("Аиданын сөзү");
    world.syncs(&aida);
    world.syncs(&gulnara);
    let device = aida.does(|client| Ok(client.me().device));
    let checkpoint = Checkpoint { log_epoch: [0; 8], seq: 1, hash: Hash::ZERO, devices: vec![(device, 99)] };
    mallory.does(|client| client.hazmat_sends_open(Kind::Checkpoint, checkpoint.to_bytes()));
    mallory.does(|client| client.hazmat_sends_open(Kind::Adopt, Adopt(vec![Hash::ZERO]).to_bytes()));
    let mut made = mallory.does(|client| client.hazmat_outbox());
    let forged = Envelope { device, dseq: 50, ..made[0].clone() };
    made.push(forged);

    // The server takes none of it.
    let _ = world.tries_to_sync(&mallory);
    assert_eq!(mallory.status().alarms, ["own_envelope_refused"]);
    // And when the server is hers as well, nobody believes it.
    let mut frames = a_real_answer(&world, &gulnara);
    add_to_the_log(&mut frames, &made);
    feed(&gulnara, &frames);
    let reasons: Vec<String> =
        gulnara.does(|client| client.quarantined()).into_iter().map(|one| one.reason).collect();
    assert_eq!(reasons, ["not_allowed", "not_allowed", "signature"]);
    assert_eq!(gulnara.opens(report).narrative, "Аиданын сөзү");
    let mut frames = a_real_answer(&world, &aida);
    add_to_the_log(&mut frames, &made[..2]);
    feed(&aida, &frames);
    assert_eq!(aida.opens(report).narrative, "Аиданын сөзү");
}

#[test]
fn no_server_can_pass_a_workspace_of_its_own_off_as_the_one_that_sheets_open() {
    let world = World::new(88);
    let (gulnara, sheets) = world.coordinator_with_sheets("Gulnara");
    let mallory = world.coordinator("Mallory");
    let invited = mallory.does(|client| client.invite(Role::Monitor, "Helper", 3_600_000));
    world.syncs(&mallory);
    // What a newcomer to Mallory's workspace is told: a genesis and what follows from it, all sound.
    let helper = world.joins("Helper", &invited.link);
    let honest = newcomers_answer(&world, &helper);
    let hers = gulnara.does(|client| Ok(client.me().workspace));
    let mallorys = mallory.does(|client| Ok(client.me().workspace));

    let back = world.recovers("Gulnara", &[&sheets[0], &sheets[1]], &hers);
    let _ = admits(&back);
    feed(&back, &honest);
    assert!(back.tries(|client| client.members()).unwrap().is_empty(), "another workspace's genesis");
    assert!(matches!(world.tries_to_sync(&back), Ok(())), "and the true one does, afterwards");

    // Even if she was told that the workspace's id is Mallory's.
    let fooled = world.recovers("Gulnara", &[&sheets[0], &sheets[2]], &mallorys);
    let admission = admits(&fooled);
    let mut frames = honest.clone();
    let last = frames.iter().rposition(|frame| matches!(frame, Frame::Entry(_))).unwrap();
    let Frame::Entry(before) = &frames[last] else { unreachable!() };
    let before = Entry::from_bytes(before).unwrap();
    let entry = Entry::from_bytes(&Admission::from_bytes(&admission.body).unwrap().entry).unwrap();
    let placed = Entry { mseq: before.mseq + 1, prev: before.hash(), ..entry };
    frames.insert(last + 1, Frame::Entry(placed.to_bytes()));
    feed(&fooled, &frames);
    let trouble = fooled.with(|_, engine| engine.take_trouble().map(|error| error.code()));
    assert_eq!(trouble.unwrap(), Some("recovery_invalid"));
    let report = fooled.writes("Муну Mallory окубайт.");
    fooled.does(|client| client.send(report));
    assert!(fooled.does(|client| client.hazmat_outbox()).is_empty());
    feed(&fooled, &honest);
    assert!(fooled.does(|client| client.hazmat_outbox()).is_empty(), "nothing is sealed to Mallory's key");
}

/// A newcomer's first request, as if the server had said yes to it.
fn admits(person: &Person) -> Request {
    let request =
        sends(person.with(|client, engine| engine.handle(client, Input::SyncNow)).unwrap().unwrap());
    for input in [Input::Status(200), Input::Finished] {
        person.with(|client, engine| engine.handle(client, input)).unwrap().unwrap();
    }
    request
}

fn sends(effects: Vec<Effect>) -> Request {
    let request = effects.into_iter().find_map(|effect| match effect {
        Effect::Send(request) => Some(request),
        _ => None,
    });
    request.expect("a request")
}

/// Lets somebody in, and gives the answer to her first sync call.
fn newcomers_answer(world: &World, person: &Person) -> Vec<Frame> {
    let step = |input| person.with(|client, engine| engine.handle(client, input)).unwrap().unwrap();
    let _ = world.answers(&sends(step(Input::SyncNow)));
    step(Input::Status(200));
    let bytes = world.answers(&sends(step(Input::Finished)));
    let mut decoder = FrameDecoder::default();
    decoder.push(&bytes);
    std::iter::from_fn(|| decoder.next_frame().unwrap()).collect()
}

fn a_real_answer(world: &World, person: &Person) -> Vec<Frame> {
    person.restarts();
    let effects = person.with(|client, engine| engine.handle(client, Input::SyncNow)).unwrap().unwrap();
    let bytes = world.answers(&sends(effects));
    let mut decoder = FrameDecoder::default();
    decoder.push(&bytes);
    std::iter::from_fn(|| decoder.next_frame().unwrap()).collect()
}

fn add_to_the_log(frames: &mut Vec<Frame>, envelopes: &[Envelope]) {
    let place = frames.iter().position(|frame| matches!(frame, Frame::HighWater { .. })).unwrap();
    let Frame::HighWater { cursor, .. } = frames[place] else { unreachable!() };
    let logged = envelopes
        .iter()
        .zip(cursor + 1..)
        .map(|(envelope, seq)| Frame::Logged { seq, envelope: envelope.to_wire(Elide::default()) });
    let logged: Vec<Frame> = logged.collect();
    let count = logged.len() as u64;
    frames.splice(place..place, logged);
    if let Some(Frame::HighWater { cursor, .. }) =
        frames.iter_mut().find(|frame| matches!(frame, Frame::HighWater { .. }))
    {
        *cursor += count;
    }
}

fn feed(person: &Person, frames: &[Frame]) {
    let bytes: Vec<u8> = frames.iter().flat_map(Frame::to_bytes).collect();
    feed_bytes(person, &bytes);
}

fn feed_bytes(person: &Person, bytes: &[u8]) {
    person.restarts();
    let step = |input| person.with(|client, engine| engine.handle(client, input)).expect("it is on");
    step(Input::SyncNow).expect("a request");
    for input in [Input::Status(200), Input::Bytes(bytes.to_vec()), Input::Finished] {
        let _ = step(input);
    }
}

/// A world in which the coordinator has something to fetch, and the answer that brings it.
fn a_world_with_news(seed: u64) -> (World, Person, Person, Vec<StreamId>, Vec<Frame>) {
    let world = World::new(seed);
    let (gulnara, aida) = world.coordinator_and_monitor("Gulnara", "Aida");
    let reports = ["Биринчи", "Экинчи", "Үчүнчү"].map(|text| aida.sends(text)).to_vec();
    world.syncs(&aida);
    let frames = a_real_answer(&world, &gulnara);
    (world, gulnara, aida, reports, frames)
}

/// With an honest server again, everything is there.
fn all_is_well_in_the_end(world: &World, gulnara: &Person, reports: &[StreamId]) {
    gulnara.restarts();
    world.syncs(gulnara);
    for (report, text) in reports.iter().zip(["Биринчи", "Экинчи", "Үчүнчү"]) {
        assert_eq!(gulnara.opens(*report).narrative, text);
    }
    assert!(gulnara.does(|client| client.quarantined()).is_empty());
}

fn logged(frames: &[Frame]) -> Vec<usize> {
    (0..frames.len()).filter(|place| matches!(frames[*place], Frame::Logged { .. })).collect()
}

#[test]
fn a_server_that_keeps_an_envelope_back_is_noticed() {
    let (world, gulnara, _, reports, mut frames) = a_world_with_news(82);
    let places = logged(&frames);
    frames.remove(*places.last().unwrap());
    feed(&gulnara, &frames);
    assert!(gulnara.status().alarms.contains(&"log_rewritten".to_owned()), "{:?}", gulnara.status());
    all_is_well_in_the_end(&world, &gulnara, &reports);
}

#[test]
fn a_server_that_reorders_or_renumbers_the_log_is_noticed() {
    for renumbers in [false, true] {
        let (world, gulnara, _, reports, mut frames) = a_world_with_news(83 + u64::from(renumbers));
        let places = logged(&frames);
        if renumbers {
            for place in &places {
                if let Frame::Logged { seq, .. } = &mut frames[*place] {
                    *seq += 40;
                }
            }
        } else {
            frames.swap(places[0], places[places.len() - 1]);
        }
        feed(&gulnara, &frames);
        let before = gulnara.status();
        all_is_well_in_the_end(&world, &gulnara, &reports);
        let noticed =
            !before.alarms.is_empty() || !gulnara.status().alarms.is_empty() || before.trouble.is_some();
        assert!(noticed, "renumbers: {renumbers}, {before:?}");
    }
}

#[test]
fn an_answer_that_is_always_cut_costs_nothing_but_time() {
    let (world, gulnara, _, reports, _) = a_world_with_news(85);
    for cut in (0..900).step_by(37) {
        let bytes: Vec<u8> = a_real_answer(&world, &gulnara).iter().flat_map(Frame::to_bytes).collect();
        feed_bytes(&gulnara, &bytes[..cut.min(bytes.len() - 1)]);
        assert!(gulnara.list().len() <= reports.len());
        assert!(gulnara.status().alarms.is_empty(), "cut at {cut}: {:?}", gulnara.status().alarms);
    }
    all_is_well_in_the_end(&world, &gulnara, &reports);
}

#[test]
fn a_server_that_says_stored_of_what_it_does_not_have_loses_nothing() {
    let world = World::new(86);
    let (gulnara, aida) = world.coordinator_and_monitor("Gulnara", "Aida");
    let frames = a_real_answer(&world, &aida);
    let report = aida.sends("Жоголбойт");
    let frames: Vec<Frame> = frames
        .into_iter()
        .map(|frame| match frame {
            Frame::Status(status) => {
                let accepted_dseq = u64::MAX / 2;
                Frame::Status(baikoo_client_core::protocol::frame::Status { accepted_dseq, ..status })
            }
            other => other,
        })
        .collect();
    feed(&aida, &frames);
    aida.restarts();
    // The first call brings the truth, the second what was withheld by the lie.
    world.syncs(&aida);
    assert!(aida.delivery(report) < Delivery::Stored, "the lie is taken back");
    world.syncs(&aida);
    world.syncs(&gulnara);
    assert_eq!(gulnara.opens(report).narrative, "Жоголбойт");
}

#[test]
fn no_membership_entry_can_be_put_in_anothers_place() {
    let world = World::new(87);
    let gulnara = world.coordinator("Gulnara");
    let invited = gulnara.does(|client| client.invite(Role::Monitor, "Aida", 3_600_000));
    world.syncs(&gulnara);
    let aida = world.joins("Aida", &invited.link);
    // Her enrolment goes through; then the server lies about who is in the workspace.
    let frames = newcomers_answer(&world, &aida);
    let entries: Vec<usize> =
        (0..frames.len()).filter(|place| matches!(frames[*place], Frame::Entry(_))).collect();
    assert!(entries.len() >= 3, "a genesis, an invitation, an enrolment");
    let Frame::Entry(genesis) = &frames[entries[0]] else { unreachable!() };
    for place in (0..genesis.len()).step_by(3) {
        let mut lie = frames.clone();
        if let Frame::Entry(bytes) = &mut lie[entries[0]] {
            bytes[place] ^= 0x10;
        }
        feed(&aida, &lie);
        let known = aida.tries(|client| client.members()).map(|members| members.len()).unwrap_or(0);
        assert_eq!(known, 0, "a genesis changed at {place}");
    }
    // One kept back, and one in another's place.
    for lie in [
        frames
            .iter()
            .enumerate()
            .filter(|(at, _)| *at != entries[1])
            .map(|(_, frame)| frame.clone())
            .collect(),
        {
            let mut lie = frames.clone();
            lie.swap(entries[1], entries[2]);
            lie
        },
    ] {
        let lie: Vec<Frame> = lie;
        feed(&aida, &lie);
        let known = aida.tries(|client| client.members()).map(|members| members.len()).unwrap_or(0);
        assert!(known <= 1, "only the genesis was in its place: {known}");
    }
    aida.restarts();
    world.syncs(&aida);
    let report = aida.sends("Келди");
    world.syncs(&aida);
    world.syncs(&gulnara);
    assert_eq!(gulnara.opens(report).narrative, "Келди");
}
