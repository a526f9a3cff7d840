//! Who belongs, who may read what, and what happens when a phone is taken.

use baikoo_client_core::error::ClientError;
use baikoo_client_core::member::Invitation;
use baikoo_client_core::protocol::membership::{RevokeReason, Role};
use baikoo_tests::world::World;

const HOUR_MS: u64 = 3_600_000;

#[test]
fn an_invited_monitor_writes_before_anybody_has_a_network() {
    let world = World::new(20);
    let gulnara = world.coordinator("Gulnara");
    let invited = gulnara.does(|client| client.invite(Role::Monitor, "Aida", HOUR_MS));
    world.syncs(&gulnara);

    world.stops_the_server();
    let aida = world.joins("Aida", &invited.link);
    let report = aida.sends("Тармак жок болчу.");
    world.starts_the_server();
    world.syncs(&aida);
    world.syncs(&gulnara);
    assert_eq!(gulnara.opens(report).narrative, "Тармак жок болчу.");

    // She counts as unverified until somebody has compared numbers with her.
    let standing = |name: &str| {
        let members = gulnara.does(|client| client.members());
        let found = members.into_iter().find(|device| device.name.as_deref() == Some(name));
        found.expect("a member")
    };
    assert_eq!(standing("Aida").status, "unverified");
    assert_eq!(standing("Aida").safety_number, aida.does(|client| Ok(client.safety_number())));
    let device = standing("Aida").device;
    gulnara.does(|client| client.approve(device));
    world.syncs(&gulnara);
    assert_eq!(standing("Aida").status, "active");
    world.syncs(&aida);
    assert!(aida.status().approved);
}

#[test]
fn an_invitation_works_once_in_time_and_not_after_it_was_taken_back() {
    let world = World::new(21);
    let gulnara = world.coordinator("Gulnara");
    let once = gulnara.does(|client| client.invite(Role::Monitor, "Aida", HOUR_MS));
    let late = gulnara.does(|client| client.invite(Role::Monitor, "Bermet", HOUR_MS));
    let gone = gulnara.does(|client| client.invite(Role::Monitor, "Cholpon", HOUR_MS));
    world.syncs(&gulnara);
    gulnara.does(|client| client.cancel_invite(&gone.view.id));
    world.syncs(&gulnara);

    let aida = world.joins("Aida", &once.link);
    world.syncs(&aida);
    let thief = world.joins("Thief", &once.link);
    assert!(matches!(world.tries_to_sync(&thief), Err(ClientError::InviteExpired)));
    let cholpon = world.joins("Cholpon", &gone.link);
    assert!(matches!(world.tries_to_sync(&cholpon), Err(ClientError::InviteExpired)));

    world.passes_ms(2 * 3_600_000);
    let bermet = world.joins("Bermet", &late.link);
    assert!(matches!(world.tries_to_sync(&bermet), Err(ClientError::InviteExpired)));
    assert!(Invitation::from_link("https://example.org/#join=nonsense").is_err());
    assert!(Invitation::from_link(&once.link.replace("#join=", "#join=A")).is_err());
}

#[test]
fn a_monitor_gets_neither_anothers_reports_nor_the_reviews() {
    let world = World::new(22);
    let (gulnara, aida) = world.coordinator_and_monitor("Gulnara", "Aida");
    let bermet = world.monitor("Bermet", &gulnara);
    let report = aida.sends("Аиданын айтканы.");
    world.syncs(&aida);
    world.syncs(&gulnara);
    gulnara.does(|client| client.note(report, "we should ask the hospital"));
    world.syncs(&gulnara);
    world.syncs(&aida);
    world.syncs(&bermet);

    assert!(bermet.list().is_empty());
    assert!(
        bermet.tries(|client| client.report(report, baikoo_client_core::form::labels::Language::En)).is_err()
    );
    assert!(aida.opens(report).review.is_none());
    assert_eq!(gulnara.opens(report).review.expect("a review").notes.len(), 1);
    // Not a byte of it lies on their phones, sealed or not.
    assert_eq!(world.foreign_envelopes(&bermet), 0);
    assert!(matches!(aida.tries(|client| client.note(report, "may I?")), Err(ClientError::NotAllowed)));
}

#[test]
fn a_second_coordinator_reads_all_that_was_before_her() {
    let world = World::new(23);
    let (gulnara, aida) = world.coordinator_and_monitor("Gulnara", "Aida");
    let before = aida.sends("Бул мурун болгон.");
    world.syncs(&aida);
    world.syncs(&gulnara);
    gulnara.does(|client| client.rotate_role());
    world.syncs(&gulnara);
    world.syncs(&aida);

    let invited = gulnara.does(|client| client.invite(Role::Coordinator, "Chynara", HOUR_MS));
    world.syncs(&gulnara);
    let chynara = world.joins("Chynara", &invited.link);
    world.syncs(&chynara);
    assert!(chynara.list().is_empty(), "nobody vouched for her yet");
    assert!(matches!(chynara.tries(|client| client.rotate_role()), Err(ClientError::ApprovalPending)));

    world.syncs(&gulnara);
    let device = chynara.does(|client| Ok(client.me().device));
    gulnara.does(|client| client.approve(device));
    world.syncs(&gulnara);
    world.syncs(&chynara);
    assert_eq!(chynara.opens(before).narrative, "Бул мурун болгон.");
    let after = aida.sends("Бул кийин.");
    world.syncs(&aida);
    world.syncs(&chynara);
    assert_eq!(chynara.opens(after).narrative, "Бул кийин.");
    assert!(chynara.status().alarms.is_empty() && gulnara.status().alarms.is_empty());
}

#[test]
fn a_taken_phone_gets_nothing_more_and_what_it_still_sends_is_set_apart() {
    let world = World::new(24);
    let (gulnara, aida) = world.coordinator_and_monitor("Gulnara", "Aida");
    let invited = gulnara.does(|client| client.invite(Role::Coordinator, "Chynara", HOUR_MS));
    world.syncs(&gulnara);
    let chynara = world.joins("Chynara", &invited.link);
    world.syncs(&chynara);
    world.syncs(&gulnara);
    let chynaras = chynara.does(|client| Ok(client.me().device));
    gulnara.does(|client| client.approve(chynaras));
    world.syncs(&gulnara);
    world.syncs(&chynara);

    let known = aida.sends("Муну баары билет.");
    world.syncs(&aida);
    world.syncs(&gulnara);
    // Gulnara hears that the phone was taken; Chynara's copy of what came after is newer.
    let aidas = aida.does(|client| Ok(client.me().device));
    gulnara.does(|client| client.revoke(aidas, RevokeReason::Seized));
    let last = aida.sends("Муну ким жазганы белгисиз.");
    world.syncs(&aida);
    world.syncs(&chynara);
    world.syncs(&gulnara);
    world.syncs(&chynara);

    assert!(matches!(world.tries_to_sync(&aida), Err(ClientError::DeviceRevoked)));
    assert!(aida.status().revoked);
    assert_eq!(gulnara.opens(known).narrative, "Муну баары билет.");
    assert!(gulnara.lists(last).is_none(), "it is set apart, not merged");
    let apart = gulnara.does(|client| client.quarantined());
    assert_eq!(apart.len(), 1);
    assert_eq!((apart[0].reason.as_str(), apart[0].adoptable), ("revoked_device", true));

    // It may be real evidence all the same: a coordinator can take it in, knowingly.
    gulnara.does(|client| client.adopt_by_name(&apart[0].hash));
    assert_eq!(gulnara.opens(last).narrative, "Муну ким жазганы белгисиз.");
}

#[test]
fn a_revoked_coordinator_cannot_read_what_is_written_afterwards() {
    let world = World::new(25);
    let (gulnara, aida) = world.coordinator_and_monitor("Gulnara", "Aida");
    let invited = gulnara.does(|client| client.invite(Role::Coordinator, "Chynara", HOUR_MS));
    world.syncs(&gulnara);
    let chynara = world.joins("Chynara", &invited.link);
    world.syncs(&chynara);
    world.syncs(&gulnara);
    let chynaras = chynara.does(|client| Ok(client.me().device));
    gulnara.does(|client| client.approve(chynaras));
    world.syncs(&gulnara);
    world.syncs(&chynara);

    gulnara.does(|client| client.revoke(chynaras, RevokeReason::Left));
    world.syncs(&gulnara);
    world.syncs(&aida);
    let report = aida.sends("Жаңы ачкыч менен.");
    world.syncs(&aida);
    world.syncs(&gulnara);
    assert_eq!(gulnara.opens(report).narrative, "Жаңы ачкыч менен.");
    assert!(matches!(world.tries_to_sync(&chynara), Err(ClientError::DeviceRevoked)));
    // The last coordinator can't be locked out of her own workspace.
    let own = gulnara.does(|client| Ok(client.me().device));
    assert!(gulnara.tries(|client| client.revoke(own, RevokeReason::Lost)).is_err());
}
