//! The sync call without a network: what is taken, what is refused, what comes down.

#![allow(clippy::unwrap_used, reason = "a test may fail here")]

mod support;

use std::collections::BTreeMap;

use baikoo_protocol::envelope::{Elide, Envelope, Kind, Payload, WireEnvelope};
use baikoo_protocol::frame::{Backfill, Frame, Hello};
use baikoo_protocol::hash::Hash;
use baikoo_protocol::id::{DeviceId, StreamId};
use baikoo_protocol::membership::{Body, RevokeReason, Role};
use baikoo_protocol::refusal::Refusal;
use baikoo_server::limits::Limits;
use baikoo_server::store::Store;
use baikoo_server::store::sqlite::{Options, check, restore};
use baikoo_server::testing::{TestDevice, TestWorkspace, hello, upload};
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use proptest::prelude::*;
use support::{Answer, NOW_MS, STREAM, World, open};

/// Reads `Logged` frames as a client does, by the rule in the frame's documentation.
fn read_logged(answer: &Answer) -> Vec<Envelope> {
    let (mut last_device, mut last_hashes) = (None, BTreeMap::<DeviceId, Hash>::new());
    let mut envelopes = Vec::new();
    for frame in &answer.0 {
        let Frame::Logged { envelope, .. } = frame else { continue };
        let wire = WireEnvelope::from_bytes(envelope).unwrap();
        let device = wire.device().or(last_device).unwrap();
        let prev = last_hashes.get(&device).copied().unwrap_or(Hash::ZERO);
        let envelope = wire.complete(device, prev);
        last_device = Some(device);
        last_hashes.insert(device, envelope.hash());
        envelopes.push(envelope);
    }
    envelopes
}

#[tokio::test]
async fn what_a_monitor_writes_reaches_the_coordinator_whole() {
    let mut world = World::new().await;
    let (mut alice, mut bob) = (world.joins(Role::Monitor).await, world.joins(Role::Monitor).await);
    let id = world.workspace.id;
    let mut written = Vec::new();
    for round in 0..3 {
        let hers: Vec<Envelope> = (0..3).map(|_| alice.changes(id, STREAM, 50 + round)).collect();
        let his = vec![bob.changes(id, StreamId([2; 16]), 60)];
        world.sync(alice.id(), &upload(&hello(), &[], &hers)).await.unwrap().refuses_nothing();
        world.sync(bob.id(), &upload(&hello(), &[], &his)).await.unwrap().refuses_nothing();
        written.extend(hers.into_iter().chain(his));
    }
    let answer = world.pull(world.carol.id(), &hello()).await;
    assert_eq!(read_logged(&answer), written, "with what the wire form left out put back");
    assert_eq!(answer.entries(), 5);
    let running = written.iter().fold(Hash::ZERO, |running, envelope| running.running(envelope.hash()));
    assert_eq!(answer.high_water(), (12, running.tip(), false));

    let (cursor, tip, _) = answer.high_water();
    let known = Hello { log_epoch: answer.status().log_epoch, cursor, tip, mseq: 5, ..hello() };
    let again = world.pull(world.carol.id(), &known).await;
    assert_eq!(again.0.len(), 3, "status, mark, end");
    let size: usize = again.0.iter().map(|frame| frame.to_bytes().len()).sum();
    assert!(size < 80, "{size} bytes to say that there is nothing new");
}

#[tokio::test]
async fn an_upload_may_leave_out_what_the_server_knows() {
    let mut world = World::new().await;
    let mut alice = world.joins(Role::Monitor).await;
    let id = world.workspace.id;
    for _ in 0..2 {
        let mut body = Frame::Hello(hello()).to_bytes();
        for _ in 0..3 {
            let wire = alice.changes(id, STREAM, 40).to_wire(Elide { device: true, prev: true });
            body.extend(Frame::Envelope(wire).to_bytes());
        }
        body.extend(Frame::End.to_bytes());
        world.sync(alice.id(), &body).await.unwrap().refuses_nothing();
    }
    let answer = world.pull(alice.id(), &hello()).await;
    assert_eq!(answer.status().accepted_dseq, 6);
    assert_eq!(answer.logged(), [] as [u64; 0], "a monitor's own envelopes don't come back");
}

#[tokio::test]
async fn what_came_before_is_no_news_and_a_gap_names_what_is_wanted() {
    let mut world = World::new().await;
    let mut alice = world.joins(Role::Monitor).await;
    let id = world.workspace.id;
    let all: Vec<Envelope> = (0..5).map(|_| alice.changes(id, STREAM, 40)).collect();
    world.sync(alice.id(), &upload(&hello(), &[], &all[..2])).await.unwrap().refuses_nothing();
    let answer = world.sync(alice.id(), &upload(&hello(), &[], &all[..3])).await.unwrap();
    answer.refuses_nothing();
    assert_eq!((answer.status().head, answer.status().accepted_dseq), (3, 3));
    let answer = world.sync(alice.id(), &upload(&hello(), &[], &all[4..])).await.unwrap();
    assert_eq!(answer.refusals(), [(0, Refusal::Gap, 4)]);
    let mut body = Frame::Hello(hello()).to_bytes();
    let wire = all[4].to_wire(Elide { device: true, prev: true });
    body.extend(Frame::Envelope(wire).to_bytes());
    body.extend(Frame::End.to_bytes());
    let answer = world.sync(alice.id(), &body).await.unwrap();
    assert_eq!(answer.refusals(), [(0, Refusal::Gap, 4)], "the same when prev is left out");
}

#[tokio::test]
async fn a_cloned_phone_makes_a_fork_and_both_branches_are_kept() {
    let mut world = World::new().await;
    let mut alice = world.joins(Role::Monitor).await;
    let id = world.workspace.id;
    let first = alice.changes(id, STREAM, 40);
    let mut clone = alice.clone();
    let hers: Vec<Envelope> = (0..2).map(|_| alice.changes(id, STREAM, 50)).collect();
    let clones: Vec<Envelope> = (0..3).map(|_| clone.changes(id, STREAM, 60)).collect();
    world
        .sync(alice.id(), &upload(&hello(), &[], &[vec![first.clone()], hers.clone()].concat()))
        .await
        .unwrap();

    // The clone believes what the status says, and goes on after 3; then it is led back.
    let elided = Frame::Envelope(clones[2].to_wire(Elide { device: true, prev: true })).to_bytes();
    let body = [Frame::Hello(hello()).to_bytes(), elided, Frame::End.to_bytes()].concat();
    assert_eq!(world.sync(alice.id(), &body).await.unwrap().refusals(), [(0, Refusal::Gap, 3)]);
    let answer = world.sync(alice.id(), &upload(&hello(), &[], &clones[1..])).await.unwrap();
    assert_eq!(answer.refusals(), [(0, Refusal::Gap, 2), (1, Refusal::Gap, 3)]);
    let answer = world.sync(alice.id(), &upload(&hello(), &[], &clones)).await.unwrap();
    answer.refuses_nothing();
    assert_eq!(answer.status().head, 6);
    let read = read_logged(&world.pull(world.carol.id(), &hello()).await);
    assert_eq!(read, [vec![first], hers, clones].concat(), "each branch on its own root");
}

#[tokio::test]
async fn a_forgery_is_refused_and_the_rest_goes_on() {
    let mut world = World::new().await;
    let (mut alice, mut bob) = (world.joins(Role::Monitor).await, world.joins(Role::Monitor).await);
    let id = world.workspace.id;
    let mut forged = alice.clone().changes(id, STREAM, 40);
    forged.signature.0[7] ^= 1;
    let elsewhere = alice.clone().changes(TestWorkspace::new(99).id, STREAM, 40);
    let stranger = TestDevice::new(77).changes(id, STREAM, 40);
    let genuine = alice.changes(id, STREAM, 40);
    let carried = bob.changes(id, StreamId([2; 16]), 40);
    let body = upload(&hello(), &[], &[forged, elsewhere, stranger, genuine, carried]);
    let answer = world.sync(alice.id(), &body).await.unwrap();
    let signature = |place| (place, Refusal::Signature, 0);
    assert_eq!(answer.refusals(), [signature(0), signature(1), (2, Refusal::NotAllowed, 0)]);
    assert_eq!(answer.status().head, 2, "hers, and one that she carried for Bob");
}

#[tokio::test]
async fn membership_takes_only_what_a_coordinator_signed_next() {
    let mut world = World::new().await;
    let alice = world.joins(Role::Monitor).await;
    let mallory = TestWorkspace::new(66);
    let mut copy = world.workspace.clone();
    copy.coordinator = mallory.coordinator;
    // Signed by somebody who is not in the log: built by hand, since no honest code would.
    let invite = Body::CancelInvite { invite: alice.public() };
    let (mseq, prev, body) = (copy.membership.mseq() + 1, copy.membership.head(), invite.to_bytes());
    let signing_hash = baikoo_protocol::membership::Entry::signing_hash(copy.id, Some((mseq, prev)), &body);
    let mut forged = baikoo_protocol::membership::Entry {
        mseq,
        prev,
        body,
        signer: copy.coordinator.id(),
        signature: copy.coordinator.sign(signing_hash),
        countersignature: None,
    };
    let answer = world.sync(alice.id(), &upload(&hello(), &[forged.clone()], &[])).await.unwrap();
    assert_eq!(answer.refusals(), [(0, Refusal::NotAllowed, 0)]);
    forged.signer = world.carol.id();
    let answer = world.sync(alice.id(), &upload(&hello(), &[forged.clone()], &[])).await.unwrap();
    assert_eq!(answer.refusals(), [(0, Refusal::Signature, 0)]);

    let mut rival = world.workspace.clone();
    let approval = world.workspace.approves(alice.id(), false);
    let late = rival.invites(&TestDevice::new(50), Role::Monitor, NOW_MS);
    let carol = world.carol.id();
    world.sync(carol, &upload(&hello(), &[approval], &[])).await.unwrap().refuses_nothing();
    let answer = world.sync(carol, &upload(&hello(), &[late], &[])).await.unwrap();
    assert_eq!(answer.refusals(), [(0, Refusal::MembershipMoved, 0)]);
    let endless = world.workspace.invites(&TestDevice::new(51), Role::Monitor, u64::MAX);
    let answer = world.sync(carol, &upload(&hello(), &[endless], &[])).await.unwrap();
    assert_eq!(answer.refusals(), [(0, Refusal::MembershipInvalid, 0)]);
}

#[tokio::test]
async fn a_monitor_gets_nobody_elses_reports_until_they_are_granted() {
    let mut world = World::new().await;
    let (mut alice, mut bob) = (world.joins(Role::Monitor).await, world.joins(Role::Monitor).await);
    let (id, review) = (world.workspace.id, StreamId([3; 16]));
    let mut carol = world.carol.clone();
    let hers = vec![alice.changes(id, STREAM, 40), alice.changes(id, STREAM, 40)];
    world.sync(alice.id(), &upload(&hello(), &[], &hers)).await.unwrap().refuses_nothing();
    let reviews = vec![carol.changes(id, review, 40), carol.checkpoint(id, vec![(alice.id(), 2)])];
    world.sync(carol.id(), &upload(&hello(), &[], &reviews)).await.unwrap().refuses_nothing();

    let answer = world.pull(bob.id(), &hello()).await;
    assert_eq!(answer.logged(), [] as [u64; 0]);
    assert_eq!(answer.high_water().0, 4, "the cursor passes what she may not see");
    assert_eq!(world.pull(alice.id(), &hello()).await.logged(), [4], "the tick, not the review");
    let wants = |after, until| {
        let backfills = vec![Backfill { stream: STREAM, after, until }];
        Hello { backfills, cursor: 4, log_epoch: answer.status().log_epoch, ..hello() }
    };
    let refused = world.pull(bob.id(), &wants(0, 4)).await;
    assert!(
        !refused.0.iter().any(|frame| matches!(frame, Frame::Backfilled { .. } | Frame::BackfillMark(_)))
    );
    let written = bob.clone().more_changes(id, STREAM, 40);
    let answer2 = world.sync(bob.id(), &upload(&hello(), &[], &[written])).await.unwrap();
    assert_eq!(answer2.refusals(), [(0, Refusal::NotAllowed, 0)]);
    let stolen = bob.clone().grant(id, STREAM, bob.id());
    let answer2 = world.sync(bob.id(), &upload(&hello(), &[], &[stolen])).await.unwrap();
    assert_eq!(answer2.refusals(), [(0, Refusal::NotAllowed, 0)]);

    let grant = vec![alice.grant(id, STREAM, bob.id())];
    world.sync(alice.id(), &upload(&hello(), &[], &grant)).await.unwrap().refuses_nothing();
    let granted = world.pull(bob.id(), &wants(0, 5)).await;
    let backfilled: Vec<Envelope> = granted
        .0
        .iter()
        .filter_map(|frame| match frame {
            Frame::Backfilled { envelope, .. } => Some(Envelope::from_bytes(envelope).unwrap()),
            _ => None,
        })
        .collect();
    assert_eq!(backfilled, [hers, grant].concat());
    let done = Backfill { stream: STREAM, after: 5, until: 5 };
    assert!(granted.0.contains(&Frame::BackfillMark(done)));
    assert_eq!(granted.logged(), [5], "the grant itself");
    let written = vec![bob.more_changes(id, STREAM, 40)];
    world.sync(bob.id(), &upload(&hello(), &[], &written)).await.unwrap().refuses_nothing();
}

#[tokio::test]
async fn only_coordinators_check_and_adopt() {
    let mut world = World::new().await;
    let mut alice = world.joins(Role::Monitor).await;
    let id = world.workspace.id;
    let checkpoint = alice.clone().checkpoint(id, vec![(alice.id(), 1)]);
    let nonsense = Payload::Open(vec![0xff]);
    let adopt = alice.clone().envelope(id, Kind::Adopt, StreamId([0; 16]), nonsense.clone());
    let grant = alice.envelope(id, Kind::Grant, STREAM, nonsense.clone());
    let answer = world.sync(alice.id(), &upload(&hello(), &[], &[checkpoint, adopt, grant])).await.unwrap();
    let refused = |place| (place, Refusal::NotAllowed, 0);
    assert_eq!(answer.refusals(), [refused(0), refused(1), refused(2)]);
    let mut carol = world.carol.clone();
    let adopt = carol.envelope(id, Kind::Adopt, StreamId([0; 16]), nonsense);
    let answer = world.sync(carol.id(), &upload(&hello(), &[], &[adopt])).await.unwrap();
    assert_eq!(answer.refusals(), [(0, Refusal::Malformed, 0)]);
}

#[tokio::test]
async fn a_revoked_device_is_refused_and_others_hand_in_what_still_counts() {
    let mut world = World::new().await;
    let mut alice = world.joins(Role::Monitor).await;
    let id = world.workspace.id;
    let counted: Vec<Envelope> = (0..2).map(|_| alice.changes(id, STREAM, 40)).collect();
    let revocation = world.workspace.revokes(&alice);
    let after = alice.changes(id, STREAM, 40);
    let carol = world.carol.id();
    world.sync(carol, &upload(&hello(), &[revocation], &[])).await.unwrap().refuses_nothing();
    let refused = world.sync(alice.id(), &upload(&hello(), &[], &counted)).await;
    assert_eq!(refused.unwrap_err(), Refusal::DeviceRevoked);
    let carried = [counted, vec![after]].concat();
    let answer = world.sync(carol, &upload(&hello(), &[], &carried)).await.unwrap();
    assert_eq!(answer.refusals(), [(2, Refusal::DeviceRevoked, 0)]);
    assert_eq!(answer.status().head, 2);
    let mut thief = TestDevice::new(3);
    assert_eq!(thief.id(), alice.id());
    let rewritten = thief.changes(id, STREAM, 41);
    let answer = world.sync(carol, &upload(&hello(), &[], &[rewritten])).await.unwrap();
    assert_eq!(answer.refusals(), [(0, Refusal::DeviceRevoked, 0)], "the story is complete");
}

#[tokio::test]
async fn a_coordinator_who_waits_for_approval_learns_only_the_membership() {
    let mut world = World::new().await;
    let (mut dilnoza, mut alice) = (world.joins(Role::Coordinator).await, world.joins(Role::Monitor).await);
    let id = world.workspace.id;
    let report = alice.changes(id, STREAM, 40);
    world.sync(alice.id(), &upload(&hello(), &[], &[report])).await.unwrap();
    let eager = dilnoza.clone().changes(id, StreamId([4; 16]), 40);
    let answer = world.sync(dilnoza.id(), &upload(&hello(), &[], &[eager])).await.unwrap();
    assert_eq!(answer.refusals(), [(0, Refusal::ApprovalPending, 0)]);
    assert_eq!(answer.entries(), 5);
    assert!(!answer.0.iter().any(|frame| matches!(frame, Frame::Logged { .. } | Frame::HighWater { .. })));

    let approval = world.workspace.approves(dilnoza.id(), true);
    let carol = world.carol.id();
    world.sync(carol, &upload(&hello(), &[approval], &[])).await.unwrap().refuses_nothing();
    let first = dilnoza.changes(id, StreamId([4; 16]), 40);
    let answer = world.sync(dilnoza.id(), &upload(&hello(), &[], &[first])).await.unwrap();
    answer.refuses_nothing();
    assert_eq!(answer.logged(), [1]);
    assert!(answer.0.iter().any(|frame| matches!(frame, Frame::Own { seq: 2, dseq: 1, .. })));
}

#[tokio::test]
async fn a_cut_at_any_byte_keeps_every_complete_frame() {
    let mut world = World::new().await;
    let carol = world.carol.clone();
    let id = world.workspace.id;
    let mut alice = world.joins(Role::Monitor).await;
    let envelopes: Vec<Envelope> = (0..3).map(|_| alice.changes(id, STREAM, 30)).collect();
    let body = upload(&hello(), &[], &envelopes);
    let mut ends = vec![Frame::Hello(hello()).to_bytes().len()];
    for envelope in &envelopes {
        let frame = Frame::Envelope(envelope.to_wire(Elide::default())).to_bytes();
        ends.push(ends[ends.len() - 1] + frame.len());
    }
    // From the longest cut to the shortest, each in a workspace of its own would be slow; going up,
    // the head tells at each byte whether a frame was kept as soon as it was complete.
    for cut in 0..body.len() {
        let pieces = vec![Ok(Bytes::copy_from_slice(&body[..cut])), Err(())];
        let refused = world.sync_in_pieces(alice.id(), pieces).await.unwrap_err();
        assert_eq!(refused, Refusal::Malformed);
        let complete = ends.iter().skip(1).filter(|end| **end <= cut).count() as u64;
        let position = baikoo_server::store::Store::position(&world.node.store, id, carol.id());
        assert_eq!(position.await.unwrap().head, complete, "cut at {cut}");
    }
    let pieces = body.chunks(1).map(|byte| Ok(Bytes::copy_from_slice(byte))).collect();
    let answer = world.sync_in_pieces(alice.id(), pieces).await.unwrap();
    assert_eq!((answer.status().head, answer.status().accepted_dseq), (3, 3), "byte by byte");
}

#[tokio::test]
async fn what_is_complete_is_kept_before_the_rest_comes() {
    let mut world = World::new().await;
    let mut alice = world.joins(Role::Monitor).await;
    let body = upload(&hello(), &[], &[alice.changes(world.workspace.id, STREAM, 30)]);
    let without_end = Bytes::copy_from_slice(&body[..body.len() - 1]);
    let body = stream::iter([Ok::<_, ()>(without_end)]).chain(stream::pending());
    let mut changes = world.node.store.changes(world.workspace.id);
    let node = std::sync::Arc::clone(&world.node);
    let call = baikoo_server::sync::answer(node, world.workspace.id, alice.id(), Box::pin(body));
    tokio::select! {
        _ = call => panic!("the upload has no end"),
        changed = changes.changed() => changed.unwrap(),
        () = tokio::time::sleep(std::time::Duration::from_secs(60)) => panic!("nothing was kept"),
    }
    assert_eq!(world.pull(alice.id(), &hello()).await.status().head, 1);
}

#[tokio::test]
async fn what_was_complete_is_kept_when_whoever_called_is_gone() {
    let mut world = World::new().await;
    let mut alice = world.joins(Role::Monitor).await;
    let body = upload(&hello(), &[], &[alice.changes(world.workspace.id, STREAM, 30)]);
    let asked_for_more = std::sync::Arc::new(tokio::sync::Notify::new());
    let asked = std::sync::Arc::clone(&asked_for_more);
    let nothing_more = stream::poll_fn(move |_| {
        asked.notify_one();
        std::task::Poll::Pending
    });
    let body = stream::iter([Ok::<_, ()>(Bytes::from(body[..body.len() - 1].to_vec()))]).chain(nothing_more);
    let mut changes = world.node.store.changes(world.workspace.id);
    let node = std::sync::Arc::clone(&world.node);
    let call = baikoo_server::sync::answer(node, world.workspace.id, alice.id(), body);
    tokio::select! {
        biased;
        _ = call => panic!("the upload has no end"),
        () = asked_for_more.notified() => {}
    }
    // The call was dropped in the middle of its commit, as when a connection is closed.
    let kept = tokio::time::timeout(std::time::Duration::from_secs(60), changes.changed()).await;
    kept.expect("it was kept").unwrap();
}

#[tokio::test]
async fn a_budget_is_kept_and_the_next_call_goes_on() {
    let mut world = World::new().await;
    let mut alice = world.joins(Role::Monitor).await;
    let id = world.workspace.id;
    let envelopes: Vec<Envelope> = (0..40).map(|_| alice.changes(id, STREAM, 500)).collect();
    world.sync(alice.id(), &upload(&hello(), &[], &envelopes)).await.unwrap().refuses_nothing();
    let (mut known, mut seen, mut calls) = (Hello { budget: 4_000, ..hello() }, Vec::new(), 0);
    loop {
        let answer = world.pull(world.carol.id(), &known).await;
        let bytes: usize = answer
            .0
            .iter()
            .filter(|frame| matches!(frame, Frame::Logged { .. }))
            .map(|frame| frame.to_bytes().len())
            .sum();
        assert!(bytes <= 4_000, "{bytes}");
        seen.extend(answer.logged());
        let (cursor, tip, more) = answer.high_water();
        (known.cursor, known.tip, known.log_epoch) = (cursor, tip, answer.status().log_epoch);
        calls += 1;
        if !more {
            break;
        }
    }
    assert_eq!(seen, (1..=40).collect::<Vec<_>>());
    assert!(calls > 5);
    let nothing = world.pull(world.carol.id(), &Hello { budget: 0, ..hello() }).await;
    assert_eq!((nothing.logged().len(), nothing.high_water().2), (0, true));
    let little = world.pull(world.carol.id(), &Hello { budget: 1, ..hello() }).await;
    assert_eq!(little.logged(), [1], "one always comes, however large");
}

#[tokio::test]
async fn after_a_restore_devices_learn_where_the_logs_parted() {
    let mut world = World::new().await;
    let mut alice = world.joins(Role::Monitor).await;
    let (id, carol) = (world.workspace.id, world.carol.id());
    let all: Vec<Envelope> = (0..6).map(|_| alice.changes(id, STREAM, 40)).collect();
    world.sync(alice.id(), &upload(&hello(), &[], &all[..4])).await.unwrap().refuses_nothing();
    let backup = world.folder.path().join("copy.db");
    baikoo_server::store::sqlite::backup(world.folder.path(), &backup).unwrap();
    world.sync(alice.id(), &upload(&hello(), &[], &all[4..])).await.unwrap().refuses_nothing();
    let before = world.pull(carol, &hello()).await;
    let (cursor, tip, _) = before.high_water();
    let known = Hello { log_epoch: before.status().log_epoch, cursor, tip, mseq: 3, ..hello() };

    let second = tempfile::tempdir().unwrap();
    restore(second.path(), &backup).unwrap();
    assert!(restore(second.path(), &backup).is_err(), "never over a database");
    assert_eq!(check::check(second.path()).unwrap().problems, [] as [String; 0]);
    (world.node, world.clock) = open(second.path(), Limits::default(), Options::default());
    let after = world.pull(carol, &known).await;
    let running = all[..4].iter().fold(Hash::ZERO, |running, envelope| running.running(envelope.hash()));
    assert_ne!(after.status().log_epoch, before.status().log_epoch);
    assert_eq!((after.status().head, after.status().resume), (4, 4));
    assert_eq!(after.status().resume_tip, running.tip());

    // Carol gives back what the server has forgotten.
    let answer = world.sync(carol, &upload(&known, &[], &all[4..])).await.unwrap();
    answer.refuses_nothing();
    assert_eq!(answer.high_water().1, tip, "the same log again");
    let unknown = world.pull(carol, &Hello { log_epoch: [9; 8], cursor: 5, ..hello() }).await;
    assert_eq!(unknown.status().resume, 0);
    let ahead = Hello { log_epoch: answer.status().log_epoch, cursor: 99, tip: [1; 8], ..hello() };
    assert_eq!(world.pull(carol, &ahead).await.status().resume, 6, "rolled back without a word");
}

#[tokio::test]
async fn a_comment_that_comes_back_first_does_not_take_the_report_from_its_author() {
    let mut world = World::new().await;
    let mut alice = world.joins(Role::Monitor).await;
    let (id, mut carol) = (world.workspace.id, world.carol.clone());
    let comment = carol.more_changes(id, STREAM, 40);
    world.sync(carol.id(), &upload(&hello(), &[], &[comment])).await.unwrap().refuses_nothing();
    let report = alice.changes(id, STREAM, 40);
    world.sync(alice.id(), &upload(&hello(), &[], &[report])).await.unwrap().refuses_nothing();
    let answer = world.pull(alice.id(), &hello()).await;
    assert_eq!(answer.logged(), [1], "the report is hers, and so she reads the comment");
}

#[tokio::test]
async fn a_transaction_that_dies_is_not_acknowledged_and_leaves_nothing() {
    let dying = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let hook = std::sync::Arc::clone(&dying);
    let on_commit: baikoo_server::store::sqlite::CommitHook =
        Box::new(move || hook.load(std::sync::atomic::Ordering::Relaxed));
    let options = Options { on_commit: Some(on_commit), ..Options::default() };
    let mut world = World::with(Limits::default(), options).await;
    let mut alice = world.joins(Role::Monitor).await;
    let (id, carol) = (world.workspace.id, world.carol.id());
    let report = alice.changes(id, STREAM, 40);
    let mut lost = world.workspace.clone();
    let approval = lost.approves(alice.id(), false);
    dying.store(true, std::sync::atomic::Ordering::Relaxed);
    let body = upload(&hello(), std::slice::from_ref(&approval), std::slice::from_ref(&report));
    assert_eq!(world.sync(carol, &body).await.unwrap_err(), Refusal::Internal);
    dying.store(false, std::sync::atomic::Ordering::Relaxed);
    let answer = world.pull(carol, &hello()).await;
    assert_eq!((answer.status().head, answer.entries()), (0, 3));
    // The membership in memory did not run ahead of the disk either.
    world.sync(carol, &body).await.unwrap().refuses_nothing();
}

#[tokio::test]
async fn a_full_disk_and_a_used_up_quota_are_named() {
    let options = Options { pages_max: Some(60), ..Options::default() };
    let mut world = World::with(Limits::default(), options).await;
    let mut alice = world.joins(Role::Monitor).await;
    let id = world.workspace.id;
    let large: Vec<Envelope> = (0..4).map(|_| alice.changes(id, STREAM, 150_000)).collect();
    let refused = world.sync(alice.id(), &upload(&hello(), &[], &large)).await.unwrap_err();
    assert_eq!(refused, Refusal::StorageFull);
    assert_eq!(world.pull(alice.id(), &hello()).await.status().time_ms, NOW_MS, "reading goes on");

    let limits = Limits { workspace_bytes: 3_000, envelopes_per_day: 7, ..Limits::default() };
    let mut world = World::with(limits, Options::default()).await;
    let mut alice = world.joins(Role::Monitor).await;
    let id = world.workspace.id;
    let some: Vec<Envelope> = (0..2).map(|_| alice.changes(id, STREAM, 2_000)).collect();
    let answer = world.sync(alice.id(), &upload(&hello(), &[], &some)).await.unwrap();
    assert_eq!(answer.refusals()[0].1, Refusal::StorageFull);
    let many: Vec<Envelope> = (0..7).map(|_| alice.changes(id, STREAM, 1)).collect();
    let answer = world.sync(alice.id(), &upload(&hello(), &[], &many)).await.unwrap();
    assert_eq!(answer.refusals().last().map(|refused| refused.1), Some(Refusal::Busy));
}

#[tokio::test]
async fn revoking_ends_even_the_last_words_of_another_branch() {
    let mut world = World::new().await;
    let alice = world.joins(Role::Monitor).await;
    let carol = world.carol.id();
    let never = world.workspace.says(&Body::Revoke {
        device: alice.id(),
        last_dseq: 0,
        last_hash: Hash::ZERO,
        reason: RevokeReason::Lost,
        role: None,
    });
    let report = alice.clone().changes(world.workspace.id, STREAM, 40);
    let answer = world.sync(carol, &upload(&hello(), &[never], &[report])).await.unwrap();
    assert_eq!(answer.refusals(), [(1, Refusal::DeviceRevoked, 0)]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn whatever_comes_is_answered_or_refused(noise: Vec<u8>, place: prop::sample::Index, flip in 1_u8..) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let mut world = World::new().await;
            let mut alice = world.joins(Role::Monitor).await;
            let id = world.workspace.id;
            let envelopes = [alice.changes(id, STREAM, 30), alice.grant(id, STREAM, alice.id())];
            let entry = world.workspace.approves(alice.id(), false);
            let mut body = upload(&hello(), &[entry], &envelopes);
            let place = place.index(body.len());
            body[place] ^= flip;
            let _ = world.sync(alice.id(), &body).await;
            let _ = world.sync(alice.id(), &noise).await;
            let tail = [Frame::Hello(hello()).to_bytes(), noise].concat();
            let _ = world.sync(alice.id(), &tail).await;
            world.pull(alice.id(), &hello()).await;
            let findings = check::check(world.folder.path()).unwrap();
            assert_eq!(findings.problems, [] as [String; 0]);
        });
    }
}
