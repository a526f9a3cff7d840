//! Coming back by recovery sheets, and what everybody else sees of it.

use baikoo_client_core::crypto::keys::Secret32;
use baikoo_client_core::error::ClientError;
use baikoo_client_core::member::{Recovery, secret_of_sheets};
use baikoo_client_core::protocol::membership::{RevokeReason, Role};
use baikoo_client_core::view::SheetsStanding;
use baikoo_client_core::view::{Delivery, DeviceView};
use baikoo_tests::person::Person;
use baikoo_tests::world::World;

const HOUR_MS: u64 = 3_600_000;

fn workspace(person: &Person) -> String {
    person.does(|client| Ok(client.me().workspace))
}

fn device(person: &Person) -> baikoo_client_core::protocol::id::DeviceId {
    person.does(|client| Ok(client.me().device))
}

fn secret(sheets: &[String]) -> Secret32 {
    secret_of_sheets(&[&sheets[0], &sheets[1]]).expect("sheets")
}

fn recovered(by: &Person) -> Vec<DeviceView> {
    by.does(|client| client.members()).into_iter().filter(|device| device.recovered).collect()
}

fn is_alarmed(person: &Person) -> bool {
    person.status().alarms.contains(&"recovered".to_owned())
}

#[test]
fn gulnara_loses_her_only_laptop_and_comes_back_with_two_sheets() {
    let world = World::new(50);
    let (laptop, sheets) = world.coordinator_with_sheets("Gulnara");
    let aida = world.monitor("Aida", &laptop);
    let workspace = workspace(&laptop);
    let first = aida.sends("Лаптоп жоголгонго чейин.");
    world.syncs(&aida);
    world.syncs(&laptop);
    laptop.does(|client| client.note(first, "ооруканадан сурайлы"));
    laptop.does(|client| client.ask(first, "Канча үй?"));
    laptop.does(|client| client.rotate_role());
    world.syncs(&laptop);
    world.syncs(&aida);
    let second = aida.sends("Ачкыч алмашкандан кийин.");
    world.syncs(&aida);
    let (lost, old_device) = (laptop.folder.path().to_owned(), device(&laptop));
    laptop.switches_off();
    assert!(lost.exists(), "somebody has it");

    // Nobody coordinates. Aida goes on writing.
    let third = aida.sends("Гүлнара жок кезде.");
    world.syncs(&aida);
    assert_eq!(aida.delivery(third), Delivery::Stored);

    // The id as it is shown: in groups, and typed in capitals.
    let typed = workspace.to_uppercase().replace("0", "0 ");
    let gulnara = world.recovers("Gulnara", &[&sheets[2], &sheets[0]], &typed);
    world.syncs(&gulnara);
    for (report, text) in [
        (first, "Лаптоп жоголгонго чейин."),
        (second, "Ачкыч алмашкандан кийин."),
        (third, "Гүлнара жок кезде."),
    ] {
        assert_eq!(gulnara.opens(report).narrative, text);
    }
    let view = gulnara.opens(first);
    assert_eq!(view.review.expect("her review of before").notes[0].text, "ооруканадан сурайлы");
    assert_eq!(view.talk[0].text, "Канча үй?");
    assert!(gulnara.status().alarms.is_empty(), "{:?}", gulnara.status().alarms);

    // She works as before; Aida's device takes her words, and is told what has happened.
    gulnara.does(|client| client.ask(third, "Ким көрдү?"));
    gulnara.does(|client| client.note(second, "текшерилди"));
    gulnara.does(|client| client.revoke(old_device, RevokeReason::Lost));
    world.syncs(&gulnara);
    world.syncs(&aida);
    assert_eq!(aida.opens(third).talk[0].text, "Ким көрдү?");
    assert_eq!(aida.delivery(third), Delivery::Received);
    assert!(is_alarmed(&aida));
    assert_eq!(recovered(&aida).len(), 1);
    laptop.switches_on();
    assert!(matches!(world.tries_to_sync(&laptop), Err(ClientError::DeviceRevoked)));

    // And whoever comes later reads all of it, and finds it in the list without an alarm.
    let fourth = aida.sends("Баары кайра иштеп жатат.");
    world.syncs(&aida);
    world.syncs(&gulnara);
    assert_eq!(gulnara.opens(fourth).narrative, "Баары кайра иштеп жатат.");
    let chynara = world.another_coordinator("Chynara", &gulnara);
    for report in [first, second, third, fourth] {
        assert!(!chynara.opens(report).narrative.is_empty());
    }
    let known = recovered(&chynara);
    assert_eq!((known.len(), known[0].name.as_deref()), (1, Some("Gulnara")));
    assert_eq!(known[0].safety_number, gulnara.does(|client| Ok(client.safety_number())));
    assert!(!is_alarmed(&chynara));
}

#[test]
fn one_sheet_or_anothers_sheets_bring_nobody() {
    let world = World::new(51);
    let (gulnara, sheets) = world.coordinator_with_sheets("Gulnara");
    let (rahat, others) = world.coordinator_with_sheets("Rahat");
    let (hers, his) = (workspace(&gulnara), workspace(&rahat));
    let server = world.server();
    let one = Recovery::from_sheets(&[&sheets[0]], &server, &hers);
    assert!(matches!(one, Err(ClientError::BadInput(_))));
    let mixed = Recovery::from_sheets(&[&sheets[0], &others[1]], &server, &hers);
    assert!(matches!(mixed, Err(ClientError::BadInput(what)) if what == "recovery sheet 2"));
    for (server, workspace) in [("example.org", &*hers), (&*server, "1234"), (&*server, "")] {
        let sheets = [&*sheets[0], &*sheets[1]];
        assert!(matches!(Recovery::from_sheets(&sheets, server, workspace), Err(ClientError::BadInput(_))));
    }

    let stranger = world.recovers("Stranger", &[&others[0], &others[1]], &hers);
    assert!(matches!(world.tries_to_sync(&stranger), Err(ClientError::RecoveryInvalid)));
    let lost = world.recovers("Lost", &[&sheets[0], &sheets[1]], &"ab".repeat(16));
    assert!(matches!(world.tries_to_sync(&lost), Err(ClientError::RecoveryInvalid)));
    world.syncs(&gulnara);
    assert_eq!(gulnara.does(|client| client.members()).len(), 1);
    assert!(!is_alarmed(&gulnara));

    // The same sheets do where they belong.
    let back = world.recovers("Rahat", &[&others[0], &others[1]], &his);
    world.syncs(&back);
    assert_eq!(back.does(|client| client.members()).len(), 2);
}

#[test]
fn sheets_used_behind_a_coordinators_back_are_seen_by_everybody() {
    let world = World::new(52);
    let (gulnara, sheets) = world.coordinator_with_sheets("Gulnara");
    let aida = world.monitor("Aida", &gulnara);
    let workspace = workspace(&gulnara);
    let report = aida.sends("Муну ууру да окуйт.");
    world.syncs(&aida);
    world.syncs(&gulnara);

    let thief = world.recovers("Gulnara", &[&sheets[0], &sheets[1]], &workspace);
    world.syncs(&thief);
    assert_eq!(thief.opens(report).narrative, "Муну ууру да окуйт.", "two sheets are the key");
    for person in [&gulnara, &aida] {
        world.syncs(person);
        assert!(is_alarmed(person), "{}", person.name);
    }
    let seen = recovered(&gulnara);
    assert_eq!((seen.len(), seen[0].device, seen[0].me), (1, device(&thief), false));
    assert_eq!(seen[0].name.as_deref(), Some("Gulnara"), "the name that the thief gave");

    // She shuts the device out; the role key turns with that.
    gulnara.does(|client| client.revoke(seen[0].device, RevokeReason::Seized));
    world.syncs(&gulnara);
    world.syncs(&aida);
    assert!(matches!(world.tries_to_sync(&thief), Err(ClientError::DeviceRevoked)));
    let next = aida.sends("Мындан ары окубайт.");
    world.syncs(&aida);
    world.syncs(&gulnara);
    assert_eq!(gulnara.opens(next).narrative, "Мындан ары окубайт.");
    // Each use is a new alarm.
    gulnara.does(|client| client.dismiss_alarms());
    let again = world.recovers("Gulnara", &[&sheets[0], &sheets[1]], &workspace);
    world.syncs(&again);
    world.syncs(&gulnara);
    assert!(is_alarmed(&gulnara));
    assert_eq!(recovered(&gulnara).len(), 2);
}

#[test]
fn a_recovery_that_is_cut_at_any_write_is_carried_through() {
    let mut cuts = 0;
    for commits in 0.. {
        let world = World::new(60);
        let (laptop, sheets) = world.coordinator_with_sheets("Gulnara");
        let report = laptop.sends("Бир гана жолу жазылган.");
        world.syncs(&laptop);
        let gulnara = world.recovers("Gulnara", &[&sheets[0], &sheets[1]], &workspace(&laptop));
        let mut left = commits;
        gulnara.does(|client| {
            client.set_commit_fault(Some(Box::new(move || {
                left -= 1;
                left < 0
            })))
        });
        let whole = world.tries_to_sync(&gulnara).is_ok();
        gulnara.restarts();
        world.syncs(&gulnara);
        assert_eq!(gulnara.opens(report).narrative, "Бир гана жолу жазылган.", "cut at {commits}");
        gulnara.does(|client| {
            assert!(client.holds_its_role_key(), "the rotation was carried through, cut at {commits}");
            Ok(())
        });
        world.syncs(&laptop);
        let seen = recovered(&laptop);
        assert_eq!((seen.len(), seen[0].name.as_deref()), (1, Some("Gulnara")), "cut at {commits}");
        assert!(is_alarmed(&laptop), "cut at {commits}");
        if whole {
            break;
        }
        cuts += 1;
    }
    assert!(cuts > 8, "it was cut at {cuts} places only");
}

#[test]
fn a_recovery_that_the_backup_does_not_have_is_handed_in_again() {
    for monitor_first in [false, true] {
        let world = World::new(54 + u64::from(monitor_first));
        let (laptop, sheets) = world.coordinator_with_sheets("Gulnara");
        let aida = world.monitor("Aida", &laptop);
        let report = aida.sends("Көчүрмөдө бар.");
        world.syncs(&aida);
        let workspace = workspace(&laptop);
        laptop.switches_off();
        let backup = world.backs_up_the_server();

        let gulnara = world.recovers("Gulnara", &[&sheets[1], &sheets[2]], &workspace);
        world.syncs(&gulnara);
        gulnara.does(|client| client.ask(report, "Ким көрдү?"));
        let invited = gulnara.does(|client| client.invite(Role::Monitor, "Bermet", HOUR_MS));
        world.syncs(&gulnara);
        world.syncs(&aida);
        world.restores_the_server(&backup);

        if monitor_first {
            world.syncs(&aida);
        }
        world.syncs(&gulnara);
        world.syncs(&gulnara);
        let bermet = world.joins("Bermet", &invited.link);
        let hers = bermet.sends("Калыбына келгенден кийин.");
        world.syncs(&bermet);
        world.syncs(&gulnara);
        assert_eq!(gulnara.opens(hers).narrative, "Калыбына келгенден кийин.", "{monitor_first}");
        world.syncs(&aida);
        assert_eq!(aida.opens(report).talk[0].text, "Ким көрдү?");
        let alarms = gulnara.status().alarms;
        assert_eq!(alarms, ["server_restored"], "{monitor_first}");
    }
}

#[test]
fn after_a_restore_a_recovered_device_waits_for_what_came_before_it() {
    let world = World::new(57);
    let (laptop, sheets) = world.coordinator_with_sheets("Gulnara");
    let aida = world.monitor("Aida", &laptop);
    let workspace = workspace(&laptop);
    let backup = world.backs_up_the_server();
    laptop.does(|client| client.invite(Role::Monitor, "Bermet", HOUR_MS));
    world.syncs(&laptop);
    laptop.switches_off();
    let gulnara = world.recovers("Gulnara", &[&sheets[0], &sheets[1]], &workspace);
    world.syncs(&gulnara);
    // The sheets that brought her count no longer: that must not keep her out afterwards.
    let new = gulnara.does(|client| client.draw_sheets());
    gulnara.does(|client| client.renew_sheets(&secret(&new)));
    world.syncs(&gulnara);
    world.syncs(&aida);
    let report = aida.sends("Жоголбой калды.");
    world.syncs(&aida);
    world.syncs(&gulnara);
    world.restores_the_server(&backup);

    assert!(matches!(world.tries_to_sync(&gulnara), Err(ClientError::ServerRefused(_))));
    // Any member may hand in what proves itself: Aida's phone has the whole log.
    for person in [&aida, &gulnara, &aida] {
        world.syncs(person);
    }
    assert_eq!(gulnara.opens(report).narrative, "Жоголбой калды.");
    gulnara.does(|client| client.ask(report, "Ким көрдү?"));
    world.syncs(&gulnara);
    world.syncs(&aida);
    assert_eq!(aida.opens(report).talk[0].text, "Ким көрдү?");
    let chynara = world.another_coordinator("Chynara", &gulnara);
    assert_eq!(chynara.opens(report).narrative, "Жоголбой калды.");
}

#[test]
fn new_sheets_make_stolen_ones_worthless() {
    let world = World::new(58);
    let (gulnara, old) = world.coordinator_with_sheets("Gulnara");
    let aida = world.monitor("Aida", &gulnara);
    let chynara = world.another_coordinator("Chynara", &gulnara);
    let workspace = workspace(&gulnara);
    let before = aida.sends("Эски барактар кезинде.");
    world.syncs(&aida);
    let thief = world.recovers("Thief", &[&old[0], &old[1]], &workspace);
    world.syncs(&thief);
    world.syncs(&gulnara);
    gulnara.does(|client| client.revoke(device(&thief), RevokeReason::Seized));
    world.syncs(&gulnara);

    let new = gulnara.does(|client| client.draw_sheets());
    let standing = |sheets: &[String]| gulnara.does(|client| client.sheets_standing(&secret(sheets)));
    world.syncs(&gulnara);
    let void = SheetsStanding::Void;
    assert_eq!((standing(&old), standing(&new)), (SheetsStanding::Count, void), "nobody asked for it yet");
    for _ in 0..2 {
        gulnara.does(|client| client.renew_sheets(&secret(&new)));
        let (count, wait) = (SheetsStanding::Count, SheetsStanding::Wait);
        assert_eq!((standing(&old), standing(&new)), (count, wait), "the server has not heard of it yet");
    }
    world.syncs(&gulnara);
    assert_eq!((standing(&old), standing(&new)), (void, SheetsStanding::Count));
    gulnara.does(|client| client.renew_sheets(&secret(&new)));
    world.syncs(&gulnara);
    assert_eq!(standing(&new), SheetsStanding::Count, "said again, it is not done again");
    for person in [&chynara, &aida] {
        world.syncs(person);
    }
    assert!(chynara.status().alarms.contains(&"sheets_renewed".to_owned()));
    assert!(!gulnara.status().alarms.contains(&"sheets_renewed".to_owned()));
    assert!(!aida.status().alarms.contains(&"sheets_renewed".to_owned()), "she keeps no sheets");

    let again = world.recovers("Thief", &[&old[0], &old[1]], &workspace);
    assert!(matches!(world.tries_to_sync(&again), Err(ClientError::RecoveryInvalid)));
    let after = aida.sends("Жаңы барактар кезинде.");
    world.syncs(&aida);
    gulnara.switches_off();
    chynara.switches_off();
    let back = world.recovers("Gulnara", &[&new[2], &new[0]], &workspace);
    world.syncs(&back);
    assert_eq!(back.opens(before).narrative, "Эски барактар кезинде.");
    assert_eq!(back.opens(after).narrative, "Жаңы барактар кезинде.");
    assert!(aida.tries(|client| client.draw_sheets()).is_err(), "a monitor has nothing to renew");
    assert!(aida.tries(|client| client.renew_sheets(&secret(&new))).is_err());
}

#[test]
fn of_two_who_replace_the_sheets_at_once_one_learns_that_hers_do_not_count() {
    let world = World::new(59);
    let gulnara = world.coordinator("Gulnara");
    let chynara = world.another_coordinator("Chynara", &gulnara);
    let [hers, others] = [&gulnara, &chynara].map(|one| one.does(|client| client.draw_sheets()));
    gulnara.does(|client| client.renew_sheets(&secret(&hers)));
    chynara.does(|client| client.renew_sheets(&secret(&others)));
    for person in [&gulnara, &chynara, &gulnara] {
        let _ = world.tries_to_sync(person);
    }
    let standing = |sheets: &[String]| chynara.does(|client| client.sheets_standing(&secret(sheets)));
    assert_eq!((standing(&hers), standing(&others)), (SheetsStanding::Count, SheetsStanding::Void));
}
