//! What every store must do. Each check is a story on a fresh store; a test per store runs them all.

use baikoo_protocol::envelope::Envelope;
use baikoo_protocol::hash::Hash;
use baikoo_protocol::id::{DeviceId, StreamId};
use baikoo_protocol::membership::{Entry, Role};
use baikoo_protocol::refusal::Refusal;

use super::{Batch, Enrolment, Item, NewWorkspace, Outcome, Row, Store, StoreError, Stretch, View};
use crate::rules::Refused;
use crate::testing::{TestDevice, TestWorkspace};
use crate::verified::Verified;

const NOW_MS: u64 = 1_000_000;
const STREAM: StreamId = StreamId([1; 16]);

/// Runs every check, each on a store of its own that `make` opens empty.
pub async fn all<S: Store>(mut make: impl AsyncFnMut() -> S) {
    seqs_are_gapless_and_hashes_run(&make().await).await;
    the_same_again_changes_nothing(&make().await).await;
    a_chain_has_no_gap_and_few_forks(&make().await).await;
    a_monitor_sees_her_own_and_what_was_granted(&make().await).await;
    workspaces_do_not_touch(&make().await).await;
    an_invitation_is_used_once(&make().await).await;
    sheets_bring_one_device_after_another(&make().await).await;
    membership_is_appended_in_order(&make().await).await;
    a_quota_is_kept(&make().await).await;
    readers_are_woken(&make().await).await;
}

/// A workspace in the store, with one monitor.
async fn settle<S: Store>(store: &S, seed: u64) -> (TestWorkspace, TestDevice) {
    let mut workspace = TestWorkspace::new(seed);
    let admitted = workspace.coordinator.admitted(workspace.id, &workspace.genesis);
    store.create(NewWorkspace { admitted, setup_code: None }).await.expect("creates");
    let (invite, monitor) = (TestDevice::new(seed + 1), TestDevice::new(seed + 2));
    let entry = workspace.invites(&invite, Role::Monitor, NOW_MS);
    assert_eq!(
        append(store, &workspace, workspace.coordinator.id(), vec![Item::Entry(entry)]).await,
        [Outcome::Appended(2)]
    );
    let enrolment = monitor.enrolment(workspace.id, &invite);
    enrol(store, &workspace, &monitor, &invite, NOW_MS).await.expect("enrols");
    workspace.enrols(&enrolment);
    (workspace, monitor)
}

async fn enrol<S: Store>(
    store: &S,
    workspace: &TestWorkspace,
    device: &TestDevice,
    invite: &TestDevice,
    now_ms: u64,
) -> Result<(), StoreError> {
    let entry = device.enrolment(workspace.id, invite);
    let admitted = device.admitted(workspace.id, &entry);
    store.enrol(Enrolment { workspace: workspace.id, admitted, now_ms }).await
}

async fn recover<S: Store>(
    store: &S,
    workspace: &TestWorkspace,
    device: &TestDevice,
    sheets: &TestDevice,
) -> Result<(), StoreError> {
    let entry = device.recovery(workspace.id, sheets);
    let admitted = device.admitted(workspace.id, &entry);
    store.enrol(Enrolment { workspace: workspace.id, admitted, now_ms: NOW_MS }).await
}

fn item(workspace: &TestWorkspace, envelope: Envelope) -> Item {
    let author = &workspace.membership.device(envelope.device).expect("a member").verifier;
    Item::Envelope(Verified::check(workspace.id, author, envelope).expect("signed"))
}

async fn append<S: Store>(
    store: &S,
    workspace: &TestWorkspace,
    uploader: DeviceId,
    items: Vec<Item>,
) -> Vec<Outcome> {
    append_within(store, workspace, uploader, items, u64::MAX).await
}

async fn append_within<S: Store>(
    store: &S,
    workspace: &TestWorkspace,
    uploader: DeviceId,
    items: Vec<Item>,
    quota_bytes: u64,
) -> Vec<Outcome> {
    let batch = Batch { workspace: workspace.id, uploader, now_ms: NOW_MS, quota_bytes, items };
    store.append(batch).await.expect("appends")
}

async fn all_rows<S: Store>(store: &S, workspace: &TestWorkspace, view: View) -> Vec<Row> {
    let stretch = Stretch { workspace: workspace.id, view, after: 0, until: u64::MAX, bytes: usize::MAX };
    store.page(stretch).await.expect("pages")
}

async fn seqs_are_gapless_and_hashes_run<S: Store>(store: &S) {
    let (workspace, mut monitor) = settle(store, 10).await;
    let items = (0..5).map(|_| item(&workspace, monitor.changes(workspace.id, STREAM, 64))).collect();
    let outcomes = append(store, &workspace, monitor.id(), items).await;
    assert_eq!(outcomes, (1..=5).map(Outcome::Stored).collect::<Vec<_>>());

    let rows = all_rows(store, &workspace, View::Everything).await;
    let mut running = Hash::ZERO;
    for (place, row) in rows.iter().enumerate() {
        assert_eq!(row.seq, place as u64 + 1);
        assert_eq!(row.dseq, row.seq);
        running = running.running(row.hash);
        assert_eq!(row.running, running);
        assert_eq!(store.running_at(workspace.id, row.seq).await.expect("reads"), Some(running));
    }
    let position = store.position(workspace.id, monitor.id()).await.expect("reads");
    assert_eq!((position.head, position.running, position.accepted_dseq), (5, running, 5));
    assert_eq!(store.running_at(workspace.id, 0).await.expect("reads"), Some(Hash::ZERO));
    assert_eq!(store.running_at(workspace.id, 6).await.expect("reads"), None);

    let one = Stretch { workspace: workspace.id, view: View::Everything, after: 2, until: 4, bytes: 0 };
    let page = store.page(one).await.expect("pages");
    assert_eq!(page.iter().map(|row| row.seq).collect::<Vec<_>>(), [3], "a page has at least a row");
}

async fn the_same_again_changes_nothing<S: Store>(store: &S) {
    let (workspace, mut monitor) = settle(store, 20).await;
    let envelope = item(&workspace, monitor.changes(workspace.id, STREAM, 64));
    let twice = vec![envelope.clone(), envelope.clone()];
    let outcomes = append(store, &workspace, monitor.id(), twice).await;
    assert_eq!(outcomes, [Outcome::Stored(1), Outcome::Duplicate]);
    assert_eq!(append(store, &workspace, monitor.id(), vec![envelope]).await, [Outcome::Duplicate]);
    assert_eq!(all_rows(store, &workspace, View::Everything).await.len(), 1);

    let token = workspace.coordinator.token.hash();
    let mut carol = workspace.coordinator.clone();
    let admitted = carol.admitted(workspace.id, &workspace.genesis);
    store.create(NewWorkspace { admitted, setup_code: None }).await.expect("the same call again");
    carol.token = monitor.token.clone();
    let admitted = carol.admitted(workspace.id, &workspace.genesis);
    let other = store.create(NewWorkspace { admitted, setup_code: None }).await;
    assert_eq!(refusal(other), Refusal::CreationRefused);
    assert_eq!(store.token(workspace.id, workspace.coordinator.id()).await.expect("reads"), Some(token));
}

async fn a_chain_has_no_gap_and_few_forks<S: Store>(store: &S) {
    let (workspace, mut monitor) = settle(store, 30).await;
    let first = monitor.changes(workspace.id, STREAM, 1);
    let mut clones: Vec<TestDevice> = (0..5).map(|_| monitor.clone()).collect();
    let second = monitor.changes(workspace.id, STREAM, 2);
    let third = monitor.changes(workspace.id, STREAM, 3);

    let outcomes = append(store, &workspace, monitor.id(), vec![item(&workspace, third)]).await;
    assert_eq!(outcomes, [Outcome::Refused(Refused { refusal: Refusal::Gap, wanted: 1 })]);
    let items = vec![item(&workspace, first), item(&workspace, second)];
    append(store, &workspace, monitor.id(), items).await;

    let forks: Vec<Item> = clones
        .iter_mut()
        .zip(10..)
        .map(|(clone, length)| item(&workspace, clone.changes(workspace.id, STREAM, length)))
        .collect();
    let outcomes = append(store, &workspace, monitor.id(), forks).await;
    let stored = outcomes.iter().filter(|outcome| matches!(outcome, Outcome::Stored(_))).count();
    assert_eq!(stored, 3, "four in all");
    assert_eq!(outcomes.last(), Some(&Outcome::Refused(Refusal::Fork.into())));
    let found = store.hashes_at(workspace.id, vec![(monitor.id(), 2), (monitor.id(), 9)]).await;
    assert_eq!(found.expect("reads").iter().map(Vec::len).collect::<Vec<_>>(), [4, 0]);
}

async fn a_monitor_sees_her_own_and_what_was_granted<S: Store>(store: &S) {
    let (mut workspace, mut alice) = settle(store, 40).await;
    let (invite, mut bob) = (TestDevice::new(48), TestDevice::new(49));
    let entry = workspace.invites(&invite, Role::Monitor, NOW_MS);
    let coordinator = workspace.coordinator.id();
    append(store, &workspace, coordinator, vec![Item::Entry(entry)]).await;
    enrol(store, &workspace, &bob, &invite, NOW_MS).await.expect("enrols");
    let enrolment = bob.enrolment(workspace.id, &invite);
    workspace.enrols(&enrolment);
    let review = StreamId([2; 16]);
    let mut carol = workspace.coordinator.clone();
    let items = vec![
        item(&workspace, alice.changes(workspace.id, STREAM, 10)),
        item(&workspace, carol.more_changes(workspace.id, STREAM, 11)),
        item(&workspace, carol.changes(workspace.id, review, 12)),
        item(&workspace, carol.checkpoint(workspace.id, vec![(alice.id(), 1)])),
        item(&workspace, carol.checkpoint(workspace.id, vec![(alice.id(), 1)])),
        item(&workspace, carol.checkpoint(workspace.id, vec![(bob.id(), 1)])),
    ];
    let outcomes = append(store, &workspace, coordinator, items).await;
    assert_eq!(outcomes, (1..=6).map(Outcome::Stored).collect::<Vec<_>>());

    let view = |device: &TestDevice| View::Monitor { member: device.member, device: device.id() };
    let seqs = |rows: Vec<Row>| rows.iter().map(|row| row.seq).collect::<Vec<_>>();
    assert_eq!(seqs(all_rows(store, &workspace, view(&alice)).await), [2, 5], "the answer, the last tick");
    assert_eq!(seqs(all_rows(store, &workspace, view(&bob)).await), [6]);
    let refused = append(
        store,
        &workspace,
        bob.id(),
        vec![item(&workspace, bob.clone().changes(workspace.id, STREAM, 1))],
    );
    assert_eq!(refused.await, [Outcome::Refused(Refusal::NotAllowed.into())]);
    assert!(!store.may_read(workspace.id, STREAM, bob.member, bob.id()).await.expect("reads"));

    let grant = item(&workspace, alice.grant(workspace.id, STREAM, bob.id()));
    append(store, &workspace, alice.id(), vec![grant]).await;
    assert!(store.may_read(workspace.id, STREAM, bob.member, bob.id()).await.expect("reads"));
    assert_eq!(seqs(all_rows(store, &workspace, view(&bob)).await), [1, 2, 6, 7]);
    let stream = View::Stream { stream: STREAM, device: bob.id() };
    assert_eq!(seqs(all_rows(store, &workspace, stream).await), [1, 2, 7]);
    let written = item(&workspace, bob.more_changes(workspace.id, STREAM, 1));
    assert_eq!(append(store, &workspace, bob.id(), vec![written]).await, [Outcome::Stored(8)]);
}

async fn workspaces_do_not_touch<S: Store>(store: &S) {
    let (one, mut alice) = settle(store, 50).await;
    let (other, mut zarina) = settle(store, 60).await;
    let first = item(&one, alice.changes(one.id, STREAM, 1));
    let second = item(&other, zarina.changes(other.id, STREAM, 1));
    assert_eq!(append(store, &one, alice.id(), vec![first]).await, [Outcome::Stored(1)]);
    assert_eq!(append(store, &other, zarina.id(), vec![second]).await, [Outcome::Stored(1)]);
    assert_eq!(store.token(one.id, zarina.id()).await.expect("reads"), None);
    assert_eq!(all_rows(store, &one, View::Everything).await[0].device, alice.id());
    let nowhere = TestWorkspace::new(70).id;
    assert!(store.membership(nowhere).await.expect("reads").is_none());
}

async fn an_invitation_is_used_once<S: Store>(store: &S) {
    let (mut workspace, _) = settle(store, 80).await;
    let (invite, device, late) = (TestDevice::new(88), TestDevice::new(89), TestDevice::new(90));
    let entry = workspace.invites(&invite, Role::Monitor, NOW_MS);
    append(store, &workspace, workspace.coordinator.id(), vec![Item::Entry(entry)]).await;
    let expired = enrol(store, &workspace, &device, &invite, NOW_MS + 1).await;
    assert_eq!(refusal(expired), Refusal::InviteExpired);
    enrol(store, &workspace, &device, &invite, NOW_MS).await.expect("in time");
    enrol(store, &workspace, &device, &invite, NOW_MS + 1).await.expect("the same call again");
    assert_eq!(refusal(enrol(store, &workspace, &late, &invite, NOW_MS).await), Refusal::InviteNotOpen);
    let mut thief = device.clone();
    thief.token = late.token.clone();
    let stolen = enrol(store, &workspace, &thief, &invite, NOW_MS).await;
    assert_eq!(refusal(stolen), Refusal::InviteNotOpen, "nobody sets another token");
    let elsewhere = TestWorkspace::new(91);
    assert_eq!(refusal(enrol(store, &elsewhere, &device, &invite, NOW_MS).await), Refusal::InviteNotOpen);
}

async fn sheets_bring_one_device_after_another<S: Store>(store: &S) {
    let (mut workspace, _) = settle(store, 120).await;
    let (device, second, stranger) = (TestDevice::new(128), TestDevice::new(129), TestDevice::new(130));
    let sheets = workspace.sheets.clone();
    let forged = recover(store, &workspace, &device, &stranger).await;
    assert_eq!(refusal(forged), Refusal::InviteNotOpen, "as if there were no such workspace");
    let elsewhere = TestWorkspace::new(131);
    let lost = recover(store, &elsewhere, &device, &elsewhere.sheets).await;
    assert_eq!(refusal(lost), Refusal::InviteNotOpen);

    let far = Entry { mseq: workspace.membership.mseq() + 2, ..device.recovery(workspace.id, &sheets) };
    let admitted = device.admitted(workspace.id, &far);
    let placed = store.enrol(Enrolment { workspace: workspace.id, admitted, now_ms: NOW_MS }).await;
    assert_eq!(refusal(placed), Refusal::MembershipMoved, "one that had a place before a restore keeps it");

    recover(store, &workspace, &device, &sheets).await.expect("comes");
    recover(store, &workspace, &device, &sheets).await.expect("the same call again");
    workspace.enrols(&device.recovery(workspace.id, &sheets));
    let mut thief = device.clone();
    thief.token = stranger.token.clone();
    let stolen = recover(store, &workspace, &thief, &sheets).await;
    assert_eq!(refusal(stolen), Refusal::InviteNotOpen, "nobody sets another token");
    let known = store.membership(workspace.id).await.expect("reads").expect("is there");
    assert!(known.device(device.id()).expect("came").is_active_coordinator());

    // A revoked one does not come back by the same entry, but the sheets bring another.
    let mut carols = workspace.clone();
    let revocation = carols.revokes_coordinator(device.id());
    let items = vec![Item::Entry(revocation.clone())];
    append(store, &workspace, workspace.coordinator.id(), items).await;
    workspace.apply(revocation);
    recover(store, &workspace, &device, &sheets).await.expect("nothing is changed");
    recover(store, &workspace, &second, &sheets).await.expect("comes");
    let known = store.membership(workspace.id).await.expect("reads").expect("is there");
    assert!(!known.device(device.id()).expect("came").is_active_coordinator());
    assert!(known.device(second.id()).expect("came").is_active_coordinator());
}

async fn membership_is_appended_in_order<S: Store>(store: &S) {
    let (mut workspace, mut monitor) = settle(store, 100).await;
    let coordinator = workspace.coordinator.id();
    let mut rival = workspace.clone();
    let approval = workspace.approves(monitor.id(), false);
    let outcomes = append(store, &workspace, coordinator, vec![Item::Entry(approval.clone())]).await;
    assert_eq!(outcomes, [Outcome::Appended(4)]);
    let outcomes = append(store, &workspace, coordinator, vec![Item::Entry(approval)]).await;
    assert_eq!(outcomes, [Outcome::Duplicate]);
    let other = rival.invites(&TestDevice::new(108), Role::Monitor, NOW_MS);
    let outcomes = append(store, &workspace, coordinator, vec![Item::Entry(other)]).await;
    assert_eq!(outcomes, [Outcome::Refused(Refusal::MembershipMoved.into())]);
    let entries = store.entries(workspace.id, 2).await.expect("reads");
    let expected: Vec<Vec<u8>> = workspace.entries[2..].iter().map(|entry| entry.to_bytes()).collect();
    assert_eq!(entries, expected);

    // A revocation and what comes after it, in one batch: the rules see each step.
    let before = item(&workspace, monitor.changes(workspace.id, STREAM, 1));
    let revocation = workspace.revokes(&monitor);
    let after = item(&workspace, monitor.changes(workspace.id, STREAM, 1));
    let items = vec![before, Item::Entry(revocation), after];
    let outcomes = append(store, &workspace, coordinator, items).await;
    let revoked = Outcome::Refused(Refusal::DeviceRevoked.into());
    assert_eq!(outcomes, [Outcome::Stored(1), Outcome::Appended(5), revoked]);
    let membership = store.membership(workspace.id).await.expect("reads").expect("is there");
    assert_eq!(membership.head(), workspace.membership.head());
}

async fn a_quota_is_kept<S: Store>(store: &S) {
    let (workspace, mut monitor) = settle(store, 110).await;
    let items = (0..3).map(|_| item(&workspace, monitor.changes(workspace.id, STREAM, 5_000))).collect();
    let outcomes = append_within(store, &workspace, monitor.id(), items, 10_000).await;
    let full = Outcome::Refused(Refusal::StorageFull.into());
    let gap = Outcome::Refused(Refused { refusal: Refusal::Gap, wanted: 2 });
    assert_eq!(outcomes, [Outcome::Stored(1), full, gap]);
}

async fn readers_are_woken<S: Store>(store: &S) {
    let (workspace, mut monitor) = settle(store, 120).await;
    let mut changes = store.changes(workspace.id);
    let envelope = item(&workspace, monitor.changes(workspace.id, STREAM, 1));
    append(store, &workspace, monitor.id(), vec![envelope.clone()]).await;
    assert!(changes.has_changed().expect("open"));
    changes.mark_unchanged();
    append(store, &workspace, monitor.id(), vec![envelope]).await;
    assert!(!changes.has_changed().expect("open"), "a duplicate is no news");
}

fn refusal(result: Result<(), StoreError>) -> Refusal {
    result.expect_err("is refused").refusal()
}
