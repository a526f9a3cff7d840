//! Servers that are restored, copied, cut off or hostile, and phones that were cloned.

use baikoo_client_core::error::ClientError;
use baikoo_client_core::protocol::membership::Role;
use baikoo_client_core::view::Delivery;
use baikoo_tests::world::World;

#[test]
fn yesterdays_backup_loses_nothing_that_phones_have_sent() {
    let world = World::new(40);
    let (gulnara, aida) = world.coordinator_and_monitor("Gulnara", "Aida");
    let old = aida.sends("Камдык көчүрмөгө чейин.");
    world.syncs(&aida);
    world.syncs(&gulnara);
    let backup = world.backs_up_the_server();

    let new = aida.sends("Камдык көчүрмөдөн кийин.");
    world.syncs(&aida);
    world.syncs(&gulnara);
    world.syncs(&aida);
    assert_eq!(aida.delivery(new), Delivery::Received);
    world.restores_the_server(&backup);

    // Aida's phone is told that the server lacks something, and offers it again.
    world.syncs(&aida);
    world.syncs(&gulnara);
    let chynara = world.another_coordinator("Chynara", &gulnara);
    world.syncs(&gulnara);
    world.syncs(&chynara);
    assert_eq!(chynara.opens(old).narrative, "Камдык көчүрмөгө чейин.");
    assert_eq!(chynara.opens(new).narrative, "Камдык көчүрмөдөн кийин.");
    assert!(gulnara.status().alarms.contains(&"server_restored".to_owned()));
    assert_eq!(gulnara.list().len(), 2, "nothing came twice");
}

#[test]
fn a_coordinator_hands_in_what_a_lost_phone_cannot_offer_again() {
    let world = World::new(41);
    let (gulnara, aida) = world.coordinator_and_monitor("Gulnara", "Aida");
    let backup = world.backs_up_the_server();
    let report = aida.sends("Телефон кийин жоголду.");
    world.syncs(&aida);
    world.syncs(&gulnara);
    aida.switches_off();
    world.restores_the_server(&backup);

    world.syncs(&gulnara);
    let chynara = world.another_coordinator("Chynara", &gulnara);
    assert_eq!(chynara.opens(report).narrative, "Телефон кийин жоголду.");
}

#[test]
fn a_server_that_was_set_back_in_silence_is_noticed() {
    let world = World::new(42);
    let (gulnara, aida) = world.coordinator_and_monitor("Gulnara", "Aida");
    aida.sends("Биринчи.");
    world.syncs(&aida);
    world.syncs(&gulnara);
    let copy = world.copies_the_server();
    aida.sends("Экинчи.");
    world.syncs(&aida);
    world.syncs(&gulnara);
    world.puts_back_the_server(&copy);
    world.syncs(&gulnara);
    assert!(gulnara.status().alarms.contains(&"log_rewritten".to_owned()), "{:?}", gulnara.status().alarms);
    world.syncs(&aida);
    world.syncs(&gulnara);
    assert_eq!(gulnara.list().len(), 2);
}

#[test]
fn a_cloned_phone_is_noticed_and_both_branches_are_kept() {
    let world = World::new(43);
    let (gulnara, aida) = world.coordinator_and_monitor("Gulnara", "Aida");
    world.syncs(&aida);
    aida.switches_off();
    let clone = world.clones(&aida);
    aida.switches_on();
    let one = aida.sends("Түп нускадан.");
    let other = clone.sends("Көчүрмөдөн.");
    world.syncs(&aida);
    let _ = world.tries_to_sync(&clone);
    world.syncs(&gulnara);
    assert_eq!(gulnara.opens(one).narrative, "Түп нускадан.");
    assert_eq!(gulnara.opens(other).narrative, "Көчүрмөдөн.");
    let members = gulnara.does(|client| client.members());
    assert!(members.iter().any(|device| device.forked));
    assert!(gulnara.status().alarms.contains(&"fork".to_owned()));
}

#[test]
fn a_phone_that_was_put_back_from_a_copy_never_says_two_things_under_one_number() {
    let world = World::new(44);
    let (gulnara, aida) = world.coordinator_and_monitor("Gulnara", "Aida");
    let report = aida.sends("Башында.");
    world.syncs(&aida);
    aida.switches_off();
    let copy = world.clones(&aida);
    aida.switches_on();
    // The phone goes on; later its copy is put back and goes on as well, in the same report.
    aida.counts(report, "injured_total", 1);
    aida.restarts();
    aida.counts(report, "killed_total", 0);
    copy.counts(report, "missing", 2);
    world.syncs(&aida);
    let _ = world.tries_to_sync(&copy);
    world.syncs(&gulnara);
    for (question, number) in [("injured_total", 1), ("killed_total", 0), ("missing", 2)] {
        let answer = baikoo_client_core::form::answer::Answer::Integer(number);
        assert_eq!(gulnara.numbers(report, question), [Some(answer)], "{question}");
    }
    assert!(gulnara.does(|client| client.quarantined()).is_empty());
}

#[test]
fn people_who_came_after_the_backup_are_still_there_after_the_restore() {
    let world = World::new(45);
    let gulnara = world.coordinator("Gulnara");
    let backup = world.backs_up_the_server();
    let aida = world.monitor("Aida", &gulnara);
    let report = aida.sends("Камдык көчүрмөдө мен жок болчумун.");
    world.syncs(&aida);
    world.syncs(&gulnara);
    world.restores_the_server(&backup);

    // The server knows neither Aida nor her report; Gulnara's device has both.
    world.syncs(&gulnara);
    let later = aida.sends("Мен дагы эле бармын.");
    world.syncs(&aida);
    world.syncs(&gulnara);
    assert_eq!(gulnara.opens(later).narrative, "Мен дагы эле бармын.");
    let chynara = world.another_coordinator("Chynara", &gulnara);
    world.syncs(&chynara);
    assert_eq!(chynara.opens(report).narrative, "Камдык көчүрмөдө мен жок болчумун.");
    assert!(aida.status().approved);
}

#[test]
fn a_newcomer_who_is_first_after_a_restore_takes_nobodys_place_in_the_membership_log() {
    let world = World::new(46);
    let (gulnara, aida) = world.coordinator_and_monitor("Gulnara", "Aida");
    let invited = gulnara.does(|client| client.invite(Role::Monitor, "Bermet", 3_600_000));
    let other = gulnara.does(|client| client.invite(Role::Monitor, "Cholpon", 3_600_000));
    world.syncs(&gulnara);
    let backup = world.backs_up_the_server();
    gulnara.does(|client| client.cancel_invite(&other.view.id));
    world.syncs(&gulnara);
    let bermet = world.joins("Bermet", &invited.link);
    let report = bermet.sends("Камдык көчүрмөдөн кийин кошулдум.");
    for person in [&bermet, &gulnara, &aida] {
        world.syncs(person);
    }
    world.restores_the_server(&backup);

    // The server has neither the entry before Bermet's nor hers. Bermet's phone has both, but no
    // way in to say so before somebody else has handed them in.
    assert!(matches!(world.tries_to_sync(&bermet), Err(ClientError::ServerRefused(_))));
    for person in [&gulnara, &bermet, &aida, &gulnara] {
        world.syncs(person);
    }
    let later = bermet.sends("Мен дагы эле бармын.");
    world.syncs(&bermet);
    world.syncs(&gulnara);
    for written in [report, later] {
        assert!(!gulnara.opens(written).narrative.is_empty());
    }
    let chynara = world.another_coordinator("Chynara", &gulnara);
    assert_eq!(chynara.list().len(), 2);
}

#[test]
fn a_coordinator_hears_of_what_others_bring_and_a_monitor_has_nothing_to_listen_to() {
    let world = World::new(49);
    let (gulnara, aida) = world.coordinator_and_monitor("Gulnara", "Aida");
    assert!(world.hears_of(&gulnara, &aida, 2_000));
    assert!(!world.hears_of(&aida, &gulnara, 2));
}
